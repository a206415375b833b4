//! One manga as Kitsu describes it, in the library's terms (kitsu.md §6). Knows no requests.

use std::collections::HashMap;

use kuroibara_core::{ExternalId, Provider, Totals};

use super::document::{Included, Manga, MangaAttributes, Mapping};
use crate::providers::{Format, Title, TitleKind, Work, answer};

/// What is asked for of a manga. A sparse fieldset must name relationships too.
pub(super) const WORK_FIELDS: &str = "canonicalTitle,titles,abbreviatedTitles,startDate,subtype,chapterCount,\
    volumeCount,ageRating,posterImage,mappings";

/// What is asked for of a mapping beside its manga.
pub(super) const MAPPING_FIELDS: &str = "externalSite,externalId";

/// What Kitsu calls the sites whose ids it knows and we do too.
pub(super) const SITES: [(Provider, &str); 2] =
    [(Provider::AniList, "anilist/manga"), (Provider::MyAnimeList, "myanimelist/manga")];

/// The manga among included resources, by id, each with its ids elsewhere. One without any name is left out.
pub(super) fn works(included: Vec<Included>) -> HashMap<String, Work> {
    let (mut manga, mut mappings) = (Vec::new(), HashMap::new());
    for resource in included {
        match resource {
            Included::Manga(one) => manga.push(*one),
            Included::Mappings(mapping) => drop(mappings.insert(mapping.id.clone(), mapping)),
            Included::Users(_) | Included::Other => {}
        }
    }
    join(manga, &mappings)
}

/// The manga of a document about manga.
pub(super) fn works_of(manga: Vec<Manga>, included: Vec<Included>) -> Vec<Work> {
    let order: Vec<_> = manga.iter().map(|one| one.id.clone()).collect();
    let all = manga.into_iter().map(|one| Included::Manga(Box::new(one))).chain(included).collect();
    let mut works = works(all);
    order.iter().filter_map(|id| works.remove(id)).collect()
}

fn join(manga: Vec<Manga>, mappings: &HashMap<String, Mapping>) -> HashMap<String, Work> {
    manga.into_iter().filter_map(|one| Some((one.id.clone(), work(one, mappings)?))).collect()
}

fn work(manga: Manga, mappings: &HashMap<String, Mapping>) -> Option<Work> {
    let linked = manga.relationships.mappings.data.iter().filter_map(|name| mappings.get(&name.id));
    let links = linked.filter_map(link).collect();
    let attributes = manga.attributes;
    let (title, titles) = names(&attributes)?;
    let poster = attributes.poster_image.unwrap_or_default();
    Some(Work {
        id: ExternalId(manga.id),
        title,
        titles,
        format: attributes.subtype.as_deref().map_or(Format::Unknown, format),
        totals: Totals { chapters: known(attributes.chapter_count), volumes: known(attributes.volume_count) },
        year: attributes.start_date.and_then(|date| date.get(..4)?.parse().ok()),
        authors: Vec::new(),
        cover: poster.large.or(poster.medium).or(poster.original),
        adult: attributes.age_rating.as_deref() == Some("R18"),
        links,
    })
}

fn link(mapping: &Mapping) -> Option<(Provider, ExternalId)> {
    let attributes = &mapping.attributes;
    let (provider, _) = SITES.into_iter().find(|(_, site)| *site == attributes.external_site)?;
    Some((provider, ExternalId(attributes.external_id.clone())))
}

/// The title to show, and every other name.
fn names(attributes: &MangaAttributes) -> Option<(String, Vec<Title>)> {
    let named = attributes.titles.iter().flatten();
    let named: Vec<_> = named.filter_map(|(locale, text)| Some((kind(locale), text.clone()?))).collect();
    let abbreviated = attributes.abbreviated_titles.iter().flatten().flatten();
    let synonyms = abbreviated.map(|text| (TitleKind::Synonym, text.clone()));
    let romaji = named.iter().find(|(kind, _)| *kind == TitleKind::Romaji).or(named.first());
    let title = attributes.canonical_title.as_ref().or(romaji.map(|(_, text)| text)).cloned();
    let title = title.filter(|title| !title.trim().is_empty())?;
    let titles = answer::titles(&title, named.into_iter().chain(synonyms));
    Some((title, titles))
}

