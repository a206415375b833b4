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
const USER: &str = "INSERT INTO users (id, username, created_at) VALUES ($1, 'local', 0)";
const INTEGRATION: &str = "INSERT INTO external_integrations (id, user_id, integration_type, created_at, updated_at) \
    VALUES ($1, $2, 'kitsu', 0, 0)";
const MAPPING: &str = "INSERT INTO external_manga_mappings (id, integration_id, manga_id, external_manga_id, created_at, source) \
    VALUES ($1, $2, $1, $3, 7000, $4)";
const REJECTED: &str =
    "INSERT INTO rejected_pairs (manga_id, provider, external_id, at) VALUES ($1, 'anilist', '664', 9000)";

async fn close(old: sql::Pool) {
    match old {
        sql::Pool::Sqlite(pool) => pool.close().await,
        sql::Pool::Postgres(pool) => pool.close().await,
    }
}

laws! {
    async fn what_a_person_linked_and_rejected_is_shown_after_decisions_got_tables_of_their_own(fresh: &Fresh) {
        let old = before(fresh, 20_261_122_235_500).await;
        let [user, at, by_hand, by_itself] = [8, 9, 1, 2].map(uuid::Uuid::from_u128);
        old.run(USER, args![user]).await.unwrap();
        old.run(INTEGRATION, args![at, user]).await.unwrap();
        for (id, work, source) in [(by_hand, "1", "user"), (by_itself, "2", "list")] {
            old.run(MANGA, args![id]).await.unwrap();
            old.run(MAPPING, args![id, at, work.to_owned(), source.to_owned()]).await.unwrap();
        }
        old.run(REJECTED, args![by_itself]).await.unwrap();
        close(old).await;
        let db = fresh.open().await;
        let shown: Vec<_> = db.decided().await.unwrap().into_iter().map(|one| (one.manga.0, one.said)).collect();
        let rejected = (by_itself, Said::Rejected("664".into(), None));
        assert_eq!(shown, [rejected, (by_hand, Said::Linked("1".into(), Some("Akira".into())))]);
    }

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
        close(old).await;
        let db = fresh.open().await;
        let text = "SELECT folded FROM manga_names ORDER BY manga_id";
        let folded: Vec<(String,)> = db.pool.all(text, args![]).await.unwrap();
        assert_eq!(folded, [("akira\nakira\nアキラ".to_owned(),), ("bleach".to_owned(),)]);
        let kept = db.pool.all::<(String,)>("SELECT text FROM manga_titles ORDER BY manga_id, position", args![]).await;
        assert_eq!(kept.unwrap().iter().map(|(text,)| text.as_str()).collect::<Vec<_>>(), ["Akira", "ＡＫＩＲＡ", "アキラ", "Bleach"]);
    }
}
