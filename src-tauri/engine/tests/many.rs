//! Ten thousand open questions cost no more statements than their pages: what is counted is statements, not time.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

#[path = "../../cli/tests/cli/postgres.rs"]
mod postgres;
#[path = "world/statements.rs"]
mod statements;
mod world;

use std::collections::BTreeSet;

use kuroibara_core::{Field, Fields, Provider, Rule, Value, merge::decide::Answer};
use kuroibara_engine::{
    EngineError, decide::ConflictView, settings::SettingsChange, store::LibraryQuery, sync::Order, undo::Target,
};
use kuroibara_sim::anilist::ListStatus;
use statements::Statements;
use world::{World, assert_success};

/// Who counts does so alone: whether statements are told at all is settled for the whole process at their first use.
static ALONE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

impl Statements {
    fn of<T>(&self, done: T) -> (T, usize) {
        (done, self.taken())
    }
}

/// A world in which the notes of so many works were changed here and at AniList, and nobody was asked yet.
async fn undecided(works: i64) -> World {
    undecided_in(World::of_works(works).await, works).await
}

async fn undecided_in(world: World, works: i64) -> World {
    for n in 0..works {
        world.sim.anilist.set_entry(1000 + n, |entry| entry.status = ListStatus::Current);
    }
    world.pass(90_000);
    world.connect(Provider::AniList).await;
    let ask = SettingsChange { rule: Some(Rule::Ask), ..SettingsChange::default() };
    world.engine.update(Provider::AniList, &ask).await.unwrap();
    world.sync().await;
    world.pass(60);
    for n in 0..works {
        world.sim.anilist.set_entry(1000 + n, |entry| entry.notes = Some("there".into()));
    }
    let all = LibraryQuery { limit: u32::MAX, ..LibraryQuery::default() };
    let manga: Vec<_> = world.engine.library(&all).await.unwrap().entries.iter().map(|entry| entry.manga_id).collect();
    let here = Fields::new().with(Field::Notes, Value::Text(Some("here".into())));
    world.engine.edit_many(&manga, &here).await.unwrap();
    world.pass(60);
    world
}

/// The statements of: the sync that asks, the listing, a further sync, the answer to all, taking it back, the undo of all.
async fn costs(works: i64) -> [usize; 6] {
    let world = undecided(works).await;
    let statements = Statements::default();
    let _counting = tracing::subscriber::set_default(statements.clone());
    let since = world.clock_time();
    let (_, asking) = statements.of(world.engine.sync(&Order { approved: true, ..Order::default() }).await.unwrap());
    let (open, listing) = statements.of(world.asked().await);
    assert_eq!(open.len() as i64, works);
    world.pass(60);
    statements.of(());
    let (_, further) = statements.of(world.sync().await);
    let id = |open: &[ConflictView]| open[0].id;
    let (answered, answering) =
        statements.of(world.engine.resolve_alike(id(&open), Answer::Provider(Provider::AniList)).await.unwrap());
    assert_eq!(answered as i64, works);
    assert_eq!(world.asked().await, []);
    statements.of(());
    let (back, reopening) = statements.of(world.engine.reopen(id(&open)).await.unwrap());
    assert_eq!((back.reopened as i64, world.asked().await), (works, open.clone()));
    world.engine.resolve_alike(id(&open), Answer::Provider(Provider::AniList)).await.unwrap();
    statements.of(());
    let (undone, undoing) = statements.of(world.engine.undo(Target::Since(since), true).await.unwrap());
    assert_eq!(undone.plan.len() as i64, works);
    [asking, listing, further, answering, reopening, undoing]
}

#[tokio::test]
async fn many_open_questions_are_listed_answered_and_synced_by_a_few_statements_more_than_few() {
    let _alone = ALONE.lock().await;
    let (few, many) = (costs(8).await, costs(400).await);
    for (what, (few, many)) in
        ["asking", "listing", "a sync", "answering", "reopening", "undoing"].into_iter().zip(few.into_iter().zip(many))
    {
        // Long statements are cut after so many rows: four of them more than one, for each table at most.
        assert!(few > 3 && many <= few + 60, "{what}: {few} statements for 8 and {many} for 400");
    }
}

