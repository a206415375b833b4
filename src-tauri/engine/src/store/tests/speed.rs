//! How long the large pieces of work take. Printed, not judged: run with `--ignored --nocapture`, best in release.

use std::time::Instant;

use kuroibara_core::{Base, Field, Fields, Observation, Pair, Remote, state::Sent};

use super::*;

const MANGA: u32 = 10_000;

fn observed(n: u32) -> (Observation, Base) {
    let said = Entry {
        chapters: n % 300,
        notes: n.is_multiple_of(10).then(|| "a note".into()),
        ..Entry::new(Status::Reading)
    };
    let fields: Fields = said.fields();
    let mut base = Base { entry_id: Some("123456".into()), ..Base::default() };
    for field in Field::ALL {
        let value = said.get(field);
        let ours = Some(Sent { raw: value.clone(), projected: value.clone() });
        base.pairs[field] = Some(Pair { ours, theirs: value });
    }
    let entry_id = Some("123456".into());
    (Observation { fields, entry_id, updated_at: later(-5), read_before: None }, base)
}

fn imported(db: &Db, at: &EnumMap<Provider, IntegrationId>, n: u32) -> MangaChange {
    let mappings = at.values().map(|integration| {
        let (observation, base) = observed(n);
        MappingChange {
            totals: Some(Totals { chapters: Some(n), volumes: None }),
            read: Some((Remote::Present(observation), now())),
            base: Change::Set(base),
            ..new_mapping(db, *integration, &n.to_string())
        }
    });
    let mut manga = new_manga(db, &format!("Title of number {n}, and some more of it"), n);
    if let WorkChange::New(details) = &mut manga.work {
        details.titles =
            (0..4).map(|k| Title { kind: TitleKind::Synonym, text: format!("Known as {k} {n}") }).collect();
    }
    manga.mappings = mappings.collect();
    let pulled = |field| JournalRow {
        id: db.new_id(now()),
        run: None,
        manga: manga.manga,
        provider: Some(Provider::AniList),
        field,
        before: None,
        after: Some(serde_json::json!({"chapters_read": n, "status": "reading"})),
        origin: Origin::Provider(Provider::AniList),
        cause: "pull".into(),
        at: now(),
    };
    manga.journal = vec![pulled(None)];
    manga
}

fn say(what: &str, since: Instant) {
    println!("{what}: {:.1} ms", since.elapsed().as_secs_f64() * 1e3);
}

async fn measure(fresh: &Fresh) {
    let start = Instant::now();
    let db = fresh.open().await;
    say("first start", start);
    let at = ids(&db).await;
    let changes: Vec<_> = (0..MANGA).map(|n| imported(&db, &at, n)).collect();
    let start = Instant::now();
    store(&db, &changes).await;
    say("first import", start);
    let start = Instant::now();
    let loaded = load(&db).await;
    say("load everything", start);
    let start = Instant::now();
    let reread: Vec<_> = loaded
        .iter()
        .map(|manga| MangaChange {
            mappings: manga
                .mappings
                .values()
                .flatten()
                .map(|mapping| MappingChange {
                    read: Some((Remote::Present(observed(7).0), later(9))),
                    base: Change::Set(observed(7).1),
                    outbox: OutboxChange::Due { since: now() },
                    ..MappingChange::of(mapping.id)
                })
                .collect(),
            ..MangaChange::of(manga.id, manga.version)
        })
        .collect();
    store(&db, &reread).await;
    say("observe, agree and queue everything", start);
    let start = Instant::now();
    let pick = Pick { due_at: Some(now()), unsettled: true, ..Pick::default() };
    let due = db.load_manga(&Scope::Only(pick)).await.unwrap();
    say(&format!("load {} that are due", due.len()), start);
    let start = Instant::now();
    let edit = MangaChange { local: Some(entry(1)), ..MangaChange::of(loaded[5_000].id, 1) };
    store(&db, &[edit]).await;
    say("one edit", start);
    db.close().await;
    let start = Instant::now();
    let db = fresh.open().await;
    say("open", start);
    for (what, search, sort) in [
        ("first page", None, Sort::Title),
        ("newest page", None, Sort::Updated),
        ("search for a common word", Some("known"), Sort::Title),
        ("search for a rare word", Some("9999"), Sort::Title),
        ("search in vain", Some("nothing has this"), Sort::Updated),
    ] {
        let query = LibraryQuery { search: search.map(str::to_owned), sort, limit: 50, ..LibraryQuery::default() };
        let start = Instant::now();
        let page = db.library(&query).await.unwrap();
        say(&format!("{what} of {}", page.total), start);
    }
    let start = Instant::now();
    db.library_row(loaded[5_000].id).await.unwrap();
    say("one entry", start);
    let start = Instant::now();
    assert_eq!(db.health().await.unwrap().damage, None);
    say("full check", start);
    db.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn on_sqlite() {
    let fresh = Fresh::sqlite();
    measure(&fresh).await;
    let size = std::fs::metadata(fresh.dir.path().join("kuroibara.db")).unwrap().len();
    println!("file: {:.1} MB", size as f64 / 1e6);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn on_postgresql() {
    let Some(fresh) = Fresh::postgres().await else { return };
    measure(&fresh).await;
    fresh.remove().await;
}
