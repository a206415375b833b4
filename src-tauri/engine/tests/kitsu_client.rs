//! The Kitsu client against the simulated Kitsu, over HTTP.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeSet;

use chrono::Duration;
use kuroibara_core::{Entry, EntryId, Field, Fields, Provider, Score, Shape, Status, Totals, Value};
use kuroibara_engine::{
    http::HttpError,
    providers::{
        ApiClient, ApiError, Grant, Listed, Notice, ProviderClient, Removal, Session, Tokens, Write,
        kitsu::{Kitsu, KitsuEndpoints},
    },
    secret::Secret,
};
use kuroibara_sim::{
    Fault, FaultRule,
    kitsu::{Entry as SimEntry, IncludeManga, Status as SimStatus},
};

use crate::rest_world::{Script, World, blank, ids, is_lost, last_body, lost_answers, one, passing_faults, write};

mod rest_world;

const P: Provider = Provider::Kitsu;
const READER: i64 = 4242;
const ENTRIES: &str = "/api/edge/library-entries";

/// A signed-in reader.
struct Reader {
    world: World,
    client: Kitsu,
    token: Secret,
    volumes: bool,
}

impl Reader {
    async fn with_entries(entries: usize) -> Self {
        Self::of(World::with_entries(entries).await)
    }

    async fn impatient(entries: usize) -> Self {
        Self::of(World::impatient(entries).await)
    }

    fn of(world: World) -> Self {
        let token = Secret::new(world.sim.kitsu.token(READER));
        Self { client: client(&world), token, world, volumes: false }
    }

    fn session(&self) -> Session<'_> {
        Session { token: &self.token, account_id: "4242", volumes: self.volumes }
    }

    fn sim(&self) -> &kuroibara_sim::Kitsu {
        &self.world.sim.kitsu
    }

    fn fault(&self, rule: FaultRule) {
        self.sim().faults().push(rule);
    }

    fn filter_on(&self) {
        self.sim().set_user(READER, |user| user.sfw_filter = true);
    }

    /// The requests so far as `METHOD path`, without queries.
    fn asked(&self) -> Vec<String> {
        let requests = self.sim().requests();
        requests.iter().map(|r| format!("{} {}", r.method, r.path.split('?').next().unwrap())).collect()
    }

    fn requests(&self) -> usize {
        self.sim().requests().len()
    }

    /// Some manga of the list.
    fn listed(&self, count: usize) -> Vec<i64> {
        self.sim().entries().into_keys().take(count).collect()
    }

    /// Manga of the catalogue that are not on the list.
    fn unlisted(&self, adult: bool) -> Vec<i64> {
        let entries = self.sim().entries();
        let works = self.world.sim.catalog.works().iter().filter(|work| work.adult == adult);
        works.flat_map(|work| work.kitsu.clone()).filter(|id| !entries.contains_key(id)).collect()
    }

    fn fields(&self, manga: i64) -> Fields {
        expected(&self.sim().entry(manga).unwrap())
    }

    async fn save_one(&self, write: Write) -> Result<Fields, ApiError> {
        self.client.save(&self.session(), &[write]).await.remove(0).map(|saved| saved.fields)
    }

    /// Changes fields of an entry that is there.
    async fn change(&self, manga: i64, fields: Fields) -> Result<Fields, ApiError> {
        let entry = self.sim().entry(manga).unwrap();
        let (id, before) = (entry.id.to_string(), expected(&entry));
        self.save_one(write(&manga.to_string(), Some(&id), Some(before), fields)).await
    }

    async fn create(&self, manga: i64, fields: Fields) -> Result<Fields, ApiError> {
        self.save_one(write(&manga.to_string(), None, None, fields)).await
    }

    async fn remove_one(&self, manga: i64, entry_id: Option<i64>) -> Result<(), ApiError> {
        let entry_id = entry_id.map(|id| EntryId(id.to_string()));
        let removal = Removal { id: manga.to_string().as_str().into(), entry_id };
        self.client.remove(&self.session(), &[removal]).await.remove(0)
    }

    /// What a look says of each: there, not there, or nothing.
    async fn look(&self, manga: &[i64]) -> Vec<Option<bool>> {
        let ids: Vec<_> = manga.iter().map(|id| id.to_string().as_str().into()).collect();
        let seen = self.client.look(&self.session(), &ids).await.unwrap();
        ids.iter().map(|id| seen.iter().find(|(seen, _)| seen == id).map(|(_, found)| found.is_some())).collect()
    }
}

fn client(world: &World) -> Kitsu {
    let sim = &world.sim.kitsu;
    let endpoints = KitsuEndpoints { api: sim.url().parse().unwrap(), oauth: sim.oauth_url().parse().unwrap() };
    Kitsu::new(world.http.clone(), endpoints)
}

fn password(word: &str) -> Grant {
    Grant::Password { username: "reader".into(), password: Secret::new(word) }
}

async fn signed_in(world: &World) -> Tokens {
    client(world).authenticate(&ApiClient::default(), password("reader-password")).await.unwrap()
}

