//! The smaller tables, each statement of them on both databases.

use kuroibara_core::{Field, Fields, Group, Observation, Remote, RunId};
use serde_json::json;

use super::*;
use crate::{
    clock::SystemClock,
    http::{Ledger, PauseReason},
};

fn line(db: &Db, manga: MangaId, run: Option<RunId>, after: u32) -> JournalRow {
    JournalRow {
        id: db.new_id(now()),
        run,
        manga,
        provider: Some(Provider::Kitsu),
        field: Some(Field::Chapters),
        before: Some(json!({"value": 1})),
        after: Some(json!({"value": after})),
        origin: Origin::Provider(Provider::Kitsu),
        cause: "pull".into(),
        at: now(),
    }
}

/// The ids of what is found.
async fn found(db: &Db, query: HistoryQuery) -> Vec<Uuid> {
    db.journal_found(&query, 9, 0).await.unwrap().iter().map(|line| line.id).collect()
}

fn named(name: &str) -> HistoryQuery {
    HistoryQuery { search: Some(format!(" {name} ")), ..HistoryQuery::default() }
}

fn question(db: &Db, group: Option<Group>, provider: Option<Provider>, body: Json) -> NewConflict {
    NewConflict { id: db.new_id(now()), kind: ConflictKind::Fields, group, provider, body }
}

