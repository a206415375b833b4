//! Looking works up by their names, the way both catalogues' search boxes behave: close names first. Knows no service.

/// The works that any word of the query fits, best first; equal ones stay in their order.
pub(crate) fn best<'a, T: 'a, N>(
    query: &str,
    works: impl Iterator<Item = &'a T>,
    names: impl Fn(&'a T) -> N,
) -> Vec<&'a T>
where
    N: Iterator<Item = &'a str>,
{
    let query = plain(query);
    let words: Vec<&str> = query.split_whitespace().collect();
    let rank = |work: &'a T| names(work).filter_map(|name| rank(&query, &words, name)).min();
    let mut hits: Vec<(u8, &T)> = works.filter_map(|work| Some((rank(work)?, work))).collect();
    hits.sort_by_key(|(rank, _)| *rank);
    hits.into_iter().map(|(_, work)| work).collect()
}

/// 0 for the very name, then beginnings, then parts, then all words in any order.
fn rank(query: &str, words: &[&str], name: &str) -> Option<u8> {
    let name = plain(name);
    if name == query {
        Some(0)
    } else if name.starts_with(query) {
        Some(1)
    } else if name.contains(query) {
        Some(2)
    } else {
        (!words.is_empty() && words.iter().all(|word| name.contains(word))).then_some(3)
    }
}

/// Lower case, without punctuation.
fn plain(text: &str) -> String {
    let kept = text.chars().map(|letter| if letter.is_alphanumeric() { letter } else { ' ' });
    let lower = kept.collect::<String>().to_lowercase();
    lower.split_whitespace().collect::<Vec<_>>().join(" ")
}