/// What our client should make of a stored entry, said a second time and differently.
fn expected(entry: &SimEntry) -> Fields {
    let status = match (entry.status, entry.reconsuming) {
        (SimStatus::Current, true) => Status::Rereading,
        (SimStatus::Current, false) => Status::Reading,
        (SimStatus::Completed, _) => Status::Completed,
        (SimStatus::OnHold, _) => Status::OnHold,
        (SimStatus::Dropped, _) => Status::Dropped,
        (SimStatus::Planned, _) => Status::PlanToRead,
    };
    let entry = Entry {
        status,
        chapters: entry.progress as u32,
        volumes: 0,
        score: entry.rating_twenty.map(|n| Score::new(n * 5).unwrap()),
        rereads: entry.reconsume_count as u32,
        started_on: entry.started_at.map(|at| at.date_naive().into()),
        finished_on: entry.finished_at.map(|at| at.date_naive().into()),
        notes: entry.notes.as_deref().map(Into::into),
        private: entry.private,
    };
    Shape::KITSU.project(&entry.fields(), Totals::default())
}

fn chapters(n: u32) -> Fields {
    one(Field::Chapters, Value::Count(n))
}

fn status(status: Status) -> Fields {
    one(Field::Status, Value::Status(status))
}

fn notes(text: &str) -> Fields {
    one(Field::Notes, Value::Text(Some(text.into())))
}

#[tokio::test]
async fn a_password_is_traded_for_tokens_without_a_client() {
    let world = World::with_entries(3).await;
    let app = ApiClient { id: Some("some-client".into()), secret: Some(Secret::new("some-secret")) };
    let tokens = client(&world).authenticate(&app, password("reader-password")).await.unwrap();
    let body = last_body(&world.sim.kitsu.requests());
    assert!(!body.contains("client"), "{body}");
    let start: kuroibara_core::Time = "2026-03-01T12:00:00Z".parse().unwrap();
    assert_eq!(tokens.expires_at, Some(start + Duration::days(30)));
    let account = client(&world).who(&tokens.access).await.unwrap();
    assert_eq!((account.id.as_str(), account.name.as_str()), ("4242", "reader"));
}

#[tokio::test]
async fn a_token_that_comes_again_at_the_next_sign_in_ends_when_it_ends() {
    let world = World::with_entries(3).await;
    let first = signed_in(&world).await;
    world.sim.clock.advance(Duration::days(10));
    world.clock.advance(Duration::days(10).to_std().unwrap());
    let second = signed_in(&world).await;
    assert_eq!((second.access.reveal(), second.expires_at), (first.access.reveal(), first.expires_at));
}

#[tokio::test]
async fn a_wrong_password_is_refused_in_words_without_the_password() {
    let world = World::with_entries(3).await;
    let error = client(&world).authenticate(&ApiClient::default(), password("my-secret-guess")).await.unwrap_err();
    let text = format!("{error} {error:?}");
    assert!(text.contains("password is wrong") && !text.contains("my-secret-guess"), "{text}");
    let code = Grant::Code { code: Secret::new("x"), redirect_uri: String::new(), verifier: None };
    let error = client(&world).authenticate(&ApiClient::default(), code).await.unwrap_err();
    assert!(matches!(error, ApiError::Refused { .. }), "{error}");
    assert_eq!(world.sim.kitsu.requests().len(), 1);
}

#[tokio::test]
async fn a_refresh_token_brings_a_new_pair_once() {
    let world = World::with_entries(3).await;
    let (tokens, client) = (signed_in(&world).await, client(&world));
    let refresh = tokens.refresh.unwrap();
    let renewed = client.refresh(&ApiClient::default(), &refresh).await.unwrap();
    client.who(&renewed.access).await.unwrap();
    let error = client.who(&tokens.access).await.unwrap_err();
    assert!(matches!(error, ApiError::TokenExpired(P)), "{error}");
    let error = client.refresh(&ApiClient::default(), &refresh).await.unwrap_err();
    assert!(matches!(error, ApiError::SignInAgain(P)), "{error}");
}

#[tokio::test]
async fn a_refresh_that_fails_for_another_reason_is_no_reason_to_sign_in() {
    let world = World::impatient(3).await;
    let (tokens, client) = (signed_in(&world).await, client(&world));
    let refresh = tokens.refresh.unwrap();
    for fault in [Fault::Status(503), Fault::Html(502), Fault::Hang, Fault::ResetBefore] {
        world.sim.kitsu.faults().push(FaultRule::always(fault));
        let error = client.refresh(&ApiClient::default(), &refresh).await.unwrap_err();
        assert!(matches!(error, ApiError::Http(_)), "{error}");
        world.sim.kitsu.faults().clear();
    }
    client.refresh(&ApiClient::default(), &refresh).await.unwrap();
}

#[tokio::test]
async fn a_refresh_whose_answer_is_lost_is_not_sent_again() {
    let world = World::with_entries(3).await;
    let (tokens, client) = (signed_in(&world).await, client(&world));
    world.sim.kitsu.reset_counters();
    world.sim.kitsu.faults().push(FaultRule::once(Fault::ResetAfter));
    let error = client.refresh(&ApiClient::default(), &tokens.refresh.unwrap()).await.unwrap_err();
    assert!(is_lost(&error), "{error}");
    assert_eq!(world.sim.kitsu.requests().len(), 1);
}

#[tokio::test]
async fn a_revoked_token_is_no_good_and_may_be_revoked_again() {
    let world = World::with_entries(3).await;
    let (tokens, client) = (signed_in(&world).await, client(&world));
    client.revoke(&tokens.access).await.unwrap();
    client.revoke(&tokens.access).await.unwrap();
    client.revoke(&Secret::new("never-seen")).await.unwrap();
    let error = client.who(&tokens.access).await.unwrap_err();
    assert!(matches!(error, ApiError::TokenExpired(P)), "{error}");
}

