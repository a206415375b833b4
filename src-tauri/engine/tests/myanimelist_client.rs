//! The MyAnimeList client against the simulated MyAnimeList, over HTTP.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use kuroibara_core::{Entry, Field, Fields, Provider, Score, Shape, Status, Totals, Value};
use kuroibara_engine::{
    http::HttpError,
    providers::{
        ApiClient, ApiError, Grant, Listed, ProviderClient, Removal, Session, Tokens, Write,
        myanimelist::{MyAnimeList, MyAnimeListEndpoints},
    },
    secret::Secret,
};
use kuroibara_sim::{
    Fault, FaultRule,
    myanimelist::{Entry as SimEntry, Odd, Status as SimStatus},
};

use crate::rest_world::{Script, World, blank, ids, is_lost, last_body, lost_answers, one, passing_faults, write};

mod rest_world;

const P: Provider = Provider::MyAnimeList;
const READER: i64 = 4242;
const REDIRECT: &str = "kuroibara://oauth/myanimelist";
const VERIFIER: &str = "a-verifier-of-forty-three-characters-or-more-1234";

/// A signed-in reader.
struct Reader {
    world: World,
    client: MyAnimeList,
    tokens: Tokens,
}

impl Reader {
    async fn with_entries(entries: usize) -> Self {
        Self::of(World::with_entries(entries).await).await
    }

    async fn impatient(entries: usize) -> Self {
        Self::of(World::impatient(entries).await).await
    }

    async fn of(world: World) -> Self {
        let client = client(&world);
        let tokens = client.authenticate(&web(&world), code(&world, &web(&world))).await.unwrap();
        world.sim.myanimelist.reset_counters();
        Self { world, client, tokens }
    }

    fn session(&self) -> Session<'_> {
        Session { token: &self.tokens.access, account_id: "4242", volumes: false }
    }

    fn sim(&self) -> &kuroibara_sim::MyAnimeList {
        &self.world.sim.myanimelist
    }

    fn fault(&self, rule: FaultRule) {
        self.sim().faults().push(rule);
    }

    fn requests(&self) -> usize {
        self.sim().requests().len()
    }

    /// Some ids of the list.
    fn listed(&self, count: usize) -> Vec<i64> {
        self.sim().entries().into_keys().take(count).collect()
    }

    /// An id that the service has and the list has not.
    fn unlisted(&self) -> i64 {
        let entries = self.sim().entries();
        let ids = self.world.sim.catalog.works().iter().filter_map(|work| work.myanimelist);
        ids.into_iter().find(|id| !entries.contains_key(id)).unwrap()
    }

    async fn save_one(&self, write: Write) -> Result<Fields, ApiError> {
        self.client.save(&self.session(), &[write]).await.remove(0).map(|saved| saved.fields)
    }

    async fn look_one(&self, id: i64) -> Option<Listed> {
        self.client.look(&self.session(), &[id.to_string().as_str().into()]).await.unwrap().remove(0).1
    }
}

fn client(world: &World) -> MyAnimeList {
    let sim = &world.sim.myanimelist;
    let endpoints = MyAnimeListEndpoints { api: sim.url().parse().unwrap(), oauth: sim.oauth_url().parse().unwrap() };
    MyAnimeList::new(world.http.clone(), endpoints)
}

/// The client that the service knows and that has a secret.
fn web(world: &World) -> ApiClient {
    let env = world.sim.myanimelist.env();
    let of = |name: &str| env.iter().find(|(key, _)| *key == name).unwrap().1.clone();
    ApiClient { id: Some(of("MAL_CLIENT_ID")), secret: Some(Secret::new(of("MAL_CLIENT_SECRET"))) }
}

