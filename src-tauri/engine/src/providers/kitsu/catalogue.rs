//! Kitsu's catalogue (kitsu.md §6): works by id, by title and by their ids elsewhere. Knows no list.

use std::collections::{BTreeMap, BTreeSet};

use kuroibara_core::{ExternalId, Provider};
use url::Url;

use super::{
    Kitsu, PROVIDER,
    document::{Document, Manga, Mapping},
    numeric,
    work::{MAPPING_FIELDS, SITES, WORK_FIELDS, works_of},
};
use crate::{
    providers::{ApiError, Resolved, Work, answer, turns::in_order},
    secret::Secret,
};

/// The largest page of everything but library entries.
const PAGE: usize = 20;
/// Look-ups of ids under way at once.
const AT_ONCE: usize = 4;

/// Some ids at one other provider.
struct Asked<'a> {
    provider: Provider,
    site: &'static str,
    ids: Vec<&'a ExternalId>,
}

impl Kitsu {
    /// The works that we may see of these.
    pub(super) async fn manga(&self, token: Option<&Secret>, ids: &[&str]) -> Result<Vec<Work>, ApiError> {
        let mut works = Vec::with_capacity(ids.len());
        for some in ids.chunks(PAGE) {
            let url = self.manga_address("filter[id]", &some.join(","));
            works.extend(self.works("work", url, token).await?);
        }
        Ok(works)
    }

    /// One page of hits.
    pub(super) async fn found(&self, token: Option<&Secret>, query: &str, limit: usize) -> Result<Vec<Work>, ApiError> {
        let query = query.trim();
        if query.is_empty() || limit == 0 {
            return Ok(Vec::new());
        }
        let url = self.manga_address("filter[text]", &one_value(query));
        let mut works = self.works("search", url, token).await?;
        works.truncate(limit);
        Ok(works)
    }

    /// Which works have these ids elsewhere. Kitsu hides adult works behind an empty link: of an id that has one, nothing
    /// is said.
    pub(super) async fn mapped(
        &self,
        token: Option<&Secret>,
        foreign: &[(Provider, ExternalId)],
    ) -> Result<Vec<Resolved>, ApiError> {
        let asked = asked(foreign);
        let answers = in_order(PROVIDER, &asked, AT_ONCE, |some| self.mappings(token, some)).await;
        let answers: Vec<Vec<Resolved>> = answers.into_iter().collect::<Result<_, _>>()?;
        Ok(answers.into_iter().flatten().collect())
    }

    /// One id may belong to several works, so there can be more mappings than ids, and further pages.
    async fn mappings(&self, token: Option<&Secret>, asked: &Asked<'_>) -> Result<Vec<Resolved>, ApiError> {
        let (mut rows, mut next) = (Vec::new(), Some(self.mappings_address(asked)));
        while let Some(url) = next {
            let reply = self.read("resolve", url, token).await?;
            let page: Document<Vec<Mapping>> = answer::read(PROVIDER, &reply, "the mappings")?;
            let more = page.links.next.filter(|_| !page.data.is_empty());
            next = more.map(|link| answer::followed(PROVIDER, &self.endpoints.api, &link)).transpose()?;
            rows.extend(page.data);
        }
        Ok(asked.answered(&rows))
    }

    async fn works(&self, route: &'static str, url: Url, token: Option<&Secret>) -> Result<Vec<Work>, ApiError> {
        let reply = self.read(route, url, token).await?;
        let document: Document<Vec<Manga>> = answer::read(PROVIDER, &reply, "a page of manga")?;
        Ok(works_of(document.data, document.included))
    }

    fn manga_address(&self, filter: &str, value: &str) -> Url {
        let mut url = self.at(&["manga"]);
        url.query_pairs_mut()
            .append_pair(filter, value)
            .append_pair("include", "mappings")
            .append_pair("page[limit]", &PAGE.to_string())
            .append_pair("fields[manga]", WORK_FIELDS)
            .append_pair("fields[mappings]", MAPPING_FIELDS);
        url
    }

    /// Without the include there would be no ids of works, and without the fieldset whole works.
    fn mappings_address(&self, asked: &Asked<'_>) -> Url {
        let ids: Vec<_> = asked.ids.iter().map(|id| id.as_str()).collect();
        let mut url = self.at(&["mappings"]);
        url.query_pairs_mut()
            .append_pair("filter[externalSite]", asked.site)
            .append_pair("filter[externalId]", &ids.join(","))
            .append_pair("include", "item")
            .append_pair("page[limit]", &PAGE.to_string())
            .append_pair("fields[mappings]", &format!("{MAPPING_FIELDS},item"))
            .append_pair("fields[manga]", "canonicalTitle");
        url
    }
}