#[tokio::test]
async fn the_whole_list_is_read_each_entry_once_private_and_adult_ones_included() {
    let reader = Reader::with_entries(600).await;
    let listing = reader.client.list(&reader.session()).await.unwrap();
    let stored = reader.sim().entries();
    assert!(listing.complete && listing.notices.is_empty());
    assert_eq!((listing.total, listing.clock_ahead), (Some(stored.len() as u32), Some(Duration::zero())));
    assert_eq!(ids(&listing), stored.keys().copied().collect::<Vec<_>>());
    for Listed { work, entry } in &listing.entries {
        let id: i64 = work.id.as_str().parse().unwrap();
        assert_eq!(entry.fields, expected(&stored[&id]), "entry of {id}");
        assert_eq!(entry.entry_id, Some(EntryId(stored[&id].id.to_string())));
        assert_eq!(entry.updated_at, stored[&id].updated_at);
        let manga = reader.sim().manga(id).unwrap();
        assert_eq!((&work.title, work.adult, work.totals.chapters), (&manga.romaji, manga.adult, manga.chapter_count));
        let links: BTreeSet<_> = work.links.iter().map(|(_, id)| id.to_string()).collect();
        assert_eq!(links, reader.sim().mappings(id).into_iter().map(|m| m.external_id).collect());
    }
    assert!(listing.entries.iter().any(|e| e.work.adult));
    assert!(listing.entries.iter().any(|e| e.entry.fields.get(Field::Private) == Some(&Value::Flag(true))));
}

#[tokio::test]
async fn a_list_of_ten_thousand_takes_at_most_twenty_one_requests() {
    let reader = Reader::with_entries(10_000).await;
    let listing = reader.client.list(&reader.session()).await.unwrap();
    assert!(listing.complete);
    assert_eq!(listing.entries.len(), reader.sim().entries().len());
    assert!(listing.entries.len() > 9_000, "{}", listing.entries.len());
    assert!(reader.requests() <= 21, "{}", reader.requests());
}

#[tokio::test]
async fn an_empty_list_is_complete_when_the_account_has_said_that_it_is_its_own() {
    let reader = Reader::with_entries(0).await;
    let listing = reader.client.list(&reader.session()).await.unwrap();
    assert!(listing.entries.is_empty() && listing.complete);
    assert_eq!(reader.asked(), [format!("GET {ENTRIES}"), "GET /api/edge/users".into()]);
}

#[tokio::test]
async fn a_list_is_read_through_every_fault_that_passes() {
    let reader = Reader::impatient(40).await;
    for fault in passing_faults() {
        reader.fault(FaultRule::once(fault.clone()));
        let listing = reader.client.list(&reader.session()).await.unwrap();
        assert_eq!(listing.entries.len(), reader.sim().entries().len(), "{fault:?}");
        assert!(listing.complete);
    }
}

#[tokio::test]
async fn where_manga_can_not_be_included_they_come_by_another_way_with_their_links() {
    let reader = Reader::with_entries(600).await;
    let usual = reader.client.list(&reader.session()).await.unwrap();
    reader.sim().set_knobs(|knobs| knobs.include_manga = IncludeManga::Fails);
    let other = reader.client.list(&reader.session()).await.unwrap();
    assert_eq!(usual.entries, other.entries);
    assert!(other.complete);
}

#[tokio::test]
async fn after_a_page_that_is_too_much_fewer_rows_are_asked_for_and_none_is_missed() {
    let reader = Reader::with_entries(700).await;
    reader.fault(FaultRule::once(Fault::Status(504)).times(4).after(1));
    let listing = reader.client.list(&reader.session()).await.unwrap();
    assert_eq!(ids(&listing), reader.sim().entries().into_keys().collect::<Vec<_>>());
    assert!(listing.complete);
    let requests = reader.sim().requests();
    assert!(requests.last().unwrap().path.contains("page%5Blimit%5D=200"), "{}", requests.last().unwrap().path);
}

#[tokio::test]
async fn even_without_any_other_way_the_links_are_asked_for_by_manga() {
    let reader = Reader::with_entries(45).await;
    let usual = reader.client.list(&reader.session()).await.unwrap();
    reader.sim().reset_counters();
    // Four attempts each at two ways to the mappings.
    reader.fault(FaultRule::once(Fault::Status(500)).on(ENTRIES).times(8));
    let bare = reader.client.list(&reader.session()).await.unwrap();
    assert_eq!(usual.entries, bare.entries);
    let by_manga = reader.asked().iter().filter(|asked| *asked == "GET /api/edge/manga").count();
    assert_eq!(by_manga, usual.entries.len().div_ceil(20));
}

#[tokio::test]
async fn a_page_that_keeps_failing_fails_the_whole_listing() {
    let reader = Reader::with_entries(700).await;
    for fault in [Fault::Status(500), Fault::Status(503), Fault::ResetBefore, Fault::Truncated, Fault::Html(403)] {
        reader.fault(FaultRule::always(fault).after(1));
        reader.client.list(&reader.session()).await.unwrap_err();
        reader.sim().faults().clear();
    }
}

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

