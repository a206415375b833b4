//! A database of its own on the server that `cargo xtask test` starts. It knows nothing of what is kept in it; the stories of
//! the window use it too.

/// The database.
pub(crate) struct Postgres {
    server: String,
    name: String,
}

impl Postgres {
    /// A new and empty one; none: there is no server to test with.
    pub(crate) async fn begin() -> Option<Self> {
        let server = server()?;
        let name = format!("story_{}", uuid::Uuid::new_v4().simple());
        administer(&server, &format!("CREATE DATABASE {name} TEMPLATE template0")).await;
        Some(Self { server, name })
    }

    /// Its address.
    pub(crate) fn url(&self) -> String {
        let (before, _) = self.server.rsplit_once('/').unwrap();
        format!("{before}/{}", self.name)
    }

    /// Removes it: it does not go by itself.
    pub(crate) async fn end(&self) {
        administer(&self.server, &format!("DROP DATABASE {} WITH (FORCE)", self.name)).await;
    }
}

fn server() -> Option<String> {
    let server = std::env::var("KUROIBARA_TEST_POSTGRES_URL").ok();
    if server.is_none() {
        assert!(std::env::var_os("CI").is_none(), "KUROIBARA_TEST_POSTGRES_URL is not set: run `cargo xtask test`");
        println!("PostgreSQL was skipped: KUROIBARA_TEST_POSTGRES_URL is not set (`cargo xtask test` sets it)");
    }
    server
}

async fn administer(server: &str, statement: &str) {
    use sqlx::{AssertSqlSafe, Connection};
    let mut connection = sqlx::PgConnection::connect(server).await.expect("the server of the tests answers");
    sqlx::query(AssertSqlSafe(statement)).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}
