//! What a commit stores, what it leaves out, and that it is never half.

use kuroibara_core::{Base, Field, Fields, Intent, Observation, Pair, Remote, Value, state::Sent};

use super::*;

fn observation(chapters: u32) -> Observation {
    Observation {
        fields: Fields::new().with(Field::Chapters, Value::Count(chapters)),
        entry_id: Some("e1".into()),
        updated_at: later(-100),
        read_before: Some(later(-500)),
    }
}

fn base(chapters: u32) -> Base {
    let value = Value::Count(chapters);
    let mut base = Base { entry_id: Some("e1".into()), ..Base::default() };
    let ours = Some(Sent { raw: value.clone(), projected: value.clone() });
    base.pairs[Field::Chapters] = Some(Pair { ours, theirs: value });
    base
}

fn intent() -> Intent {
    let fields = Fields::new().with(Field::Chapters, Value::Count(9));
    Intent { at: now(), sent: fields.clone(), raw: fields, before: None }
}

/// A manga at AniList with everything that a mapping can have.
async fn full(db: &Db) -> MangaChange {
    let mapping = MappingChange {
        totals: Some(Totals { chapters: Some(101), volumes: Some(7) }),
        read: Some((Remote::Present(observation(5)), later(-10))),
        unsettled: Some(true),
        base: Change::Set(base(4)),
        intent: Change::Set(intent()),
        outbox: OutboxChange::Due { since: later(-3) },
        ..new_mapping(db, ids(db).await[Provider::AniList], "30002")
    };
    MangaChange { mappings: vec![mapping], ..new_manga(db, "Berserk", 3) }
}

laws! {
    async fn what_was_committed_is_loaded_again(fresh: &Fresh) {
        let db = fresh.open().await;
        let change = full(&db).await;
        store(&db, std::slice::from_ref(&change)).await;
        let loaded = load(&fresh.open().await).await.pop().unwrap();
        assert_eq!((loaded.id, &*loaded.title, loaded.version), (change.manga, "Berserk", 1));
        assert_eq!(Some(&loaded.state.local), change.local.as_ref());
        let side = loaded.state.sides[Provider::AniList].as_ref().unwrap();
        assert_eq!(side.totals, Totals { chapters: Some(101), volumes: Some(7) });
        assert_eq!((side.base.as_ref(), side.intent.as_ref()), (Some(&base(4)), Some(&intent())));
        assert_eq!(side.remote, Remote::Present(observation(5)));
        let mapping = loaded.mappings[Provider::AniList].as_ref().unwrap();
        assert_eq!((mapping.read_at, mapping.unsettled), (Some(later(-10)), true));
        assert_eq!(mapping.due.as_ref().unwrap().since, later(-3));
    }

    async fn a_change_planned_from_an_older_version_is_left_out_as_a_whole(fresh: &Fresh) {
        let (db, other) = (fresh.open().await, fresh.open().await);
        let change = full(&db).await;
        store(&db, std::slice::from_ref(&change)).await;
        let edit = MangaChange { local: Some(entry(8)), ..MangaChange::of(change.manga, 1) };
        store(&other, &[edit]).await;
        let mut late = MangaChange { local: Some(entry(4)), ..MangaChange::of(change.manga, 1) };
        late.mappings.push(MappingChange { base: Change::Clear, ..MappingChange::of(change.mappings[0].id) });
        let committed = db.commit(&batch(&[late, new_manga(&db, "Akira", 1)])).await.unwrap();
        assert_eq!(committed.stale, [change.manga]);
        let loaded = load_one(&db, change.manga).await;
        assert_eq!((loaded.version, loaded.state.local), (2, entry(8)));
        assert_eq!(loaded.state.sides[Provider::AniList].as_ref().unwrap().base, Some(base(4)));
        assert_eq!(load(&db).await.len(), 2, "the rest of the batch is stored");
    }
}
