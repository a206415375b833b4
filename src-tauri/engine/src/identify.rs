//! What the library keeps of a work, out of what one or several providers say of it.

use kuroibara_core::{Provider, Totals};

use crate::{
    providers::{Format, Title, TitleKind, Work},
    store::Details,
};

/// The details of one manga from every provider's description. The first one's title is shown; names are joined, and
/// totals are the largest that anybody counted.
pub(crate) fn details_of<'a>(works: impl Iterator<Item = &'a Work>) -> Details {
    let works: Vec<&Work> = works.collect();
    let most = |total: fn(&Totals) -> Option<u32>| works.iter().filter_map(|work| total(&work.totals)).max();
    let title = works.first().map(|work| work.title.clone()).unwrap_or_default();
    Details {
        titles: names(&works, &title),
        title,
        format: works
            .iter()
            .map(|work| work.format)
            .find(|format| *format != Format::Unknown)
            .unwrap_or(Format::Unknown),
        year: works.iter().find_map(|work| work.year),
        authors: works
            .iter()
            .map(|work| &work.authors)
            .find(|authors| !authors.is_empty())
            .cloned()
            .unwrap_or_default(),
        totals: Totals { chapters: most(|t| t.chapters), volumes: most(|t| t.volumes) },
        cover: works.iter().find_map(|work| work.cover.clone()),
        adult: works.iter().any(|work| work.adult),
    }
}

/// Every other name, each once.
fn names(works: &[&Work], shown: &str) -> Vec<Title> {
    let mut names: Vec<Title> = Vec::new();
    let others = works.iter().flat_map(|work| {
        let main = Title { kind: TitleKind::Synonym, text: work.title.clone() };
        work.titles.iter().cloned().chain([main])
    });
    for name in others {
        let is_known = names.iter().any(|known| known.text == name.text);
        // The shown title is kept a second time only where it says more: which kind of name it is.
        if !is_known && (name.text != shown || name.kind != TitleKind::Synonym) {
            names.push(name);
        }
    }
    names
}

/// What names a work on the command line and in messages.
pub(crate) fn work_name(provider: Provider, id: &kuroibara_core::ExternalId) -> String {
    format!("{provider}:{id}")
}