#[tokio::test]
async fn an_unknown_token_never_passes_for_a_reader_with_a_smaller_list() {
    let reader = Reader::with_entries(60).await;
    let session = reader.session();
    let private = reader.listed(1)[0];
    reader.sim().set_entry(private, |entry| entry.private = true).unwrap();
    reader.sim().forget_tokens(READER);
    let (absent, public) = (reader.unlisted(false)[0], reader.listed(2)[1]);
    let id = |manga: i64| manga.to_string().as_str().into();
    let errors = [
        reader.client.who(&reader.token).await.unwrap_err(),
        reader.client.list(&session).await.unwrap_err(),
        reader.client.changed_since(&session, chrono::DateTime::UNIX_EPOCH).await.unwrap_err(),
        reader.client.look(&session, &[id(private)]).await.unwrap_err(),
        reader.client.look(&session, &[id(absent), id(public)]).await.unwrap_err(),
        reader.client.work(&session, &id(absent)).await.unwrap_err(),
        reader.change(public, chapters(1)).await.unwrap_err(),
        reader.change(private, chapters(1)).await.unwrap_err(),
        reader.create(absent, status(Status::Reading)).await.unwrap_err(),
        reader.remove_one(public, reader.sim().entry(public).map(|e| e.id)).await.unwrap_err(),
        reader.remove_one(private, reader.sim().entry(private).map(|e| e.id)).await.unwrap_err(),
        reader.remove_one(private, None).await.unwrap_err(),
    ];
    assert!(errors.iter().all(|e| matches!(e, ApiError::TokenExpired(P))), "{errors:?}");
    assert_eq!(reader.sim().writes(), 0);
}

#[tokio::test]
async fn an_empty_list_of_an_unknown_token_is_no_list() {
    let reader = Reader::with_entries(0).await;
    reader.sim().forget_tokens(READER);
    let error = reader.client.list(&reader.session()).await.unwrap_err();
    assert!(matches!(error, ApiError::TokenExpired(P)), "{error}");
}

#[tokio::test]
async fn a_token_of_another_account_reads_no_list_of_this_one() {
    let mut reader = Reader::with_entries(60).await;
    reader.token = Secret::new(reader.sim().token(4343));
    let error = reader.client.list(&reader.session()).await.unwrap_err();
    assert!(matches!(error, ApiError::SignInAgain(P)), "{error}");
}

#[tokio::test]
async fn an_expired_token_is_told_from_every_other_failure() {
    let reader = Reader::with_entries(20).await;
    let (session, manga) = (reader.session(), reader.listed(1)[0]);
    reader.sim().expire_tokens(READER);
    let errors = [
        reader.client.who(&reader.token).await.unwrap_err(),
        reader.client.list(&session).await.unwrap_err(),
        reader.client.changed_since(&session, chrono::DateTime::UNIX_EPOCH).await.unwrap_err(),
        reader.client.look(&session, &["1".into()]).await.unwrap_err(),
        reader.change(manga, chapters(1)).await.unwrap_err(),
        reader.create(reader.unlisted(false)[0], status(Status::Reading)).await.unwrap_err(),
        reader.remove_one(manga, Some(9001)).await.unwrap_err(),
        reader.client.search(Some(&reader.token), &ApiClient::default(), "one", 5).await.unwrap_err(),
        reader.client.resolve(Some(&reader.token), &[(Provider::AniList, "1".into())]).await.unwrap_err(),
    ];
    assert!(errors.iter().all(|e| matches!(e, ApiError::TokenExpired(P))), "{errors:?}");
}

#[tokio::test]
async fn nothing_new_takes_exactly_one_request() {
    let reader = Reader::with_entries(700).await;
    let newest = reader.sim().entries().values().map(|e| e.updated_at).max().unwrap();
    let later = newest + Duration::milliseconds(1);
    let listing = reader.client.changed_since(&reader.session(), later).await.unwrap();
    assert!(listing.entries.is_empty() && !listing.complete);
    assert_eq!(reader.requests(), 1);
    let again = reader.client.changed_since(&reader.session(), newest).await.unwrap();
    assert_eq!(again.entries.len(), 1, "what was saved just then comes again");
    assert_eq!(reader.requests(), 2, "and shows by itself whose it is");
}

#[tokio::test]
async fn what_changed_is_listed_newest_first_and_nothing_older() {
    let reader = Reader::with_entries(700).await;
    let changed = reader.listed(3);
    for (minutes, manga) in [(10, changed[2]), (5, changed[0]), (1, changed[1])] {
        reader.world.sim.clock.advance(Duration::minutes(minutes));
        reader.sim().set_entry(manga, |entry| entry.notes = Some("changed".into())).unwrap();
    }
    let since = reader.sim().entry(changed[0]).unwrap().updated_at;
    let listing = reader.client.changed_since(&reader.session(), since).await.unwrap();
    let seen: Vec<_> = listing.entries.iter().map(|e| e.work.id.to_string()).collect();
    assert_eq!(seen, [changed[1].to_string(), changed[0].to_string()]);
    assert_eq!((reader.requests(), listing.total), (1, None));
}

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

#[tokio::test]
async fn an_entry_whose_id_is_not_known_is_looked_up_before_it_is_changed() {
    let reader = Reader::with_entries(20).await;
    let manga = reader.listed(1)[0];
    let before = reader.fields(manga);
    let saved = reader.save_one(write(&manga.to_string(), None, Some(before.clone()), notes("x"))).await.unwrap();
    assert_eq!((saved, reader.requests()), (reader.fields(manga), 2));
    let absent = reader.unlisted(false)[0].to_string();
    let error = reader.save_one(write(&absent, None, Some(before), notes("x"))).await.unwrap_err();
    assert!(matches!(error, ApiError::NotFound(P)), "{error}");
}

