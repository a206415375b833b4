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
        assert_eq!((page.total, page.entries.len(), &*page.entries[0].title), (4, 2, "berserk"));
        let edit = MangaChange { local: Some(entry(2)), ..MangaChange::of(changes[2].manga, 1) };
        let changes = [edit];
        db.commit(&Batch { at: later(1), ..batch(&changes) }).await.unwrap();
        let newest = shown(&db, LibraryQuery { sort: Sort::Updated, ..all() }).await;
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
        assert_eq!(db.library(&search("e")).await.unwrap().total, 4);
    }

    async fn filters_narrow_the_page_and_its_total(fresh: &Fresh) {
        let db = fresh.open().await;
        let at = ids(&db).await[Provider::Kitsu];
        let mut done = new_manga(&db, "Done", 1);
        let said = Entry { notes: Some("n".into()), ..Entry::new(Status::Completed) };
        done.local = Some(Local::Present(said, Stamps::all(Stamp { at: now(), origin: Origin::User })));
        let there = MangaChange { mappings: vec![new_mapping(&db, at, "7")], ..new_manga(&db, "There", 1) };
        store(&db, &[done, there]).await;
        let statuses = |statuses: &[Status]| LibraryQuery { statuses: statuses.to_vec(), ..all() };
        assert_eq!(shown(&db, statuses(&[Status::Completed])).await, ["Done"]);
        assert_eq!(shown(&db, statuses(&[Status::Completed, Status::Reading])).await, ["Done", "There"]);
        assert_eq!(shown(&db, LibraryQuery { at: Some(Provider::Kitsu), ..all() }).await, ["There"]);
        assert_eq!(shown(&db, LibraryQuery { at: Some(Provider::AniList), ..all() }).await, [""; 0]);
        let row = db.library(&statuses(&[Status::Reading])).await.unwrap().entries.pop().unwrap();
        assert_eq!(row.mappings[Provider::Kitsu], Some("7".into()));
        assert_eq!((row.version, row.updated_at, row.entry.chapters), (1, now(), 1));
        assert_eq!(db.library_row(row.manga).await.unwrap(), Some(row));
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
