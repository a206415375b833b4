//! Law 5: the same state gives the same plan, and no order of providers changes anything.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod model;

use enum_map::EnumMap;
use kuroibara_core::{
    Field, MangaState, Origin, Policy, Provider,
    merge::{Lost, Merged, Question, merge},
    plan::plan,
};
use model::{chance::Chance, states::state};

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

/// What the reader chose for each provider, chosen for the one that plays its part.
fn chosen_for(policy: &Policy, roles: Roles) -> Policy {
    let mut other = policy.clone();
    for (provider, chosen) in &policy.providers {
        other.providers[permuted(roles, provider)] = *chosen;
    }
    other
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
            let other = decided(&merge(&recast(&state, roles), &chosen_for(&policy, roles)), roles, alike);
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
