//! Laws of the matcher: how a name is typed does not matter, what is another part or edition is never linked by itself, no
//! target is given twice, and the order of arrival decides nothing.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::{
    collections::{BTreeMap, HashSet},
    time::{Duration, Instant},
};

use kuroibara_core::matching::{Against, Card, Facts, Form, Index, Sign, Verdict, pair};
use proptest::{collection::vec, prelude::*, sample::select};

fn verdict(ours: &Card, theirs: &[Card]) -> Verdict {
    pair(std::slice::from_ref(ours), &Index::new(theirs.to_vec()), &Facts::default()).remove(0)
}

fn is_linked(ours: &Card, theirs: &[Card], target: usize) -> bool {
    matches!(verdict(ours, theirs), Verdict::Link(linked) if linked.target == target)
}

fn comic(title: &str, author: &str) -> Card {
    Card { titles: vec![title.to_owned()], authors: vec![author.to_owned()], form: Form::Comic, ..Card::default() }
}

/// Romanised titles of two to four words.
fn title() -> impl Strategy<Value = String> {
    let syllable = select(vec![
        "ka", "shi", "tsu", "ne", "ho", "ma", "mi", "ru", "ya", "yu", "go", "da", "zu", "be", "kyo", "sho", "ra",
        "wan", "ken", "rin", "no", "te", "sa", "ki", "mo", "fu", "hana", "tora", "umi", "yoru",
    ]);
    let word = vec(syllable, 2..4).prop_map(|syllables| syllables.concat());
    vec(word, 2..5).prop_map(|words| words.join(" "))
}

fn author() -> impl Strategy<Value = (String, String)> {
    let part = select(vec!["Aoki", "Mori", "Tanabe", "Ishiguro", "Shirase", "Kurono", "Hazuki", "Minase", "Toriumi"]);
    (part.clone(), part).prop_filter("two names", |(a, b)| a != b).prop_map(|(a, b)| (a.to_owned(), b.to_owned()))
}

/// Another way to type the same title.
#[derive(Clone, Copy, Debug)]
enum Typed {
    Upper,
    Wide,
    Dotted,
    Hyphened,
    Together,
    LongVowels,
    Accented,
    Spaced,
}

fn typed(title: &str, way: Typed) -> String {
    match way {
        Typed::Upper => title.to_uppercase(),
        Typed::Wide => title.chars().map(wide).collect(),
        Typed::Dotted => format!("{}!?", title.replace(' ', ". ")),
        Typed::Hyphened => title.replace(' ', "-"),
        Typed::Together => title.replace(' ', ""),
        Typed::LongVowels => title.replacen('o', "ou", 1).replacen('u', "uu", 1),
        Typed::Accented => title.replace('o', "ō").replace('u', "ū"),
        Typed::Spaced => format!("  {}  ", title.replace(' ', "   ")),
    }
}

fn wide(c: char) -> char {
    match c {
        ' ' => '\u{3000}',
        c if c.is_ascii_graphic() => char::from_u32(u32::from(c) + 0xfee0).unwrap(),
        c => c,
    }
}

fn ways() -> impl Strategy<Value = Typed> {
    use Typed::*;
    select(vec![Upper, Wide, Dotted, Hyphened, Together, LongVowels, Accented, Spaced])
}

/// A word that makes another work of a title, or another number.
fn other_work() -> impl Strategy<Value = &'static str> {
    select(vec![" 2", " II", ": Gaiden", " Gaiden", " Anthology", " 4-koma", ": Bangai-hen", " (2011)", " Part 3"])
}

/// Works whose titles are far from clear: many share words, and some are the same but for a number.
fn crowd() -> impl Strategy<Value = Vec<Card>> {
    let name = select(vec!["Yoru no Hana", "Yoru no Umi", "Kitsune", "Kitsune!", "Hoshi", "Hoshi Gaiden", "100"]);
    let other = select(vec!["夜の花", "夜の海", "狐", "星", "Night Flower", "Fox", "Star"]);
    let form = select(vec![Form::Comic, Form::Novel, Form::OneShot, Form::Unknown]);
    let card = (name, vec(other, 0..3), vec(author(), 0..2), form).prop_map(|(name, others, authors, form)| {
        let titles = std::iter::once(name).chain(others).map(str::to_owned).collect();
        let authors = authors.into_iter().map(|(family, given)| format!("{family}, {given}")).collect();
        Card { titles, authors, form, ..Card::default() }
    });
    vec(card, 1..25)
}

