//! Undo after any changes anywhere brings back what every service and the library held before, and then nothing is left to
//! do; and what a person kept is never asked again.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod world;

use kuroibara_core::{Field, Fields, Provider, Rule, Score, Status, Value, merge::decide::Answer};
use kuroibara_engine::{library::EntryView, settings::SettingsChange, store::LibraryQuery, undo::Target};
use kuroibara_sim::{anilist, kitsu, myanimelist};
use world::{World, assert_success};

const WORKS: i64 = 4;
const ROUNDS: u64 = 60;

/// The same four statuses here and at each service.
const STATUSES: [Status; 4] = [Status::Reading, Status::PlanToRead, Status::OnHold, Status::Dropped];
const ANILIST: [anilist::ListStatus; 4] = [
    anilist::ListStatus::Current,
    anilist::ListStatus::Planning,
    anilist::ListStatus::Paused,
    anilist::ListStatus::Dropped,
];
const MYANIMELIST: [myanimelist::Status; 4] = [
    myanimelist::Status::Reading,
    myanimelist::Status::PlanToRead,
    myanimelist::Status::OnHold,
    myanimelist::Status::Dropped,
];
const KITSU: [kitsu::Status; 4] =
    [kitsu::Status::Current, kitsu::Status::Planned, kitsu::Status::OnHold, kitsu::Status::Dropped];

/// A stream of chances that a seed repeats (splitmix64).
struct Chance(u64);

impl Chance {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % n
    }
}

async fn in_step() -> World {
    let world = World::in_step(WORKS).await;
    world.pass(3_600);
    world
}

async fn here(world: &World, n: i64) -> EntryView {
    let manga = world.engine.find(&format!("anilist:{}", 1000 + n)).await.unwrap();
    world.engine.entry(manga).await.unwrap()
}

/// What everybody holds of status, chapters, score and notes.
async fn everything(world: &World) -> Vec<String> {
    let mut all = Vec::new();
    for n in 0..WORKS {
        let entry = here(world, n).await;
        let a = world.sim.anilist.entry(1000 + n).unwrap();
        let m = world.sim.myanimelist.entry(2000 + n).unwrap();
        let k = world.sim.kitsu.entry(3000 + n).unwrap();
        let notes = |text: Option<String>| text.filter(|text| !text.is_empty());
        all.push(format!("{n} here {} {} {:?} {:?}", entry.status, entry.chapters_read, entry.score, entry.notes));
        all.push(format!("{n} anilist {:?} {} {} {:?}", a.status, a.progress, a.score_raw, notes(a.notes)));
        all.push(format!("{n} myanimelist {:?} {} {} {:?}", m.status, m.num_chapters_read, m.score, m.comments));
        all.push(format!("{n} kitsu {:?} {} {:?} {:?}", k.status, k.progress, k.rating_twenty, notes(k.notes)));
    }
    all
}

/// Somebody changes something somewhere. How a title is read changes at one place in a round: of two that disagree the one
/// that gives way comes back with an undo, since it was overwritten, which is another story. So does everything where
/// services are not kept in step: what somebody set at one of them stays there, whatever was set at another.
async fn change(world: &World, chance: &mut Chance, round: u64, keeps_in_step: bool) {
    let (n, what, anywhere) = (chance.below(WORKS as u64) as i64, chance.below(4), chance.below(4));
    let somewhere = if !keeps_in_step || matches!(what, 0 | 3) { (n as u64 + round) % 4 } else { anywhere };
    // No two places say the same by chance: what somebody said there too is not ours to take back.
    let number = 1 + (somewhere + 4 * chance.below(2)) as u32;
    let (text, status) = (format!("note {number}"), chance.below(4) as usize);
    match somewhere {
        0 => {
            let change = match what {
                0 => Fields::new().with(Field::Chapters, Value::Count(number)),
                // Finer than MyAnimeList and Kitsu can hold.
                1 => Fields::new().with(Field::Score, Value::Score(Score::new(i64::from(number) * 10 + 4).ok())),
                2 => Fields::new().with(Field::Notes, Value::Text(Some(text.as_str().into()))),
                _ => Fields::new().with(Field::Status, Value::Status(STATUSES[status])),
            };
            world.engine.edit(here(world, n).await.manga_id, &change).await.unwrap();
        }
        1 => world
            .sim
            .anilist
            .set_entry(1000 + n, |entry| match what {
                0 => entry.progress = number,
                1 => entry.score_raw = number * 10 + 3,
                2 => entry.notes = Some(text),
                _ => entry.status = ANILIST[status],
            })
            .map(drop)
            .unwrap(),
        2 => world
            .sim
            .myanimelist
            .set_entry(2000 + n, |entry| match what {
                0 => entry.num_chapters_read = number,
                1 => entry.score = number as u8,
                2 => entry.comments = text,
                _ => entry.status = MYANIMELIST[status],
            })
            .map(drop)
            .unwrap(),
        _ => world
            .sim
            .kitsu
            .set_entry(3000 + n, |entry| match what {
                0 => entry.progress = i64::from(number),
                1 => entry.rating_twenty = Some(i64::from(number) * 2),
                2 => entry.notes = Some(text),
                _ => entry.status = KITSU[status],
            })
            .map(drop)
            .unwrap(),
    }
}

