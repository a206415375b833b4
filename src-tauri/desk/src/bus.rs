//! The session's message bus and the keyring on it. The bus starts nobody by itself: what a machine has installed for its
//! own desktop must not answer in the place of what a session brings, or lacks.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, Command, Stdio},
};

use crate::Outcome;

/// Everybody may say everything, and nobody is started.
const RULES: &str = r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path=PLACE</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"#;

/// Starts the bus, and says its address.
pub(crate) fn start(mut command: Command, folder: &Path) -> Outcome<(Child, String)> {
    let rules = folder.join("bus.conf");
    fs::write(&rules, RULES.replace("PLACE", &folder.join("bus").display().to_string()))?;
    command.args(["--nofork", "--nopidfile", "--print-address=1"]);
    command.arg(format!("--config-file={}", rules.display()));
    let mut bus = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
    let mut address = String::new();
    let printed = bus.stdout.take().ok_or("the message bus has no output")?;
    BufReader::new(printed).read_line(&mut address)?;
    Ok((bus, address.trim().to_owned()))
}

/// Starts a keyring and unlocks it, as a desktop does at login: the password comes on its standard input.
pub(crate) fn start_keyring(mut command: Command) -> Outcome<Child> {
    command.args(["--foreground", "--unlock", "--components=secrets"]);
    let mut daemon = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    daemon.stdin.take().ok_or("the keyring takes no password")?.write_all(b"for tests only")?;
    Ok(daemon)
}
