//! What speaks for and against two works being the same, and how much each of it weighs.
//!
//! A sign is a fact that can be shown to a person. Its weight is in log-odds, so that independent signs add up; their sum
//! says how likely the pair is by itself. Who else claims either of the two is `pair`'s matter.

use serde::{Deserialize, Serialize};

use super::{
    Card, Form,
    authors::{self, Makers},
    index::{Hit, alike},
    names::{Cut, Marks, Name, Sheet},
};

/// One fact about a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(tag = "sign", content = "value", rename_all = "snake_case")]
pub enum Sign {
    /// Both are shown by the same title.
    SameShown,
    /// One is shown by a title that is another name of the other.
    ShownIsOther,
    /// They have another name in common.
    SameOther,
    /// Only a part of a title is the same.
    SamePart,
    /// No name is the same; the likest two are so much alike, in percent.
    Alike(u8),
    /// The shown titles are typed alike, signs included.
    SameTyped,
    /// A name in the original's letters is the same.
    SameNative,
    /// Both have names in the original's letters, and the likest two are so much alike, in percent.
    OtherNative(u8),
    /// So many names are the same.
    Names(u8),
    /// Even the rarest name that they share is one of so many works.
    Shared(u8),
    /// The names that they share are very short.
    Short,
    /// One names another part or number than the other.
    OtherPart,
    /// One names an edition or a spin-off that the other does not.
    OtherEdition,
    /// Somebody who made one also made the other.
    SameAuthor,
    /// The makers' names are much alike.
    LikeAuthor,
    /// The makers' names have a word in common.
    PartOfAuthor,
    /// The makers are different people.
    OtherAuthor,
    /// Nobody says who made one of them.
    NoAuthor,
    /// Both are of one kind.
    SameForm,
    /// They are of different kinds.
    OtherForm,
    /// They began in the same year.
    SameYear,
    /// They began so many years apart.
    YearsApart(u16),
    /// They have equally many chapters.
    SameChapters,
    /// They don't.
    OtherChapters,
    /// They have equally many volumes.
    SameVolumes,
    /// They don't.
    OtherVolumes,
}

/// What no likelihood outweighs: such a pair is never linked without a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Against {
    /// One is a novel and the other a comic.
    NovelAndComic,
    /// One has a single chapter and the other is a series.
    OneShotAndSeries,
    /// The other work belongs to another title already.
    Taken,
    /// What the services themselves say of the two contradicts itself.
    Contradictory,
}

/// The log-odds of a pair whose names met, before anything else is known.
const AT_FIRST: f64 = -1.7;

impl Sign {
    /// How much it speaks for (above 0) or against the pair, in log-odds. Those of names, people and kinds were fitted to half
    /// of 19,814 real works (conditional logistic regression) and rounded; years and counts, which those works lack, were set
    /// by judgement and kept small.
    pub(super) fn weight(self) -> f64 {
        match self {
            Self::SameShown => 3.0,
            Self::ShownIsOther => 2.7,
            Self::SameOther => 2.0,
            Self::SamePart => -1.0,
            Self::Alike(percent) => (-2.1 + f64::from(percent.saturating_sub(60)) * 0.064).min(-0.5),
            Self::SameTyped => 0.8,
            Self::SameNative => 0.3,
            Self::OtherNative(85..) => 0.5,
            Self::OtherNative(30..) => -1.2,
            Self::OtherNative(_) => -2.2,
            Self::Names(4..) => 1.5,
            Self::Names(_) => 0.95,
            Self::Shared(_) => -0.5,
            Self::Short => -0.7,
            Self::OtherPart => -1.8,
            Self::OtherEdition => -0.9,
            Self::SameAuthor => 1.8,
            Self::LikeAuthor => 0.6,
            Self::PartOfAuthor => -0.2,
            Self::OtherAuthor => -2.8,
            Self::NoAuthor => 0.6,
            Self::SameForm => 1.5,
            Self::OtherForm => -4.0,
            Self::SameYear => 0.7,
            Self::YearsApart(1) => 0.3,
            Self::YearsApart(2) => -1.0,
            // Another work of the same name, or the series after the one-shot: never by itself.
            Self::YearsApart(_) => -5.0,
            Self::SameChapters => 0.7,
            Self::OtherChapters => -0.5,
            Self::SameVolumes => 0.4,
            Self::OtherVolumes => -0.5,
        }
    }
}

/// One side of a pair.
#[derive(Clone, Copy)]
pub(super) struct Side<'a> {
    pub(super) card: &'a Card,
    pub(super) sheet: &'a Sheet,
}

/// The log-odds of a pair by itself.
pub(super) fn odds(signs: &[Sign]) -> f64 {
    signs.iter().map(|sign| sign.weight()).sum::<f64>() + AT_FIRST
}

/// Everything that is known of a pair whose names met in `hits`.
pub(super) fn signs(ours: Side<'_>, theirs: Side<'_>, hits: &[Hit]) -> Vec<Sign> {
    let mut signs = Vec::with_capacity(8);
    let titles = Titles { ours: ours.sheet, theirs: theirs.sheet, hits };
    signs.push(titles.best());
    signs.extend((ours.sheet.typed == theirs.sheet.typed).then_some(Sign::SameTyped));
    signs.extend(titles.native());
    signs.extend(titles.names());
    signs.extend(titles.shared());
    signs.extend(titles.is_short().then_some(Sign::Short));
    signs.extend(marks(ours.sheet, theirs.sheet));
    signs.push(match authors::compare(&ours.sheet.authors, &theirs.sheet.authors) {
        Makers::Unknown => Sign::NoAuthor,
        Makers::Different => Sign::OtherAuthor,
        Makers::Part => Sign::PartOfAuthor,
        Makers::Near => Sign::LikeAuthor,
        Makers::Same => Sign::SameAuthor,
    });
    signs.extend(form(ours.card.form, theirs.card.form));
    signs.extend(ours.card.year.zip(theirs.card.year).map(|(a, b)| years(a.abs_diff(b))));
    let count = |ours: Option<u32>, theirs: Option<u32>, same, other| {
        ours.zip(theirs).filter(|(a, b)| *a > 0 && *b > 0).map(|(a, b)| if a == b { same } else { other })
    };
    signs.extend(count(ours.card.chapters, theirs.card.chapters, Sign::SameChapters, Sign::OtherChapters));
    signs.extend(count(ours.card.volumes, theirs.card.volumes, Sign::SameVolumes, Sign::OtherVolumes));
    signs
}

