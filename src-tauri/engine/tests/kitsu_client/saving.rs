use super::*;

#[tokio::test]
async fn a_change_sends_only_what_changed_in_one_request_and_answers_the_entry_as_it_is_then() {
    let reader = Reader::with_entries(20).await;
    let manga = reader.listed(1)[0];
    reader.world.sim.clock.advance(Duration::hours(1));
    let saved = reader.change(manga, notes("5 > 4 & \"x\" < 'y'; é 図書館 + %26 &amp;")).await.unwrap();
    let id = reader.sim().entry(manga).unwrap().id.to_string();
    let body: serde_json::Value = serde_json::from_str(&last_body(&reader.sim().requests())).unwrap();
    let attributes = serde_json::json!({"notes": "5 > 4 & \"x\" < 'y'; é 図書館 + %26 &amp;"});
    assert_eq!(body, serde_json::json!({"data": {"type": "libraryEntries", "id": id, "attributes": attributes}}));
    assert_eq!(saved, reader.fields(manga));
    assert_eq!((reader.requests(), reader.sim().writes()), (1, 1));
}

#[tokio::test]
async fn every_field_arrives_and_every_field_can_be_cleared() {
    let reader = Reader::with_entries(20).await;
    let manga = reader.unlisted(false)[0];
    reader.sim().set_manga(manga, |manga| manga.chapter_count = Some(12));
    let full = Entry {
        score: Score::new(85).ok(),
        rereads: 3,
        started_on: Some("2020-09-01".parse().unwrap()),
        finished_on: Some("2021-02-03".parse().unwrap()),
        notes: Some("note".into()),
        private: true,
        ..blank(Status::Completed, 12)
    };
    let mine = Shape::KITSU.project(&full.fields(), Totals::default());
    assert_eq!(reader.create(manga, mine.clone()).await.unwrap(), mine);
    assert_eq!(reader.requests(), 1);
    let empty = Shape::KITSU.project(&blank(Status::Dropped, 0).fields(), Totals::default());
    assert_eq!(reader.change(manga, empty.clone()).await.unwrap(), empty);
}

#[tokio::test]
async fn volumes_are_kept_where_the_person_switched_them_on() {
    let mut reader = Reader::with_entries(20).await;
    let manga = reader.listed(1)[0];
    let four = one(Field::Volumes, Value::Count(4));
    assert_eq!(reader.change(manga, four.clone()).await.unwrap().get(Field::Volumes), None);
    assert_eq!(reader.sim().entry(manga).unwrap().volumes_owned, 0);
    reader.volumes = true;
    assert_eq!(reader.change(manga, four).await.unwrap().count(Field::Volumes), 4);
    let listing = reader.client.list(&reader.session()).await.unwrap();
    assert!(listing.entries.iter().any(|e| e.entry.fields.count(Field::Volumes) == 4));
}

/// Over every status, with and without a total, below and at it: what is answered is what core says of Kitsu's rules.
#[tokio::test]
async fn every_save_ends_as_core_predicts() {
    let reader = Reader::with_entries(5).await;
    let manga = reader.unlisted(false)[0];
    let mut sendings = vec![notes("x"), one(Field::Score, Value::Score(Score::new(50).ok()))];
    sendings.extend([0, 3, 9, 10].map(chapters));
    for to in Status::ALL {
        sendings.push(status(to));
        sendings.extend([0, 3, 10].map(|n| chapters(n).with(Field::Status, Value::Status(to))));
    }
    let day = reader.world.sim.clock.now().date_naive();
    for total in [None, Some(10)] {
        reader.sim().set_manga(manga, |manga| manga.chapter_count = total);
        let totals = Totals { chapters: total, volumes: None };
        for (from, read, mark) in
            Status::ALL.iter().flat_map(|s| [(*s, 0, false), (*s, 3, true), (*s, 9, false), (*s, 10, true)])
        {
            for sent in &sendings {
                reader.sim().remove_entry(manga);
                let before =
                    reader.create(manga, chapters(read).with(Field::Status, Value::Status(from))).await.unwrap();
                if mark && before.status() != Some(Status::Reading) {
                    // A mark that somebody left behind.
                    reader.sim().set_entry(manga, |entry| entry.reconsuming = true).unwrap();
                }
                let before = if before == reader.fields(manga) { before } else { reader.fields(manga) };
                let after = reader.change(manga, sent.clone()).await.unwrap();
                let predicted = Shape::KITSU.predict(Some(&before), sent, totals);
                let wrong: Vec<_> =
                    after.iter().filter(|(field, value)| !predicted.explains(*field, value, day)).collect();
                assert!(wrong.is_empty(), "{before:?} + {sent:?} of {total:?}: {wrong:?}, not {predicted:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_thousand_edits_take_a_thousand_requests_and_their_outcomes_stay_in_order() {
    let reader = Reader::with_entries(1_200).await;
    let entries: Vec<_> = reader.sim().entries().into_values().take(1_000).collect();
    let edit = |entry: &SimEntry| {
        let (manga, id) = (entry.manga.to_string(), entry.id.to_string());
        write(&manga, Some(&id), Some(expected(entry)), notes(&format!("note {manga}")))
    };
    let writes: Vec<_> = entries.iter().map(edit).collect();
    let saved = reader.client.save(&reader.session(), &writes).await;
    for (entry, saved) in entries.iter().zip(saved) {
        let saved = saved.unwrap();
        assert_eq!(saved.entry_id, Some(EntryId(entry.id.to_string())));
        assert_eq!(saved.fields.get(Field::Notes), notes(&format!("note {}", entry.manga)).get(Field::Notes));
    }
    assert_eq!((saved_count(&reader), reader.requests()), (1_000, 1_000));
}

fn saved_count(reader: &Reader) -> usize {
    reader.sim().writes()
}

#[tokio::test]
async fn one_refused_item_spoils_no_other() {
    let reader = Reader::with_entries(20).await;
    let entries: Vec<_> = reader.sim().entries().into_values().take(3).collect();
    reader.sim().set_manga(entries[1].manga, |manga| manga.chapter_count = Some(6_000));
    let mut writes: Vec<_> = entries
        .iter()
        .map(|e| write(&e.manga.to_string(), Some(&e.id.to_string()), Some(expected(e)), notes("x")))
        .collect();
    writes[1].fields = chapters(6_001);
    writes.push(write("1", Some("999999"), Some(expected(&entries[0])), notes("x")));
    writes.push(write("999999999", None, None, status(Status::Reading)));
    writes.push(write("1/../2", Some("1/../2"), Some(expected(&entries[0])), notes("x")));
    let saved = reader.client.save(&reader.session(), &writes).await;
    assert!(
        matches!(&saved[1], Err(ApiError::Refused { reason, .. }) if reason.contains("cannot exceed length of media"))
    );
    assert!(matches!(saved[3], Err(ApiError::NotFound(P))), "{:?}", saved[3]);
    assert!(matches!(saved[4], Err(ApiError::Refused { .. })), "{:?}", saved[4]);
    assert!(matches!(saved[5], Err(ApiError::NotFound(P))), "{:?}", saved[5]);
    assert!(saved[0].is_ok() && saved[2].is_ok(), "{saved:?}");
}
