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
    base.pairs[Field::Chapters] = Some(Pair::new(ours, value));
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
        assert_eq!((side.base.as_ref(), side.intent.as_deref()), (Some(&base(4)), Some(&intent())));
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

    async fn of_two_edits_at_once_one_wins_and_the_other_is_told(fresh: &Fresh) {
        let db = fresh.open().await;
        let manga = new_manga(&db, "Akira", 1);
        store(&db, std::slice::from_ref(&manga)).await;
        let mut racers = Vec::new();
        for chapters in 2..10 {
            let db = fresh.open().await;
            let edit = MangaChange { local: Some(entry(chapters)), ..MangaChange::of(manga.manga, 1) };
            racers.push(tokio::spawn(async move { db.commit(&batch(&[edit])).await.unwrap().stale.is_empty() }));
        }
        let mut won = 0;
        for racer in racers {
            won += u32::from(racer.await.unwrap());
        }
        assert_eq!((won, load_one(&db, manga.manga).await.version), (1, 2));
    }

    async fn a_whole_batch_is_stored_whole_or_not_at_all(fresh: &Fresh) {
        let db = fresh.open().await;
        let old = new_manga(&db, "Akira", 1);
        store(&db, std::slice::from_ref(&old)).await;
        let stale = MangaChange { local: Some(entry(4)), ..MangaChange::of(old.manga, 7) };
        let changes = [new_manga(&db, "Berserk", 1), stale];
        let committed = db.commit(&Batch { whole: true, ..batch(&changes) }).await.unwrap();
        assert_eq!(committed.stale, [old.manga]);
        assert_eq!(load(&db).await.len(), 1);
    }

    async fn a_finished_push_removes_only_the_row_it_was_begun_for(fresh: &Fresh) {
        let db = fresh.open().await;
        let change = full(&db).await;
        store(&db, std::slice::from_ref(&change)).await;
        let id = change.mappings[0].id;
        let due = async || load_one(&db, change.manga).await.mappings[Provider::AniList].clone().unwrap().due;
        let push = |outbox, version| {
            let mapping = MappingChange { outbox, ..MappingChange::of(id) };
            MangaChange { mappings: vec![mapping], ..MangaChange::of(change.manga, version) }
        };
        let begun = due().await.unwrap();
        store(&db, &[push(OutboxChange::Due { since: begun.since }, 1)]).await;
        store(&db, &[push(OutboxChange::Done { mark: begun.mark }, 1)]).await;
        let edited = due().await.expect("the later edit still waits, though it was made at the same moment");
        assert_eq!(edited.since, begun.since);
        store(&db, &[push(OutboxChange::Done { mark: edited.mark }, 1)]).await;
        assert_eq!(due().await, None);
    }

    async fn what_failed_waits_and_what_was_refused_waits_for_the_next_edit(fresh: &Fresh) {
        let db = fresh.open().await;
        let change = full(&db).await;
        store(&db, std::slice::from_ref(&change)).await;
        let due_at = |at| Pick { due_at: Some(at), ..Pick::default() };
        let error = Failure { code: "unreachable".into(), message: "no network".into() };
        let mark = load(&db).await[0].mappings[Provider::AniList].as_ref().unwrap().due.as_ref().unwrap().mark;
        let push = |outbox| {
            let mapping = MappingChange { outbox, ..MappingChange::of(change.mappings[0].id) };
            MangaChange { mappings: vec![mapping], ..MangaChange::of(change.manga, 1) }
        };
        assert_eq!(titles(&db, due_at(now())).await.len(), 1);
        store(&db, &[push(OutboxChange::Failed { mark, next_try_at: later(60), error: error.clone() })]).await;
        assert_eq!((titles(&db, due_at(later(59))).await.len(), titles(&db, due_at(later(60))).await.len()), (0, 1));
        assert_eq!(db.next_due_at(&Provider::ALL).await.unwrap(), Some(later(60)));
        store(&db, &[push(OutboxChange::Refused { mark, error: error.clone() })]).await;
        assert_eq!((titles(&db, due_at(later(9_000))).await.len(), db.next_due_at(&Provider::ALL).await.unwrap()), (0, None));
        let waiting = db.waiting(10).await.unwrap().pop().unwrap();
        assert_eq!((waiting.attempts, waiting.refused, waiting.error), (2, true, Some(error.clone())));
        let at = ids(&db).await;
        db.stop_refusing(at[Provider::Kitsu]).await.unwrap();
        assert!(db.waiting(10).await.unwrap()[0].refused, "that was another service's");
        db.stop_refusing(at[Provider::AniList]).await.unwrap();
        let waiting = db.waiting(10).await.unwrap().pop().unwrap();
        assert_eq!((waiting.attempts, waiting.refused, waiting.error), (0, false, None));
        store(&db, &[push(OutboxChange::Refused { mark, error })]).await;
        store(&db, &[push(OutboxChange::Due { since: now() })]).await;
        let waiting = db.waiting(10).await.unwrap().pop().unwrap();
        assert_eq!((waiting.attempts, waiting.refused, waiting.due_since), (0, false, later(-3)));
    }

    async fn a_work_that_another_process_mapped_meanwhile_makes_the_change_stale(fresh: &Fresh) {
        let db = fresh.open().await;
        let at = ids(&db).await[Provider::Kitsu];
        let make = |title, id| MangaChange { mappings: vec![new_mapping(&db, at, id)], ..new_manga(&db, title, 1) };
        store(&db, &[make("Akira", "1")]).await;
        let changes = [make("Akira again", "1"), make("Berserk", "2"), make("Berserk again", "2")];
        let committed = db.commit(&batch(&changes)).await.unwrap();
        assert_eq!(committed.stale, [changes[0].manga, changes[2].manga]);
        assert_eq!(load(&db).await.len(), 2);
    }

    async fn a_manga_has_at_most_one_mapping_at_an_integration(fresh: &Fresh) {
        let db = fresh.open().await;
        let at = ids(&db).await[Provider::Kitsu];
        let manga = MangaChange { mappings: vec![new_mapping(&db, at, "1")], ..new_manga(&db, "Akira", 1) };
        store(&db, std::slice::from_ref(&manga)).await;
        let second = MangaChange { mappings: vec![new_mapping(&db, at, "2")], ..MangaChange::of(manga.manga, 1) };
        assert_eq!(db.commit(&batch(&[second])).await.unwrap().stale, [manga.manga]);
        let instead = MappingChange { link: LinkChange::Gone, ..MappingChange::of(manga.mappings[0].id) };
        let instead = vec![instead, new_mapping(&db, at, "2")];
        store(&db, &[MangaChange { mappings: instead, ..MangaChange::of(manga.manga, 1) }]).await;
        let loaded = load_one(&db, manga.manga).await;
        assert_eq!(loaded.mappings[Provider::Kitsu].as_ref().unwrap().external_id.as_str(), "2");
        assert_eq!(loaded.version, 2, "whoever read the old links must read again");
    }

    async fn a_batch_that_changes_a_manga_twice_leaves_it_out(fresh: &Fresh) {
        let db = fresh.open().await;
        let manga = new_manga(&db, "Akira", 1);
        store(&db, std::slice::from_ref(&manga)).await;
        let edit = |chapters| MangaChange { local: Some(entry(chapters)), ..MangaChange::of(manga.manga, 1) };
        assert_eq!(db.commit(&batch(&[edit(2), edit(3)])).await.unwrap().stale, [manga.manga]);
        let loaded = load_one(&db, manga.manga).await;
        assert_eq!((loaded.version, loaded.state.local), (1, entry(1)));
    }

    async fn linking_moves_a_mapping_and_unlinking_moves_it_back(fresh: &Fresh) {
        let db = fresh.open().await;
        let at = ids(&db).await;
        let one = MangaChange {
            mappings: vec![new_mapping(&db, at[Provider::AniList], "1")],
            ..new_manga(&db, "Akira", 1)
        };
        let two =
            MangaChange { mappings: vec![new_mapping(&db, at[Provider::Kitsu], "2")], ..new_manga(&db, "アキラ", 3) };
        store(&db, &[one.clone(), two.clone()]).await;
        let moved = |from| MappingChange { link: LinkChange::MovedFrom(from), ..MappingChange::of(two.mappings[0].id) };
        let gets = MangaChange { mappings: vec![moved(two.manga)], ..MangaChange::of(one.manga, 1) };
        let gives = MangaChange {
            work: WorkChange::MergedInto(one.manga),
            local: Some(Local::Never),
            ..MangaChange::of(two.manga, 1)
        };
        let link = [gets, gives];
        db.commit(&Batch { whole: true, ..batch(&link) }).await.unwrap();
        let loaded = load(&db).await;
        assert_eq!(loaded.len(), 1);
        assert_eq!(loaded[0].mappings.values().flatten().count(), 2);
        assert_eq!(db.find_manga(Provider::Kitsu, &"2".into()).await.unwrap(), Some(one.manga));
        let back = MangaChange {
            work: WorkChange::Unmerged,
            local: Some(entry(3)),
            mappings: vec![moved(one.manga)],
            ..MangaChange::of(two.manga, 0)
        };
        store(&db, &[back]).await;
        assert_eq!(db.find_manga(Provider::Kitsu, &"2".into()).await.unwrap(), Some(two.manga));
        assert_eq!(load(&db).await.len(), 2);
    }

    async fn a_removed_entry_comes_back_as_it_was(fresh: &Fresh) {
        let db = fresh.open().await;
        let manga = new_manga(&db, "Akira", 5);
        store(&db, std::slice::from_ref(&manga)).await;
        let Local::Present(said, stamps) = entry(5) else { unreachable!() };
        let removed = Local::Removed(said, stamps, later(9));
        let removal = MangaChange { local: Some(removed.clone()), ..MangaChange::of(manga.manga, 1) };
        store(&db, &[removal]).await;
        assert_eq!(load_one(&db, manga.manga).await.state.local, removed);
        assert_eq!(db.library_row(manga.manga).await.unwrap(), None);
        store(&db, &[MangaChange { local: Some(Local::Never), ..MangaChange::of(manga.manga, 2) }]).await;
        let forgotten = load_one(&db, manga.manga).await;
        assert_eq!((forgotten.state.local, forgotten.version), (Local::Never, 0));
    }

    async fn a_dropped_commit_leaves_nothing_behind(fresh: &Fresh) {
        let db = fresh.open().await;
        let change = full(&db).await;
        for delay in 0..40 {
            let changes = [change.clone()];
            let batch = batch(&changes);
            // Polled some times and then dropped: wherever it stood, the transaction is taken back or was finished.
            let mut stored = Box::pin(db.commit(&batch));
            for _ in 0..delay {
                if futures::poll!(stored.as_mut()).is_ready() {
                    break;
                }
                tokio::task::yield_now().await;
            }
            drop(stored);
            let loaded = load(&db).await;
            let Some(loaded) = loaded.first() else { continue };
            assert!(loaded.version == 1 && loaded.state.sides[Provider::AniList].as_ref().unwrap().base.is_some());
        }
        let again = db.commit(&batch(std::slice::from_ref(&change))).await.unwrap();
        assert!(again.stale.is_empty() || load(&db).await.len() == 1);
    }

    async fn a_cursor_is_stored_with_the_observations_and_goes_back_only_to_the_newest_that_is_left(fresh: &Fresh) {
        let db = fresh.open().await;
        let id = ids(&db).await[Provider::AniList];
        let read = |read_at, cursor, full| ListingRead {
            read_at,
            cursor,
            full,
            total: full.then_some(7),
            clock_ahead: TimeDelta::milliseconds(-250),
        };
        let commit = async |listing| {
            let changes = [IntegrationChange { listing: Some(listing), ..IntegrationChange::of(id) }];
            db.commit(&Batch { integrations: &changes, ..batch(&[]) }).await.unwrap();
            db.integration(Provider::AniList).await.unwrap()
        };
        let full = commit(read(later(10), Some(later(5)), true)).await;
        assert_eq!((full.list_cursor, full.list_read_at, full.last_full_at), (Some(later(5)), Some(later(10)), Some(later(10))));
        assert_eq!((full.listed_total, full.clock_ahead), (Some(7), TimeDelta::milliseconds(-250)));
        let late = commit(read(later(9), Some(later(4)), false)).await;
        assert_eq!((late.list_cursor, late.list_read_at), (Some(later(5)), Some(later(10))));
        let empty = commit(read(later(20), None, false)).await;
        assert_eq!((empty.list_cursor, empty.list_read_at), (Some(later(5)), Some(later(20))));
        assert_eq!((empty.last_full_at, empty.listed_total), (Some(later(10)), Some(7)));
        let whole = commit(read(later(30), Some(later(2)), true)).await;
        assert_eq!((whole.list_cursor, whole.list_read_at), (Some(later(2)), Some(later(30))));
    }

    async fn a_listing_is_not_noted_while_something_of_it_is_not_stored(fresh: &Fresh) {
        let db = fresh.open().await;
        let manga = new_manga(&db, "Akira", 1);
        store(&db, std::slice::from_ref(&manga)).await;
        let cursor = Some(later(5));
        let listing = ListingRead { read_at: now(), cursor, full: false, total: None, clock_ahead: TimeDelta::zero() };
        let id = ids(&db).await[Provider::AniList];
        let integrations = [IntegrationChange { listing: Some(listing), ..IntegrationChange::of(id) }];
        for (version, noted) in [(7, None), (1, cursor)] {
            let changes = [MangaChange { local: Some(entry(2)), ..MangaChange::of(manga.manga, version) }];
            db.commit(&Batch { integrations: &integrations, ..batch(&changes) }).await.unwrap();
            assert_eq!(db.integration(Provider::AniList).await.unwrap().list_cursor, noted);
        }
    }

    async fn the_end_of_a_run_and_an_approval_are_noted(fresh: &Fresh) {
        let db = fresh.open().await;
        let id = ids(&db).await[Provider::Kitsu];
        let synced = Some((later(3), "success".to_owned()));
        let changes = [IntegrationChange { synced, approved_at: Some(later(2)), ..IntegrationChange::of(id) }];
        db.commit(&Batch { integrations: &changes, ..batch(&[]) }).await.unwrap();
        let changes = [IntegrationChange::of(id)];
        db.commit(&Batch { integrations: &changes, ..batch(&[]) }).await.unwrap();
        let kitsu = db.integration(Provider::Kitsu).await.unwrap();
        assert_eq!((kitsu.last_sync_at, &*kitsu.last_sync_status), (Some(later(3)), "success"));
        assert_eq!(kitsu.approved_at, Some(later(2)));
    }

    async fn each_commit_makes_another_generation(fresh: &Fresh) {
        let (db, other) = (fresh.open().await, fresh.open().await);
        let before = other.generation().await.unwrap();
        assert_eq!(other.generation().await.unwrap(), before);
        store(&db, &[new_manga(&db, "Akira", 1)]).await;
        assert_ne!(other.generation().await.unwrap(), before);
    }

    async fn a_pick_finds_by_key_by_work_by_due_and_by_unsettled(fresh: &Fresh) {
        let db = fresh.open().await;
        let at = ids(&db).await;
        let plain = new_manga(&db, "Plain", 1);
        let kitsu = MangaChange {
            mappings: vec![new_mapping(&db, at[Provider::Kitsu], "7")],
            ..new_manga(&db, "At Kitsu", 1)
        };
        store(&db, &[plain.clone(), kitsu, full(&db).await]).await;
        let none = Pick::default();
        let works = |works: &[(Provider, &str)]| Pick {
            works: works.iter().map(|(provider, id)| (at[*provider], ExternalId::from(*id))).collect(),
            ..Pick::default()
        };
        let set = |titles: &[&str]| titles.iter().map(|title| (*title).to_owned()).collect::<BTreeSet<_>>();
        assert_eq!(titles(&db, none.clone()).await, set(&[]));
        assert_eq!(titles(&db, Pick { manga: vec![plain.manga], ..none.clone() }).await, set(&["Plain"]));
        let asked = works(&[(Provider::Kitsu, "7"), (Provider::AniList, "7"), (Provider::MyAnimeList, "30002")]);
        assert_eq!(titles(&db, asked).await, set(&["At Kitsu"]));
        let both = Pick { manga: vec![plain.manga], unsettled: true, ..none.clone() };
        assert_eq!(titles(&db, both).await, set(&["Plain", "Berserk"]));
        assert_eq!(titles(&db, Pick { due_at: Some(now()), ..none }).await, set(&["Berserk"]));
    }

    async fn an_outline_names_title_works_and_who_brought_the_entry(fresh: &Fresh) {
        let db = fresh.open().await;
        let at = ids(&db).await;
        let links = [(Provider::Kitsu, "7"), (Provider::AniList, "8")];
        let linked = MangaChange {
            mappings: links.map(|(provider, id)| new_mapping(&db, at[provider], id)).into(),
            ..new_manga(&db, "Linked", 1)
        };
        let Local::Present(said, stamps) = super::entry(1) else { panic!("it is there") };
        let removed = MangaChange {
            local: Some(Local::Removed(said, stamps, now())),
            ..new_manga(&db, "Removed", 1)
        };
        let bare = MangaChange { local: None, ..new_manga(&db, "Without an entry", 1) };
        let gone = new_manga(&db, "Merged away", 1);
        store(&db, &[linked.clone(), removed.clone(), bare.clone(), gone.clone()]).await;
        let merged = WorkChange::MergedInto(linked.manga);
        store(&db, &[MangaChange { work: merged, ..MangaChange::of(gone.manga, 1) }]).await;
        let all = db.outlines(&Scope::All).await.unwrap();
        let kept = |change: &MangaChange| all[&change.manga].kept;
        assert_eq!(all.len(), 3, "what was merged into another is that other one");
        assert_eq!([kept(&linked), kept(&removed), kept(&bare)], [Kept::By(Origin::User), Kept::Removed, Kept::Never]);
        let pick = Pick { works: vec![(at[Provider::Kitsu], "7".into())], ..Pick::default() };
        let picked = db.outlines(&Scope::Only(pick)).await.unwrap();
        let works = EnumMap::from_fn(|provider| {
            links.iter().find(|(at, _)| *at == provider).map(|(_, id)| ExternalId::from(*id))
        });
        let outline = Outline { id: linked.manga, title: "Linked".into(), works, kept: Kept::By(Origin::User) };
        assert_eq!(picked.into_values().collect::<Vec<_>>(), [outline]);
    }

    async fn more_rows_than_one_statement_takes_are_stored_and_found(fresh: &Fresh) {
        let db = fresh.open().await;
        let at = ids(&db).await[Provider::AniList];
        let make = |n: u32| MangaChange {
            mappings: vec![new_mapping(&db, at, &n.to_string())],
            ..new_manga(&db, &format!("Title {n}"), n)
        };
        let changes: Vec<_> = (0..1_203).map(make).collect();
        store(&db, &changes).await;
        let works = (0..1_203).map(|n: u32| (at, ExternalId(n.to_string()))).collect();
        let found = db.load_manga(&Scope::Only(Pick { works, ..Pick::default() })).await.unwrap();
        assert_eq!(found.len(), 1_203);
        assert!(found.iter().all(|manga| manga.version == 1 && manga.state.local.present().is_some()));
        assert!(found.is_sorted_by_key(|manga| manga.id));
    }
}
