//! A browser that only writes down where it is sent, registered as the session's own, since the machine may have a real one.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use crate::Outcome;

/// What it is asked to open.
const HANDLES: [&str; 2] = ["x-scheme-handler/http", "x-scheme-handler/https"];

/// Installs it for the home in this folder.
pub(crate) fn install(folder: &Path) -> Outcome<()> {
    register(folder, "a-browser", &HANDLES)
}

/// Installs a program of this name that writes its first argument into the file of [`told`], and makes it the one that opens
/// all of these.
pub(crate) fn register(folder: &Path, name: &str, handles: &[&str]) -> Outcome<()> {
    let (program, told) = (folder.join(format!("{name}-program")), told(folder, name));
    let script = format!("#!/bin/sh\nprintf %s \"$1\" > '{0}.new' && mv '{0}.new' '{0}'\n", told.display());
    fs::write(&program, script)?;
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755))?;
    let entries = folder.join("home/share/applications");
    fs::create_dir_all(&entries)?;
    let head = format!("[Desktop Entry]\nType=Application\nName={name}\nExec={} %u\n", program.display());
    fs::write(entries.join(format!("{name}.desktop")), format!("{head}MimeType={};\n", handles.join(";")))?;
    let list = folder.join("home/config/mimeapps.list");
    let before = fs::read_to_string(&list).unwrap_or_else(|_| "[Default Applications]\n".to_owned());
    let defaults = handles.iter().map(|kind| format!("{kind}={name}.desktop\n")).collect::<String>();
    Ok(fs::write(list, before + &defaults)?)
}

/// Where that program writes what it was given last.
pub(crate) fn told(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}-was-told"))
}

/// What it was given since this was last asked.
pub(crate) fn taken(folder: &Path, name: &str) -> Option<String> {
    let file = told(folder, name);
    let text = fs::read_to_string(&file).ok().filter(|text| !text.is_empty())?;
    fs::remove_file(&file).ok()?;
    Some(text.trim().to_owned())
}