#[tokio::test]
async fn an_entry_that_is_there_already_is_brought_to_what_was_wanted() {
    let reader = Reader::with_entries(20).await;
    let manga = reader.unlisted(false)[0];
    reader
        .sim()
        .set_entry(manga, |entry| (entry.status, entry.notes) = (SimStatus::OnHold, Some("theirs".into())))
        .unwrap();
    let wanted = status(Status::Dropped).with(Field::Score, Value::Score(Score::new(70).ok()));
    let saved = reader.create(manga, wanted).await.unwrap();
    assert_eq!(
        reader.asked(),
        [
            format!("POST {ENTRIES}"),
            format!("GET {ENTRIES}"),
            format!("PATCH {ENTRIES}/{}", reader.sim().entry(manga).unwrap().id)
        ]
    );
    assert_eq!(saved, reader.fields(manga));
    assert_eq!((saved.status(), saved.get(Field::Notes)), (Some(Status::Dropped), notes("theirs").get(Field::Notes)));
}

#[tokio::test]
async fn a_creation_whose_answer_is_lost_is_found_and_made_once() {
    let reader = Reader::impatient(20).await;
    let faults =
        [lost_answers(), vec![Fault::Status(500), Fault::Status(503), Fault::ResetBefore, Fault::Hang]].concat();
    for (manga, fault) in reader.unlisted(false).into_iter().zip(faults) {
        reader.sim().reset_counters();
        reader.fault(FaultRule::once(fault.clone()).method("POST"));
        let wanted =
            chapters(2).with(Field::Status, Value::Status(Status::OnHold)).with(Field::Private, Value::Flag(true));
        let saved = reader.create(manga, wanted.clone()).await.unwrap();
        assert!(wanted.iter().all(|(field, value)| saved.get(field) == Some(value)), "{fault:?}: {saved:?}");
        assert_eq!(saved, reader.fields(manga));
        assert_eq!(reader.sim().writes(), 1, "{fault:?}: {:?}", reader.asked());
        assert!(reader.requests() <= 3, "{fault:?}: {:?}", reader.asked());
    }
}

#[tokio::test]
async fn a_completed_entry_that_arrived_is_not_asked_to_unread_its_chapters() {
    let reader = Reader::with_entries(20).await;
    let manga = reader.unlisted(false)[0];
    reader.sim().set_manga(manga, |manga| manga.chapter_count = Some(10));
    reader.fault(FaultRule::once(Fault::ResetAfter).method("POST"));
    let saved = reader.create(manga, chapters(4).with(Field::Status, Value::Status(Status::Completed))).await.unwrap();
    assert_eq!((saved.status(), saved.count(Field::Chapters)), (Some(Status::Completed), 10));
    assert_eq!(reader.sim().writes(), 1);
}

#[tokio::test]
async fn a_creation_that_gets_no_answer_at_all_may_have_arrived() {
    let reader = Reader::with_entries(20).await;
    let manga = reader.unlisted(false)[0];
    for fault in [Fault::Status(503), Fault::ResetBefore, Fault::StatusAfter(500), Fault::ResetAfter] {
        reader.fault(FaultRule::always(fault.clone()).on(ENTRIES));
        let error = reader.create(manga, status(Status::Reading)).await.unwrap_err();
        assert!(is_lost(&error), "{fault:?}: {error}");
        reader.sim().faults().clear();
        reader.sim().remove_entry(manga);
    }
}

#[tokio::test]
async fn an_entry_that_hides_from_us_is_refused_in_words_and_never_taken_for_absent() {
    let reader = Reader::with_entries(60).await;
    let manga = reader.listed(1)[0];
    let entry_id = reader.sim().entry(manga).map(|entry| entry.id);
    reader.sim().set_manga(manga, |manga| manga.adult = true);
    reader.filter_on();
    let before = Some(reader.fields(manga));
    let outcomes = [
        reader.create(manga, status(Status::Reading)).await.unwrap_err(),
        reader.change(manga, notes("x")).await.unwrap_err(),
        reader.save_one(write(&manga.to_string(), None, before, notes("x"))).await.unwrap_err(),
        reader.remove_one(manga, entry_id).await.unwrap_err(),
        reader.remove_one(manga, None).await.unwrap_err(),
    ];
    for error in &outcomes {
        assert!(matches!(error, ApiError::Refused { reason, .. } if reason.contains("SFW filter")), "{error}");
    }
    assert_eq!(reader.sim().writes(), 0);
}

#[tokio::test]
async fn with_the_filter_on_what_is_visible_can_still_be_gone() {
    let reader = Reader::with_entries(60).await;
    let (manga, absent) = (reader.listed(1)[0], reader.unlisted(false)[0]);
    reader.sim().set_manga(manga, |manga| manga.adult = false);
    reader.filter_on();
    let entry = reader.sim().entry(manga).unwrap();
    reader.sim().remove_entry(manga);
    let gone = write(&manga.to_string(), Some(&entry.id.to_string()), Some(expected(&entry)), notes("x"));
    let error = reader.save_one(gone).await.unwrap_err();
    assert!(matches!(error, ApiError::NotFound(P)), "{error}");
    reader.remove_one(manga, Some(entry.id)).await.unwrap();
    reader.remove_one(absent, None).await.unwrap();
}

