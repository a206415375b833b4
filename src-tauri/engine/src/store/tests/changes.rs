//! Libraries of older versions: what they hold is there after the changes that a newer version makes to the tables.

use std::borrow::Cow;

use sqlx::migrate::Migrator;

use super::{sql::args, *};

/// The library as the version before the change `version` left it.
async fn before(fresh: &Fresh, version: i64) -> sql::Pool {
    let known = open::MIGRATIONS.iter().filter(|change| change.version < version).cloned().collect();
    let older = Migrator { migrations: Cow::Owned(known), ..Migrator::DEFAULT };
    match &fresh.url {
        Some(url) => {
            let pool = sqlx::PgPool::connect(url).await.unwrap();
            older.run(&pool).await.unwrap();
            sql::Pool::Postgres(pool)
        }
        None => {
            let file = fresh.dir.path().join("kuroibara.db");
            let options = sqlx::sqlite::SqliteConnectOptions::new().filename(file).create_if_missing(true);
            // "KURO", by which a file is known as ours.
            let ours = options.pragma("application_id", 0x4B55_524F_i32.to_string());
            let pool = sqlx::SqlitePool::connect_with(ours).await.unwrap();
            older.run(&pool).await.unwrap();
            sql::Pool::Sqlite(pool)
        }
    }
}

const MANGA: &str = "INSERT INTO manga (id, title, sort_title, format, authors, adult, created_at, updated_at) \
    VALUES ($1, 'Akira', 'akira', 'manga', '[]', FALSE, 0, 0)";
const TITLE: &str =
    "INSERT INTO manga_titles (manga_id, position, kind, text, folded) VALUES ($1, $2, 'romaji', $3, $4)";

laws! {
    async fn every_name_of_a_title_is_found_after_names_got_a_table_of_their_own(fresh: &Fresh) {
        let old = before(fresh, 20_261_122_184_000).await;
        let manga = [uuid::Uuid::from_u128(1), uuid::Uuid::from_u128(2), uuid::Uuid::from_u128(3)];
        let names: [&[(&str, &str)]; 3] = [&[("Akira", "akira"), ("ＡＫＩＲＡ", "akira"), ("アキラ", "アキラ")], &[("Bleach", "bleach")], &[]];
        for (id, names) in manga.iter().zip(names) {
            old.run(MANGA, args![*id]).await.unwrap();
            for (place, (text, folded)) in names.iter().enumerate() {
                old.run(TITLE, args![*id, place as i64, (*text).to_owned(), (*folded).to_owned()]).await.unwrap();
            }
        }
        match old {
            sql::Pool::Sqlite(pool) => pool.close().await,
            sql::Pool::Postgres(pool) => pool.close().await,
        }
        let db = fresh.open().await;
        let text = "SELECT folded FROM manga_names ORDER BY manga_id";
        let folded: Vec<(String,)> = db.pool.all(text, args![]).await.unwrap();
        assert_eq!(folded, [("akira\nakira\nアキラ".to_owned(),), ("bleach".to_owned(),)]);
        let kept = db.pool.all::<(String,)>("SELECT text FROM manga_titles ORDER BY manga_id, position", args![]).await;
        assert_eq!(kept.unwrap().iter().map(|(text,)| text.as_str()).collect::<Vec<_>>(), ["Akira", "ＡＫＩＲＡ", "アキラ", "Bleach"]);
    }
}
