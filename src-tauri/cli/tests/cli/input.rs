//! Bad input: each a clear message, the right exit status, and nothing changed.

use crate::world::{Ran, World};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_words_and_numbers_are_wrong_usage() {
    let world = World::with(20, 5).await;
    for arguments in [
        &["connect", "mangadex"][..],
        &["sync", "mangadex"],
        &["sync", "--quickly"],
        &["update", "anilist", "--direction", "sideways"],
        &["update", "anilist", "--sync-ratings", "maybe"],
        &["update", "anilist", "--rule-of", "score"],
        &["update", "anilist", "--rule-of", "score=maybe"],
        &["update", "anilist", "--rule-of", "cover=ask"],
        &["keep-in-step", "perhaps"],
        &["edit", "anilist:1", "--chapters", "-1"],
        &["edit", "anilist:1", "--chapters", "1.5"],
        &["edit", "anilist:1", "--volumes", "-3"],
        &["edit", "anilist:1", "--rereads", "-1"],
        &["edit", "anilist:1", "--score", "0"],
        &["edit", "anilist:1", "--score", "101"],
        &["edit", "anilist:1", "--score", "-5"],
        &["edit", "anilist:1", "--started", "2024-13-01"],
        &["edit", "anilist:1", "--finished", "yesterday"],
        &["edit", "anilist:1", "--status", "watching"],
        &["edit", "anilist:1"],
        &["edit", "berserk", "--chapters", "1"],
        &["add", "anilist"],
        &["add", "mangadex:1"],
        &["library", "--limit", "-1"],
        &["library", "--limit", "0"],
        &["history", "--run", "yesterday"],
        &["connect", "kitsu"],
        &["connect", "anilist", "--username", "reader"],
        &["setup", "anilist", "--client-id", ""],
        &["nonsense"],
        &[],
    ] {
        let ran = world.run(arguments).await;
        assert_eq!(ran.status, 2, "{arguments:?}: {ran:?}");
        assert!(!ran.code().is_empty() && ran.err.len() > 40, "{arguments:?}: {ran:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edit_that_cannot_be_changes_nothing() {
    let world = World::with(40, 10).await;
    world.begin().await;
    let library = world.answer(&["library"]).await;
    let counted = library["entries"].as_array().unwrap().iter().find(|entry| entry["total_chapters"].is_u64());
    let entry = counted.expect("a title whose chapters are counted");
    let id = entry["manga_id"].as_str().unwrap();
    let above = (entry["total_chapters"].as_u64().unwrap() + 1).to_string();
    let long = "x".repeat(100_000);
    for change in [["--chapters", above.as_str()], ["--notes", long.as_str()], ["--chapters", "4000000000"]] {
        // The argument is given with a good one, which must not be stored alone.
        let ran = world.run(&["edit", id, "--score", "55", change[0], change[1]]).await;
        assert_eq!((ran.status, ran.code().as_str()), (2, "bad_input"), "{}", ran.err);
    }
    assert_eq!(world.answer(&["library"]).await, library);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_callback_is_good_once_for_its_own_sign_in_only() {
    let world = World::with(20, 5).await;
    let nothing_pending = world.run(&["callback", "kuroibara://oauth/anilist?code=abcdefgh&state=abcdefgh"]).await;
    assert_eq!(nothing_pending.status, 2, "{nothing_pending:?}");
    let page = world.answer(&["connect", "myanimelist"]).await["authorize_url"].as_str().unwrap().to_owned();
    let address = world.approve("myanimelist", &page);
    let wrong_state = address.replace("state=", "state=x");
    for bad in ["", "nonsense", "https://example.org/?code=1", "kuroibara://oauth/mangadex?code=abcdefgh", &wrong_state]
    {
        let ran = world.run(&["callback", bad]).await;
        assert_eq!((ran.status, ran.out.as_str()), (2, ""), "{bad}: {ran:?}");
        assert!(!ran.err.contains("abcdefgh"), "what came is never repeated: {ran:?}");
    }
    assert_eq!(world.answer(&["callback", &address]).await["state"], "connected");
    let replayed = world.run(&["callback", &address]).await;
    assert_eq!(replayed.status, 2, "{replayed:?}");
    assert_eq!(world.answer(&["settings"]).await["myanimelist"]["state"], "connected");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_is_reached_over_https_or_on_this_machine() {
    let mut world = World::with(20, 5).await;
    world.env.insert("KUROIBARA_KITSU_API_URL".into(), "http://kitsu.app/api/edge".into());
    let ran = world.run(&["settings"]).await;
    assert_eq!((ran.status, ran.code().as_str()), (2, "bad_environment"), "{ran:?}");
    assert!(ran.err.contains("KUROIBARA_KITSU_API_URL"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_is_not_ours_is_left_as_it_is() {
    let world = World::with(20, 5).await;
    world.answer(&["settings"]).await;
    let file = world.data.path().join("kuroibara.db");
    let good = std::fs::read(&file).unwrap();
    let mut torn = good.clone();
    torn[100..].iter_mut().for_each(|byte| *byte ^= 0x5a);
    for bytes in [b"this is a letter and no database, and it is long enough to be read".repeat(100), torn] {
        std::fs::write(&file, &bytes).unwrap();
        let ran = world.run(&["settings"]).await;
        assert_eq!(ran.status, 1, "{ran:?}");
        assert!(["not_a_database", "database_damaged"].contains(&ran.code().as_str()), "{ran:?}");
        assert_eq!(std::fs::read(&file).unwrap(), bytes, "nothing was changed");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_newer_database_is_left_as_it_is() {
    use sqlx::Connection;
    let world = World::with(20, 5).await;
    world.answer(&["settings"]).await;
    let url = format!("sqlite:{}", world.data.path().join("kuroibara.db").display());
    let mut connection = sqlx::SqliteConnection::connect(&url).await.unwrap();
    let newer = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
                 VALUES (99991231000000, 'from the future', true, x'00', 1)";
    sqlx::query(newer).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    let ran = world.run(&["library"]).await;
    assert_eq!((ran.status, ran.code().as_str()), (1, "database_newer"), "{ran:?}");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_place_that_cannot_hold_a_library_is_named() {
    let mut world = World::with(20, 5).await;
    let file = world.data.path().join("a-file");
    std::fs::write(&file, "").unwrap();
    world.env.insert("KUROIBARA_DATA_DIR".into(), file.join("below").to_str().unwrap().into());
    let ran = world.run(&["settings"]).await;
    assert_eq!(ran.status, 1, "{ran:?}");
    assert!(ran.err.contains("a-file"), "{ran:?}");
    for (url, status) in [("mysql://localhost/x", 2), ("sqlite:", 2), ("postgresql://127.0.0.1:1/none", 1)] {
        world.env.insert("DATABASE_URL".into(), url.into());
        let ran = world.run(&["settings"]).await;
        assert_eq!(ran.status, status, "{url}: {ran:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_keyring_and_passphrase_nothing_is_stored_and_the_way_out_is_said() {
    let mut world = World::with(20, 5).await;
    world.env.remove("KUROIBARA_PASSPHRASE");
    let ran = world.run(&["connect", "anilist"]).await;
    assert_eq!((ran.status, ran.code().as_str()), (1, "no_keyring"), "{ran:?}");
    assert!(ran.err.contains("KUROIBARA_PASSPHRASE"), "{ran:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_passphrase_is_told_and_spoils_nothing() {
    let mut world = World::with(40, 10).await;
    world.begin().await;
    for (passphrase, code) in [(Some("another one"), "wrong_passphrase"), (None, "passphrase_needed")] {
        world.env.remove("KUROIBARA_PASSPHRASE");
        world.env.extend(passphrase.map(|text| ("KUROIBARA_PASSPHRASE".to_owned(), text.to_owned())));
        let ran = world.run(&["sync"]).await;
        assert_eq!((ran.status, ran.code().as_str()), (1, code), "{ran:?}");
        world.answer(&["library"]).await;
    }
    world.env.insert("KUROIBARA_PASSPHRASE".into(), crate::world::PASSPHRASE.into());
    world.answer(&["sync"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn help_teaches_and_is_no_error() {
    let world = World::with(20, 5).await;
    for (arguments, words) in [
        (&["--help"][..], &["Exit status:", "Environment:", "DATABASE_URL", "First steps:"][..]),
        (&["sync", "--help"], &["--dry-run", "plan apply"]),
        (&["--version"], &["kuroibara-cli"]),
        (&["completions", "bash"], &["complete"]),
        (&["completions", "fish"], &["kuroibara-cli"]),
    ] {
        let ran = Ran::of(world.bare(arguments)).await;
        assert_eq!((ran.status, ran.err.as_str()), (0, ""), "{arguments:?}");
        assert!(words.iter().all(|word| ran.out.contains(word)), "{arguments:?}: {}", ran.out);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_secret_that_does_not_come_is_asked_for() {
    let world = World::with(20, 5).await;
    for arguments in [
        &["setup", "anilist", "--client-id", "12", "--client-secret-stdin"][..],
        &["connect", "kitsu", "--username", "reader", "--password-stdin"],
    ] {
        let ran = world.run(arguments).await;
        assert_eq!((ran.status, ran.code().as_str()), (2, "no_secret"), "{ran:?}");
    }
    let wrong = world.run_with(&["connect", "kitsu", "--username", "reader", "--password-stdin"], "wrong").await;
    assert_ne!(wrong.status, 0, "{wrong:?}");
    assert_eq!(world.answer(&["settings"]).await["kitsu"]["state"], "disconnected");
}