laws! {
    async fn the_history_is_paged_newest_first_by_run_and_by_manga(fresh: &Fresh) {
        let db = fresh.open().await;
        let (run, mut akira, mut berserk) = (RunId(db.new_id(now())), new_manga(&db, "Akira", 1), new_manga(&db, "B", 1));
        akira.journal = (0..3).map(|n| line(&db, akira.manga, Some(run), n)).collect();
        let whole = JournalRow { provider: None, field: None, before: None, at: later(1), ..line(&db, berserk.manga, None, 9) };
        berserk.journal = vec![whole.clone()];
        let changes = [akira.clone(), berserk.clone()];
        store(&db, &changes).await;
        let mut expected: Vec<_> = akira.journal.iter().rev().cloned().collect();
        assert_eq!(db.journal(Some(run), 10, 0).await.unwrap(), expected);
        assert_eq!(db.journal(Some(run), 1, 1).await.unwrap(), expected[1..2]);
        let by_manga = db.journal_of(&[akira.manga, berserk.manga]).await.unwrap();
        assert_eq!(by_manga[&akira.manga], expected);
        assert_eq!(by_manga[&berserk.manga], std::slice::from_ref(&whole));
        assert_eq!(db.journal_of(&[MangaId(db.new_id(now()))]).await.unwrap().len(), 0);
        assert_eq!(db.journal_row(whole.id).await.unwrap(), Some(whole.clone()));
        expected.insert(0, whole);
        assert_eq!(db.journal(None, 10, 0).await.unwrap(), expected);
    }

    async fn the_history_of_a_title_is_that_of_every_manga_that_became_part_of_it(fresh: &Fresh) {
        let db = fresh.open().await;
        let mut works = ["Akira", "Hoshi", "Tetsuo", "Berserk"].map(|title| new_manga(&db, title, 1));
        for (at, work) in works.iter_mut().enumerate() {
            work.journal = vec![JournalRow { at: later(at as i64), ..line(&db, work.manga, None, 1) }];
        }
        store(&db, &works).await;
        let [first, middle, last, other] = works.each_ref().map(|work| work.manga);
        for (gone, kept) in [(first, middle), (middle, last)] {
            let work = WorkChange::MergedInto(kept);
            store(&db, &[MangaChange { work, ..MangaChange::of(gone, load_one(&db, gone).await.version) }]).await;
        }
        for (name, expected) in [("akira", &[last, middle, first][..]), ("tetsuo", &[last, middle, first]), ("erser", &[other])] {
            let found = db.journal_found(&named(name), 9, 0).await.unwrap();
            assert_eq!(found.iter().map(|line| line.manga).collect::<Vec<_>>(), expected, "{name}");
        }
    }

    async fn changes_are_found_by_service_kind_and_title_together(fresh: &Fresh) {
        let db = fresh.open().await;
        let mut works = ["Akira", "Berserk"].map(|title| new_manga(&db, title, 1));
        for work in &mut works {
            let told = |cause: &str, provider, origin, at| {
                JournalRow { cause: cause.into(), provider, origin, at: later(at), ..line(&db, work.manga, None, 1) }
            };
            work.journal = vec![
                told("pull", None, Origin::Provider(Provider::AniList), 1),
                told("push", Some(Provider::Kitsu), Origin::Provider(Provider::AniList), 2),
                told("push_effect", Some(Provider::Kitsu), Origin::Provider(Provider::Kitsu), 3),
                told("edit", None, Origin::User, 4),
                told("conflict_lost", Some(Provider::MyAnimeList), Origin::Provider(Provider::MyAnimeList), 5),
            ];
        }
        store(&db, &works).await;
        let of = |provider, kind| HistoryQuery { provider, kind, ..named("akira") };
        let ids = |places: &[usize]| places.iter().map(|n| works[0].journal[*n].id).collect::<Vec<_>>();
        assert_eq!(found(&db, of(None, None)).await, ids(&[4, 3, 2, 1, 0]));
        assert_eq!(found(&db, of(Some(Provider::AniList), None)).await, ids(&[1, 0]));
        assert_eq!(found(&db, of(Some(Provider::Kitsu), None)).await, ids(&[2, 1]));
        let kinds = [(ChangeKind::Came, &[0][..]), (ChangeKind::Sent, &[2, 1]), (ChangeKind::Yours, &[3]), (ChangeKind::Lost, &[4])];
        for (kind, places) in kinds {
            assert_eq!(found(&db, of(None, Some(kind))).await, ids(places), "{kind:?}");
            let both = found(&db, HistoryQuery { kind: Some(kind), ..HistoryQuery::default() }).await;
            assert_eq!(both.len(), 2 * places.len(), "{kind:?}");
        }
        assert_eq!(found(&db, of(Some(Provider::AniList), Some(ChangeKind::Sent))).await, ids(&[1]));
    }

    async fn the_same_question_is_open_once_and_closes_once(fresh: &Fresh) {
        let db = fresh.open().await;
        let manga = new_manga(&db, "Akira", 1);
        store(&db, std::slice::from_ref(&manga)).await;
        let change = |conflicts| MangaChange { conflicts, ..MangaChange::of(manga.manga, 1) };
        let first = question(&db, Some(Group::Score), None, json!(1));
        let other = question(&db, Some(Group::Score), Some(Provider::Kitsu), json!(2));
        let again = question(&db, Some(Group::Score), None, json!(3));
        store(&db, &[change(vec![ConflictChange::Open(first.clone()), ConflictChange::Open(other.clone())])]).await;
        let twice = question(&db, Some(Group::Score), None, json!(0));
        store(&db, &[change(vec![ConflictChange::Open(twice), ConflictChange::Open(again)])]).await;
        let open = db.open_conflicts().await.unwrap();
        assert_eq!(open.iter().map(|c| (c.id, c.body.clone())).collect::<Vec<_>>(), [(first.id, json!(3)), (other.id, json!(2))]);
        assert_eq!(load_one(&db, manga.manga).await.conflicts, open);
        let close = |decision: &str| change(vec![ConflictChange::Close { id: first.id, decision: decision.into(), remembered: None }]);
        store(&db, &[close("local")]).await;
        let late = [close("kitsu")];
        assert_eq!(db.commit(&batch(&late)).await.unwrap().stale, [manga.manga], "it was answered meanwhile");
        let closed = db.conflict(first.id).await.unwrap().unwrap();
        assert_eq!((closed.decision.as_deref(), closed.decided_at), (Some("local"), Some(now())));
        assert_eq!(db.open_conflicts().await.unwrap().len(), 1);
        let anew = vec![ConflictChange::Open(question(&db, Some(Group::Score), None, json!(4)))];
        let version = load_one(&db, manga.manga).await.version;
        store(&db, &[MangaChange { conflicts: anew, ..MangaChange::of(manga.manga, version) }]).await;
        assert_eq!(db.open_conflicts().await.unwrap().len(), 2, "decided once, it may be asked anew");
    }

    async fn a_page_of_questions_begins_behind_the_one_seen_last_though_it_is_answered_meanwhile(fresh: &Fresh) {
        let db = fresh.open().await;
        let works = ["Akira", "B", "C", "D"].map(|title| new_manga(&db, title, 1));
        store(&db, &works).await;
        let asked = works.each_ref().map(|_| question(&db, Some(Group::Score), None, json!(1)));
        let change = |n: usize, conflict| MangaChange { conflicts: vec![conflict], ..MangaChange::of(works[n].manga, 1) };
        let asking: Vec<_> = asked.iter().enumerate().take(3).map(|(n, one)| change(n, ConflictChange::Open(one.clone()))).collect();
        store(&db, &asking).await;
        let page = async |after| {
            let (total, page) = db.open_conflicts_page(2, after).await.unwrap();
            (total, page.iter().map(|one| one.id).collect::<Vec<_>>())
        };
        let [first, second, third, fourth] = asked.each_ref().map(|one| one.id);
        assert_eq!(page(None).await, (3, vec![first, second]));
        let close = ConflictChange::Close { id: second, decision: "local".into(), remembered: None };
        store(&db, &[change(1, close), change(3, ConflictChange::Open(asked[3].clone()))]).await;
        assert_eq!(page(Some(second)).await, (3, vec![third, fourth]));
        assert_eq!(page(Some(fourth)).await, (3, vec![]));
    }

    async fn an_answer_is_taken_back_with_those_given_alike_until_it_is_forgotten(fresh: &Fresh) {
        let db = fresh.open().await;
        let works = ["Akira", "B", "C"].map(|title| new_manga(&db, title, 1));
        store(&db, &works).await;
        let asked = works.each_ref().map(|_| question(&db, Some(Group::Score), None, json!(1)));
        let [first, second, third] = asked.each_ref().map(|one| one.id);
        let change = |n: usize, version, conflict| {
            MangaChange { conflicts: vec![conflict], ..MangaChange::of(works[n].manga, version) }
        };
        let asking: Vec<_> = asked.iter().enumerate().map(|(n, one)| change(n, 1, ConflictChange::Open(one.clone()))).collect();
        store(&db, &asking).await;
        let close = |n, id, with: Option<uuid::Uuid>| {
            let remembered = with.map(|with| Remembered { with, before: json!({"n": n}) });
            change(n, 1, ConflictChange::Close { id, decision: "local".into(), remembered })
        };
        store(&db, &[close(0, first, Some(first)), close(1, second, Some(first)), close(2, third, None)]).await;
        let alike = db.conflicts_decided_with(first).await.unwrap();
        assert_eq!(alike.iter().map(|one| one.id).collect::<Vec<_>>(), [first, second]);
        assert_eq!(alike[1].remembered, Some(Remembered { with: first, before: json!({"n": 1}) }));
        assert_eq!(db.conflict(third).await.unwrap().unwrap().remembered, None);
        store(&db, &[change(0, 2, ConflictChange::Reopen { id: first })]).await;
        assert_eq!(db.open_conflicts().await.unwrap().iter().map(|one| one.id).collect::<Vec<_>>(), [first]);
        assert_eq!(load_one(&db, works[0].manga).await.version, 3, "who planned with it answered plans again");
        db.forget_decisions_before(now()).await.unwrap();
        assert_eq!(db.conflicts_decided_with(first).await.unwrap().len(), 1, "not what is decided since");
        db.forget_decisions_before(later(1)).await.unwrap();
        assert_eq!(db.conflicts_decided_with(first).await.unwrap(), []);
        assert_eq!(db.conflict(second).await.unwrap().unwrap().decision.as_deref(), Some("local"), "it stays decided");
    }

    async fn a_work_that_got_another_id_takes_with_it_what_was_said_of_it(fresh: &Fresh) {
        let db = fresh.open().await;
        let at = ids(&db).await[Provider::AniList];
        let (mut akira, mut other) = (new_manga(&db, "Akira", 1), new_manga(&db, "B", 1));
        let seen = Observation { fields: Fields::new(), entry_id: Some("e1".into()), updated_at: now(), read_before: None };
        let mapping = MappingChange { read: Some((Remote::Present(seen), now())), ..new_mapping(&db, at, "1") };
        (akira.mappings, other.mappings) = (vec![mapping.clone()], vec![new_mapping(&db, at, "3")]);
        store(&db, &[akira.clone(), other.clone()]).await;
        db.reject_pair(other.manga, Provider::AniList, (&"1".into(), Some("Akira")), now()).await.unwrap();
        let never = |id: &str| Ignored { provider: Provider::AniList, external_id: id.into(), field: Some(Field::Notes) };
        db.ignore(&[never("1")], "Akira", now()).await.unwrap();
        let one = |to: &str| Moved {
            manga: akira.manga,
            mapping: mapping.id,
            provider: Provider::AniList,
            from: "1".into(),
            to: to.into(),
        };
        let listed = |to: &str| [("e1".into(), to.into()), ("e2".into(), "9".into())].into();
        assert_eq!(db.moved((at, Provider::AniList), &listed("2")).await.unwrap(), [one("2")]);
        assert_eq!(db.moved((at, Provider::AniList), &listed("1")).await.unwrap(), [], "it is where it was");
        let elsewhere = ids(&db).await[Provider::Kitsu];
        assert_eq!(db.moved((elsewhere, Provider::Kitsu), &listed("2")).await.unwrap(), []);
        let line = |to: &str| JournalRow {
            id: db.new_id(now()),
            run: None,
            manga: akira.manga,
            provider: Some(Provider::AniList),
            field: None,
            before: Some(json!("1")),
            after: Some(json!(to)),
            origin: Origin::User,
            cause: "moved".into(),
            at: now(),
        };
        let moved = |to: &str| [(one(to), line(to))];
        let proof = db.acquire_lease("sync", "us", std::time::Duration::from_secs(9)).await.unwrap().unwrap();
        assert_eq!(db.follow_moved(&moved("3"), &proof).await.unwrap(), 0, "another manga is that one");
        assert_eq!(db.journal(None, 9, 0).await.unwrap(), []);
        assert_eq!(db.follow_moved(&moved("2"), &proof).await.unwrap(), 1);
        assert_eq!(db.journal(None, 9, 0).await.unwrap()[0].after, Some(json!("2")), "in the history too");
        assert_eq!(db.find_manga(Provider::AniList, &"2".into()).await.unwrap(), Some(akira.manga));
        assert_eq!(db.find_manga(Provider::AniList, &"1".into()).await.unwrap(), None);
        let rejected = |id: &str| (other.manga, Provider::AniList, id.into());
        assert_eq!(db.rejected_pairs().await.unwrap(), [rejected("1"), rejected("2")].into());
        let shown: Vec<Said> = db.decided().await.unwrap().into_iter().map(|one| one.said).collect();
        assert_eq!(shown, [Said::Rejected("2".into(), Some("Akira".into()))], "said once, it is shown once");
        assert_eq!(db.ignored().await.unwrap(), [never("1"), never("2")].into());
        assert!(db.ask_again(other.manga, Provider::AniList, Some(&"2".into()), "").await.unwrap());
        assert!(db.rejected_pairs().await.unwrap().is_empty(), "taken back of both ids");
        db.release_lease(&proof).await.unwrap();
        assert!(matches!(db.follow_moved(&moved("4"), &proof).await, Err(StoreError::LeaseLost)));
    }

    async fn a_run_that_never_ended_is_interrupted_by_the_next(fresh: &Fresh) {
        let db = fresh.open().await;
        let run = |seconds| NewRun {
            id: RunId(db.new_id(later(seconds))),
            strategy: "full".into(),
            trigger: "manual".into(),
            started_at: later(seconds),
        };
        let (killed, waits, done, later_one) = (run(0), run(10), run(20), run(30));
        db.begin_run(&killed).await.unwrap();
        db.begin_run(&waits).await.unwrap();
        assert_eq!(db.run(killed.id).await.unwrap().unwrap().status, "interrupted");
        db.end_run(waits.id, None, "needs_approval", &json!({"pulled": 0}), PlanChange::Wait(json!([1])), later(11)).await.unwrap();
        db.begin_run(&done).await.unwrap();
        db.end_run(done.id, None, "success", &json!({"pulled": 2}), PlanChange::Keep, later(21)).await.unwrap();
        let runs = db.runs(10, 0).await.unwrap();
        assert_eq!(runs.iter().map(|run| run.id).collect::<Vec<_>>(), [done.id, waits.id, killed.id]);
        assert_eq!((runs[0].finished_at, runs[0].report.clone()), (Some(later(21)), Some(json!({"pulled": 2}))));
        assert_eq!(db.waiting_plan().await.unwrap().unwrap().plan, Some(json!([1])));
        assert!(db.replace_plan(waits.id, &json!([2]), &json!(["said"])).await.unwrap());
        assert_eq!(db.said_of_plan(waits.id).await.unwrap(), Some(json!(["said"])));
        assert_eq!(db.said_of_plan(done.id).await.unwrap(), None);
        db.begin_run(&later_one).await.unwrap();
        let again = PlanChange::Wait(json!([3]));
        db.end_run(later_one.id, None, "needs_approval", &json!({}), again, later(31)).await.unwrap();
        assert_eq!(db.waiting_plan().await.unwrap().unwrap().id, later_one.id);
        assert!(!db.replace_plan(waits.id, &json!([4]), &json!([])).await.unwrap(), "only one waits");
        assert_eq!(db.said_of_plan(waits.id).await.unwrap(), None);
        db.end_run(later_one.id, None, "success", &json!({}), PlanChange::Settle, later(32)).await.unwrap();
        assert_eq!(db.waiting_plan().await.unwrap(), None);
        assert_eq!(db.runs(1, 3).await.unwrap()[0].id, killed.id);
    }

    async fn a_rejected_pair_is_asked_no_more(fresh: &Fresh) {
        let db = fresh.open().await;
        let manga = new_manga(&db, "Akira", 1);
        store(&db, std::slice::from_ref(&manga)).await;
        let candidate = MatchCandidate {
            id: db.new_id(now()),
            manga: manga.manga,
            provider: Provider::MyAnimeList,
            external_id: "664".into(),
            title: "Akira".into(),
            confidence: 80,
            evidence: json!({"title": "equal"}),
            shown: None,
            opened_at: now(),
        };
        db.put_match_candidates(std::slice::from_ref(&candidate)).await.unwrap();
        let surer = MatchCandidate { id: db.new_id(now()), confidence: 90, ..candidate.clone() };
        db.put_match_candidates(&[surer]).await.unwrap();
        assert_eq!(db.match_candidates().await.unwrap(), [MatchCandidate { confidence: 90, ..candidate.clone() }]);
        for _ in 0..2 {
            db.reject_pair(manga.manga, Provider::MyAnimeList, (&"664".into(), None), now()).await.unwrap();
        }
        assert_eq!(db.match_candidates().await.unwrap(), []);
        let pair = (manga.manga, Provider::MyAnimeList, ExternalId::from("664"));
        assert!(db.rejected_pairs().await.unwrap().contains(&pair));
        let other = MatchCandidate { id: db.new_id(now()), external_id: "665".into(), ..candidate.clone() };
        db.put_match_candidates(std::slice::from_ref(&other)).await.unwrap();
        assert_eq!(db.match_candidate(other.id).await.unwrap().as_ref(), Some(&other));
        db.note_link(manga.manga, Provider::MyAnimeList, &pair.2, now()).await.unwrap();
        assert!(db.rejected_pairs().await.unwrap().is_empty());
        assert_eq!(db.match_candidates().await.unwrap(), []);
    }

    async fn what_has_no_counterpart_is_asked_no_more(fresh: &Fresh) {
        let db = fresh.open().await;
        let manga = new_manga(&db, "Akira", 1);
        store(&db, std::slice::from_ref(&manga)).await;
        let candidate = MatchCandidate {
            id: db.new_id(now()),
            manga: manga.manga,
            provider: Provider::MyAnimeList,
            external_id: "664".into(),
            title: "Akira".into(),
            confidence: 80,
            evidence: json!({}),
            shown: None,
            opened_at: now(),
        };
        db.put_match_candidates(std::slice::from_ref(&candidate)).await.unwrap();
        for reason in ["only there", "a fan comic"] {
            db.note_without_counterpart(manga.manga, Provider::MyAnimeList, reason, now()).await.unwrap();
        }
        assert_eq!(db.match_candidates().await.unwrap(), []);
        assert_eq!(db.without_counterpart().await.unwrap(), [(manga.manga, Provider::MyAnimeList)].into());
        db.note_link(manga.manga, Provider::MyAnimeList, &"664".into(), now()).await.unwrap();
        assert!(db.without_counterpart().await.unwrap().is_empty());
    }

    async fn what_was_said_of_links_is_kept_with_its_time_until_it_is_taken_back(fresh: &Fresh) {
        let db = fresh.open().await;
        let mut manga = new_manga(&db, "Akira", 1);
        manga.mappings = vec![new_mapping(&db, ids(&db).await[Provider::Kitsu], "9")];
        store(&db, std::slice::from_ref(&manga)).await;
        let (mal, kitsu, id) = (Provider::MyAnimeList, Provider::Kitsu, manga.manga);
        db.note_link(id, kitsu, &"9".into(), later(1)).await.unwrap();
        db.note_link(id, mal, &"1".into(), later(1)).await.unwrap();
        db.reject_pair(id, mal, (&"664".into(), Some("Akira, Part 2")), later(2)).await.unwrap();
        db.note_without_counterpart(id, Provider::AniList, "a fan comic", later(3)).await.unwrap();
        let said = |provider, said, seconds| Decided { manga: id, provider, said, at: later(seconds) };
        let nowhere = said(Provider::AniList, Said::Nowhere("a fan comic".into()), 3);
        let rejected = said(mal, Said::Rejected("664".into(), Some("Akira, Part 2".into())), 2);
        let linked = said(kitsu, Said::Linked("9".into(), Some("Akira".into())), 1);
        assert_eq!(db.decided().await.unwrap(), [nowhere, rejected.clone(), linked.clone()], "and no link that is none");
        db.cache("searched", &(), now(), later(99)).await.unwrap();
        assert!(!db.ask_again(id, mal, Some(&"665".into()), "searched").await.unwrap());
        assert!(!db.ask_again(id, mal, None, "searched").await.unwrap());
        assert_eq!(db.cached_keys("searched", now()).await.unwrap().len(), 1);
        assert!(db.ask_again(id, Provider::AniList, None, "searched").await.unwrap());
        assert!(db.cached_keys("searched", now()).await.unwrap().is_empty());
        assert!(db.ask_again(id, mal, Some(&"664".into()), "").await.unwrap());
        assert_eq!(db.decided().await.unwrap(), [linked]);
        assert_eq!(db.asked_again().await.unwrap(), [(id, Provider::AniList), (id, mal)].into());
        db.was_asked_again(&[(id, mal)]).await.unwrap();
        assert_eq!(db.asked_again().await.unwrap(), [(id, Provider::AniList)].into());
    }

    async fn a_rejection_is_taken_back_from_either_side(fresh: &Fresh) {
        let db = fresh.open().await;
        let at = ids(&db).await;
        let (mut here, mut there) = (new_manga(&db, "Akira", 1), new_manga(&db, "AKIRA", 1));
        here.mappings = vec![new_mapping(&db, at[Provider::AniList], "1")];
        there.mappings = vec![new_mapping(&db, at[Provider::Kitsu], "9")];
        store(&db, &[here.clone(), there.clone()]).await;
        let said = |manga: &MangaChange, at, id: &'static str| (manga.manga, at, ExternalId::from(id));
        let other = said(&there, Provider::MyAnimeList, "664");
        for (manga, at, id) in [said(&here, Provider::Kitsu, "9"), other.clone()] {
            db.reject_pair(manga, at, (&id, None), now()).await.unwrap();
        }
        assert!(db.ask_again(there.manga, Provider::AniList, Some(&"1".into()), "").await.unwrap());
        assert_eq!(db.rejected_pairs().await.unwrap(), [other.clone()].into(), "and nothing else is");
        db.reject_pair(here.manga, Provider::Kitsu, (&"9".into(), None), now()).await.unwrap();
        db.note_link(there.manga, Provider::AniList, &"1".into(), now()).await.unwrap();
        assert_eq!(db.rejected_pairs().await.unwrap(), [other].into(), "a link says otherwise");
    }

    async fn what_was_said_of_a_manga_holds_for_the_one_that_it_became_part_of(fresh: &Fresh) {
        let db = fresh.open().await;
        let (kept, gone) = (new_manga(&db, "Akira", 1), new_manga(&db, "AKIRA", 1));
        store(&db, &[kept.clone(), gone.clone()]).await;
        db.reject_pair(gone.manga, Provider::MyAnimeList, (&"664".into(), None), now()).await.unwrap();
        db.note_without_counterpart(gone.manga, Provider::Kitsu, "a fan comic", now()).await.unwrap();
        let version = load_one(&db, gone.manga).await.version;
        let mut merged = MangaChange::of(gone.manga, version);
        merged.work = WorkChange::MergedInto(kept.manga);
        store(&db, &[merged]).await;
        let pair = (kept.manga, Provider::MyAnimeList, ExternalId::from("664"));
        assert!(db.rejected_pairs().await.unwrap().contains(&pair));
        assert!(db.without_counterpart().await.unwrap().contains(&(kept.manga, Provider::Kitsu)));
        let shown = db.decided().await.unwrap();
        assert_eq!(shown.iter().map(|one| one.manga).collect::<Vec<_>>(), [kept.manga, kept.manga], "and each once");
    }

    async fn a_candidate_waits_no_more_where_its_manga_is_linked(fresh: &Fresh) {
        let db = fresh.open().await;
        let mut manga = new_manga(&db, "Akira", 1);
        manga.mappings = vec![new_mapping(&db, ids(&db).await[Provider::Kitsu], "9")];
        store(&db, std::slice::from_ref(&manga)).await;
        let candidate = |provider| MatchCandidate {
            id: db.new_id(now()),
            manga: manga.manga,
            provider,
            external_id: "664".into(),
            title: "Akira".into(),
            confidence: 80,
            evidence: json!({}),
            shown: None,
            opened_at: now(),
        };
        let all: Vec<MatchCandidate> = Provider::ALL.into_iter().map(candidate).collect();
        db.put_match_candidates(&all).await.unwrap();
        let open: Vec<Provider> = db.match_candidates().await.unwrap().iter().map(|one| one.provider).collect();
        assert_eq!(open, [Provider::AniList, Provider::MyAnimeList]);
    }

    async fn the_details_of_several_works_are_read_at_once(fresh: &Fresh) {
        let db = fresh.open().await;
        let manga = [new_manga(&db, "Akira", 1), new_manga(&db, "Hoshi", 2)];
        store(&db, &manga).await;
        let keys: Vec<MangaId> = manga.iter().map(|one| one.manga).collect();
        let all = db.details_of(&keys).await.unwrap();
        for key in keys {
            assert_eq!(Some(&all[&key]), db.details(key).await.unwrap().as_ref());
        }
    }

    async fn what_is_ignored_stays_so_until_it_is_taken_back(fresh: &Fresh) {
        let db = fresh.open().await;
        let all = Ignored { provider: Provider::Kitsu, external_id: "1".into(), field: None };
        let one = Ignored { field: Some(Field::Notes), ..all.clone() };
        db.ignore(&[all.clone(), one.clone()], "Akira", now()).await.unwrap();
        db.ignore(std::slice::from_ref(&all), "another title", later(1)).await.unwrap();
        assert_eq!(db.ignored().await.unwrap(), [all.clone(), one.clone()].into());
        let shown = |what: &Ignored| Never { what: what.clone(), title: Some("Akira".into()), at: now() };
        assert_eq!(db.nevers().await.unwrap(), [shown(&all), shown(&one)], "what was said first stays");
        assert!(db.stop_ignoring(&all).await.unwrap());
        assert_eq!(db.ignored().await.unwrap(), [one].into());
        assert!(!db.stop_ignoring(&all).await.unwrap(), "there is nothing to take back any more");
    }

    async fn requests_are_counted_by_hour_and_the_later_pause_holds(fresh: &Fresh) {
        let db = fresh.open().await;
        db.add_usage(&[(Provider::Kitsu, "list", 3), (Provider::Kitsu, "save", 1)], now()).await.unwrap();
        db.add_usage(&[(Provider::Kitsu, "list", 4)], now()).await.unwrap();
        db.add_usage(&[(Provider::Kitsu, "list", 5)], later(3_600)).await.unwrap();
        let used = db.usage(later(-86_400)).await.unwrap();
        let counts: Vec<_> = used.iter().map(|u| (&*u.route, u.requests)).collect();
        assert_eq!(counts, [("list", 5), ("list", 7), ("save", 1)]);
        assert_eq!(db.usage(later(0)).await.unwrap().len(), 1);
        assert_eq!(db.paused(Provider::Kitsu).await.unwrap(), None);
        for seconds in [60, 90, 30] {
            db.pause(Provider::Kitsu, later(seconds), PauseReason::TooMany).await.unwrap();
        }
        let other = fresh.open().await;
        assert_eq!(other.paused(Provider::Kitsu).await.unwrap().unwrap().until, later(90));
        assert_eq!(other.paused(Provider::AniList).await.unwrap(), None);
    }

    async fn the_ledger_loses_no_count(fresh: &Fresh) {
        let db = fresh.open().await;
        let ledger = DbLedger::new(db.clone(), Arc::new(SystemClock));
        for _ in 0..123 {
            ledger.count(Provider::AniList, "list").await;
        }
        ledger.flush().await.unwrap();
        ledger.flush().await.unwrap();
        let used = db.usage(later(-86_400 * 365 * 50)).await.unwrap();
        assert_eq!(used.iter().map(|used| used.requests).sum::<u64>(), 123);
        ledger.pause(Provider::AniList, later(5), PauseReason::TooMany).await;
        assert_eq!(ledger.paused(Provider::AniList).await.unwrap().until, later(5));
    }

    async fn only_the_newest_snapshots_are_kept_and_each_comes_back_whole(fresh: &Fresh) {
        let db = fresh.open().await;
        let at = ids(&db).await;
        let list = json!([{"title": "Akira", "chapters": 1}, {"title": "アキラ"}]);
        let snapshot = |n: i64, integration| Snapshot {
            id: db.new_id(later(n)),
            run: RunId(db.new_id(later(n))),
            integration,
            entries: 2,
            bytes: 0,
            taken_at: later(n),
        };
        let kept: Vec<_> = (0..12).map(|n| snapshot(n, at[Provider::Kitsu])).collect();
        for snapshot in &kept {
            db.keep_snapshot(snapshot, &list).await.unwrap();
        }
        db.keep_snapshot(&snapshot(0, at[Provider::AniList]), &list).await.unwrap();
        let found = db.snapshots().await.unwrap();
        let of = |provider| found.iter().filter(move |one| one.integration == at[provider]);
        let ids = |some: &[Snapshot]| some.iter().map(|one| one.id).collect::<Vec<_>>();
        let newest: Vec<_> = of(Provider::Kitsu).cloned().collect();
        assert_eq!(ids(&newest), ids(&kept[2..].iter().rev().cloned().collect::<Vec<_>>()));
        assert!(newest.iter().all(|one| one.bytes > 20), "{newest:?}");
        assert_eq!(of(Provider::AniList).count(), 1);
        assert_eq!(db.snapshot(kept[11].id).await.unwrap().map(|one| one.bytes), Some(newest[0].bytes));
        assert_eq!(db.snapshot_list(kept[11].id).await.unwrap(), Some(list));
        assert_eq!(db.snapshot_list(kept[0].id).await.unwrap(), None);
    }

    async fn an_answer_is_cached_until_its_time_is_over(fresh: &Fresh) {
        let db = fresh.open().await;
        db.cache("kitsu:akira", &vec![1, 2], now(), later(60)).await.unwrap();
        db.cache("kitsu:akira", &vec![3], now(), later(60)).await.unwrap();
        assert_eq!(db.cached::<Vec<u32>>("kitsu:akira", later(59)).await.unwrap(), Some(vec![3]));
        assert_eq!(db.cached::<Vec<u32>>("kitsu:akira", later(60)).await.unwrap(), None);
        assert_eq!(db.cached::<String>("kitsu:akira", now()).await.unwrap(), None);
        assert_eq!(db.cached::<Vec<u32>>("kitsu:berserk", now()).await.unwrap(), None);
    }
}