/// What the browser brings back after the reader agreed.
fn code(world: &World, app: &ApiClient) -> Grant {
    let mut url: url::Url = format!("{}/authorize", world.sim.myanimelist.oauth_url()).parse().unwrap();
    url.query_pairs_mut()
        .append_pair("response_type", "code")
        .append_pair("client_id", app.id.as_deref().unwrap())
        .append_pair("code_challenge", VERIFIER)
        .append_pair("redirect_uri", REDIRECT);
    let back: url::Url = world.sim.myanimelist.approve(url.as_str(), READER).unwrap().parse().unwrap();
    let code = back.query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned();
    Grant::Code { code: Secret::new(code), redirect_uri: REDIRECT.into(), verifier: Some(Secret::new(VERIFIER)) }
}

/// What our client should make of a stored entry, said a second time and differently.
fn expected(entry: &SimEntry) -> Fields {
    let status = match (entry.is_rereading, entry.status) {
        (true, _) => Status::Rereading,
        (false, SimStatus::Reading) => Status::Reading,
        (false, SimStatus::Completed) => Status::Completed,
        (false, SimStatus::OnHold) => Status::OnHold,
        (false, SimStatus::Dropped) => Status::Dropped,
        (false, SimStatus::PlanToRead) => Status::PlanToRead,
    };
    let entry = Entry {
        status,
        chapters: entry.num_chapters_read,
        volumes: entry.num_volumes_read,
        score: Score::new(i64::from(entry.score) * 10).ok(),
        rereads: entry.num_times_reread,
        started_on: entry.start_date.as_deref().map(|d| d.parse().unwrap()),
        finished_on: entry.finish_date.as_deref().map(|d| d.parse().unwrap()),
        notes: Some(entry.comments.as_str()).filter(|c| !c.is_empty()).map(Into::into),
        private: false,
    };
    Shape::MYANIMELIST.project(&entry.fields(), Totals::default())
}

#[tokio::test]
async fn a_code_is_traded_for_tokens_with_a_secret_and_without_one() {
    let world = World::with_entries(3).await;
    let public = ApiClient { id: Some("sim-mal-public-client".into()), secret: None };
    for app in [web(&world), public] {
        let tokens = client(&world).authenticate(&app, code(&world, &app)).await.unwrap();
        let account = client(&world).who(&tokens.access).await.unwrap();
        assert_eq!((account.id.as_str(), account.name.as_str()), ("4242", "reader"));
        let start: kuroibara_core::Time = "2026-03-01T12:00:00Z".parse().unwrap();
        assert_eq!(tokens.expires_at, Some(start + chrono::Duration::seconds(2_415_600)));
    }
}

#[tokio::test]
async fn a_bad_code_verifier_redirect_or_client_is_refused_in_words_and_asked_once() {
    let world = World::with_entries(3).await;
    let good = || code(&world, &web(&world));
    let Grant::Code { code, redirect_uri, verifier } = good() else { panic!() };
    let used = Grant::Code { code: code.clone(), redirect_uri: redirect_uri.clone(), verifier: verifier.clone() };
    client(&world).authenticate(&web(&world), used.clone()).await.unwrap();
    let Grant::Code { code, .. } = good() else { panic!() };
    let wrong_verifier = Grant::Code { code, redirect_uri, verifier: Some(Secret::new("x".repeat(43))) };
    let Grant::Code { code, verifier, .. } = good() else { panic!() };
    let wrong_redirect = Grant::Code { code, redirect_uri: "http://127.0.0.1:1/".into(), verifier };
    let password = Grant::Password { username: "reader".into(), password: Secret::new("reader-password") };
    let wrong_client = ApiClient { secret: Some(Secret::new("no")), ..web(&world) };
    let no_client = ApiClient::default();
    world.sim.myanimelist.reset_counters();
    let tries = [
        (web(&world), used, "invalid"),
        (web(&world), wrong_verifier, "verifier"),
        (web(&world), wrong_redirect, "redirect_uri"),
        (web(&world), password, "browser"),
        (wrong_client, good(), "check the client id and secret"),
        (no_client, good(), "client id"),
    ];
    for (app, grant, word) in tries {
        let error = client(&world).authenticate(&app, grant).await.unwrap_err();
        assert!(matches!(error, ApiError::Refused { .. }), "{error:?}");
        assert!(error.to_string().contains(word), "{error} says {word}");
    }
    assert_eq!(world.sim.myanimelist.requests().len(), 4);
}

