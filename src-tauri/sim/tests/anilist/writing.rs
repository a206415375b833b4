//! Writes: upsert, omitted and cleared values, limits, batches and their failures (sections 5, 8 and 9).

use kuroibara_sim::anilist::{BatchFailure, FuzzyDate, ListStatus, ScoreFormat};
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{START, World, world};

async fn save(world: &World, arguments: &str) -> Value {
    let query =
        format!("mutation {{ SaveMediaListEntry({arguments}) {{ id mediaId status progress updatedAt createdAt }} }}");
    world.data(&query).await["SaveMediaListEntry"].clone()
}

#[tokio::test]
async fn saving_by_medium_creates_the_entry_and_then_changes_the_same_one() {
    let world = world().await;
    let made = save(&world, "mediaId: 1, status: PLANNING").await;
    world.pass(60);
    let changed = save(&world, "mediaId: 1, status: CURRENT, progress: 3").await;
    assert_eq!(made["id"], changed["id"]);
    assert_eq!(changed["status"], "CURRENT");
    assert_eq!((&changed["createdAt"], &changed["updatedAt"]), (&json!(START), &json!(START + 60)));
    assert_eq!(world.sim.anilist.entries().len(), 1);
    assert_eq!(world.sim.anilist.writes(), 2);
}

#[tokio::test]
async fn saving_by_entry_id_changes_that_entry_and_404s_without_it() {
    let world = world().await;
    let id = world.sim.anilist.set_entry(1, |_| ()).unwrap().id;
    assert_eq!(save(&world, &format!("id: {id}, progress: 9")).await["progress"], 9);
    let answer = world.ask("mutation { SaveMediaListEntry(id: 5, progress: 1) { id } }", Value::Null).await;
    assert_eq!((answer.status, answer.message()), (StatusCode::NOT_FOUND, "Not Found."));
    assert_eq!(answer.body["data"], json!({"SaveMediaListEntry": null}));
}

