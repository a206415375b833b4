//! Undo after any changes anywhere brings back what every service and the library held before, and then nothing is left to
//! do; and what a person kept is never asked again.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod world;

use kuroibara_core::{Field, Fields, Provider, Rule, Score, Status, Value, merge::decide::Answer};
use kuroibara_engine::{library::EntryView, settings::SettingsChange, undo::Target};
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
        all.push(format!(
            "{n} kitsu {:?} {} {:?} {:?}",
            k.status,
            k.progress,
            k.rating_twenty,
            notes(k.notes)
        ));
    }
    all
}

/// Somebody changes something somewhere. How a title is read changes at one place in a round: of two that disagree the one
/// that gives way comes back with an undo, since it was overwritten, which is another story.
async fn change(world: &World, chance: &mut Chance, round: u64) {
    let (n, what, number) = (chance.below(WORKS as u64) as i64, chance.below(4), 1 + chance.below(9) as u32);
    let (text, place) = (format!("note {number}"), number as usize % 4);
    let anywhere = chance.below(4);
    let somewhere = if matches!(what, 0 | 3) { (n as u64 + round) % 4 } else { anywhere };
    match somewhere {
        0 => {
            let change = match what {
                0 => Fields::new().with(Field::Chapters, Value::Count(number)),
                // Finer than MyAnimeList and Kitsu can hold.
                1 => Fields::new().with(Field::Score, Value::Score(Score::new(i64::from(number) * 10 + 4).ok())),
                2 => Fields::new().with(Field::Notes, Value::Text(Some(text.as_str().into()))),
                _ => Fields::new().with(Field::Status, Value::Status(STATUSES[place])),
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
                _ => entry.status = ANILIST[place],
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
                _ => entry.status = MYANIMELIST[place],
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
                _ => entry.status = KITSU[place],
            })
            .map(drop)
            .unwrap(),
    }
}

#[tokio::test]
async fn an_undo_after_any_changes_brings_back_what_everybody_held_and_then_nothing_is_left_to_do() {
    let world = in_step().await;
    for (n, status) in STATUSES.into_iter().enumerate() {
        let change = Fields::new().with(Field::Status, Value::Status(status));
        world.engine.edit(here(&world, n as i64).await.manga_id, &change).await.unwrap();
    }
    assert_success(&world.sync().await);
    world.pass(60);
    let mut chance = Chance(7);
    for round in 0..ROUNDS {
        let (before, since) = (everything(&world).await, world.clock_time());
        world.pass(60);
        for _ in 0..1 + chance.below(3) {
            for _ in 0..1 + chance.below(3) {
                change(&world, &mut chance, round).await;
                world.pass(30);
            }
            assert_success(&world.sync().await);
            world.pass(60);
        }
        let changed = everything(&world).await;
        if changed == before {
            continue;
        }
        world.engine.undo(Target::Since(since), false).await.unwrap();
        world.pass(60);
        assert_success(&world.sync().await);
        assert_eq!(everything(&world).await, before, "{round}: it was {changed:#?}");
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
