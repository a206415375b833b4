//! What is shown, in which order, and what a search finds.

use super::*;

async fn shown(db: &Db, query: LibraryQuery) -> Vec<String> {
    db.library(&query).await.unwrap().entries.into_iter().map(|row| row.title).collect()
}

fn all() -> LibraryQuery {
    LibraryQuery { limit: 50, ..LibraryQuery::default() }
}

fn search(text: &str) -> LibraryQuery {
    LibraryQuery { search: Some(text.to_owned()), ..all() }
}

laws! {
    async fn a_page_is_sorted_and_knows_the_total(fresh: &Fresh) {
        let db = fresh.open().await;
        let changes = ["berserk", "Akira", "Claymore", "Éclair"].map(|title| new_manga(&db, title, 1));
        store(&db, &changes).await;
        assert_eq!(shown(&db, all()).await, ["Akira", "berserk", "Claymore", "Éclair"]);
        let page = db.library(&LibraryQuery { limit: 2, offset: 1, ..all() }).await.unwrap();
        assert_eq!((page.total, page.entries.len(), &*page.entries[0].title), (Some(4), 2, "berserk"));
        let edit = MangaChange { local: Some(entry(2)), ..MangaChange::of(changes[2].manga, 1) };
        let changes = [edit];
        db.commit(&Batch { at: later(1), ..batch(&changes) }).await.unwrap();
        let newest = shown(&db, LibraryQuery { sort: Sort::Updated, descending: true, ..all() }).await;
        assert_eq!(newest[0], "Claymore");
    }

    async fn a_search_finds_any_name_whatever_its_case_or_width(fresh: &Fresh) {
        let db = fresh.open().await;
        store(&db, &["Fullmetal Alchemist", "ＢＬＥＡＣＨ", "100% Orange_Juice", "Ünder"].map(|t| new_manga(&db, t, 1))).await;
        assert_eq!(shown(&db, search("METAL")).await, ["Fullmetal Alchemist"]);
        assert_eq!(shown(&db, search(" bleach ")).await, ["ＢＬＥＡＣＨ"]);
        assert_eq!(shown(&db, search("alchemistの")).await, ["Fullmetal Alchemist"]);
        assert_eq!(shown(&db, search("ü")).await, ["Ünder"]);
        assert_eq!(shown(&db, search("0%")).await, ["100% Orange_Juice"]);
        assert_eq!(shown(&db, search("e_j")).await, ["100% Orange_Juice"]);
        assert_eq!(shown(&db, search("\\\\")).await, [""; 0]);
        assert_eq!(shown(&db, search("' OR 1=1 --")).await, [""; 0]);
        assert_eq!(db.library(&search("e")).await.unwrap().total, Some(4));
    }

    async fn no_search_finds_the_end_of_one_name_with_the_beginning_of_the_next(fresh: &Fresh) {
        let db = fresh.open().await;
        let titles = ["One", "Two"].map(|text| Title { kind: TitleKind::Synonym, text: text.into() });
        let details = Details { titles: titles.into(), ..details("Zero") };
        let manga = MangaChange { work: WorkChange::New(details), ..new_manga(&db, "", 1) };
        store(&db, &[manga]).await;
        for name in ["zero", "one", "two"] {
            assert_eq!(shown(&db, search(name)).await, ["Zero"], "{name}");
        }
        for text in ["zeroone", "ero one", "etwo"] {
            assert_eq!(shown(&db, search(text)).await, [""; 0], "{text}");
        }
    }

    async fn a_search_that_finds_many_shows_them_in_the_same_order_as_one_that_finds_few(fresh: &Fresh) {
        let db = fresh.open().await;
        let manga: Vec<_> = (0..1_200).map(|n| new_manga(&db, &format!("Many {n:04}"), n)).collect();
        store(&db, &manga).await;
        for sort in [Sort::Title, Sort::Updated, Sort::Score, Sort::Progress, Sort::Added] {
            for descending in [false, true] {
                let whole = LibraryQuery { sort, descending, limit: 1_200, ..all() };
                let few = LibraryQuery { search: Some("many 00".into()), ..whole.clone() };
                let many = LibraryQuery { search: Some("many".into()), ..whole };
                let found = db.library(&many).await.unwrap();
                assert_eq!((found.total, found.entries.len()), (Some(1_200), 1_200));
                let (few, mut many) = (shown(&db, few).await, shown(&db, many.clone()).await);
                many.retain(|title| title.starts_with("Many 00"));
                assert_eq!((few.len(), &few), (100, &many), "{sort:?} {descending}");
            }
        }
        let page = LibraryQuery { search: Some("many".into()), limit: 2, offset: 3, ..all() };
        assert_eq!(shown(&db, page).await, ["Many 0003", "Many 0004"]);
    }

    async fn a_search_knows_how_many_it_finds_on_every_page_and_past_the_last(fresh: &Fresh) {
        let db = fresh.open().await;
        let manga: Vec<_> = (0..1_001).map(|n| new_manga(&db, &format!("Many {n:04}"), n)).collect();
        store(&db, &manga).await;
        for (text, total) in [("many", 1_001), ("many 0", 1_000), ("many 00", 100), ("many 0005", 1), ("none", 0)] {
            for (offset, limit) in [(0, 2), (1, 2), (999, 2), (1_000, 2), (1_001, 2), (5_000, 2), (0, 0), (0, 5_000)] {
                let page = db.library(&LibraryQuery { offset, limit, ..search(text) }).await.unwrap();
                let here = u64::from(limit).min(u64::saturating_sub(total, offset.into()));
                assert_eq!((page.total, page.entries.len() as u64), (Some(total), here), "{text} {offset} {limit}");
                let first = page.entries.first().map(|row| row.title.clone());
                let place = if total == 1 { 5 } else { offset };
                assert_eq!(first, (here > 0).then(|| format!("Many {place:04}")), "{text} {offset} {limit}");
            }
        }
    }

    async fn a_page_that_is_not_to_be_counted_is_the_same_page(fresh: &Fresh) {
        let db = fresh.open().await;
        let manga: Vec<_> = (0..1_001).map(|n| new_manga(&db, &format!("Many {n:04}"), n)).collect();
        store(&db, &manga).await;
        for (text, told) in [("", None), ("many", None), ("many 0", Some(1_000)), ("many 0005", Some(1)), ("none", Some(0))] {
            for offset in [0, 1, 999] {
                let counted = LibraryQuery { offset, limit: 2, ..search(text) };
                let uncounted = db.library(&LibraryQuery { uncounted: true, ..counted.clone() }).await.unwrap();
                let counted = db.library(&counted).await.unwrap();
                assert_eq!(uncounted.entries, counted.entries, "{text} {offset}");
                let expected = if uncounted.entries.is_empty() { counted.total } else { told };
                assert_eq!(uncounted.total, expected, "{text} {offset}");
            }
        }
        let whole = db.library(&LibraryQuery { uncounted: true, limit: 2_000, ..all() }).await.unwrap();
        assert_eq!(whole.total, Some(1_001), "that needs no counting");
    }

    async fn filters_narrow_the_page_and_its_total(fresh: &Fresh) {
        let db = fresh.open().await;
        let at = ids(&db).await[Provider::Kitsu];
        let mut done = new_manga(&db, "Done", 1);
        let said = Entry { notes: Some("n".into()), ..Entry::new(Status::Completed) };
        done.local = Some(Local::Present(said, Stamps::all(Stamp::new(now(), Origin::User))));
        let there = MangaChange { mappings: vec![new_mapping(&db, at, "7")], ..new_manga(&db, "There", 1) };
        store(&db, &[done, there]).await;
        let statuses = |statuses: &[Status]| LibraryQuery { statuses: statuses.to_vec(), ..all() };
        assert_eq!(shown(&db, statuses(&[Status::Completed])).await, ["Done"]);
        assert_eq!(shown(&db, statuses(&[Status::Completed, Status::Reading])).await, ["Done", "There"]);
        assert_eq!(shown(&db, LibraryQuery { at: vec![Provider::Kitsu], ..all() }).await, ["There"]);
        assert_eq!(shown(&db, LibraryQuery { at: vec![Provider::AniList], ..all() }).await, [""; 0]);
        let either = vec![Provider::AniList, Provider::Kitsu];
        assert_eq!(shown(&db, LibraryQuery { at: either, ..all() }).await, ["There"]);
        let row = db.library(&statuses(&[Status::Reading])).await.unwrap().entries.pop().unwrap();
        assert_eq!(row.mappings[Provider::Kitsu], Some("7".into()));
        assert_eq!((row.version, row.updated_at, row.entry.chapters), (1, now(), 1));
        assert_eq!(row.titles, details("There").titles);
        assert_eq!(db.library_row(row.manga).await.unwrap(), Some(row));
    }

    async fn every_order_can_be_turned_round(fresh: &Fresh) {
        let db = fresh.open().await;
        let scored = |title: &str, points: Option<i64>, chapters| {
            let score = points.map(|points| kuroibara_core::Score::new(points).unwrap());
            let said = Entry { score, chapters, ..Entry::new(Status::Reading) };
            let local = Some(Local::Present(said, Stamps::all(Stamp::new(now(), Origin::User))));
            MangaChange { local, ..new_manga(&db, title, 0) }
        };
        let manga = [scored("a", Some(70), 9), scored("b", None, 12), scored("c", Some(100), 3)];
        for (n, one) in manga.iter().enumerate() {
            let changes = [one.clone()];
            db.commit(&Batch { at: later(n as i64), ..batch(&changes) }).await.unwrap();
        }
        let orders = [
            (Sort::Title, ["a", "b", "c"]),
            (Sort::Updated, ["a", "b", "c"]),
            (Sort::Added, ["a", "b", "c"]),
            (Sort::Score, ["b", "a", "c"]),
            (Sort::Progress, ["c", "a", "b"]),
        ];
        for (sort, mut expected) in orders {
            assert_eq!(shown(&db, LibraryQuery { sort, ..all() }).await, expected, "{sort:?}");
            expected.reverse();
            assert_eq!(shown(&db, LibraryQuery { sort, descending: true, ..all() }).await, expected, "{sort:?}");
        }
    }

    async fn what_differs_or_waits_is_found_at_providers_that_take_part_only(fresh: &Fresh) {
        let db = fresh.open().await;
        let at = ids(&db).await[Provider::Kitsu];
        let signed_in = SignedIn {
            access_token: Sealed("sealed".into()),
            refresh_token: None,
            token_expires_at: None,
            account_id: "7".into(),
            account_name: "reader".into(),
        };
        db.sign_in(Provider::Kitsu, &signed_in, now()).await.unwrap();
        let there = |title: &str, id: &str| {
            let read = Some((kuroibara_core::Remote::Absent, now()));
            let mapping = MappingChange { read, ..new_mapping(&db, at, id) };
            MangaChange { mappings: vec![mapping], ..new_manga(&db, title, 1) }
        };
        let [one, mut two, three] = [there("Differs", "1"), there("Waits", "2"), there("In step", "3")];
        two.mappings[0].outbox = OutboxChange::Due { since: now() };
        let all_three = [one.clone(), two.clone(), three.clone()];
        store(&db, &all_three).await;
        let unjudged: BTreeSet<MangaId> = db.unjudged(10).await.unwrap().into_iter().collect();
        assert_eq!(unjudged, all_three.iter().map(|change| change.manga).collect());
        let judged = all_three.each_ref().map(|change| (change.mappings[0].id, change.manga == one.manga));
        let generation = db.generation().await.unwrap();
        assert!(!db.store_differences(&judged, generation - 1).await.unwrap(), "something was changed meanwhile");
        assert!(db.store_differences(&judged, generation).await.unwrap());
        assert_eq!(db.unjudged(10).await.unwrap(), []);
        let differing = LibraryQuery { differs: true, ..all() };
        assert_eq!(shown(&db, differing.clone()).await, ["Differs", "Waits"]);
        let rows = db.library(&all()).await.unwrap().entries;
        let stands: Vec<_> = rows.iter().map(|row| (&*row.title, row.differs, row.waits)).collect();
        let expected = [("Differs", true, false), ("In step", false, false), ("Waits", false, true)];
        assert_eq!(stands, expected.map(|(title, differs, waits)| (title, Some(differs), waits)));
        let edit = MangaChange { local: Some(entry(2)), ..MangaChange::of(three.manga, 1) };
        store(&db, &[edit]).await;
        assert_eq!(db.library_row(three.manga).await.unwrap().unwrap().differs, None, "an edit may change it");
        let waiting = db.waiting_of(two.manga).await.unwrap();
        assert_eq!(waiting.iter().map(|one| &*one.title).collect::<Vec<_>>(), ["Waits"]);
        assert_eq!(db.library_rows(&[two.manga]).await.unwrap().len(), 1);
        db.disconnect(Provider::Kitsu, now()).await.unwrap();
        assert_eq!(shown(&db, differing).await, [""; 0], "nobody is connected");
    }

    async fn new_titles_replace_the_old_ones_in_every_search(fresh: &Fresh) {
        let db = fresh.open().await;
        let manga = new_manga(&db, "Old", 1);
        store(&db, std::slice::from_ref(&manga)).await;
        let work = WorkChange::Update(details("New"));
        store(&db, &[MangaChange { work, ..MangaChange::of(manga.manga, 1) }]).await;
        assert_eq!(shown(&db, search("old")).await, [""; 0]);
        assert_eq!(shown(&db, search("new")).await, ["New"]);
        assert_eq!(db.details(manga.manga).await.unwrap(), Some(details("New")));
        assert_eq!(load_one(&db, manga.manga).await.state.local, entry(1));
    }
}