fn links(works: &[Card], targets: &[Card], facts: &Facts) -> BTreeMap<usize, usize> {
    let verdicts = pair(works, &Index::new(targets.to_vec()), facts);
    let link = |(work, verdict): (usize, Verdict)| match verdict {
        Verdict::Link(linked) => Some((work, linked.target)),
        Verdict::Review(_) | Verdict::Nothing | Verdict::Crowded => None,
    };
    verdicts.into_iter().enumerate().filter_map(link).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn how_a_title_is_typed_and_which_name_comes_first_does_not_matter(
        title in title(), other in title(), (family, given) in author(), way in ways(),
    ) {
        prop_assume!(title != other);
        let ours = comic(&title, &format!("{given} {family}"));
        let theirs = [comic(&other, &format!("{family}, {given}")), comic(&typed(&title, way), &format!("{family}, {given}"))];
        prop_assert!(is_linked(&ours, &theirs, 1), "{:?}", verdict(&ours, &theirs));
    }

    #[test]
    fn a_subtitle_on_one_side_is_a_question_at_least(title in title(), subtitle in title(), (family, given) in author()) {
        let ours = comic(&title, &format!("{given} {family}"));
        let theirs = [comic(&format!("{title}: {subtitle}"), &format!("{family}, {given}"))];
        let offered = match verdict(&ours, &theirs) {
            Verdict::Link(linked) => linked.target == 0,
            Verdict::Review(candidates) => candidates[0].target == 0,
            Verdict::Nothing | Verdict::Crowded => false,
        };
        prop_assert!(offered);
    }

    #[test]
    fn another_part_or_edition_is_never_linked_by_itself(
        title in title(), (family, given) in author(), word in other_work()) {
        let ours = comic(&title, &format!("{given} {family}"));
        let theirs = [comic(&format!("{title}{word}"), &format!("{family}, {given}"))];
        prop_assert!(!is_linked(&ours, &theirs, 0), "{:?}", verdict(&ours, &theirs));
        prop_assert!(!is_linked(&theirs[0], &[ours], 0));
    }

    #[test]
    fn a_part_is_linked_to_that_part_though_others_are_there(title in title(), (family, given) in author(), part in 1_usize..6) {
        let names = format!("{family}, {given}");
        let parts: Vec<Card> = (1..6).map(|part| comic(&format!("{title} {part}"), &names)).collect();
        let ours = comic(&format!("{} {part}", title.to_uppercase()), &names);
        prop_assert!(is_linked(&ours, &parts, part - 1));
    }

    #[test]
    fn other_kinds_of_one_name_are_never_linked_by_themselves(title in title(), (family, given) in author()) {
        let names = format!("{family}, {given}");
        let ours = comic(&title, &names);
        for (form, against) in [(Form::Novel, Against::NovelAndComic), (Form::OneShot, Against::OneShotAndSeries)] {
            let theirs = Card { form, ..ours.clone() };
            let Verdict::Review(candidates) = verdict(&ours, &[theirs]) else { panic!("it is not asked") };
            prop_assert!(candidates[0].against.contains(&against));
        }
    }

    #[test]
    fn the_order_of_arrival_decides_nothing(
        works in crowd(), targets in crowd(), seed in any::<prop::sample::Index>(), facts in any::<bool>(),
    ) {
        let facts = if facts { Facts { taken: HashSet::from([0]), ..Facts::default() } } else { Facts::default() };
        let plain = links(&works, &targets, &facts);
        let turn = seed.index(works.len());
        let turned = |place: usize, by: usize, of: usize| (place + of - by) % of;
        let other_works: Vec<Card> = works.iter().cycle().skip(turn).take(works.len()).cloned().collect();
        let other_targets: Vec<Card> = targets.iter().rev().cloned().collect();
        let mirrored = |target: usize| targets.len() - 1 - target;
        let facts = Facts { taken: facts.taken.iter().map(|target| mirrored(*target)).collect(), ..facts };
        let other = links(&other_works, &other_targets, &facts);
        let expected: BTreeMap<usize, usize> =
            plain.into_iter().map(|(work, target)| (turned(work, turn, works.len()), mirrored(target))).collect();
        prop_assert_eq!(other, expected);
    }

    #[test]
    fn no_two_works_share_a_target_and_no_taken_or_rejected_one_is_linked(works in crowd(), targets in crowd()) {
        let facts = Facts { taken: HashSet::from([0]), rejected: HashSet::from([(0, 1), (1, 1), (2, 2)]), ..Facts::default() };
        let links = links(&works, &targets, &facts);
        let distinct: HashSet<usize> = links.values().copied().collect();
        prop_assert_eq!(distinct.len(), links.len());
        prop_assert!(!distinct.contains(&0));
        prop_assert!(facts.rejected.iter().all(|(work, target)| links.get(work) != Some(target)));
    }

    #[test]
    fn any_text_at_all_gets_a_verdict(ours in vec(any::<String>(), 0..4), theirs in vec(any::<String>(), 0..4)) {
        let card = |titles: &[String]| Card { titles: titles.to_vec(), authors: titles.to_vec(), ..Card::default() };
        let verdict = verdict(&card(&ours), &[card(&theirs), card(&ours)]);
        if let Verdict::Link(linked) = verdict {
            prop_assert!((0.9..=1.0).contains(&linked.confidence));
        }
    }
}