#[tokio::test]
async fn a_refresh_brings_a_new_pair_and_ends_the_old_token() {
    let reader = Reader::with_entries(3).await;
    let refresh = reader.tokens.refresh.clone().unwrap();
    let renewed = reader.client.refresh(&web(&reader.world), &refresh).await.unwrap();
    reader.client.who(&renewed.access).await.unwrap();
    let error = reader.client.who(&reader.tokens.access).await.unwrap_err();
    assert!(matches!(error, ApiError::TokenExpired(P)), "{error}");
}

#[tokio::test]
async fn only_a_refusal_of_the_refresh_token_asks_the_person_to_sign_in() {
    let reader = Reader::impatient(3).await;
    let refresh = reader.tokens.refresh.clone().unwrap();
    for fault in [Fault::Status(503), Fault::Html(403), Fault::Hang, Fault::ResetBefore] {
        reader.fault(FaultRule::always(fault).on("/v1/oauth2/token"));
        let error = reader.client.refresh(&web(&reader.world), &refresh).await.unwrap_err();
        assert!(matches!(error, ApiError::Http(_)), "{error}");
        reader.sim().faults().clear();
    }
    reader.client.refresh(&web(&reader.world), &refresh).await.unwrap();
    reader.sim().revoke_tokens(READER);
    let error = reader.client.refresh(&web(&reader.world), &refresh).await.unwrap_err();
    assert!(matches!(error, ApiError::SignInAgain(P)), "{error}");
}

#[tokio::test]
async fn a_lost_answer_to_a_refresh_is_asked_for_again() {
    let reader = Reader::with_entries(3).await;
    reader.fault(FaultRule::once(Fault::ResetAfter).on("/v1/oauth2/token"));
    let refresh = reader.tokens.refresh.clone().unwrap();
    let renewed = reader.client.refresh(&web(&reader.world), &refresh).await.unwrap();
    reader.client.who(&renewed.access).await.unwrap();
}

#[tokio::test]
async fn nothing_is_asked_to_revoke_a_token_or_to_resolve_ids() {
    let reader = Reader::with_entries(3).await;
    reader.client.revoke(&reader.tokens.access).await.unwrap();
    assert_eq!(reader.client.resolve(None, &[(Provider::AniList, "1".into())]).await.unwrap(), []);
    assert!(reader.client.abilities().resolves.is_empty());
    assert_eq!(reader.requests(), 0);
}

#[tokio::test]
async fn the_whole_list_is_read_each_entry_once_hidden_titles_included() {
    let reader = Reader::with_entries(300).await;
    let listing = reader.client.list(&reader.session()).await.unwrap();
    let stored = reader.sim().entries();
    assert!(listing.complete && listing.notices.is_empty());
    assert_eq!(listing.clock_ahead, Some(chrono::Duration::zero()));
    assert_eq!(ids(&listing), stored.keys().copied().collect::<Vec<_>>());
    for Listed { work, entry } in &listing.entries {
        let id: i64 = work.id.as_str().parse().unwrap();
        assert_eq!(entry.fields, expected(&stored[&id]), "entry {id}");
        assert_eq!((entry.updated_at, &entry.entry_id), (stored[&id].updated_at, &None));
        let title = reader.sim().title(id).unwrap();
        assert_eq!((&work.title, work.adult), (&title.title, title.nsfw == "black"));
        assert_eq!(work.totals.chapters, Some(title.num_chapters).filter(|n| *n > 0));
        assert_eq!(work.authors.len(), title.authors.len());
    }
    assert!(
        listing
            .entries
            .iter()
            .any(|e| reader.sim().title(e.work.id.as_str().parse().unwrap()).unwrap().nsfw != "white")
    );
}