#[tokio::test]
async fn a_change_whose_answer_is_lost_is_not_sent_again_and_says_so() {
    let reader = Reader::impatient(20).await;
    let manga = reader.listed(1)[0];
    for (n, fault) in lost_answers().into_iter().enumerate() {
        reader.sim().reset_counters();
        reader.fault(FaultRule::once(fault.clone()));
        let error = reader.change(manga, notes(&format!("note {n}"))).await.unwrap_err();
        assert!(is_lost(&error), "{fault:?}: {error}");
        assert_eq!(reader.requests(), 1, "{fault:?}");
        assert_eq!(reader.sim().entry(manga).unwrap().notes, Some(format!("note {n}")), "it took effect");
    }
}

#[tokio::test]
async fn a_change_that_is_told_to_wait_waits_and_arrives_once() {
    let reader = Reader::with_entries(20).await;
    let manga = reader.listed(1)[0];
    for with_headers in [true, false] {
        reader.sim().reset_counters();
        reader.fault(FaultRule::once(Fault::TooMany { with_headers, retry_after: None }));
        reader.change(manga, notes(&format!("{with_headers}"))).await.unwrap();
        assert_eq!((reader.requests(), reader.sim().writes()), (2, 1));
    }
}

#[tokio::test]
async fn a_batch_ends_early_with_a_token_that_ended_and_with_silence() {
    let reader = Reader::with_entries(150).await;
    let edit = |e: &SimEntry| write(&e.manga.to_string(), Some(&e.id.to_string()), Some(expected(e)), notes("x"));
    let writes: Vec<_> = reader.sim().entries().values().take(100).map(edit).collect();
    reader.fault(FaultRule::always(Fault::Status(503)));
    let silent = reader.client.save(&reader.session(), &writes).await;
    assert!(silent[..3].iter().all(|s| is_lost(s.as_ref().unwrap_err())), "{:?}", &silent[..3]);
    let unsent = |s: &Result<_, ApiError>| matches!(s, Err(ApiError::Http(HttpError::Unreachable { .. })));
    assert!(silent[3..].iter().all(unsent), "what was not sent says so");
    assert_eq!(reader.requests(), 3);
    reader.sim().faults().clear();
    reader.sim().reset_counters();
    reader.sim().expire_tokens(READER);
    let expired = reader.client.save(&reader.session(), &writes).await;
    assert!(expired.iter().all(|e| matches!(e, Err(ApiError::TokenExpired(P)))));
    assert_eq!(reader.requests(), 1);
}

#[tokio::test]
async fn a_removal_is_done_when_it_was_done_before_by_either_id() {
    let reader = Reader::with_entries(20).await;
    let entries: Vec<_> = reader.sim().entries().into_values().take(3).collect();
    reader.remove_one(entries[0].manga, Some(entries[0].id)).await.unwrap();
    assert_eq!(reader.requests(), 1);
    reader.remove_one(entries[0].manga, Some(entries[0].id)).await.unwrap();
    reader.remove_one(entries[1].manga, None).await.unwrap();
    reader.remove_one(entries[1].manga, None).await.unwrap();
    let left = reader.sim().entries();
    assert!(!left.contains_key(&entries[0].manga) && !left.contains_key(&entries[1].manga));
    assert_eq!(reader.sim().writes(), 2);
    let error = reader.remove_one(1, None).await;
    assert!(error.is_ok(), "{error:?}");
}

#[tokio::test]
async fn a_removal_whose_answer_is_lost_is_asked_again_and_is_done() {
    let reader = Reader::impatient(20).await;
    for (entry, fault) in reader.sim().entries().into_values().zip(lost_answers()) {
        reader.fault(FaultRule::once(fault.clone()));
        reader.remove_one(entry.manga, Some(entry.id)).await.unwrap();
        assert_eq!(reader.sim().entry(entry.manga), None, "{fault:?}");
    }
}

#[tokio::test]
async fn a_look_tells_what_is_there_from_what_is_not() {
    let reader = Reader::with_entries(600).await;
    let (there, absent) = (reader.listed(450), reader.unlisted(false)[0]);
    assert!(reader.look(&there).await.iter().all(|found| *found == Some(true)));
    assert_eq!(reader.requests(), 3, "two hundred at once, and what is there proves whose it is");
    let adult = reader.unlisted(true)[0];
    assert_eq!(
        reader.look(&[absent, there[0], adult, 999_999_999]).await,
        [Some(false), Some(true), Some(false), Some(false)]
    );
    let word = reader.client.look(&reader.session(), &["word".into()]).await.unwrap();
    assert!(matches!(&word[..], [(_, None)]));
}

#[tokio::test]
async fn a_look_says_nothing_of_what_may_be_hidden() {
    let reader = Reader::with_entries(600).await;
    let (there, absent) = (reader.listed(2), reader.unlisted(false)[0]);
    reader.sim().set_manga(there[0], |manga| manga.adult = true);
    let adult = reader.unlisted(true)[0];
    reader.filter_on();
    assert_eq!(reader.look(&[there[0], absent, adult]).await, [None, Some(false), None]);
}