/// The ids that Kitsu can look up, each once, as many together as a page holds.
fn asked(foreign: &[(Provider, ExternalId)]) -> Vec<Asked<'_>> {
    let of = |provider: Provider| -> Vec<&ExternalId> {
        let ids = foreign.iter().filter(|(p, id)| *p == provider && numeric(id.as_str()).is_some()).map(|(_, id)| id);
        ids.collect::<BTreeSet<_>>().into_iter().collect()
    };
    let sites = SITES.into_iter().map(|(provider, site)| (provider, site, of(provider)));
    let chunk = |(provider, site, ids): (Provider, &'static str, Vec<_>)| {
        ids.chunks(PAGE).map(|ids| Asked { provider, site, ids: ids.to_vec() }).collect::<Vec<_>>()
    };
    sites.flat_map(chunk).collect()
}

impl Asked<'_> {
    fn answered(&self, rows: &[Mapping]) -> Vec<Resolved> {
        let mut works: BTreeMap<&str, Option<BTreeSet<ExternalId>>> =
            self.ids.iter().map(|id| (id.as_str(), Some(BTreeSet::new()))).collect();
        for row in rows.iter().filter(|row| row.attributes.external_site == self.site) {
            let Some(known) = works.get_mut(row.attributes.external_id.as_str()) else { continue };
            match (&row.relationships.item.data, known) {
                (Some(item), Some(ids)) if item.kind == "manga" => drop(ids.insert(ExternalId(item.id.clone()))),
                (Some(_), _) => {}
                (None, known) => *known = None,
            }
        }
        let resolved = |(id, works): (&str, Option<BTreeSet<ExternalId>>)| {
            Some(Resolved { foreign: (self.provider, id.into()), works: works?.into_iter().collect() })
        };
        works.into_iter().filter_map(resolved).collect()
    }
}

/// A filter is read as a line of CSV: a text with commas or quotes must be quoted to stay one value.
fn one_value(text: &str) -> String {
    if text.contains(['"', ',', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use serde_json::json;

    use super::*;

    #[test]
    fn each_id_is_asked_for_once_and_none_that_can_not_be_looked_up() {
        let ids = |p: Provider, n: u32| (0..n).map(move |i| (p, ExternalId(i.to_string())));
        let mut foreign: Vec<_> = ids(Provider::AniList, 45).chain(ids(Provider::MyAnimeList, 3)).collect();
        foreign.extend(foreign.clone());
        foreign.extend([(Provider::Kitsu, "1".into()), (Provider::AniList, "1,2".into())]);
        let sizes: Vec<_> = asked(&foreign).iter().map(|some| (some.site, some.ids.len())).collect();
        let al = "anilist/manga";
        assert_eq!(sizes, [(al, 20), (al, 20), (al, 5), ("myanimelist/manga", 3)]);
    }

    #[test]
    fn several_works_are_all_told_none_is_an_answer_and_a_hidden_one_says_nothing() {
        let row = |id: &str, item: serde_json::Value| {
            let attributes = json!({"externalSite": "anilist/manga", "externalId": id});
            serde_json::from_value(
                json!({"id": "1", "attributes": attributes, "relationships": {"item": {"data": item}}}),
            )
            .unwrap()
        };
        let manga = |id: &str| json!({"type": "manga", "id": id});
        let rows = [
            row("1", manga("11")),
            row("1", manga("10")),
            row("2", json!(null)),
            row("3", manga("30")),
            row("3", json!(null)),
            row("5", json!({"type": "anime", "id": "50"})),
            row("9", manga("90")),
        ];
        let ids: Vec<ExternalId> = ["1", "2", "3", "4", "5"].map(Into::into).into();
        let asked = Asked { provider: Provider::AniList, site: "anilist/manga", ids: ids.iter().collect() };
        let told: Vec<_> = asked.answered(&rows).into_iter().map(|r| (r.foreign.1.0, r.works)).collect();
        let works = |ids: &[&str]| ids.iter().map(|id| ExternalId::from(*id)).collect::<Vec<_>>();
        let expected = [("1", works(&["10", "11"])), ("4", works(&[])), ("5", works(&[]))];
        assert_eq!(told, expected.map(|(id, works)| (id.to_owned(), works)));
    }

    #[test]
    fn a_text_with_commas_and_quotes_stays_one_value() {
        assert_eq!(one_value("One Piece"), "One Piece");
        assert_eq!(one_value(r#"Oh, "my""#), r#""Oh, ""my""""#);
    }
}
