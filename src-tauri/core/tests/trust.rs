//! What a person says of a plan holds for any state: what is left out is left alone, another value goes everywhere, and a kept
//! list comes back.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod model;

use enum_map::EnumMap;
use kuroibara_core::{
    Field, Fields, Local, MangaState, Policy, Provider, Remote, Score, Shape, Totals, Value,
    merge::Arrival,
    plan::{Action, Row, Wishes, plan, plan_as_wished},
    undo::{Kept, Left, restore},
};
use model::{
    chance::Chance,
    states::{at, entry, held, state},
};

const STATES: u64 = 20_000;

/// A random state in which random fields are left out at random providers.
fn masked(chance: &mut Chance) -> (MangaState, Policy) {
    let alike = chance.one_in(4);
    let (mut state, policy) = state(chance, alike);
    for side in state.sides.values_mut().flatten() {
        side.left_out = EnumMap::from_fn(|_| chance.one_in(3));
    }
    (state, policy)
}

#[test]
fn a_field_that_is_left_out_is_neither_taken_nor_sent_and_its_agreement_stays() {
    for seed in 0..STATES {
        let (state, policy) = masked(&mut Chance::new(seed));
        let plan = plan(&state, &policy);
        for (provider, side) in state.sides() {
            let is_out = |field: Field| side.left_out[field];
            assert!(
                plan.merged.pulls.iter().all(|pull| pull.from != provider || !is_out(pull.field)),
                "{seed}: taken from {provider}"
            );
            if let Some(request) = &plan.pushes[provider].request {
                let may = |field: Field| !is_out(field) || request.creates && field == Field::Status;
                assert!(request.fields.iter().all(|(field, _)| may(field)), "{seed}: sent to {provider}: {request:?}");
            }
            if let (Some(Arrival::Created(from)), Some((entry, _))) = (plan.merged.arrival, plan.merged.local.present())
            {
                let elsewhere = |field: Field| plan.merged.pulls.iter().any(|pull| pull.field == field);
                let came = Field::ALL.into_iter().filter(|field| !entry.get(*field).is_empty() && !elsewhere(*field));
                let came: Vec<Field> = came.filter(|field| is_out(*field) && *field != Field::Status).collect();
                assert!(from != provider || came.is_empty(), "{seed}: {came:?} came with the entry from {provider}");
            }
            let (Some(before), Some(after)) = (&side.base, plan.base(provider)) else { continue };
            let moved = Field::ALL.into_iter().filter(|field| before.pairs[*field] != after.pairs[*field]);
            let moved: Vec<Field> = moved.filter(|field| is_out(*field)).collect();
            assert!(moved.is_empty(), "{seed}: {provider}'s agreement on {moved:?} moved");
        }
    }
}

#[test]
fn what_is_left_out_everywhere_comes_to_no_row_but_of_presence() {
    for seed in 0..STATES {
        let (mut state, policy) = state(&mut Chance::new(seed), false);
        state.sides.values_mut().flatten().for_each(|side| side.left_out = EnumMap::from_fn(|_| true));
        let rows = plan(&state, &policy).rows(&state);
        let of_fields = |row: &&Row| matches!(row.action, Action::Pull | Action::Push);
        assert_eq!(rows.iter().find(of_fields), None, "{seed}");
    }
}

#[test]
fn a_value_that_a_person_chose_is_the_librarys_and_goes_everywhere_it_can_and_nothing_else_changes_here() {
    for seed in 0..STATES {
        let chance = &mut Chance::new(seed);
        let (state, policy) = state(chance, false);
        let field = chance.pick(&[Field::Chapters, Field::Score, Field::StartedOn, Field::Notes, Field::Volumes]);
        let value = entry(chance).get(field);
        let wishes = Wishes { fields: Fields::new().with(field, value.clone()), at: at(1_000) };
        let (plain, wished) = (plan(&state, &policy), plan_as_wished(&state, &policy, &wishes));
        let (Some((before, _)), Some((after, stamps))) = (plain.merged.local.present(), wished.merged.local.present())
        else {
            assert_eq!(plain, wished, "{seed}: what is not here has no values");
            continue;
        };
        assert_eq!(after.get(field), value, "{seed}");
        let others = Field::ALL.into_iter().filter(|other| *other != field);
        assert!(others.into_iter().all(|other| before.get(other) == after.get(other)), "{seed}: {before:?} {after:?}");
        assert!(before.get(field) == value || stamps.fields[field].at == wishes.at, "{seed}");
        assert_eq!(plain.merged.bases, wished.merged.bases, "{seed}: no agreement moves");
        for (provider, push) in &wished.pushes {
            let sent = push.request.as_ref().and_then(|request| request.fields.get(field));
            let shape = policy.providers[provider].shape(provider);
            let meant = shape.round(field, &value, Totals::default());
            assert!(sent.is_none_or(|sent| *sent == meant), "{seed}: {provider} is sent {sent:?} for {meant:?}");
            // What was asked or is held back for another reason is not sent; nobody else keeps it from going.
            let theirs = state.sides[provider].as_ref().and_then(|side| side.remote.present());
            let differs = theirs.is_some_and(|seen| seen.fields.get(field).is_some_and(|theirs| *theirs != meant));
            let asked = wished.merged.questions.iter().any(|question| {
                matches!(question, kuroibara_core::merge::Question::Differs(group) if *group == field.group())
            });
            if differs && !asked && push.held_entry.is_none() && before.get(field) != value {
                assert!(sent.is_some() || push.accepted.is_some(), "{seed}: {provider} keeps another value");
            }
        }
    }
}

