//! Titles that may be the same at two services, and what speaks for and against it.

use std::collections::BTreeMap;

use kuroibara_core::{
    Provider,
    matching::{Against, Sign},
};
use kuroibara_engine::{
    matches::{MatchView, Shown},
    seek::Sought,
};
use serde::Serialize;

use super::paragraphs;
use crate::table::Look;

/// The links that wait, the likeliest first.
#[derive(Serialize)]
pub(crate) struct Matches {
    pub(crate) matches: Vec<MatchView>,
}

/// What a search for counterparts brought, and the links that wait now.
#[derive(Serialize)]
pub(crate) struct Found {
    pub(crate) searched: BTreeMap<Provider, Sought>,
    pub(crate) matches: Vec<MatchView>,
}

/// A line for each service that was searched.
pub(crate) fn found(found: &Found, _: Look) -> String {
    if found.searched.is_empty() {
        return "No service is connected that could be searched.".into();
    }
    paragraphs(
        found
            .searched
            .iter()
            .map(|(provider, sought)| searched(*provider, sought))
            .chain((!found.matches.is_empty()).then(|| "`matches` shows what waits for you.".to_owned())),
    )
}

fn searched(provider: Provider, sought: &Sought) -> String {
    let Sought { searched, linked, questions, left, errors } = sought;
    if let [problem, ..] = &errors[..] {
        return problem.message.clone();
    }
    let counts =
        format!("{searched} searched for, {linked} linked, {questions} to look at, {left} left for the next time");
    format!("{}: {counts}", provider.title())
}

/// The links that wait: one block each.
pub(crate) fn matches(found: &Matches, _: Look) -> String {
    if found.matches.is_empty() {
        return "No match waits for you.".into();
    }
    paragraphs(found.matches.iter().map(block).chain([NEXT.to_owned()]))
}

const NEXT: &str = "`matches accept ID` links the two, `matches reject ID` never does, and `matches ignore ID` looks for none \
    there any more. `matches decided` shows what you said before.";

fn block(one: &MatchView) -> String {
    let there = format!("{} ({}:{})", shown(&one.other), one.provider, one.external_id);
    let evidence = [for_it(one), against(one)].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>();
    format!("{}\n  may be {there}\n  {} %: {}\n  {}", shown(&one.manga), one.confidence, evidence.join("; "), one.id)
}

fn shown(work: &Shown) -> String {
    let facts = [work.authors.first().cloned(), work.year.map(|year| year.to_string())];
    let facts: Vec<String> = facts.into_iter().flatten().collect();
    if facts.is_empty() { work.title.clone() } else { format!("{}, {}", work.title, facts.join(", ")) }
}

fn for_it(one: &MatchView) -> String {
    one.evidence
        .signs
        .iter()
        .map(|sign| sign_in_words(*sign))
        .filter(|text| !text.is_empty())
        .collect::<Vec<_>>()
        .join(", ")
}

fn against(one: &MatchView) -> String {
    one.evidence.against.iter().map(|against| against_in_words(*against)).collect::<Vec<_>>().join(", ")
}

/// What a sign says to a person; nothing where another one says it already.
fn sign_in_words(sign: Sign) -> String {
    match sign {
        Sign::SameShown => "same title".into(),
        Sign::ShownIsOther => "one\u{2019}s title is another name of the other".into(),
        Sign::SameOther => "another name in common".into(),
        Sign::SamePart => "part of a title in common".into(),
        Sign::Alike(percent) => format!("titles {percent} % alike"),
        Sign::SameTyped | Sign::SameForm => String::new(),
        Sign::SameNative => "same native title".into(),
        Sign::OtherNative(percent) => format!("native titles {percent} % alike"),
        Sign::Names(count) => format!("{count} names in common"),
        Sign::Shared(count) => format!("{count} works have that name"),
        Sign::Short => "a very short name".into(),
        Sign::OtherPart => "different part or number".into(),
        Sign::OtherEdition => "different edition".into(),
        Sign::SameAuthor => "same author".into(),
        Sign::LikeAuthor => "authors\u{2019} names alike".into(),
        Sign::PartOfAuthor => "authors\u{2019} names partly the same".into(),
        Sign::OtherAuthor => "different authors".into(),
        Sign::NoAuthor => "author unknown".into(),
        Sign::OtherForm => "different kinds of work".into(),
        Sign::SameYear => "same year".into(),
        Sign::YearsApart(1) => "1 year apart".into(),
        Sign::YearsApart(years) => format!("{years} years apart"),
        Sign::SameChapters => "as many chapters".into(),
        Sign::OtherChapters => "not as many chapters".into(),
        Sign::SameVolumes => "as many volumes".into(),
        Sign::OtherVolumes => "not as many volumes".into(),
    }
}

fn against_in_words(against: Against) -> &'static str {
    match against {
        Against::NovelAndComic => "one is a novel and the other a comic",
        Against::OneShotAndSeries => "one is a one-shot and the other a series",
        Against::Taken => "it belongs to another title already",
        Against::Contradictory => "the services\u{2019} own links contradict each other",
    }
}