#[tokio::test]
async fn a_look_that_gets_no_answer_says_nothing_of_absence() {
    let reader = Reader::with_entries(20).await;
    reader.fault(FaultRule::always(Fault::Status(503)));
    let error = reader.client.look(&reader.session(), &["1".into()]).await.unwrap_err();
    assert!(matches!(error, ApiError::Http(_)), "{error}");
}

#[tokio::test]
async fn a_look_and_a_listing_say_the_same() {
    let reader = Reader::with_entries(60).await;
    let listing = reader.client.list(&reader.session()).await.unwrap();
    let ids: Vec<_> = listing.entries.iter().map(|e| e.work.id.clone()).collect();
    let seen = reader.client.look(&reader.session(), &ids).await.unwrap();
    assert_eq!(seen.into_iter().map(|(_, found)| found.unwrap()).collect::<Vec<_>>(), listing.entries);
}

#[tokio::test]
async fn a_work_is_read_with_its_entry_if_there_is_one() {
    let reader = Reader::with_entries(20).await;
    let work = |id: String| {
        let reader = &reader;
        async move { reader.client.work(&reader.session(), &id.as_str().into()).await.unwrap() }
    };
    let (there, absent) = (reader.listed(1)[0], reader.unlisted(false)[0]);
    assert_eq!(work(there.to_string()).await.unwrap().1.unwrap().fields, reader.fields(there));
    let (found, entry) = work(absent.to_string()).await.unwrap();
    assert_eq!((found.title, entry), (reader.sim().manga(absent).unwrap().romaji, None));
    assert!(!found.links.is_empty());
    assert!(work("999999999".into()).await.is_none());
    assert!(work("no-number".into()).await.is_none());
}

#[tokio::test]
async fn a_search_finds_by_title_whatever_marks_are_in_it() {
    let reader = Reader::with_entries(50).await;
    let manga = reader.unlisted(false)[0];
    reader.sim().set_manga(manga, |manga| manga.english = Some("Oh, my \"dear\", + 100% & more".into()));
    let search = |query: &str, limit| {
        let (reader, query) = (&reader, query.to_owned());
        async move { reader.client.search(None, &ApiClient::default(), &query, limit).await.unwrap() }
    };
    let hits = search("Oh, my \"dear\", + 100% & more", 20).await;
    assert!(hits.iter().any(|hit| hit.id.as_str() == manga.to_string()), "{hits:?}");
    assert!(search("no", 1).await.len() <= 1);
    assert!(search("a", 100).await.len() <= 20);
    let asked = reader.requests();
    assert!(search("  ", 20).await.is_empty() && search("x", 0).await.is_empty());
    assert_eq!(reader.requests(), asked);
}

#[tokio::test]
async fn ids_are_resolved_twenty_at_a_time_and_every_work_of_an_id_is_told() {
    let reader = Reader::with_entries(300).await;
    let works: Vec<_> = reader.world.sim.catalog.works().iter().filter(|w| w.myanimelist.is_some()).take(110).collect();
    let foreign: Vec<_> =
        works.iter().map(|w| (Provider::MyAnimeList, w.myanimelist.unwrap().to_string().as_str().into())).collect();
    let resolved = reader.client.resolve(Some(&reader.token), &foreign).await.unwrap();
    let asked: BTreeSet<_> = foreign.iter().map(|(_, id)| id).collect();
    assert_eq!(resolved.len(), asked.len());
    for answer in &resolved {
        let of_id = reader.world.sim.catalog.works().iter();
        let of_id = of_id.filter(|w| w.myanimelist.is_some_and(|id| id.to_string() == answer.foreign.1.as_str()));
        let expected: BTreeSet<_> = of_id.flat_map(|w| w.kitsu.iter().map(ToString::to_string)).collect();
        assert_eq!(answer.works.iter().map(ToString::to_string).collect::<BTreeSet<_>>(), expected);
    }
    assert!(resolved.iter().any(|r| r.works.is_empty()), "an unmapped id is an answer");
    assert_eq!(reader.requests(), asked.len().div_ceil(20));
}

#[tokio::test]
async fn more_mappings_than_a_page_holds_are_all_read_and_both_sites_asked() {
    let reader = Reader::with_entries(60).await;
    let manga = reader.unlisted(false);
    for (n, id) in manga[..30].iter().enumerate() {
        let site = if n < 27 { "anilist/manga" } else { "myanimelist/manga" };
        reader.sim().set_mappings(*id, &[(site, "77777777")]);
    }
    let foreign = [(Provider::AniList, "77777777".into()), (Provider::MyAnimeList, "77777777".into()), (P, "1".into())];
    let resolved = reader.client.resolve(None, &foreign).await.unwrap();
    let counts: Vec<_> = resolved.iter().map(|r| (r.foreign.0, r.works.len())).collect();
    assert_eq!(counts, [(Provider::AniList, 27), (Provider::MyAnimeList, 3)]);
}