#[test]
fn an_edit_made_after_a_value_was_chosen_is_newer_and_stays() {
    for seed in 0..2_000 {
        let chance = &mut Chance::new(seed);
        let (state, policy) = state(chance, false);
        let wishes = Wishes { fields: entry(chance).fields(), at: at(0) - chrono::TimeDelta::hours(1) };
        assert_eq!(plan(&state, &policy), plan_as_wished(&state, &policy, &wishes), "{seed}");
    }
}

#[test]
fn a_kept_list_comes_back_in_the_providers_terms_once_and_finer_values_that_agree_stay() {
    for seed in 0..STATES {
        let chance = &mut Chance::new(seed);
        let (state, policy) = state(chance, false);
        let provider = chance.pick(&Provider::ALL);
        let fields = held(provider, &entry(chance));
        let kept = Kept { provider, fields: &fields, at: at(1_000) };
        let undone = restore(&state, &kept, at(2_000), false);
        let Local::Present(entry, stamps) = &undone.local else {
            assert_eq!((&undone.local, &undone.left), (&state.local, &vec![(None, Left::NotHere)]), "{seed}");
            continue;
        };
        let shape = Shape::of(provider);
        for (field, value) in fields.iter() {
            assert_eq!(shape.round(field, &entry.get(field), Totals::default()), *value, "{seed}: {field:?}");
        }
        if let Local::Present(before, old) = &state.local {
            let unchanged = Field::ALL.into_iter().filter(|field| before.get(*field) == entry.get(*field));
            assert!(unchanged.into_iter().all(|field| stamps.fields[field] == old.fields[field]), "{seed}");
        }
        let again = MangaState { local: undone.local.clone(), sides: state.sides.clone() };
        assert!(restore(&again, &kept, at(3_000), false).fields.is_empty(), "{seed}: once is enough");
        // What was there at the time is nobody's newer edit: it goes there, and nothing is removed anywhere.
        let plan = plan(&again, &policy);
        assert!(plan.merged.removals.is_empty(), "{seed}");
    }
}

#[test]
fn what_was_set_after_a_list_was_kept_stays_unless_it_is_forced() {
    for seed in 0..2_000 {
        let chance = &mut Chance::new(seed);
        let (state, _) = state(chance, false);
        let provider = chance.pick(&Provider::ALL);
        let fields = held(provider, &entry(chance));
        let kept = Kept { provider, fields: &fields, at: at(0) - chrono::TimeDelta::hours(1) };
        let (careful, forced) = (restore(&state, &kept, at(2_000), false), restore(&state, &kept, at(2_000), true));
        assert_eq!((careful.local == state.local, careful.fields.len()), (true, 0), "{seed}");
        let was_here = !matches!(state.local, Local::Never);
        assert!(!was_here || forced.left.is_empty(), "{seed}: {:?}", forced.left);
        let differing = forced.fields.len() + usize::from(matches!(state.local, Local::Removed(..)));
        let newer = careful.left.iter().filter(|(_, why)| *why == Left::NewerEdit).count();
        assert!(newer <= differing && (newer > 0 || differing == 0), "{seed}: {newer} and {differing}");
    }
}

#[test]
fn a_list_that_lost_an_entry_gets_it_back_from_a_kept_one_and_no_other_base_moves() {
    let mut seen = 0;
    for seed in 0..STATES {
        let chance = &mut Chance::new(seed);
        let (mut state, policy) = state(chance, false);
        let provider = chance.pick(&Provider::ALL);
        let fields = held(provider, &entry(chance));
        if let Some(side) = &mut state.sides[provider] {
            side.remote = Remote::Absent;
        }
        let undone = restore(&state, &Kept { provider, fields: &fields, at: at(1_000) }, at(2_000), false);
        let had = state.sides[provider].as_ref().is_some_and(|side| side.base.is_some());
        assert_eq!(undone.bases[provider].is_some(), undone.local.present().is_none() && had, "{seed}");
        for (other, side) in state.sides().filter(|(other, _)| *other != provider) {
            assert_eq!(undone.bases[other], side.base, "{seed}: {other}'s");
        }
        let again = MangaState {
            local: undone.local.clone(),
            sides: EnumMap::from_fn(|at| {
                state.sides[at].clone().map(|side| kuroibara_core::Side { base: undone.bases[at].clone(), ..side })
            }),
        };
        let creates = plan(&again, &policy).pushes[provider].request.as_ref().is_some_and(|request| request.creates);
        seen += usize::from(creates);
    }
    assert!(seen > 1_000, "it is added again: {seen}");
}

#[test]
fn a_kept_list_does_not_take_a_finer_value_that_it_rounds_to() {
    let score = |points| Fields::new().with(Field::Score, Value::Score(Score::new(points).ok()));
    let mut seen = 0;
    for seed in 0..2_000 {
        let (mut state, _) = state(&mut Chance::new(seed), false);
        let Local::Present(entry, _) = &mut state.local else { continue };
        entry.score = Score::new(84).ok();
        let (agreed, other) = (score(80), score(70));
        let provider = Provider::MyAnimeList;
        let restored = |fields| restore(&state, &Kept { provider, fields, at: at(1_000) }, at(2_000), false).fields;
        assert_eq!(restored(&agreed), [], "{seed}");
        assert_eq!(restored(&other).len(), 1, "{seed}");
        seen += 1;
    }
    assert!(seen > 500);
}