#[tokio::test]
async fn nobody_can_change_anothers_entry() {
    let world = world().await;
    let id = world.sim.anilist.list_of(4343).set_entry(1, |_| ()).unwrap().id;
    for write in [
        format!("SaveMediaListEntry(id: {id}, progress: 1) {{ id }}"),
        format!("DeleteMediaListEntry(id: {id}) {{ deleted }}"),
    ] {
        assert_eq!(world.ask(&format!("mutation {{ {write} }}"), Value::Null).await.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn a_write_needs_a_token() {
    let world = world().await;
    let answer = world.ask_as(None, "mutation { SaveMediaListEntry(mediaId: 1) { id } }").await;
    assert_eq!((answer.status, answer.message()), (StatusCode::UNAUTHORIZED, "Unauthorized."));
}

#[tokio::test]
async fn omitted_and_undefined_values_stay_as_they_are() {
    let world = world().await;
    world.sim.anilist.set_entry(1, |entry| {
        entry.progress = 5;
        entry.notes = Some("mine".into());
        entry.started_at = FuzzyDate::on_day(2020, 9, 1);
    });
    let query = "mutation($p: Int, $n: String, $s: FuzzyDateInput) { SaveMediaListEntry(mediaId: 1, scoreRaw: 70, progress: $p, notes: $n, startedAt: $s) { id } }";
    assert_eq!(world.ask(query, json!({})).await.status, StatusCode::OK);
    let entry = world.sim.anilist.entry(1).unwrap();
    assert_eq!((entry.progress, entry.score_raw, entry.notes.as_deref()), (5, 70, Some("mine")));
    assert_eq!(entry.started_at, FuzzyDate::on_day(2020, 9, 1));
}

#[tokio::test]
async fn a_date_of_nulls_clears_the_date_and_a_partial_one_stays_partial() {
    let world = world().await;
    world.sim.anilist.set_entry(1, |entry| entry.completed_at = FuzzyDate::on_day(2020, 9, 1));
    save(&world, "mediaId: 1, startedAt: {year: 2019, month: 4}, completedAt: {year: null, month: null, day: null}")
        .await;
    let entry = world.sim.anilist.entry(1).unwrap();
    assert_eq!(entry.completed_at, FuzzyDate::default());
    assert_eq!(entry.started_at, FuzzyDate { year: Some(2019), month: Some(4), day: None });
}

#[tokio::test]
async fn the_server_fills_in_nothing() {
    let world = world().await;
    save(&world, "mediaId: 1, status: COMPLETED").await;
    let entry = world.sim.anilist.entry(1).unwrap();
    assert_eq!((entry.progress, entry.completed_at, entry.repeat), (0, FuzzyDate::default(), 0));
    save(&world, "mediaId: 3, status: CURRENT, progress: 50").await;
    assert_eq!(world.sim.anilist.entry(3).unwrap().status, ListStatus::Current);
}

#[tokio::test]
async fn a_score_is_given_in_the_users_format_or_raw_and_survives_a_change_of_format() {
    let world = world().await;
    let raw = || world.sim.anilist.entry(1).unwrap().score_raw;
    save(&world, "mediaId: 1, score: 8.5").await;
    assert_eq!(raw(), 85);
    world.sim.anilist.set_user(4242, |user| user.score_format = ScoreFormat::Point5);
    assert_eq!(raw(), 85);
    save(&world, "mediaId: 1, score: 4").await;
    assert_eq!(raw(), 70);
    save(&world, "mediaId: 1, scoreRaw: 73, score: 1").await;
    assert_eq!(raw(), 73);
}

#[tokio::test]
async fn empty_notes_are_no_notes() {
    let world = world().await;
    world.sim.anilist.set_entry(1, |entry| entry.notes = Some("gone soon".into()));
    save(&world, "mediaId: 1, notes: \"\"").await;
    assert_eq!(world.sim.anilist.entry(1).unwrap().notes, None);
}

#[tokio::test]
async fn values_beyond_their_limits_are_named_in_a_validation_error() {
    let world = world().await;
    let query = "mutation($n: String) { SaveMediaListEntry(mediaId: 1, progress: -1, repeat: 1001, scoreRaw: 101, notes: $n) { id } }";
    let answer = world.ask(query, json!({"n": "あ".repeat(6001)})).await;
    assert_eq!((answer.status, answer.message()), (StatusCode::BAD_REQUEST, "validation"));
    let named: Vec<_> = answer.body["errors"][0]["validation"].as_object().unwrap().keys().cloned().collect();
    assert_eq!(named, ["notes", "progress", "repeat", "scoreRaw"]);
    let fine = json!({"n": "あ".repeat(6000)});
    let query =
        "mutation($n: String) { SaveMediaListEntry(mediaId: 1, repeat: 1000, scoreRaw: 100, notes: $n) { id } }";
    assert_eq!(world.ask(query, fine).await.status, StatusCode::OK);
}

#[tokio::test]
async fn an_unknown_medium_is_a_validation_error_and_a_locked_one_can_only_be_changed() {
    let world = world().await;
    let answer = world.ask("mutation { SaveMediaListEntry(mediaId: 999) { id } }", Value::Null).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert_eq!(answer.body["errors"][0]["validation"], json!({"mediaId": ["The selected media id is invalid."]}));
    world.sim.anilist.set_entry(1, |_| ());
    for media in [1, 2] {
        assert!(world.sim.anilist.set_media(media, |media| media.locked = true));
    }
    assert_eq!(save(&world, "mediaId: 1, progress: 2").await["progress"], 2);
    let answer = world.ask("mutation { SaveMediaListEntry(mediaId: 2) { id } }", Value::Null).await;
    assert_eq!(answer.message(), "validation");
}

#[tokio::test]
async fn an_entry_joins_only_custom_lists_that_exist() {
    let world = world().await;
    world.sim.anilist.set_user(4242, |user| user.custom_lists = vec!["Owned".into(), "Lent".into()]);
    let query = "mutation { SaveMediaListEntry(mediaId: 1, customLists: [\"Owned\", \"Nowhere\"], hiddenFromStatusLists: true) { customLists array: customLists(asArray: true) hiddenFromStatusLists } }";
    let saved = world.data(query).await["SaveMediaListEntry"].clone();
    assert_eq!(saved["customLists"], json!({"Owned": true, "Lent": false}));
    assert_eq!(saved["array"], json!([{"name": "Owned", "enabled": true}, {"name": "Lent", "enabled": false}]));
    assert_eq!(saved["hiddenFromStatusLists"], true);
}

#[tokio::test]
async fn a_save_that_changes_nothing_moves_updated_at_or_not_by_knob() {
    let world = world().await;
    save(&world, "mediaId: 1, progress: 2").await;
    world.pass(10);
    assert_eq!(save(&world, "mediaId: 1, progress: 2").await["updatedAt"], START + 10);
    world.sim.anilist.set_knobs(|knobs| knobs.noop_save_bumps = false);
    world.pass(10);
    assert_eq!(save(&world, "mediaId: 1, progress: 2").await["updatedAt"], START + 10);
    assert_eq!(save(&world, "mediaId: 1, progress: 3").await["updatedAt"], START + 20);
}

#[tokio::test]
async fn one_set_of_values_goes_to_many_entries() {
    let world = world().await;
    let ids: Vec<_> =
        (1..=3).map(|media| world.sim.anilist.set_entry(media, |entry| entry.progress = 7).unwrap().id).collect();
    let query = "mutation($ids: [Int]) { UpdateMediaListEntries(ids: $ids, status: PAUSED) { id status progress } }";
    let answer = world.ask(query, json!({"ids": ids})).await;
    let rows = answer.body["data"]["UpdateMediaListEntries"].as_array().unwrap();
    assert!(rows.iter().all(|row| row["status"] == "PAUSED" && row["progress"] == 7));
    assert_eq!((rows.len(), world.sim.anilist.writes()), (3, 3));
    let answer = world.ask(query, json!({"ids": [ids[0], 5]})).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn many_entries_take_neither_a_medium_nor_custom_lists() {
    let world = world().await;
    for argument in ["mediaId: 1", "customLists: []"] {
        let query = format!("mutation {{ UpdateMediaListEntries(ids: [], {argument}) {{ id }} }}");
        assert_eq!(world.ask(&query, Value::Null).await.status, StatusCode::BAD_REQUEST);
    }
}

#[tokio::test]
async fn deleting_takes_the_entry_id_and_404s_the_second_time() {
    let world = world().await;
    let id = world.sim.anilist.set_entry(1, |_| ()).unwrap().id;
    let query = format!("mutation {{ DeleteMediaListEntry(id: {id}) {{ deleted }} }}");
    assert_eq!(world.data(&query).await, json!({"DeleteMediaListEntry": {"deleted": true}}));
    assert_eq!(world.sim.anilist.entry(1), None);
    assert_eq!(world.ask(&query, Value::Null).await.status, StatusCode::NOT_FOUND);
    assert_ne!(world.sim.anilist.set_entry(1, |_| ()).unwrap().id, id, "an id is never used again");
}

const BATCH: &str = "mutation($m0:Int,$m1:Int,$m2:Int){
a0:SaveMediaListEntry(mediaId:$m0,progress:1){id progress}
a1:SaveMediaListEntry(mediaId:$m1,progress:1){id progress}
a2:SaveMediaListEntry(mediaId:$m2,progress:1){id progress}
}";

fn culprit() -> Value {
    let validation = json!({"mediaId": ["The selected media id is invalid."]});
    json!({"message": "validation", "status": 400, "locations": [{"line": 3, "column": 1}], "validation": validation})
}

async fn failing_batch(world: &World) -> Value {
    world.sim.anilist.set_entry(1, |entry| entry.progress = 9);
    let answer = world.ask(BATCH, json!({"m0": 1, "m1": 999, "m2": 3})).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    answer.body
}

fn progress(world: &World) -> [Option<u32>; 2] {
    [1, 3].map(|media| world.sim.anilist.entry(media).map(|entry| entry.progress))
}

#[tokio::test]
async fn a_batch_writes_each_alias() {
    let world = world().await;
    let answer = world.ask(BATCH, json!({"m0": 1, "m1": 2, "m2": 3})).await;
    assert_eq!(answer.body["data"]["a2"]["progress"], 1);
    assert_eq!(world.sim.anilist.writes(), 3);
}

#[tokio::test]
async fn one_bad_alias_spoils_the_batch_and_nothing_was_applied() {
    let world = world().await;
    let body = failing_batch(&world).await;
    assert_eq!(body, json!({"errors": [culprit()], "data": {"a0": null, "a1": null, "a2": null}}));
    assert_eq!((progress(&world), world.sim.anilist.writes()), ([Some(9), None], 0));
}

#[tokio::test]
async fn by_knob_the_aliases_before_the_bad_one_were_applied_all_the_same() {
    let world = world().await;
    world.sim.anilist.set_knobs(|knobs| knobs.batch_failure = BatchFailure::EarlierApplied);
    let body = failing_batch(&world).await;
    assert_eq!(body, json!({"errors": [culprit()], "data": {"a0": null, "a1": null, "a2": null}}));
    assert_eq!((progress(&world), world.sim.anilist.writes()), ([Some(1), None], 1));
}

#[tokio::test]
async fn by_knob_only_the_bad_alias_fails() {
    let world = world().await;
    world.sim.anilist.set_knobs(|knobs| knobs.batch_failure = BatchFailure::Partial);
    let body = failing_batch(&world).await;
    assert_eq!(body["errors"], json!([culprit()]));
    assert_eq!(
        (&body["data"]["a0"]["progress"], &body["data"]["a1"], &body["data"]["a2"]["progress"]),
        (&json!(1), &Value::Null, &json!(1))
    );
    assert_eq!((progress(&world), world.sim.anilist.writes()), ([Some(1), Some(1)], 2));
}

#[tokio::test]
async fn a_deleted_entry_comes_back_when_its_batch_is_undone() {
    let world = world().await;
    let entry = world.sim.anilist.set_entry(1, |entry| entry.progress = 4).unwrap();
    let query = format!(
        "mutation {{ a: DeleteMediaListEntry(id: {}) {{ deleted }} b: DeleteMediaListEntry(id: 5) {{ deleted }} }}",
        entry.id
    );
    assert_eq!(world.ask(&query, Value::Null).await.status, StatusCode::NOT_FOUND);
    assert_eq!(world.sim.anilist.entry(1), Some(entry));
}

#[tokio::test]
async fn a_wrong_type_fails_the_document_before_anything_runs() {
    let world = world().await;
    let query = "mutation { a: SaveMediaListEntry(mediaId: 1) { id } b: SaveMediaListEntry(mediaId: 2, status: READING) { id } }";
    let answer = world.ask(query, Value::Null).await;
    assert_eq!((answer.status, &answer.body["data"]), (StatusCode::BAD_REQUEST, &Value::Null));
    assert_eq!(world.sim.anilist.entries().len(), 0);
}

#[tokio::test]
async fn a_batch_of_166_saves_fits_one_request() {
    let world = world().await;
    let aliases = |n: usize| {
        (0..n)
            .map(|n| format!("a{n}:SaveMediaListEntry(mediaId:{},progress:{n}){{id updatedAt}}\n", n % 120 + 1))
            .collect::<String>()
    };
    assert_eq!(world.ask(&format!("mutation{{\n{}}}", aliases(166)), Value::Null).await.status, StatusCode::OK);
    assert_eq!(world.sim.anilist.writes(), 166);
    let answer = world.ask(&format!("mutation{{\n{}}}", aliases(167)), Value::Null).await;
    assert_eq!(answer.message(), "Max query complexity should be 500 but got 501.");
}