/// A locale is a language and a country; `en_jp` is Japanese in Latin letters.
fn kind(locale: &str) -> TitleKind {
    match locale.split_once('_').unwrap_or((locale, "")) {
        ("en", "" | "us" | "gb" | "au" | "ca") => TitleKind::English,
        ("en", _) => TitleKind::Romaji,
        ("ja" | "ko" | "zh", _) => TitleKind::Native,
        (_, _) => TitleKind::Synonym,
    }
}

/// Kitsu's cap does not count where the total is zero (kitsu.md §5.6).
fn known(count: Option<u32>) -> Option<u32> {
    count.filter(|count| *count > 0)
}

fn format(subtype: &str) -> Format {
    match subtype {
        "manga" | "manhua" | "manhwa" | "doujin" | "oel" => Format::Manga,
        "novel" => Format::Novel,
        "oneshot" => Format::OneShot,
        _ => Format::Unknown,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use serde_json::json;

    use super::*;

    fn read(included: serde_json::Value) -> HashMap<String, Work> {
        works(serde_json::from_value(included).unwrap())
    }

    #[test]
    fn a_manga_is_joined_with_its_mappings_by_id_in_whatever_order_they_come() {
        let works = read(json!([
            {"type": "mappings", "id": "72", "attributes": {"externalSite": "mangaupdates", "externalId": "9"}},
            {"type": "mappings", "id": "71", "attributes": {"externalSite": "myanimelist/manga", "externalId": "13"}},
            {"type": "manga", "id": "38", "attributes": {
                "canonicalTitle": "One Piece", "titles": {"en": "One Piece", "en_jp": "Wan Piisu", "ja_jp": "ワンピース", "fr_fr": null},
                "abbreviatedTitles": ["OP", null], "startDate": "1997-07-22", "subtype": "manga", "chapterCount": null,
                "volumeCount": 0, "ageRating": "R18", "posterImage": {"original": "o", "meta": {}}},
             "relationships": {"mappings": {"links": {}, "data": [{"type": "mappings", "id": "71"}, {"type": "mappings", "id": "72"}]}}},
            {"type": "mappings", "id": "73", "attributes": {"externalSite": "anilist/manga", "externalId": "1"}},
            {"type": "somethingNew", "id": "1", "attributes": {"titles": 7}},
        ]));
        let work = &works["38"];
        assert_eq!(work.links, [(Provider::MyAnimeList, "13".into())]);
        let kinds: Vec<_> = work.titles.iter().map(|t| (t.kind, t.text.as_str())).collect();
        assert_eq!(
            kinds,
            [(TitleKind::Romaji, "Wan Piisu"), (TitleKind::Native, "ワンピース"), (TitleKind::Synonym, "OP")]
        );
        assert_eq!((work.year, work.format, work.adult), (Some(1997), Format::Manga, true));
        assert_eq!((work.totals, work.cover.as_deref()), (Totals::default(), Some("o")));
    }

    #[test]
    fn a_manga_without_a_canonical_title_has_its_romaji_and_one_without_any_is_none() {
        let works = read(json!([
            {"type": "manga", "id": "1", "attributes": {"titles": {"en": "E", "en_kr": "R"}}},
            {"type": "manga", "id": "2", "attributes": {"titles": {"en": "E"}}},
            {"type": "manga", "id": "3"},
        ]));
        assert_eq!((works["1"].title.as_str(), works["2"].title.as_str()), ("R", "E"));
        assert!(!works.contains_key("3"));
    }
}
