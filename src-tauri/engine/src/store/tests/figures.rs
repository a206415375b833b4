//! The library in numbers, pauses and places, each statement on both databases.

use kuroibara_core::Field;
use serde_json::json;

use super::*;
use crate::http::{Pause, PauseReason};

fn read(db: &Db, manga: MangaId, (before, after): (u32, u32), at: Time) -> JournalRow {
    JournalRow {
        id: db.new_id(at),
        run: None,
        manga,
        provider: None,
        field: Some(Field::Chapters),
        before: Some(json!(before)),
        after: Some(json!(after)),
        origin: Origin::User,
        cause: "edit".into(),
        at,
    }
}

laws! {
    async fn everything_is_counted_once(fresh: &Fresh) {
        let db = fresh.open().await;
        let week = 7 * 24 * 60 * 60;
        let mut manga = ["a", "b", "c"].map(|title| new_manga(&db, title, 4));
        let said = Entry { score: Some(kuroibara_core::Score::new(100).unwrap()), ..Entry::new(Status::Completed) };
        manga[2].local = Some(Local::Present(said, Stamps::all(Stamp::new(now(), Origin::User))));
        let whole = JournalRow { field: None, before: None, ..read(&db, manga[0].manga, (0, 0), now()) };
        manga[0].journal = vec![
            read(&db, manga[0].manga, (1, 4), now()),
            read(&db, manga[0].manga, (4, 2), later(1)),
            read(&db, manga[0].manga, (2, 4), later(week)),
            read(&db, manga[0].manga, (0, 50), later(-1)),
            read(&db, manga[0].manga, (0, 50), later(2 * week)),
            whole,
        ];
        store(&db, &manga).await;
        let figures = db.figures(now(), 2).await.unwrap();
        assert_eq!(figures.totals, [3, 8, 0, 0]);
        let mut statuses = figures.statuses.clone();
        statuses.sort();
        assert_eq!(statuses, [(Status::Reading, 2), (Status::Completed, 1)]);
        let mut scores = figures.scores.clone();
        scores.sort();
        assert_eq!(scores, [(None, 2), (Some(9), 1)]);
        assert_eq!(figures.formats, [(Format::Manga, 3)]);
        let mut weeks = figures.weeks.clone();
        weeks.sort_unstable();
        assert_eq!(weeks, [(0, 3), (1, 2)], "what was lowered was not read backwards");
        assert_eq!(figures.places, []);
    }

    async fn a_pause_is_told_with_its_reason_until_it_ends(fresh: &Fresh) {
        let db = fresh.open().await;
        db.pause(Provider::AniList, later(60), PauseReason::ShutOut).await.unwrap();
        let pause = Pause { provider: Provider::AniList, until: later(60), reason: PauseReason::ShutOut };
        assert_eq!(db.pauses(now()).await.unwrap(), [pause]);
        assert_eq!(db.pauses(later(60)).await.unwrap(), []);
    }

    async fn a_pause_that_a_clock_far_ahead_has_made_holds_nobody_and_gives_way(fresh: &Fresh) {
        let db = fresh.open().await;
        db.pause(Provider::AniList, later(2 * 86_400), PauseReason::TooMany).await.unwrap();
        assert_eq!(db.pauses(now()).await.unwrap(), []);
        db.pause(Provider::AniList, later(60), PauseReason::MinuteUsedUp).await.unwrap();
        let pause = Pause { provider: Provider::AniList, until: later(60), reason: PauseReason::MinuteUsedUp };
        assert_eq!(db.pauses(now()).await.unwrap(), [pause]);
    }

    async fn only_a_pause_of_who_turned_us_away_can_be_lifted_and_every_process_sees_it(fresh: &Fresh) {
        let (db, other) = (fresh.open().await, fresh.open().await);
        for (seconds, reason) in (60..).zip(PauseReason::ALL) {
            db.pause(Provider::Kitsu, later(seconds), reason).await.unwrap();
            db.pause(Provider::AniList, later(seconds), reason).await.unwrap();
            let before = other.generation().await.unwrap();
            db.lift(Provider::AniList).await.unwrap();
            let (kitsu, anilist) = (other.paused(Provider::Kitsu).await, other.paused(Provider::AniList).await);
            assert_eq!((kitsu.unwrap().unwrap().reason, anilist.unwrap().is_none()), (reason, reason == PauseReason::ShutOut));
            assert!(other.generation().await.unwrap() > before, "a watch looks again");
        }
    }

    async fn the_place_of_the_library_names_no_password(fresh: &Fresh) {
        let place = fresh.open().await.place();
        match place.kind {
            DatabaseKind::Sqlite => assert!(place.place.ends_with("kuroibara.db"), "{place:?}"),
            DatabaseKind::Postgresql => assert!(place.place.contains("/law_") && !place.place.contains('@'), "{place:?}"),
        }
    }
}