#[tokio::test]
async fn an_undo_after_any_changes_brings_back_what_everybody_held_and_then_nothing_is_left_to_do() {
    let world = in_step().await;
    undo_any_changes(&world).await;
}

#[tokio::test]
async fn an_undo_does_so_too_where_services_are_not_kept_in_step() {
    let world = in_step().await;
    world.engine.set_keep_in_step(false).await.unwrap();
    undo_any_changes(&world).await;
}

async fn undo_any_changes(world: &World) {
    for (n, status) in STATUSES.into_iter().enumerate() {
        let change = Fields::new().with(Field::Status, Value::Status(status));
        world.engine.edit(here(world, n as i64).await.manga_id, &change).await.unwrap();
    }
    assert_success(&world.sync().await);
    world.pass(60);
    let keeps_in_step = world.engine.settings().await.unwrap().keep_in_step;
    let mut chance = Chance(7);
    for round in 0..ROUNDS {
        let (before, since) = (everything(world).await, world.clock_time());
        world.pass(60);
        for _ in 0..1 + chance.below(3) {
            for _ in 0..1 + chance.below(3) {
                change(world, &mut chance, round, keeps_in_step).await;
                world.pass(30);
            }
            assert_success(&world.sync().await);
            world.pass(60);
        }
        let changed = everything(world).await;
        if changed == before {
            continue;
        }
        world.engine.undo(Target::Since(since), false).await.unwrap();
        world.pass(60);
        assert_success(&world.sync().await);
        assert_eq!(everything(world).await, before, "{round}: it was {changed:#?}");
        world.pass(60);
        world.reset_counters();
        let rest = world.full().await;
        assert_eq!((rest.plan, world.writes()), (Vec::new(), [0, 0, 0]), "{round}");
    }
}

#[tokio::test]
async fn what_a_person_kept_is_never_asked_again_whatever_else_is_synced() {
    let world = in_step().await;
    let ask = SettingsChange { rule: Some(Rule::Ask), ..SettingsChange::default() };
    for provider in Provider::ALL {
        world.engine.update(provider, &ask).await.unwrap();
    }
    world.sim.kitsu.remove_entry(3000);
    world.engine.remove(here(&world, 1).await.manga_id).await.unwrap();
    world.sim.anilist.set_entry(1002, |entry| entry.notes = Some("there".into()));
    let edit = Fields::new().with(Field::Notes, Value::Text(Some("here".into())));
    world.engine.edit(here(&world, 2).await.manga_id, &edit).await.unwrap();
    world.pass(60);
    world.full().await;
    let asked = world.asked().await;
    assert_eq!(asked.len(), 1 + 3 + 1, "{asked:#?}");
    for conflict in &asked {
        let answer = if conflict.group.is_some() { Answer::Local } else { Answer::Keep };
        world.engine.resolve(conflict.id, answer).await.unwrap();
    }
    for round in 0..4 {
        world.pass(90_000);
        let edit = Fields::new().with(Field::Chapters, Value::Count(round + 1));
        for n in [0, 2, 3] {
            world.engine.edit(here(&world, n).await.manga_id, &edit).await.unwrap();
        }
        if round == 2 {
            world.engine.set_keep_in_step(false).await.unwrap();
            world.engine.set_keep_in_step(true).await.unwrap();
        }
        assert_success(&world.full().await);
        assert_eq!(world.asked().await, [], "{round}");
        assert!(world.sim.kitsu.entry(3000).is_none(), "nothing comes back by itself");
        assert!(world.sim.anilist.entry(1001).is_some(), "and nothing goes");
        assert_eq!(here(&world, 2).await.status, Status::Reading);
    }
}

