//! One query text for two databases: arguments, rows and transactions, without a word of what they mean.
//!
//! Placeholders are `$1`, `$2`, …. Whatever writes runs in a [`Tx`] of [`Pool::write`], of which there is one at a time on
//! either database: what was checked in it is still true when it writes.

use futures::TryStreamExt;
use sqlx::{
    Arguments, AssertSqlSafe, Encode, FromRow, PgPool, Postgres, Sqlite, SqlitePool, Transaction, Type,
    postgres::{PgArguments, PgRow},
    sqlite::{SqliteArguments, SqliteRow},
};
use uuid::Uuid;

use super::error::StoreError;

/// The most rows of one statement: longer ones are hardly faster, and each connection keeps its statements in memory.
const ROWS_AT_ONCE: usize = 100;
/// The most arguments of one statement, below SQLite's 32,766.
const ARGS_AT_ONCE: usize = 12_000;
/// The number under which PostgreSQL makes our writers wait for each other, as SQLite's file lock does. Any number does.
const WRITER_LOCK: &str = "SELECT pg_advisory_xact_lock(7306085893296906)";

/// The database: a file of our own, or a server.
#[derive(Clone, Debug)]
pub(super) enum Pool {
    /// SQLite in a file.
    Sqlite(SqlitePool),
    /// A PostgreSQL server.
    Postgres(PgPool),
}