#[tokio::test]
async fn a_list_of_ten_thousand_takes_at_most_eleven_requests() {
    let reader = Reader::with_entries(10_000).await;
    let listing = reader.client.list(&reader.session()).await.unwrap();
    assert_eq!(listing.entries.len(), reader.sim().entries().len());
    assert!(listing.entries.len() > 9_500, "{}", listing.entries.len());
    assert!(reader.requests() <= 11, "{}", reader.requests());
}

#[tokio::test]
async fn a_row_that_comes_again_on_the_next_page_is_taken_once() {
    let reader = Reader::with_entries(1_500).await;
    reader.sim().set_knobs(|knobs| knobs.pages = Odd::Repeat);
    let listing = reader.client.list(&reader.session()).await.unwrap();
    assert_eq!(ids(&listing), reader.sim().entries().into_keys().collect::<Vec<_>>());
    assert!(listing.complete);
}

#[tokio::test]
async fn a_list_is_read_through_every_fault_that_passes() {
    let reader = Reader::impatient(40).await;
    for fault in passing_faults() {
        reader.fault(FaultRule::once(fault.clone()));
        let listing = reader.client.list(&reader.session()).await.unwrap();
        assert_eq!(listing.entries.len(), reader.sim().entries().len(), "{fault:?}");
    }
}

#[tokio::test]
async fn a_page_that_keeps_failing_fails_the_whole_listing() {
    let reader = Reader::with_entries(1_500).await;
    for fault in [Fault::FailPage(2), Fault::Status(503), Fault::ResetAfter] {
        reader.fault(FaultRule::always(fault));
        reader.client.list(&reader.session()).await.unwrap_err();
        reader.sim().faults().clear();
    }
}

#[tokio::test]
async fn a_block_page_is_an_outage_and_not_asked_for_again() {
    let reader = Reader::with_entries(10).await;
    reader.fault(FaultRule::always(Fault::Html(403)));
    let error = reader.client.list(&reader.session()).await.unwrap_err();
    assert!(matches!(error, ApiError::Http(HttpError::Outage { status: 403, .. })), "{error}");
    assert_eq!(reader.requests(), 1);
}

#[tokio::test]
async fn an_expired_token_is_told_from_every_other_failure() {
    let reader = Reader::with_entries(10).await;
    reader.sim().expire_tokens(READER);
    let session = reader.session();
    let (id, new) = (reader.listed(1)[0].to_string(), "1".into());
    let errors = [
        reader.client.who(&reader.tokens.access).await.unwrap_err(),
        reader.client.list(&session).await.unwrap_err(),
        reader.client.changed_since(&session, chrono::DateTime::UNIX_EPOCH).await.unwrap_err(),
        reader.client.look(&session, &[new]).await.unwrap_err(),
        reader
            .save_one(write(&id, None, Some(Fields::new()), one(Field::Chapters, Value::Count(1))))
            .await
            .unwrap_err(),
        reader
            .client
            .remove(&session, &[Removal { id: id.as_str().into(), entry_id: None }])
            .await
            .remove(0)
            .unwrap_err(),
    ];
    assert!(errors.iter().all(|e| matches!(e, ApiError::TokenExpired(P))), "{errors:?}");
}

#[tokio::test]
async fn nothing_new_takes_exactly_one_request() {
    let reader = Reader::with_entries(1_500).await;
    let newest = reader.sim().entries().values().map(|e| e.updated_at).max().unwrap();
    let listing = reader.client.changed_since(&reader.session(), newest + chrono::Duration::seconds(1)).await.unwrap();
    assert!(listing.entries.is_empty() && !listing.complete);
    assert_eq!(reader.requests(), 1);
}

#[tokio::test]
async fn what_changed_is_listed_newest_first_and_nothing_older() {
    let reader = Reader::with_entries(1_500).await;
    let changed = reader.listed(3);
    for (minutes, id) in [(10, changed[0]), (5, changed[1]), (1, changed[2])] {
        reader.world.sim.clock.advance(chrono::Duration::minutes(minutes));
        reader.sim().set_entry(id, |entry| entry.num_chapters_read += 1).unwrap();
    }
    let since = reader.sim().entry(changed[1]).unwrap().updated_at;
    let listing = reader.client.changed_since(&reader.session(), since).await.unwrap();
    let seen: Vec<_> = listing.entries.iter().map(|e| e.work.id.to_string()).collect();
    assert_eq!(seen, [changed[2].to_string(), changed[1].to_string()], "at `since` and after it, newest first");
    assert_eq!(reader.requests(), 1);
}

