use super::*;

#[tokio::test]
async fn while_adult_titles_are_hidden_the_reader_is_told_and_absence_means_nothing() {
    let reader = Reader::with_entries(600).await;
    reader.filter_on();
    let listing = reader.client.list(&reader.session()).await.unwrap();
    assert_eq!((listing.complete, &listing.notices[..]), (false, &[Notice::SfwFilterOn][..]));
    assert!(!listing.entries.is_empty() && listing.entries.len() < reader.sim().entries().len());
    let recent = reader.client.changed_since(&reader.session(), chrono::DateTime::UNIX_EPOCH).await.unwrap();
    assert_eq!((recent.complete, &recent.notices[..]), (false, &[Notice::SfwFilterOn][..]));
}

#[tokio::test]
async fn a_hidden_manga_of_a_visible_entry_spoils_no_page() {
    let reader = Reader::with_entries(60).await;
    let manga = reader.listed(1)[0];
    reader.sim().set_manga(manga, |manga| manga.adult = true);
    reader.sim().set_entry(manga, |entry| entry.private = true).unwrap();
    reader.filter_on();
    let listing = reader.client.list(&reader.session()).await.unwrap();
    assert!(listing.entries.len() > 30 && !ids(&listing).contains(&manga));
    assert!(!listing.complete);
}