#[tokio::test]
async fn of_an_id_whose_work_hides_nothing_is_said() {
    let reader = Reader::with_entries(60).await;
    let (adult, visible) = (reader.unlisted(true)[0], reader.unlisted(false)[0]);
    for (manga, id) in [(adult, "70000001"), (adult, "70000002"), (visible, "70000002"), (visible, "70000003")] {
        let mut mappings: Vec<_> = reader.sim().mappings(manga).into_iter().map(|m| (m.site, m.external_id)).collect();
        mappings.push(("anilist/manga".into(), id.into()));
        let mappings: Vec<_> = mappings.iter().map(|(site, id)| (site.as_str(), id.as_str())).collect();
        reader.sim().set_mappings(manga, &mappings);
    }
    let foreign: Vec<_> = (1..=3).map(|n| (Provider::AniList, format!("7000000{n}").as_str().into())).collect();
    let told = |token: Option<&Secret>| {
        let (reader, foreign, token) = (&reader, &foreign, token.cloned());
        async move { reader.client.resolve(token.as_ref(), foreign).await.unwrap().len() }
    };
    assert_eq!((told(None).await, told(Some(&reader.token)).await), (1, 3));
}

#[tokio::test]
async fn requests_are_counted_by_what_they_are_for() {
    let reader = Reader::with_entries(20).await;
    reader.client.list(&reader.session()).await.unwrap();
    reader.client.changed_since(&reader.session(), chrono::DateTime::UNIX_EPOCH).await.unwrap();
    reader.change(reader.listed(1)[0], notes("x")).await.unwrap();
    reader.create(reader.unlisted(false)[0], status(Status::Reading)).await.unwrap();
    for route in ["list", "changes", "save", "create"] {
        assert_eq!(reader.world.asked(P, route), 1, "{route}");
    }
}

#[tokio::test]
async fn an_empty_answer_by_mistake_is_passed_on_for_the_guard_to_judge() {
    let reader = Reader::with_entries(20).await;
    reader.fault(FaultRule::once(Fault::EmptyList));
    assert!(reader.client.list(&reader.session()).await.unwrap().entries.is_empty());
}

/// A page of a library of `count`, with a further one or without.
fn page(entries: &[(i64, &str)], count: u32, more: bool) -> String {
    let entry = |(id, status): &(i64, &str)| {
        serde_json::json!({
            "type": "libraryEntries", "id": id.to_string(), "attributes": {"status": status, "progress": 1},
            "relationships": {"manga": {"data": {"type": "manga", "id": id.to_string()}}},
        })
    };
    let manga = |(id, _): &(i64, &str)| serde_json::json!({"type": "manga", "id": id.to_string(), "attributes": {"canonicalTitle": "x"}});
    let owner = serde_json::json!({"type": "users", "id": "4242", "attributes": {"sfwFilter": false}});
    let included: Vec<_> = entries.iter().map(manga).chain([owner]).collect();
    let links = if more { serde_json::json!({"next": "https://elsewhere.example/"}) } else { serde_json::json!({}) };
    let data: Vec<_> = entries.iter().map(entry).collect();
    serde_json::json!({"data": data, "included": included, "meta": {"count": count}, "links": links}).to_string()
}

/// The client of a service that answers what it is told.
fn told(world: &World, script: &Script) -> Kitsu {
    Kitsu::new(world.http.clone(), KitsuEndpoints { api: script.url.clone(), oauth: script.url.clone() })
}

#[tokio::test]
async fn a_list_that_changed_between_two_pages_proves_no_absence() {
    let reader = Reader::with_entries(0).await;
    for (second, whole) in [(2, true), (1, false), (3, false)] {
        let script = Script::of(vec![page(&[(1, "current")], 2, true), page(&[(2, "current")], second, false)]).await;
        let listing = told(&reader.world, &script).list(&reader.session()).await.unwrap();
        assert_eq!((ids(&listing), listing.complete), (vec![1, 2], whole));
    }
}

#[tokio::test]
async fn changes_whose_pages_moved_are_read_again_since_the_cursor_goes_past_them() {
    let reader = Reader::with_entries(0).await;
    let moved = [page(&[(1, "current")], 3, true), page(&[(3, "current")], 2, false)];
    let still = [page(&[(2, "current")], 2, true), page(&[(3, "current")], 2, false)];
    let script = Script::of([moved, still].concat()).await;
    let since = chrono::DateTime::UNIX_EPOCH;
    let listing = told(&reader.world, &script).changed_since(&reader.session(), since).await.unwrap();
    assert_eq!(ids(&listing), [2, 3]);
}

#[tokio::test]
async fn an_entry_in_a_word_that_we_do_not_know_yet_is_neither_there_nor_absent() {
    let reader = Reader::with_entries(0).await;
    let strange = || page(&[(1, "reading_backwards"), (2, "current")], 2, false);
    let script = Script::of(vec![strange(), strange()]).await;
    let listing = told(&reader.world, &script).list(&reader.session()).await.unwrap();
    assert_eq!((ids(&listing), listing.complete), (vec![2], false));
    let asked = ["1", "2"].map(Into::into);
    let seen = told(&reader.world, &script).look(&reader.session(), &asked).await.unwrap();
    assert_eq!(seen.iter().map(|(id, found)| (id.as_str(), found.is_some())).collect::<Vec<_>>(), [("2", true)]);
}

#[tokio::test]
async fn an_entry_that_shows_somebody_else_as_reader_is_not_believed() {
    let reader = Reader::with_entries(0).await;
    let anonymous = page(&[(1, "current")], 1, false).replace(r#""sfwFilter":false"#, "");
    let nobody = r#"{"data":[],"meta":{"count":0}}"#.to_owned();
    let script = Script::of(vec![anonymous, nobody]).await;
    let error = told(&reader.world, &script).list(&reader.session()).await.unwrap_err();
    assert!(matches!(error, ApiError::TokenExpired(P)), "{error}");
}
