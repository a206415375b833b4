//! Random states of one manga, as the planner may find it: anything here, at each provider, and agreed on before.

use chrono::TimeDelta;
use enum_map::EnumMap;
use kuroibara_core::{
    Base, Entry, Field, Fields, Local, MangaState, Observation, Origin, Pair, PartialDate, Policy, Provider, Remote,
    Rule, Score, Shape, Side, Stamp, Stamps, Status, Time, Totals, state::Sent,
};

use super::chance::Chance;

/// What every provider can hold alike: whole days, even tens, nothing private, nothing completed.
pub fn entry(chance: &mut Chance) -> Entry {
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

pub fn at(hours: usize) -> Time {
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

pub fn held(provider: Provider, entry: &Entry) -> Fields {
    let mut fields = entry.fields();
    fields.remove(Field::Private);
    fields.remove(Field::FinishedOn);
    Shape { volumes: true, ..Shape::of(provider) }.project(&fields, Totals::default())
}

fn base(provider: Provider, entry: &Entry) -> Base {
    let mut base = Base::default();
    for (field, value) in held(provider, entry).iter() {
        let ours = Some(Sent { raw: entry.get(field), projected: value.clone() });
        base.pairs[field] = Some(Pair::new(ours, value.clone()));
    }
    base
}

/// A random state; `alike` if every provider saved in the same moment.
pub fn state(chance: &mut Chance, alike: bool) -> (MangaState, Policy) {
    let common = entry(chance);
    let first = chance.below(6);
    let apart = if alike { 0 } else { 2 };
    let hour = |provider: Provider| first + apart * provider as usize;
    let sides = EnumMap::from_fn(|provider| Some(side(provider, chance, &common, hour(provider))));
    let stamps = Stamps {
        presence: Stamp::new(at(0), Origin::User),
        fields: EnumMap::from_fn(|_| Stamp::new(at(2 * chance.below(8) + 1), Origin::User)),
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
        chosen.own_rules = EnumMap::from_fn(|_| chance.one_in(8).then(|| chance.pick(&Rule::ALL)));
    }
    (MangaState { local, sides }, policy)
}