/// What forbids to link a pair without a person.
pub(super) fn against(ours: Form, theirs: Form) -> Option<Against> {
    match (ours, theirs) {
        (Form::Novel, Form::Comic | Form::OneShot) | (Form::Comic | Form::OneShot, Form::Novel) => {
            Some(Against::NovelAndComic)
        }
        (Form::OneShot, Form::Comic) | (Form::Comic, Form::OneShot) => Some(Against::OneShotAndSeries),
        (Form::Comic, Form::Comic) | (Form::Novel, Form::Novel) | (Form::OneShot, Form::OneShot) => None,
        (Form::Unknown, _) | (_, Form::Unknown) => None,
    }
}

fn form(ours: Form, theirs: Form) -> Option<Sign> {
    let is_known = ours != Form::Unknown && theirs != Form::Unknown;
    is_known.then_some(if ours == theirs { Sign::SameForm } else { Sign::OtherForm })
}

fn years(apart: u32) -> Sign {
    match apart {
        0 => Sign::SameYear,
        _ => Sign::YearsApart(u16::try_from(apart).unwrap_or(u16::MAX)),
    }
}

/// What the shown titles, or else the native ones, say of part and edition.
fn marks(ours: &Sheet, theirs: &Sheet) -> Vec<Sign> {
    let pairs = [Some((&ours.marks, &theirs.marks)), ours.native_marks.as_ref().zip(theirs.native_marks.as_ref())];
    let all = |test: fn(&Marks, &Marks) -> bool| pairs.iter().flatten().all(|(a, b)| test(a, b));
    // A year in a title is there to tell it from another of the same name.
    let other_year = !ours.marks.years().eq(theirs.marks.years());
    let part = (other_year || all(|a, b| a.numbers != b.numbers)).then_some(Sign::OtherPart);
    let edition = pairs.iter().flatten().any(|(a, b)| a.editions != b.editions).then_some(Sign::OtherEdition);
    part.into_iter().chain(edition).collect()
}

/// The names of a pair.
struct Titles<'a> {
    ours: &'a Sheet,
    theirs: &'a Sheet,
    hits: &'a [Hit],
}

impl<'a> Titles<'a> {
    fn same(&self) -> impl Iterator<Item = (&'a Name, &'a Name, &'a Hit)> {
        let pair = |hit: &'a Hit| (&self.ours.names[hit.ours as usize], &self.theirs.names[hit.theirs as usize], hit);
        self.hits.iter().filter(|hit| hit.alike == 1.0).map(pair)
    }

    fn best(&self) -> Sign {
        let rank = |(ours, theirs, hit): (&Name, &Name, &Hit)| match (hit.ours, hit.theirs) {
            _ if ours.cut == Cut::Head || theirs.cut == Cut::Head => 3,
            (0, 0) => 0,
            (0, _) | (_, 0) => 1,
            (_, _) => 2,
        };
        match self.same().map(rank).min() {
            Some(0) => Sign::SameShown,
            Some(1) => Sign::ShownIsOther,
            Some(2) => Sign::SameOther,
            Some(_) => Sign::SamePart,
            None => Sign::Alike(percent(self.hits.iter().map(|hit| hit.alike).fold(0.0, f64::max))),
        }
    }

    fn native(&self) -> Option<Sign> {
        if self.same().any(|(ours, theirs, _)| ours.native && ours.cut != Cut::Head && theirs.cut != Cut::Head) {
            return Some(Sign::SameNative);
        }
        let native = |sheet: &'a Sheet| sheet.names.iter().filter(|name| name.native && name.cut == Cut::Whole);
        let pairs = native(self.ours).flat_map(|ours| native(self.theirs).map(move |theirs| (ours, theirs)));
        let best = pairs.map(|(ours, theirs)| alike(&ours.sound, &theirs.sound)).reduce(f64::max);
        best.map(|best| Sign::OtherNative(percent(best)))
    }

    fn names(&self) -> Option<Sign> {
        let count = self.same().filter(|(ours, theirs, _)| ours.cut != Cut::Head && theirs.cut != Cut::Head).count();
        (count > 1).then(|| Sign::Names(u8::try_from(count).unwrap_or(u8::MAX)))
    }

    fn shared(&self) -> Option<Sign> {
        let least = self.same().map(|(_, _, hit)| hit.bearers).min()?;
        (least > 1).then(|| Sign::Shared(u8::try_from(least).unwrap_or(u8::MAX)))
    }

    fn is_short(&self) -> bool {
        let is_short = |name: &Name| name.key.chars().count() < if name.native { 3 } else { 6 };
        self.same().next().is_some() && self.same().all(|(ours, _, _)| is_short(ours))
    }
}

fn percent(share: f64) -> u8 {
    (share * 100.0).round().clamp(0.0, 100.0) as u8
}