/// A transaction. Dropping it takes back what it did.
pub(super) enum Tx {
    /// On SQLite.
    Sqlite(Transaction<'static, Sqlite>),
    /// On PostgreSQL.
    Postgres(Transaction<'static, Postgres>),
}

/// One argument of a statement. A null has a type too: PostgreSQL asks for it.
#[derive(Clone, Debug)]
pub(super) enum Arg {
    /// A key.
    Uuid(Option<Uuid>),
    /// A text.
    Text(Option<String>),
    /// A whole number or a time.
    Int(Option<i64>),
    /// Yes or no.
    Bool(bool),
    /// Bytes.
    Bytes(Vec<u8>),
}

/// A row that both databases can give.
pub(super) trait Row: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin {}
impl<T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin> Row for T {}

/// The same expression on either database.
macro_rules! on_either {
    ($on:expr, $kind:ident, $inner:ident, $args:ident => $run:expr) => {{
        // What a task costs is counted by its statements.
        tracing::trace!(target: "kuroibara::sql", "statement");
        match $on {
            $kind::Sqlite($inner) => {
                let $args: SqliteArguments = arguments($args)?;
                $run
            }
            $kind::Postgres($inner) => {
                let $args: PgArguments = arguments($args)?;
                $run
            }
        }
    }};
}

impl Pool {
    /// Every row of a statement that only reads.
    pub(super) async fn all<T: Row>(&self, sql: &'static str, args: Vec<Arg>) -> Result<Vec<T>, StoreError> {
        Ok(on_either!(self, Pool, pool, args => sqlx::query_as_with(sql, args).fetch_all(pool).await?))
    }

    /// The row of a statement that only reads, if there is one.
    pub(super) async fn optional<T: Row>(&self, sql: &'static str, args: Vec<Arg>) -> Result<Option<T>, StoreError> {
        Ok(on_either!(self, Pool, pool, args => sqlx::query_as_with(sql, args).fetch_optional(pool).await?))
    }

    /// A transaction in which several statements read the same moment.
    pub(super) async fn read(&self) -> Result<Tx, StoreError> {
        Ok(match self {
            Self::Sqlite(pool) => Tx::Sqlite(pool.begin_with("BEGIN DEFERRED").await?),
            Self::Postgres(pool) => {
                Tx::Postgres(pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?)
            }
        })
    }

    /// The one transaction that may write now. Waits for another process's.
    pub(super) async fn write(&self) -> Result<Tx, StoreError> {
        Ok(match self {
            Self::Sqlite(pool) => Tx::Sqlite(pool.begin_with("BEGIN IMMEDIATE").await?),
            Self::Postgres(pool) => {
                let mut tx = pool.begin().await?;
                sqlx::query(WRITER_LOCK).execute(&mut *tx).await?;
                Tx::Postgres(tx)
            }
        })
    }

    /// Runs one statement that writes, and says how many rows it touched.
    pub(super) async fn run(&self, sql: &'static str, args: Vec<Arg>) -> Result<u64, StoreError> {
        let mut tx = self.write().await?;
        let rows = tx.run(sql, args).await?;
        tx.commit().await?;
        Ok(rows)
    }

    /// The same of something that a person sees, so that other processes' windows show it too.
    pub(super) async fn run_seen(&self, sql: &'static str, args: Vec<Arg>) -> Result<u64, StoreError> {
        let mut tx = self.write().await?;
        let rows = tx.run(sql, args).await?;
        tx.commit_seen().await?;
        Ok(rows)
    }
}

impl Tx {
    /// Every row.
    pub(super) async fn all<T: Row>(&mut self, sql: &'static str, args: Vec<Arg>) -> Result<Vec<T>, StoreError> {
        Ok(on_either!(self, Tx, tx, args => sqlx::query_as_with(sql, args).fetch_all(&mut **tx).await?))
    }

    /// The row, if there is one.
    pub(super) async fn optional<T: Row>(
        &mut self,
        sql: &'static str,
        args: Vec<Arg>,
    ) -> Result<Option<T>, StoreError> {
        Ok(on_either!(self, Tx, tx, args => sqlx::query_as_with(sql, args).fetch_optional(&mut **tx).await?))
    }

    /// Runs a statement and says how many rows it touched.
    pub(super) async fn run(&mut self, sql: &'static str, args: Vec<Arg>) -> Result<u64, StoreError> {
        Ok(on_either!(self, Tx, tx, args => sqlx::query_with(sql, args).execute(&mut **tx).await?.rows_affected()))
    }

    /// Gives each row to `take` as it comes, so that not all of them are in memory at once.
    pub(super) async fn each<T: Row>(
        &mut self,
        sql: &'static str,
        mut take: impl FnMut(T) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let args = Vec::new();
        on_either!(self, Tx, tx, args => {
            let mut rows = sqlx::query_as_with(sql, args).fetch(&mut **tx);
            while let Some(row) = rows.try_next().await? {
                take(row)?;
            }
        });
        Ok(())
    }

    /// The same of a statement in which `{}` stands for a list of `keys`, asked in as few statements as it takes.
    pub(super) async fn each_among<T: Row>(
        &mut self,
        sql: &'static str,
        keys: Vec<Arg>,
        mut take: impl FnMut(T) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        for part in keys.chunks(ARGS_AT_ONCE) {
            let args = part.to_vec();
            let text = sql.replace("{}", &self.placeholders(1, args.len()));
            on_either!(self, Tx, tx, args => {
                let mut rows = sqlx::query_as_with(AssertSqlSafe(text), args).persistent(false).fetch(&mut **tx);
                while let Some(row) = rows.try_next().await? {
                    take(row)?;
                }
            });
        }
        Ok(())
    }

    /// Every row of such a statement.
    pub(super) async fn all_among<T: Row>(&mut self, sql: &'static str, keys: Vec<Arg>) -> Result<Vec<T>, StoreError> {
        let mut found = Vec::new();
        let take = |row| {
            found.push(row);
            Ok(())
        };
        self.each_among(sql, keys, take).await?;
        Ok(found)
    }

    /// Runs a statement in which `{}` stands for a list of `keys`, in as few statements as it takes.
    pub(super) async fn run_among(&mut self, sql: &'static str, keys: Vec<Arg>) -> Result<(), StoreError> {
        for part in keys.chunks(ARGS_AT_ONCE) {
            let args = part.to_vec();
            let text = sql.replace("{}", &self.placeholders(1, args.len()));
            on_either!(self, Tx, tx, args => {
                sqlx::query_with(AssertSqlSafe(text), args).persistent(false).execute(&mut **tx).await?;
            });
        }
        Ok(())
    }

    /// Runs a statement in which `{}` stands for `VALUES`' rows, in as few statements as it takes, and says how many rows
    /// it touched.
    pub(super) async fn run_rows(&mut self, sql: &'static str, rows: Vec<Vec<Arg>>) -> Result<u64, StoreError> {
        let width = rows.first().map_or(1, Vec::len).max(1);
        let at_once = ROWS_AT_ONCE.min(ARGS_AT_ONCE / width).max(1);
        let (mut rows, mut touched) = (rows.into_iter().peekable(), 0);
        while rows.peek().is_some() {
            let part: Vec<Vec<Arg>> = rows.by_ref().take(at_once).collect();
            let full = part.len() == at_once;
            let text = sql.replace("{}", &self.placeholders(part.len(), width));
            let args: Vec<Arg> = part.into_iter().flatten().collect();
            touched += on_either!(self, Tx, tx, args => {
                sqlx::query_with(AssertSqlSafe(text), args).persistent(full).execute(&mut **tx).await?.rows_affected()
            });
        }
        Ok(touched)
    }

    /// Makes what was done lasting, and tells other processes that there is something new to see.
    pub(super) async fn commit_seen(mut self) -> Result<(), StoreError> {
        self.run("UPDATE library_facts SET generation = generation + 1", Vec::new()).await?;
        self.commit().await
    }

    /// Makes what was done lasting.
    pub(super) async fn commit(self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(tx) => tx.commit().await?,
            Self::Postgres(tx) => tx.commit().await?,
        }
        Ok(())
    }

    /// The database's own time, in nanoseconds since 1970.
    pub(super) async fn now(&mut self) -> Result<i64, StoreError> {
        let text = match self {
            Self::Sqlite(_) => "SELECT CAST(unixepoch('subsec') * 1000 AS INTEGER) * 1000000",
            Self::Postgres(_) => "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint * 1000",
        };
        Ok(self.optional::<(i64,)>(text, Vec::new()).await?.map_or(0, |(now,)| now))
    }

    /// `($1, $2), ($3, $4)`. SQLite looks a numbered placeholder up in a list, which takes the square of their number, so
    /// it gets `?`.
    fn placeholders(&self, rows: usize, width: usize) -> String {
        let numbered = matches!(self, Self::Postgres(_));
        let mut text = String::with_capacity(rows * width * 8);
        for n in 0..rows * width {
            text.push_str(match (n, n % width) {
                (0, _) => "(",
                (_, 0) => "), (",
                (_, _) => ", ",
            });
            if numbered { text.push_str(&format!("${}", n + 1)) } else { text.push('?') }
        }
        text.push(')');
        text
    }
}

/// The arguments as one database wants them.
fn arguments<A: Arguments>(args: Vec<Arg>) -> Result<A, sqlx::Error>
where
    Option<Uuid>: for<'t> Encode<'t, A::Database> + Type<A::Database>,
    Option<String>: for<'t> Encode<'t, A::Database> + Type<A::Database>,
    Option<i64>: for<'t> Encode<'t, A::Database> + Type<A::Database>,
    bool: for<'t> Encode<'t, A::Database> + Type<A::Database>,
    Vec<u8>: for<'t> Encode<'t, A::Database> + Type<A::Database>,
{
    let mut all = A::default();
    all.reserve(args.len(), args.len() * 16);
    for arg in args {
        let added = match arg {
            Arg::Uuid(id) => all.add(id),
            Arg::Text(text) => all.add(text),
            Arg::Int(number) => all.add(number),
            Arg::Bool(flag) => all.add(flag),
            Arg::Bytes(bytes) => all.add(bytes),
        };
        added.map_err(sqlx::Error::Encode)?;
    }
    Ok(all)
}

macro_rules! arg_from {
    ($($from:ty => |$value:ident| $to:expr),+ $(,)?) => {$(
        impl From<$from> for Arg {
            fn from($value: $from) -> Self {
                $to
            }
        }
    )+};
}

arg_from! {
    Uuid => |id| Self::Uuid(Some(id)),
    Option<Uuid> => |id| Self::Uuid(id),
    &str => |text| Self::Text(Some(text.to_owned())),
    String => |text| Self::Text(Some(text)),
    Option<String> => |text| Self::Text(text),
    Option<&str> => |text| Self::Text(text.map(str::to_owned)),
    i64 => |number| Self::Int(Some(number)),
    u32 => |number| Self::Int(Some(number.into())),
    Option<i64> => |number| Self::Int(number),
    Option<u32> => |number| Self::Int(number.map(Into::into)),
    bool => |flag| Self::Bool(flag),
    Vec<u8> => |bytes| Self::Bytes(bytes),
    kuroibara_core::Time => |time| Self::Int(Some(super::text::nanos(time))),
    Option<kuroibara_core::Time> => |time| Self::Int(time.map(super::text::nanos)),
    kuroibara_core::MangaId => |id| Self::Uuid(Some(id.0)),
    kuroibara_core::MappingId => |id| Self::Uuid(Some(id.0)),
    kuroibara_core::IntegrationId => |id| Self::Uuid(Some(id.0)),
    kuroibara_core::UserId => |id| Self::Uuid(Some(id.0)),
    kuroibara_core::RunId => |id| Self::Uuid(Some(id.0)),
    kuroibara_core::Provider => |provider| Self::Text(Some(provider.as_str().to_owned())),
}

/// The arguments of one statement, or of one row of it.
macro_rules! args {
    ($($value:expr),* $(,)?) => { vec![$($crate::store::sql::Arg::from($value)),*] };
}
pub(super) use args;