#[tokio::test]
async fn a_question_is_answered_in_one_place_and_an_undo_taken_back_once() {
    let _alone = ALONE.lock().await;
    let world = undecided(1).await;
    world.sync().await;
    let id = world.asked().await[0].id;
    let other = world.another_engine().await;
    let (here, there) =
        tokio::join!(world.engine.resolve(id, Answer::Local), other.resolve(id, Answer::Provider(Provider::AniList)));
    let late = if here.is_ok() { there } else { here };
    assert!(matches!(late, Err(EngineError::AnsweredBefore(_))), "{late:?}");
    let again = other.resolve(id, Answer::Local).await;
    assert!(matches!(again, Err(EngineError::AnsweredBefore(_))), "{again:?}");
    assert!(other.resolve_alike(id, Answer::Local).await.is_err());
    world.pass(60);
    world.sync().await;
    let run = world.engine.undo(Target::Since("2026-01-01T00:00:00Z".parse().unwrap()), true).await.unwrap().run_id;
    world.engine.undo(Target::Id(run.0), false).await.unwrap();
    let twice = other.undo(Target::Id(run.0), false).await;
    assert!(matches!(twice, Err(EngineError::UndoneBefore)), "{twice:?}");
}

/// More than are answered in one transaction, and than are planned at a time.
const MANY: usize = 1_100;

#[tokio::test]
async fn a_thousand_open_questions_are_answered_taken_back_and_settled_for_good_on_sqlite() {
    let _alone = ALONE.lock().await;
    settle(World::of_works(MANY as i64).await).await;
}

#[tokio::test]
async fn a_thousand_open_questions_are_answered_taken_back_and_settled_for_good_on_postgresql() {
    let _alone = ALONE.lock().await;
    let Some(database) = postgres::Postgres::begin().await else { return };
    settle(World::of_works(MANY as i64).await.on(&database.url()).await).await;
    database.end().await;
}

/// Whoever turns all pages has seen each question once, in the same order.
async fn pages_are_the_list(world: &World, asked: &[ConflictView]) {
    let mut turned: Vec<ConflictView> = Vec::new();
    loop {
        let page = world.engine.conflicts(200, turned.last().map(|last| last.id)).await.unwrap();
        assert_eq!((page.total, page.conflicts.len()), (asked.len() as u64, 200.min(asked.len() - turned.len())));
        if page.conflicts.is_empty() {
            break;
        }
        turned.extend(page.conflicts);
    }
    assert_eq!(turned, asked);
}

/// One is answered for AniList, all others at once for the library.
async fn settle(world: World) {
    let world = undecided_in(world, MANY as i64).await;
    assert_success(&world.sync().await);
    let asked = world.asked().await;
    let titles: BTreeSet<_> = asked.iter().map(|question| &question.title).collect();
    assert_eq!((asked.len(), titles.len()), (MANY, MANY));
    pages_are_the_list(&world, &asked).await;
    world.engine.resolve(asked[0].id, Answer::Provider(Provider::AniList)).await.unwrap();
    let second = asked[1].id;
    assert_eq!(world.engine.resolve_alike(second, Answer::Local).await.unwrap(), MANY - 1);
    assert_eq!(world.asked().await, []);
    assert_eq!(world.engine.reopen(second).await.unwrap().reopened, MANY - 1);
    assert_eq!(world.asked().await, asked[1..]);
    assert_eq!(world.engine.resolve_alike(second, Answer::Local).await.unwrap(), MANY - 1);
    world.pass(60);
    world.reset_counters();
    assert_success(&world.sync().await);
    assert_eq!(world.writes(), [MANY - 1, 0, 0]);
    world.pass(60);
    world.reset_counters();
    let after = world.full().await;
    assert_success(&after);
    assert_eq!((after.plan, world.writes()), (Vec::new(), [0, 0, 0]), "nothing is proposed any more");
    assert_eq!(world.asked().await, []);
}
