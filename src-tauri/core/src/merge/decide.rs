//! What a person answers to a [`Question`], carried out on what is known. The merge that follows finds it decided: a
//! difference that was accepted is never asked again, and one that a provider has yet to take is simply unsent.

use std::str::FromStr;

use enum_map::EnumMap;

use super::{Lost, Merged, Pull, Question, fields, merge};
use crate::{Base, Local, MangaState, Origin, Policy, Provider, Stamp, Time, push::asked_groups, state::Presence};

/// What a person answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Fields differ: the library's values stay.
    Local,
    /// Fields differ: this provider's values come into the library.
    Provider(Provider),
    /// Something is missing on one side: that is fine, and nothing is to follow.
    Keep,
    /// Something is missing on one side: it is to go everywhere.
    Remove,
    /// Something is missing on one side: it is to come back there.
    Restore,
}

impl Answer {
    /// The word for it, as the command line, the window and the database write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Provider(provider) => provider.as_str(),
            Self::Keep => "keep",
            Self::Remove => "remove",
            Self::Restore => "restore",
        }
    }
}

impl FromStr for Answer {
    type Err = UnknownAnswer;

    fn from_str(word: &str) -> Result<Self, UnknownAnswer> {
        match word {
            "local" => Ok(Self::Local),
            "keep" => Ok(Self::Keep),
            "remove" => Ok(Self::Remove),
            "restore" => Ok(Self::Restore),
            _ => word.parse().map(Self::Provider).map_err(|_| UnknownAnswer),
        }
    }
}

/// A word that is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an answer is local, anilist, myanimelist, kitsu, keep, remove or restore")]
pub struct UnknownAnswer;

/// Why an answer does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// The answer belongs to a question of another kind.
    #[error("that is no answer to this question")]
    OtherKind,
    /// What is known no longer asks this.
    #[error("this question has answered itself meanwhile")]
    NoLonger,
    /// The side that was chosen has no entry.
    #[error("{} has no entry of this title", .0.title())]
    NothingThere(Provider),
    /// A write to a provider has had no answer yet, so nobody knows what is there.
    #[error("a write to {} is still without an answer: sync first", .0.title())]
    Unanswered(Provider),
}

/// What a decision changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    /// The library's side.
    pub local: Local,
    /// Every provider's base.
    pub bases: EnumMap<Provider, Option<Base>>,
    /// The fields that took a provider's value.
    pub pulls: Vec<Pull>,
    /// The sides that lost, each with its whole group.
    pub lost: Vec<Lost>,
}

/// Carries a person's `answer` to `question` out, at the moment `at`. It writes nothing anywhere: the next sync does.
///
/// # Errors
/// When the answer does not fit the question, or the question no longer stands.
pub fn decide(
    state: &MangaState,
    policy: &Policy,
    question: Question,
    answer: Answer,
    at: Time,
) -> Result<Decided, Unfit> {
    if let Some((provider, _)) = state.sides().find(|(_, side)| side.intent.is_some()) {
        return Err(Unfit::Unanswered(provider));
    }
    let merged = merge(state, policy);
    if !merged.questions.contains(&question) {
        return Err(Unfit::NoLonger);
    }
    match (question, answer) {
        (Question::Differs(group), Answer::Local) => choose(state, policy, &merged, group, Origin::User),
        (Question::Differs(group), Answer::Provider(provider)) => {
            choose(state, policy, &merged, group, Origin::Provider(provider))
        }
        (Question::VanishedThere(provider), Answer::Keep | Answer::Remove | Answer::Restore) => {
            Ok(vanished(state, provider, answer, at))
        }
        (Question::RemovedHere(provider), Answer::Keep | Answer::Remove | Answer::Restore) => {
            Ok(removed(state, provider, answer, at))
        }
        (Question::Differs(_), Answer::Keep | Answer::Remove | Answer::Restore)
        | (Question::VanishedThere(_) | Question::RemovedHere(_), Answer::Local | Answer::Provider(_)) => {
            Err(Unfit::OtherKind)
        }
    }
}

fn choose(
    state: &MangaState,
    policy: &Policy,
    merged: &Merged,
    group: crate::Group,
    side: Origin,
) -> Result<Decided, Unfit> {
    let nothing = || match side {
        Origin::User => Unfit::NoLonger,
        Origin::Provider(provider) => Unfit::NothingThere(provider),
    };
    let (entry, stamps) = state.local.present().ok_or(Unfit::NoLonger)?;
    let open = asked_groups(&merged.questions).filter(|asked| *asked != group).collect();
    let mut decided = Merged::unchanged(state);
    let chosen = fields::choose((entry, stamps), state, &decided.bases, policy, (group, side), open);
    let outcome = chosen.ok_or_else(nothing)?;
    outcome.apply(state, policy, &mut decided);
    Ok(Decided { local: decided.local, bases: decided.bases, pulls: decided.pulls, lost: decided.lost })
}

fn unchanged(state: &MangaState) -> Decided {
    let Merged { local, bases, .. } = Merged::unchanged(state);
    Decided { local, bases, pulls: Vec::new(), lost: Vec::new() }
}

/// It is gone there and still here.
fn vanished(state: &MangaState, provider: Provider, answer: Answer, at: Time) -> Decided {
    let mut decided = unchanged(state);
    if answer == Answer::Keep {
        decided.bases[provider].get_or_insert_default().presence = Presence::KeptHere;
        return decided;
    }
    // The agreement is over: what is here and not there is created there, what is nowhere is forgotten.
    decided.bases[provider] = None;
    if answer == Answer::Remove {
        remove_everywhere(&mut decided, at);
    }
    decided
}

/// It was removed here and is still there.
fn removed(state: &MangaState, provider: Provider, answer: Answer, at: Time) -> Decided {
    let mut decided = unchanged(state);
    match (answer, &state.local) {
        (Answer::Restore, Local::Removed(entry, stamps, _)) => {
            let presence = Stamp::new(at, Origin::User);
            decided.local = Local::Present(entry.clone(), crate::Stamps { presence, ..*stamps });
        }
        (Answer::Remove, _) => mark(&mut decided.bases[provider], Presence::RemoveThere),
        (Answer::Keep | Answer::Restore | Answer::Local | Answer::Provider(_), _) => {
            mark(&mut decided.bases[provider], Presence::KeptThere);
        }
    }
    decided
}

fn remove_everywhere(decided: &mut Decided, at: Time) {
    if let Local::Present(entry, stamps) = &decided.local {
        decided.local = Local::Removed(entry.clone(), *stamps, at);
    }
    for base in decided.bases.values_mut() {
        mark(base, Presence::RemoveThere);
    }
}

/// Marks an agreement, where there is one. What was accepted as missing there stays so.
fn mark(base: &mut Option<Base>, presence: Presence) {
    if let Some(base) = base.as_mut().filter(|base| base.presence != Presence::KeptHere) {
        base.presence = presence;
    }
}