#[tokio::test]
async fn more_than_a_thousand_changes_take_a_second_request() {
    let reader = Reader::with_entries(1_500).await;
    let listing = reader.client.changed_since(&reader.session(), chrono::DateTime::UNIX_EPOCH).await.unwrap();
    assert_eq!((listing.entries.len(), reader.requests()), (reader.sim().entries().len(), 2));
}

#[tokio::test]
async fn a_save_sends_what_changed_in_one_request_and_answers_the_entry_as_it_is_then() {
    let reader = Reader::with_entries(20).await;
    let id = reader.listed(1)[0];
    let before = expected(&reader.sim().entry(id).unwrap());
    reader.world.sim.clock.advance(chrono::Duration::hours(1));
    let saved =
        reader.save_one(write(&id.to_string(), None, Some(before), one(Field::Chapters, Value::Count(77)))).await;
    assert_eq!(last_body(&reader.sim().requests()), "num_chapters_read=77");
    assert_eq!(saved.unwrap(), expected(&reader.sim().entry(id).unwrap()));
    assert_eq!((reader.requests(), reader.sim().writes()), (1, 1));
}

#[tokio::test]
async fn every_field_arrives_and_every_field_can_be_cleared() {
    let reader = Reader::with_entries(20).await;
    let id = reader.unlisted().to_string();
    let full = Entry {
        chapters: 12,
        volumes: 2,
        score: Score::new(80).ok(),
        rereads: 3,
        started_on: Some("2020-09".parse().unwrap()),
        finished_on: Some("2021-02-03".parse().unwrap()),
        notes: Some("5 > 4 & \"x\" < 'y'; é 図書館 + %26 &amp;".into()),
        ..blank(Status::Completed, 0)
    };
    let mine = Shape::MYANIMELIST.project(&full.fields(), Totals::default());
    let created = reader.save_one(write(&id, None, None, mine.clone())).await.unwrap();
    assert_eq!(created, mine);
    let empty = Shape::MYANIMELIST.project(&blank(Status::Completed, 0).fields(), Totals::default());
    let cleared = reader.save_one(write(&id, None, Some(mine), empty.clone())).await.unwrap();
    assert_eq!(cleared, empty);
}

#[tokio::test]
async fn rereading_comes_back_and_ends_with_any_other_status() {
    let reader = Reader::with_entries(20).await;
    let id = reader.unlisted().to_string();
    let mut before = None;
    for status in
        [Status::Rereading, Status::Reading, Status::Rereading, Status::Completed, Status::Rereading, Status::Dropped]
    {
        let saved = reader.save_one(write(&id, None, before, one(Field::Status, Value::Status(status)))).await.unwrap();
        assert_eq!(saved.status(), Some(status));
        before = Some(saved);
    }
}

#[tokio::test]
async fn a_thousand_edits_take_a_thousand_requests_and_their_outcomes_stay_in_order() {
    let reader = Reader::with_entries(1_100).await;
    let ids = reader.listed(1_000);
    let edit = |(n, id): (usize, &i64)| {
        let fields = one(Field::Rereads, Value::Count(n as u32));
        write(&id.to_string(), None, Some(Fields::new()), fields)
    };
    let writes: Vec<_> = ids.iter().enumerate().map(edit).collect();
    let saved = reader.client.save(&reader.session(), &writes).await;
    for (n, saved) in saved.into_iter().enumerate() {
        assert_eq!(saved.unwrap().fields.count(Field::Rereads), n as u32);
    }
    assert_eq!(reader.requests(), 1_000);
}

