//! Law 5: the same state gives the same plan, and no order of providers changes anything.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod model;

use chrono::TimeDelta;
use enum_map::EnumMap;
use kuroibara_core::{
    Base, Entry, Field, Fields, Local, MangaState, Observation, Origin, Pair, PartialDate, Policy, Provider, Remote,
    Rule, Score, Shape, Side, Stamp, Stamps, Status, Time, Totals,
    merge::{Lost, Merged, Question, merge},
    plan::plan,
    state::Sent,
};
use model::chance::Chance;

/// What every provider can hold alike: whole days, even tens, nothing private, nothing completed.
fn entry(chance: &mut Chance) -> Entry {
    let statuses = [Status::Reading, Status::OnHold, Status::Dropped, Status::PlanToRead, Status::Rereading];
    Entry {
        status: chance.pick(&statuses),
        chapters: chance.below(4) as u32,
        volumes: chance.below(3) as u32,
        score: Score::new(10 * chance.below(4) as i64).ok(),
        rereads: chance.below(2) as u32,
        started_on: PartialDate::new(2020, Some(1), Some(1 + chance.below(3) as u8)).ok().filter(|_| chance.one_in(2)),
        notes: chance.pick(&[None, Some("a".into()), Some("b".into())]),
        ..Entry::new(Status::Reading)
    }
}

fn at(hours: usize) -> Time {
    Time::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::hours(hours as i64)
}

fn side(provider: Provider, chance: &mut Chance, common: &Entry, hour: usize) -> Side {
    let mut other = entry(chance);
    for field in Field::ALL {
        if !chance.one_in(4) {
            other.set(field, common.get(field));
        }
    }
    let base = chance.one_in(3).then_some(()).is_none().then(|| base(provider, common));
    let read_before = base.is_some().then(|| at(chance.below(8)));
    let seen = Observation { fields: held(provider, &other), entry_id: None, updated_at: at(hour), read_before };
    let remote = chance.pick(&[
        Remote::Absent,
        Remote::Present(seen.clone()),
        Remote::Present(seen.clone()),
        Remote::Present(seen),
    ]);
    Side { totals: Totals::default(), base, remote, intent: None, left_out: Default::default() }
}

fn held(provider: Provider, entry: &Entry) -> Fields {
    let mut fields = entry.fields();
    fields.remove(Field::Private);
    fields.remove(Field::FinishedOn);
    Shape { volumes: true, ..Shape::of(provider) }.project(&fields, Totals::default())
}

fn base(provider: Provider, entry: &Entry) -> Base {
    let mut base = Base::default();
    for (field, value) in held(provider, entry).iter() {
        let ours = Some(Sent { raw: entry.get(field), projected: value.clone() });
        base.pairs[field] = Some(Pair { ours, theirs: value.clone() });
    }
    base
}

/// A random state; `alike` if every provider saved in the same moment.
fn state(chance: &mut Chance, alike: bool) -> (MangaState, Policy) {
    let common = entry(chance);
    let first = chance.below(6);
    let apart = if alike { 0 } else { 2 };
    let hour = |provider: Provider| first + apart * provider as usize;
    let sides = EnumMap::from_fn(|provider| Some(side(provider, chance, &common, hour(provider))));
    let stamps = Stamps {
        presence: Stamp { at: at(0), origin: Origin::User },
        fields: EnumMap::from_fn(|_| Stamp { at: at(2 * chance.below(8) + 1), origin: Origin::User }),
    };
    let mut mine = if chance.one_in(2) { common.clone() } else { entry(chance) };
    mine.private = false;
    let local = match chance.below(5) {
        0 => Local::Never,
        1 => Local::Removed(mine, stamps, at(9)),
        _ => Local::Present(mine, stamps),
    };
    let rule = chance.pick(&[Rule::Newest, Rule::Newest, Rule::Furthest, Rule::Local, Rule::Remote, Rule::Ask]);
    let mut policy = Policy { keep_in_step: chance.one_in(2), ..Policy::default() };
    for chosen in policy.providers.values_mut() {
        chosen.volumes = true;
        chosen.rule = rule;
    }
    (MangaState { local, sides }, policy)
}

type Roles = [Provider; 3];

fn permuted(roles: Roles, provider: Provider) -> Provider {
    roles[provider as usize]
}

/// The same world in which each provider plays another one's part.
fn recast(state: &MangaState, roles: Roles) -> MangaState {
    let mut sides = EnumMap::default();
    for (provider, side) in state.sides() {
        sides[permuted(roles, provider)] = Some(side.clone());
    }
    MangaState { local: state.local.clone(), sides }
}

/// What a merge decided, with the parts named as the original names them.
fn decided(merged: &Merged, roles: Roles, alike: bool) -> String {
    let original = |provider: Provider| Provider::ALL.into_iter().find(|p| permuted(roles, *p) == provider).unwrap();
    let origin = |origin: Origin| match origin {
        Origin::User => Origin::User,
        Origin::Provider(provider) => Origin::Provider(original(provider)),
    };
    let question = |question: &Question| match question {
        Question::Differs(group) => Question::Differs(*group),
        Question::RemovedHere(provider) => Question::RemovedHere(original(*provider)),
        Question::VanishedThere(provider) => Question::VanishedThere(original(*provider)),
    };
    let mut questions: Vec<_> = merged.questions.iter().map(question).collect();
    questions.sort();
    let told = |lost: &&Lost| !alike || lost.side != Origin::User;
    let mut lost: Vec<_> = merged
        .lost
        .iter()
        .filter(told)
        .map(|lost| {
            (origin(lost.side), lost.group, lost.fields.iter().map(|(f, v)| (f, v.clone())).collect::<Vec<_>>())
        })
        .collect();
    lost.sort();
    let entry = merged.local.present().map(|(entry, stamps)| {
        // Of two that said the same in the same moment, either may be the author.
        let author = |field: Field| if alike { Origin::User } else { origin(stamps.fields[field].origin) };
        let stamp = |field: Field| (stamps.fields[field].at, author(field));
        (entry.clone(), Field::ALL.map(stamp))
    });
    let bases: Vec<_> = Provider::ALL.map(|p| merged.bases[permuted(roles, p)].clone()).to_vec();
    format!("{:#?}", (entry, questions, lost, bases))
}

#[test]
fn permuting_the_providers_changes_nothing() {
    use Provider::{AniList, Kitsu, MyAnimeList};
    let orders = [
        [AniList, Kitsu, MyAnimeList],
        [MyAnimeList, AniList, Kitsu],
        [MyAnimeList, Kitsu, AniList],
        [Kitsu, AniList, MyAnimeList],
        [Kitsu, MyAnimeList, AniList],
    ];
    for seed in 0..1_500 {
        let alike = seed % 2 == 0;
        let (state, policy) = state(&mut Chance::new(seed), alike);
        let expected = decided(&merge(&state, &policy), Provider::ALL, alike);
        for roles in orders {
            let other = decided(&merge(&recast(&state, roles), &policy), roles, alike);
            assert!(other == expected, "seed {seed}, {roles:?}:\n{state:#?}\n{expected}\n{other}");
        }
    }
}

#[test]
fn the_same_state_gives_the_same_plan() {
    for seed in 0..1_000 {
        let ((one, policy), (other, _)) =
            (state(&mut Chance::new(seed), seed % 2 == 0), state(&mut Chance::new(seed), seed % 2 == 0));
        assert_eq!(format!("{:?}", plan(&one, &policy)), format!("{:?}", plan(&other, &policy)));
    }
}