#[tokio::test]
async fn an_undone_completion_leaves_the_finish_date_that_stood_here_before() {
    let world = in_step().await;
    let finished = Value::Date(Some("2023-04-05".parse().unwrap()));
    let change = Fields::new().with(Field::FinishedOn, finished.clone());
    world.engine.edit(here(&world, 0).await.manga_id, &change).await.unwrap();
    assert_success(&world.sync().await);
    world.pass(60);
    let since = world.clock_time();
    let change = Fields::new().with(Field::Status, Value::Status(Status::Completed));
    world.engine.edit(here(&world, 0).await.manga_id, &change).await.unwrap();
    assert_success(&world.sync().await);
    assert!(world.sim.myanimelist.entry(2000).unwrap().finish_date.is_some(), "it can hold the date only now");
    world.pass(60);
    world.engine.undo(Target::Since(since), false).await.unwrap();
    assert_success(&world.sync().await);
    let entry = here(&world, 0).await;
    assert_eq!((entry.status, Value::Date(entry.finished_on)), (Status::Reading, finished));
    assert_eq!(world.sim.anilist.entry(1000).unwrap().completed_at.year, Some(2023));
}

/// The scores at AniList, MyAnimeList and Kitsu in a hundred points, and here.
async fn scores(world: &World, n: i64) -> [u32; 4] {
    let kitsu = world.sim.kitsu.entry(3000 + n).unwrap().rating_twenty.unwrap_or_default() as u32 * 5;
    let myanimelist = u32::from(world.sim.myanimelist.entry(2000 + n).unwrap().score) * 10;
    let here = world.engine.find(&format!("anilist:{}", 1000 + n)).await.unwrap();
    let here =
        world.engine.entry(here).await.map_or(0, |entry| entry.score.map_or(0, |score| u32::from(score.points())));
    [world.sim.anilist.entry(1000 + n).unwrap().score_raw, myanimelist, kitsu, here]
}

async fn assert_settled(world: &World) {
    world.pass(60);
    world.reset_counters();
    let rest = world.full().await;
    assert_eq!((rest.plan, world.writes()), (Vec::new(), [0, 0, 0]));
}

#[tokio::test]
async fn taking_back_that_a_service_was_told_what_another_one_had_takes_nothing_from_that_one() {
    let world = in_step().await;
    world.engine.set_keep_in_step(false).await.unwrap();
    world.sim.anilist.set_entry(1000, |entry| entry.score_raw = 40);
    world.pass(60);
    world.sim.kitsu.set_entry(3000, |entry| entry.rating_twenty = Some(16)).unwrap();
    world.pass(60);
    assert_success(&world.sync().await);
    assert_eq!(scores(&world, 0).await, [40, 0, 80, 80], "held");
    world.engine.set_keep_in_step(true).await.unwrap();
    let told = world.sync().await;
    assert_eq!(scores(&world, 0).await, [80, 80, 80, 80]);
    world.pass(60);
    let undone = world.engine.undo(Target::Id(told.run_id.0), false).await.unwrap();
    assert_success(&world.sync().await);
    assert_eq!(scores(&world, 0).await, [40, 0, 80, 80], "{undone:?}");
    assert_settled(&world).await;
    world.sim.kitsu.set_entry(3000, |entry| entry.rating_twenty = Some(10)).unwrap();
    world.pass(60);
    let pulled = world.sync().await;
    assert_eq!(scores(&world, 0).await, [50, 50, 50, 50]);
    world.pass(60);
    world.engine.undo(Target::Id(pulled.run_id.0), false).await.unwrap();
    assert_success(&world.sync().await);
    assert_eq!(scores(&world, 0).await, [40, 0, 80, 80], "what differed before differs again");
    assert_settled(&world).await;
    world.engine.undo(Target::Id(undone.run_id.0), false).await.unwrap();
    assert_success(&world.sync().await);
    assert_eq!(scores(&world, 0).await, [80, 80, 80, 80], "taken back itself");
    assert_settled(&world).await;
    world.sim.anilist.set_entry(1000, |entry| entry.score_raw = 50);
    assert_success(&world.sync().await);
    assert_eq!(scores(&world, 0).await, [50, 50, 50, 50], "and the next edit goes everywhere");
}