#[tokio::test]
async fn one_refused_item_spoils_no_other() {
    let reader = Reader::with_entries(20).await;
    let ids = reader.listed(4);
    reader.sim().set_title(ids[1], |title| title.approved = false);
    let chapters = |id: &str| write(id, None, Some(Fields::new()), one(Field::Chapters, Value::Count(5)));
    let mut writes: Vec<_> = ids.iter().map(|id| chapters(&id.to_string())).collect();
    writes.extend([chapters("999999999"), chapters("1/../2"), chapters("")]);
    let saved = reader.client.save(&reader.session(), &writes).await;
    assert!(
        matches!(&saved[1], Err(ApiError::Refused { reason, .. }) if reason == "Invalid content"),
        "{:?}",
        saved[1]
    );
    assert!(saved[4..].iter().all(|s| matches!(s, Err(ApiError::NotFound(P)))), "{saved:?}");
    assert!([0, 2, 3].iter().all(|n| saved[*n].is_ok()), "{saved:?}");
    assert_eq!(reader.requests(), 5, "what is no id is never asked for");
}

#[tokio::test]
async fn a_save_whose_answer_is_lost_is_not_sent_again_and_says_so() {
    let reader = Reader::impatient(20).await;
    let id = reader.listed(1)[0];
    for (n, fault) in lost_answers().into_iter().enumerate() {
        reader.sim().reset_counters();
        reader.fault(FaultRule::once(fault.clone()));
        let fields = one(Field::Chapters, Value::Count(500 + n as u32));
        let error = reader.save_one(write(&id.to_string(), None, Some(Fields::new()), fields)).await.unwrap_err();
        assert!(is_lost(&error), "{fault:?}: {error}");
        assert_eq!(reader.requests(), 1, "{fault:?}");
        assert_eq!(reader.sim().entry(id).unwrap().num_chapters_read, 500 + n as u32, "{fault:?}: it took effect");
    }
}

#[tokio::test]
async fn a_save_that_is_told_to_wait_waits_and_arrives_once() {
    let reader = Reader::with_entries(20).await;
    let id = reader.listed(1)[0].to_string();
    reader.fault(FaultRule::once(Fault::TooMany { with_headers: false, retry_after: Some(20) }));
    reader.save_one(write(&id, None, Some(Fields::new()), one(Field::Chapters, Value::Count(3)))).await.unwrap();
    assert_eq!((reader.requests(), reader.sim().writes()), (2, 1));
}

#[tokio::test]
async fn a_batch_ends_early_with_a_token_that_ended_and_with_a_block_page() {
    let reader = Reader::with_entries(200).await;
    let edit = |id: &i64| write(&id.to_string(), None, Some(Fields::new()), one(Field::Chapters, Value::Count(1)));
    let writes: Vec<_> = reader.listed(100).iter().map(edit).collect();
    reader.fault(FaultRule::always(Fault::Html(403)));
    let blocked = reader.client.save(&reader.session(), &writes).await;
    assert!(blocked.iter().all(|b| matches!(b, Err(ApiError::Http(_)))));
    assert!(reader.requests() <= 2, "{}", reader.requests());
    reader.sim().faults().clear();
    reader.sim().reset_counters();
    reader.sim().expire_tokens(READER);
    let expired = reader.client.save(&reader.session(), &writes).await;
    assert!(expired.iter().all(|e| matches!(e, Err(ApiError::TokenExpired(P)))));
    assert!(reader.requests() <= 2, "{}", reader.requests());
}

#[tokio::test]
async fn a_removal_is_done_when_it_was_done_before() {
    let reader = Reader::with_entries(20).await;
    let ids = reader.listed(2);
    let removal = |id: i64| Removal { id: id.to_string().as_str().into(), entry_id: None };
    reader.sim().remove_entry(ids[1]);
    let done = reader.client.remove(&reader.session(), &[removal(ids[0]), removal(ids[1])]).await;
    assert!(done.iter().all(Result::is_ok), "{done:?}");
    assert_eq!((reader.sim().entry(ids[0]), reader.sim().writes()), (None, 1));
}

