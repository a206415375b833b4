//! Starts a database migration: an empty file with the right name in the right place. It must not know SQL.

use crate::step::{self, Failure};
use chrono::Utc;
use std::path::{Path, PathBuf};

/// What `cargo xtask migration` takes.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// What the migration does, in lower case with underscores, for example `add_reading_goals`.
    name: String,
}

const HEADER: &str = "\
-- Runs once, on SQLite and on PostgreSQL, in the order of the file names. Once it is on the main branch it is never
-- edited: a correction is another migration. Say here why the change is made.

";

/// Creates the file and says where it is.
pub(crate) fn migration(options: &Options) -> Result<(), Failure> {
    let name = checked(&options.name)?;
    let path = create(&step::root().join("migrations"), &Utc::now().format("%Y%m%d%H%M%S").to_string(), name)?;
    println!("{}", path.strip_prefix(step::root()).unwrap_or(&path).display());
    Ok(())
}

/// The name, if it can be part of a file name on every system and reads well in a list.
fn checked(name: &str) -> Result<&str, Failure> {
    let letters = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    let starts = name.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase());
    if letters && starts && name.len() <= 60 && !name.ends_with('_') && !name.contains("__") {
        return Ok(name);
    }
    Err(Failure(format!(
        "`{name}` cannot name a migration. Use lower-case letters, digits and single underscores, at most 60 of them, \
         starting with a letter, for example `add_reading_goals`."
    )))
}

fn create(folder: &Path, time: &str, name: &str) -> Result<PathBuf, Failure> {
    let path = folder.join(format!("{time}_{name}.sql"));
    let written = std::fs::create_dir_all(folder)
        .and_then(|()| std::fs::File::create_new(&path))
        .and_then(|mut file| std::io::Write::write_all(&mut file, HEADER.as_bytes()));
    written.map_err(|error| Failure::because(&format!("writing {}", path.display()), error))?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
    use super::*;

    #[test]
    fn a_name_that_no_file_system_minds_is_accepted_and_any_other_refused() {
        for good in ["a", "add_reading_goals", "index_2"] {
            assert!(checked(good).is_ok(), "{good}");
        }
        for bad in ["", "_a", "a_", "a__b", "2_a", "Add", "a-b", "../a", "a b", "ä", &"a".repeat(61)] {
            assert!(checked(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_migration_never_overwrites_another() {
        let folder = tempfile::tempdir().unwrap();
        let first = create(folder.path(), "20261122110000", "add_goals").unwrap();
        assert_eq!(first.file_name().unwrap(), "20261122110000_add_goals.sql");
        assert!(std::fs::read_to_string(first).unwrap().starts_with("-- "));
        assert!(create(folder.path(), "20261122110000", "add_goals").is_err());
    }
}
