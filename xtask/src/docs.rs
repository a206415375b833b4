//! The documents against the tree: what they point at is there.

use crate::step::{Failure, root};
use std::path::{Path, PathBuf};
use std::{fs, io};

/// Says every relative link that leads nowhere, and every test named in `docs/complaints.md` that is gone.
pub(crate) fn check() -> Result<(), Failure> {
    let failed = |error| Failure::because("reading the documents", error);
    let root = root();
    let documents = [files(&root, false, "md"), files(&root.join("docs"), true, "md")];
    let [top, docs] = documents.map(|found| found.map_err(failed));
    let mut wrong = Vec::new();
    for document in top?.into_iter().chain(docs?) {
        let text = fs::read_to_string(&document).map_err(failed)?;
        let beside = document.parent().unwrap_or(&root);
        let dead = links(&text).filter(|link| !beside.join(link).exists());
        wrong.extend(dead.map(|link| format!("{}: nothing is at {link}", document.display())));
    }
    let complaints = fs::read_to_string(root.join("docs/complaints.md")).map_err(failed)?;
    let tests = tests(&root).map_err(failed)?;
    let gone = named_tests(&complaints).filter(|name| !tests.contains(&format!("fn {name}(")));
    wrong.extend(gone.map(|name| format!("docs/complaints.md: there is no test {name}")));
    if wrong.is_empty() { Ok(()) } else { Err(Failure(wrong.join("\n"))) }
}

/// The text of every Rust file in which tests are.
fn tests(root: &Path) -> io::Result<String> {
    let mut text = String::new();
    for folder in ["src-tauri", "tests"] {
        for file in files(&root.join(folder), true, "rs")? {
            text.push_str(&fs::read_to_string(file)?);
        }
    }
    Ok(text)
}

fn files(folder: &Path, deep: bool, ending: &str) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() && deep {
            found.extend(files(&path, deep, ending)?);
        } else if path.extension().is_some_and(|it| it == ending) {
            found.push(path);
        }
    }
    Ok(found)
}

/// Where a document's links lead inside the tree, without the part of a page that they name.
fn links(text: &str) -> impl Iterator<Item = &str> {
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split([')', ' ']).next());
    let files = targets.map(|target| target.split('#').next().unwrap_or_default());
    files.filter(|target| !target.is_empty() && !target.contains("://") && !target.starts_with("mailto:"))
}

/// What stands in backticks in the last column of a table and is written as a function's name.
fn named_tests(text: &str) -> impl Iterator<Item = &str> {
    let columns = text.lines().filter_map(|line| line.trim_end_matches('|').rsplit('|').next());
    let names = columns.flat_map(|column| column.split('`').skip(1).step_by(2));
    names.filter(|name| {
        name.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_inside_the_tree_are_found_and_others_left_alone() {
        let text = "[a](docs/a.md#part) ![b](b.png \"x\") [c](https://example.org) [d](#here)";
        assert!(links(text).eq(["docs/a.md", "b.png"]));
    }

    #[test]
    fn the_tests_of_a_table_are_those_of_its_last_column() {
        let table = "| `not_this` | why | `a_law_holds`, `another_1` |\nprose with `code`";
        assert!(named_tests(table).eq(["a_law_holds", "another_1", "code"]));
    }
}