#[tokio::test]
async fn a_removal_whose_answer_is_lost_is_asked_again_and_is_done() {
    let reader = Reader::impatient(20).await;
    for (id, fault) in reader.listed(5).into_iter().zip(lost_answers()) {
        reader.fault(FaultRule::once(fault.clone()));
        let removal = Removal { id: id.to_string().as_str().into(), entry_id: None };
        let done = reader.client.remove(&reader.session(), &[removal]).await;
        assert!(done[0].is_ok(), "{fault:?}: {done:?}");
        assert_eq!(reader.sim().entry(id), None);
    }
}

#[tokio::test]
async fn a_look_tells_what_is_there_from_what_is_not() {
    let reader = Reader::with_entries(20).await;
    let (there, absent) = (reader.listed(1)[0], reader.unlisted());
    let asked = [there.to_string(), absent.to_string(), "999999999".into(), "no-number".into()];
    let asked = asked.map(|id| id.as_str().into());
    let seen = reader.client.look(&reader.session(), &asked).await.unwrap();
    assert_eq!(seen.iter().map(|(id, _)| id.clone()).collect::<Vec<_>>(), asked);
    assert_eq!(seen[0].1.as_ref().unwrap().entry.fields, expected(&reader.sim().entry(there).unwrap()));
    assert!(seen[1..].iter().all(|(_, found)| found.is_none()));
}

#[tokio::test]
async fn a_look_that_gets_no_answer_says_nothing_of_absence() {
    let reader = Reader::with_entries(20).await;
    reader.fault(FaultRule::always(Fault::Status(503)).on("/v2/manga/"));
    let asked = reader.listed(2).into_iter().map(|id| id.to_string().as_str().into()).collect::<Vec<_>>();
    reader.client.look(&reader.session(), &asked).await.unwrap_err();
}

#[tokio::test]
async fn a_look_and_a_listing_say_the_same() {
    let reader = Reader::with_entries(30).await;
    let listing = reader.client.list(&reader.session()).await.unwrap();
    for listed in listing.entries {
        let id = listed.work.id.as_str().parse().unwrap();
        assert_eq!(reader.look_one(id).await, Some(listed));
    }
}

#[tokio::test]
async fn a_work_is_read_with_its_entry_if_there_is_one() {
    let reader = Reader::with_entries(20).await;
    let (there, absent) = (reader.listed(1)[0].to_string(), reader.unlisted().to_string());
    let work = |id: String| {
        let reader = &reader;
        async move { reader.client.work(&reader.session(), &id.as_str().into()).await.unwrap() }
    };
    assert!(work(there).await.unwrap().1.is_some());
    assert!(work(absent).await.unwrap().1.is_none());
    assert!(work("999999999".into()).await.is_none());
}

#[tokio::test]
async fn a_search_finds_hidden_titles_and_needs_a_token_or_a_client_id() {
    let reader = Reader::with_entries(50).await;
    let works = reader.world.sim.catalog.works();
    let adult = works.iter().find(|w| w.adult && w.myanimelist.is_some()).unwrap();
    let (app, token) = (web(&reader.world), Some(&reader.tokens.access));
    for (token, app) in [(token, ApiClient::default()), (None, app)] {
        let hits = reader.client.search(token, &app, &adult.romaji, 20).await.unwrap();
        assert!(hits.iter().any(|hit| hit.id.as_str() == adult.myanimelist.unwrap().to_string()));
    }
    let error = reader.client.search(None, &ApiClient::default(), &adult.romaji, 20).await.unwrap_err();
    assert!(matches!(error, ApiError::Refused { .. }), "{error}");
}