#[test]
fn the_same_title_by_somebody_else_is_a_question() {
    let Verdict::Review(candidates) =
        verdict(&comic("Yoru no Hana", "Rin Aoki"), &[comic("Yoru no Hana", "Mori, Ken")])
    else {
        panic!("it is not asked")
    };
    assert!(candidates[0].signs.contains(&Sign::OtherAuthor));
}

#[test]
fn two_that_are_equally_likely_are_a_question() {
    let ours = comic("Yoru no Hana", "Rin Aoki");
    assert!(matches!(verdict(&ours, &[ours.clone(), ours.clone()]), Verdict::Review(two) if two.len() == 2));
    let both = pair(&[ours.clone(), ours.clone()], &Index::new(vec![ours]), &Facts::default());
    assert!(both.iter().all(|verdict| matches!(verdict, Verdict::Review(_))));
}

#[test]
fn a_target_that_is_taken_is_shown_as_such_and_not_linked() {
    let ours = comic("Yoru no Hana", "Rin Aoki");
    let facts = Facts { taken: HashSet::from([0]), ..Facts::default() };
    let verdicts = pair(std::slice::from_ref(&ours), &Index::new(vec![ours.clone()]), &facts);
    assert!(matches!(&verdicts[..], [Verdict::Review(one)] if one[0].against == [Against::Taken]));
}

#[test]
fn what_a_third_service_tells_apart_is_not_even_asked() {
    let ours = comic("Yoru no Hana", "Rin Aoki");
    let facts = Facts { other_works: HashSet::from([0]), other_targets: HashSet::from([0]), ..Facts::default() };
    assert_eq!(pair(std::slice::from_ref(&ours), &Index::new(vec![ours.clone()]), &facts), [Verdict::Nothing]);
}

#[test]
fn years_and_counts_tell_works_of_one_name_apart() {
    let ours = Card { year: Some(1999), chapters: Some(58), ..comic("Hoshi no Umi", "Rin Aoki") };
    let old = Card { year: Some(1999), chapters: Some(58), ..comic("Hoshi no Umi", "Aoki, Rin") };
    let new = Card { year: Some(2014), chapters: Some(12), ..comic("Hoshi no Umi", "Aoki, Rin") };
    assert!(is_linked(&ours, &[new, old], 1));
}

#[test]
fn a_remake_of_the_same_name_by_the_same_author_is_a_question() {
    let ours = Card { year: Some(1999), ..comic("Hoshi no Umi", "Rin Aoki") };
    let theirs = Card { year: Some(2014), ..comic("Hoshi no Umi", "Aoki, Rin") };
    assert!(matches!(verdict(&ours, &[theirs]), Verdict::Review(_)));
}

#[test]
fn names_that_say_nothing_are_never_a_guess() {
    let empty = Card::default();
    assert_eq!(verdict(&empty, std::slice::from_ref(&empty)), Verdict::Nothing);
    for title in ["", "   ", "!!!", "🐈🐈", "\u{200b}", "♥"] {
        let theirs = [comic("Yoru no Hana", "Rin Aoki"), comic("🐕", "Rin Aoki"), comic("…", "Rin Aoki")];
        assert_eq!(verdict(&comic(title, "Rin Aoki"), &theirs), Verdict::Nothing, "{title}");
    }
}

#[test]
fn a_title_of_four_thousand_letters_is_looked_for_like_any_other() {
    let long = "Yoru no Hana ga ".repeat(250);
    let theirs = [comic("Yoru no Hana", "Rin Aoki"), comic(&long, "Rin Aoki")];
    assert!(is_linked(&comic(&long.to_uppercase(), "Rin Aoki"), &theirs, 1));
}

#[test]
fn ten_thousand_of_one_name_are_no_candidates_and_cost_no_time() {
    let many: Vec<Card> = (0..10_000).map(|n| comic("Hoshi", &format!("Author{n}"))).collect();
    let begun = Instant::now();
    let verdicts = pair(&many, &Index::new(many.clone()), &Facts::default());
    assert!(verdicts.iter().all(|verdict| *verdict == Verdict::Crowded));
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
}
