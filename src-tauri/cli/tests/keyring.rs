//! The real binary with a real keyring: secrets are sealed by a key that the keyring holds, and without it they stay shut.
//! `cargo xtask test` brings the keyring; without one this says so and passes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

use std::{
    io::Write,
    path::Path,
    process::{Command, Output, Stdio},
};

const SECRET: &str = "a-client-secret-that-nobody-may-read";

fn bus() -> Option<String> {
    let bus = std::env::var("KUROIBARA_TEST_KEYRING_BUS").ok();
    if bus.is_none() {
        println!("no keyring here: `cargo xtask test` brings one");
    }
    bus
}

/// Runs the program with this message bus and answers what it printed.
fn run(data: &Path, bus: &str, arguments: &[&str], input: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kuroibara-cli"));
    for name in ["KUROIBARA_PASSPHRASE", "KUROIBARA_KEYRING", "DATABASE_URL"] {
        command.env_remove(name);
    }
    command.env("KUROIBARA_DATA_DIR", data).env("DBUS_SESSION_BUS_ADDRESS", bus).args(arguments);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    // A program that ended without reading it has its own reasons, which the caller sees.
    let _ = child.stdin.take().expect("its input").write_all(input.as_bytes());
    child.wait_with_output().expect("the program ends")
}

const SET_UP: [&str; 5] = ["setup", "anilist", "--client-id", "12345", "--client-secret-stdin"];

#[test]
fn the_keyring_alone_is_enough_to_seal_a_secret() {
    let Some(bus) = bus() else { return };
    let data = tempfile::tempdir().unwrap();
    let set_up = run(data.path(), &bus, &SET_UP, SECRET);
    assert!(set_up.status.success(), "{}", String::from_utf8_lossy(&set_up.stderr));
    let settings = run(data.path(), &bus, &["settings", "--json"], "");
    let settings: serde_json::Value = serde_json::from_slice(&settings.stdout).unwrap();
    assert_eq!(settings["anilist"]["client_secret_set"], true);
    let begun = run(data.path(), &bus, &["connect", "anilist", "--json"], "");
    assert!(begun.status.success(), "the sealed secret opens again: {}", String::from_utf8_lossy(&begun.stderr));
}

#[test]
fn a_secret_sealed_with_a_keyring_stays_shut_without_it() {
    let Some(bus) = bus() else { return };
    let data = tempfile::tempdir().unwrap();
    assert!(run(data.path(), &bus, &SET_UP, SECRET).status.success());
    let nowhere = "unix:path=/nonexistent/kuroibara-has-no-bus";
    let begun = run(data.path(), nowhere, &["connect", "anilist", "--json"], "");
    assert_eq!(begun.status.code(), Some(1));
    let said = String::from_utf8_lossy(&begun.stderr);
    assert!(said.contains("keyring") && !said.contains(SECRET), "{said}");
}

#[test]
fn without_a_keyring_or_a_passphrase_nothing_is_kept_in_the_open() {
    let data = tempfile::tempdir().unwrap();
    let nowhere = "unix:path=/nonexistent/kuroibara-has-no-bus";
    let set_up = run(data.path(), nowhere, &SET_UP, SECRET);
    assert_eq!(set_up.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&set_up.stderr).contains("KUROIBARA_PASSPHRASE"), "it says what to do");
    for file in std::fs::read_dir(data.path()).unwrap().flatten().filter(|file| file.path().is_file()) {
        let bytes = std::fs::read(file.path()).unwrap();
        assert!(!bytes.windows(SECRET.len()).any(|part| part == SECRET.as_bytes()), "{:?}", file.path());
    }
}