#[tokio::test]
async fn a_query_is_cut_to_what_is_taken_and_a_short_one_refused_unasked() {
    let reader = Reader::with_entries(50).await;
    let app = web(&reader.world);
    let search = |query: String, limit| {
        let (reader, app) = (&reader, &app);
        async move { reader.client.search(Some(&reader.tokens.access), app, &query, limit).await }
    };
    search("図書館".into(), 20).await.unwrap();
    search("long ".repeat(500), 20).await.unwrap();
    assert_eq!(
        search("the".into(), 1_000).await.unwrap().len().min(101),
        search("the".into(), 100).await.unwrap().len()
    );
    assert!(search("the".into(), 0).await.unwrap().is_empty());
    let asked = reader.requests();
    for short in ["", "  ", "ab", " 進 "] {
        assert!(matches!(search(short.into(), 20).await, Err(ApiError::Refused { .. })), "{short:?}");
    }
    assert_eq!(reader.requests(), asked);
}

#[tokio::test]
async fn requests_are_counted_by_what_they_are_for() {
    let reader = Reader::with_entries(20).await;
    reader.client.list(&reader.session()).await.unwrap();
    reader.client.changed_since(&reader.session(), chrono::DateTime::UNIX_EPOCH).await.unwrap();
    for route in ["token", "list", "changes"] {
        assert_eq!(reader.world.asked(P, route), 1, "{route}");
    }
}

#[tokio::test]
async fn an_empty_answer_by_mistake_is_passed_on_for_the_guard_to_judge() {
    let reader = Reader::with_entries(20).await;
    reader.fault(FaultRule::once(Fault::EmptyList));
    assert!(reader.client.list(&reader.session()).await.unwrap().entries.is_empty());
}

/// The client of a service that answers what it is told.
fn told(world: &World, script: &Script) -> MyAnimeList {
    let endpoints = MyAnimeListEndpoints { api: script.url.clone(), oauth: script.url.clone() };
    MyAnimeList::new(world.http.clone(), endpoints)
}

#[tokio::test]
async fn a_link_to_another_host_is_not_followed_and_a_token_goes_nowhere_else() {
    let world = World::with_entries(0).await;
    let elsewhere = Script::of(vec![r#"{"data":[]}"#.into()]).await;
    let row = r#"{"node":{"id":1,"title":"x"},"list_status":{"status":"reading"}}"#;
    let page = format!(r#"{{"data":[{row}],"paging":{{"next":"{}/next"}}}}"#, elsewhere.url);
    let script = Script::of(vec![page]).await;
    let token = Secret::new("token");
    let session = Session { token: &token, account_id: "1", volumes: false };
    let error = told(&world, &script).list(&session).await.unwrap_err();
    assert!(matches!(error, ApiError::Unreadable { .. }), "{error}");
    assert!(elsewhere.heard().is_empty());
}

#[tokio::test]
async fn pages_that_repeat_themselves_for_ever_come_to_an_end_and_prove_no_absence() {
    let world = World::with_entries(0).await;
    let row = r#"{"node":{"id":1,"title":"x"},"list_status":{"status":"reading"}}"#;
    let page = format!(r#"{{"data":[{row}],"paging":{{"next":"/api/again"}}}}"#);
    let script = Script::of(vec![page; 9]).await;
    let token = Secret::new("token");
    let session = Session { token: &token, account_id: "1", volumes: false };
    let listing = told(&world, &script).list(&session).await.unwrap();
    assert_eq!((listing.entries.len(), listing.complete, script.heard().len()), (1, false, 2));
}

#[tokio::test]
async fn an_entry_in_a_word_that_we_do_not_know_yet_is_neither_there_nor_absent() {
    let world = World::with_entries(0).await;
    let status = r#"{"status":"reading_backwards"}"#;
    let list = format!(r#"{{"data":[{{"node":{{"id":1,"title":"x"}},"list_status":{status}}}],"paging":{{}}}}"#);
    let manga = format!(r#"{{"id":1,"title":"x","my_list_status":{status}}}"#);
    let script = Script::of(vec![list, manga]).await;
    let token = Secret::new("token");
    let session = Session { token: &token, account_id: "1", volumes: false };
    let listing = told(&world, &script).list(&session).await.unwrap();
    assert!(listing.entries.is_empty() && !listing.complete);
    assert_eq!(told(&world, &script).look(&session, &["1".into()]).await.unwrap(), []);
}