#[tokio::test]
async fn a_first_sync_that_is_taken_back_leaves_every_list_as_it_was() {
    let world = World::of_works(2).await;
    world.sim.anilist.set_entry(1000, |entry| entry.score_raw = 40);
    world.pass(60);
    world.sim.kitsu.set_entry(3000, |entry| entry.rating_twenty = Some(16)).unwrap();
    world.sim.myanimelist.set_entry(2000, |_| ());
    world.pass(60);
    let before = scores_there(&world);
    world.connect_all().await;
    world.engine.set_keep_in_step(true).await.unwrap();
    let first = world.sync().await;
    assert_eq!(scores(&world, 0).await, [80, 80, 80, 80]);
    world.pass(60);
    let undone = world.engine.undo(Target::Id(first.run_id.0), false).await.unwrap();
    let sent = world.sync().await;
    assert_eq!(scores_there(&world), before, "{undone:#?} {sent:#?}");
    let fields: Vec<_> = sent.plan.iter().flat_map(|row| &row.fields).collect();
    assert!(!fields.is_empty() && fields.iter().all(|field| field.brought_back), "the plan says why: {fields:#?}");
    assert_eq!(
        world.engine.library(&LibraryQuery { limit: 10, ..LibraryQuery::default() }).await.unwrap().entries.len(),
        0
    );
    assert_settled(&world).await;
    world.sim.myanimelist.set_entry(2000, |entry| entry.score = 9);
    assert_success(&world.sync().await);
    assert_eq!(
        world.engine.library(&LibraryQuery { limit: 10, ..LibraryQuery::default() }).await.unwrap().entries.len(),
        1,
        "an edit brings it back"
    );
}

fn scores_there(world: &World) -> (u32, u8, Option<i64>) {
    let anilist = world.sim.anilist.entry(1000).unwrap().score_raw;
    (anilist, world.sim.myanimelist.entry(2000).unwrap().score, world.sim.kitsu.entry(3000).unwrap().rating_twenty)
}

#[tokio::test]
async fn a_removal_that_is_taken_back_comes_back_everywhere_also_where_services_are_not_kept_in_step() {
    let world = in_step().await;
    world.engine.set_keep_in_step(false).await.unwrap();
    let score = Fields::new().with(Field::Score, Value::Score(Score::new(70).ok()));
    world.engine.edit(here(&world, 0).await.manga_id, &score).await.unwrap();
    world.sync().await;
    world.engine.remove(here(&world, 0).await.manga_id).await.unwrap();
    world.sync().await;
    for conflict in world.asked().await {
        world.engine.resolve(conflict.id, Answer::Remove).await.unwrap();
    }
    let removed = world.sync().await;
    assert!(world.sim.anilist.entry(1000).is_none() && world.sim.kitsu.entry(3000).is_none());
    world.pass(60);
    world.engine.undo(Target::Id(removed.run_id.0), false).await.unwrap();
    assert_success(&world.sync().await);
    assert_eq!(scores(&world, 0).await, [70, 70, 70, 70]);
    assert_settled(&world).await;
}

#[tokio::test]
async fn a_removal_is_taken_back_everywhere_also_where_the_title_came_back_by_another_way_meanwhile() {
    let world = in_step().await;
    world.engine.set_keep_in_step(false).await.unwrap();
    world.sim.anilist.set_entry(1000, |entry| entry.score_raw = 40);
    world.sync().await;
    world.pass(60);
    let (since, before) = (world.clock_time(), scores(&world, 0).await);
    world.pass(60);
    let manga = here(&world, 0).await.manga_id;
    world.engine.remove(manga).await.unwrap();
    world.sync().await;
    for conflict in world.asked().await {
        world.engine.resolve(conflict.id, Answer::Remove).await.unwrap();
    }
    world.sync().await;
    assert!(world.sim.anilist.entry(1000).is_none() && world.sim.kitsu.entry(3000).is_none());
    world.pass(60);
    let kept = world.engine.snapshots().await.unwrap();
    let of_kitsu = kept.iter().find(|one| one.provider == Provider::Kitsu).unwrap();
    world.engine.restore(of_kitsu.id, Some(manga), true).await.unwrap();
    world.sync().await;
    world.pass(60);
    world.engine.undo(Target::Since(since), true).await.unwrap();
    world.sync().await;
    assert_eq!(scores(&world, 0).await, before);
    assert_settled(&world).await;
    world.engine.remove(manga).await.unwrap();
    world.pass(60);
    world.engine.undo(Target::Since(since), true).await.unwrap();
    assert_eq!(here(&world, 0).await.manga_id, manga, "it went, came and went: before that it was there");
}
