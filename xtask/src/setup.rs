//! Installs what a task needs on a fresh Debian or Ubuntu machine, and nothing that it does not need. Elsewhere it only
//! says what the task will look for. It must not know what a task does with the packages.

use crate::step::{self, Failure, step};
use std::process::{Command, Stdio};

/// A Debian package and what it is good for here.
type Package = (&'static str, &'static str);

/// What compiling the command line and the simulated services takes.
pub(crate) const BUILD: &[Package] = &[("build-essential", "compiles SQLite and the cryptography")];

/// What compiling the window takes besides.
pub(crate) const WINDOW: &[Package] = &[
    ("pkg-config", "finds the two libraries below"),
    ("libwebkit2gtk-4.1-dev", "draws the window"),
    ("libdbus-1-dev", "lets the window talk to the desktop"),
    ("libayatana-appindicator3-1", "shows the tray"),
];

/// What the tests start for themselves.
pub(crate) const SERVICES: &[Package] = &[
    ("postgresql", "the second database that every store law is tested on"),
    ("dbus", "carries the keyring's messages"),
    ("gnome-keyring", "the keyring that secrets are tested with"),
];

/// What the tests of the window take besides.
pub(crate) const DISPLAY: &[Package] = &[
    ("xvfb", "the display that the window is tested on"),
    ("openbox", "brings windows to the front on it"),
    ("webkit2gtk-driver", "clicks and types in the window"),
    ("xdg-utils", "hands links over, as a browser does"),
    ("desktop-file-utils", "registers who opens them"),
    ("fonts-dejavu-core", "the letters in it"),
];

/// What taking pictures of the window's pages takes.
pub(crate) const SCREENS: &[Package] = &[
    ("chromium", "draws the pages for the pictures"),
    ("fonts-noto-cjk", "the Japanese letters in them"),
    ("fonts-dejavu-core", "the other letters"),
];

/// What trying a package on a clean system takes.
pub(crate) const CLEAN_SYSTEM: &[Package] = &[("debootstrap", "makes a clean Debian in a folder")];

/// Sees to it that these packages are there. On other systems than Debian's it goes on and lets the build decide.
pub(crate) fn install(wanted: &[&[Package]]) -> Result<(), Failure> {
    let wanted: Vec<Package> = wanted.concat();
    if !step::present("dpkg-query") {
        tell(
            "This is not a Debian or Ubuntu system, so nothing is installed. The task needs the equivalents of:",
            &wanted,
        );
        return Ok(());
    }
    let missing: Vec<Package> = wanted.into_iter().filter(|(name, _)| !is_installed(name)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    tell("Installing with apt-get:", &missing);
    install_missing(&missing)
}

fn tell(opening: &str, packages: &[Package]) {
    eprintln!("{opening}");
    for (name, why) in packages {
        eprintln!("  {name:<30} {why}");
    }
}

fn install_missing(missing: &[Package]) -> Result<(), Failure> {
    let no_cluster = missing.iter().any(|(name, _)| *name == "postgresql");
    if no_cluster {
        refuse_system_cluster()?;
    }
    step(&mut as_root("apt-get", &["update", "-qq"]))?;
    let names = missing.iter().map(|(name, _)| *name);
    let arguments: Vec<&str> = ["install", "--yes", "-qq", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=300"]
        .into_iter()
        .chain(names)
        .collect();
    // Its hundreds of lines would hide what was said above; what goes wrong comes on standard error.
    let installed = step(as_root("apt-get", &arguments).stdout(Stdio::null()));
    if no_cluster {
        allow_system_cluster()?;
    }
    installed
}

/// The note that keeps Debian from creating and starting a database server for the whole machine: the tests start their
/// own and end it. It is taken away after the installation, so that nothing is changed for anybody else.
const CLUSTER_NOTE: &str = "/etc/postgresql-common/createcluster.d/kuroibara.conf";

fn refuse_system_cluster() -> Result<(), Failure> {
    let tried = "writing the note that no database server is to be started";
    let note = tempfile::NamedTempFile::new().map_err(|error| Failure::because(tried, error))?;
    std::fs::write(note.path(), "create_main_cluster = false\n").map_err(|error| Failure::because(tried, error))?;
    let source = note.path().to_string_lossy();
    step(&mut as_root("install", &["-D", "--mode=644", &source, CLUSTER_NOTE]))
}

fn allow_system_cluster() -> Result<(), Failure> {
    step(&mut as_root("rm", &["-f", CLUSTER_NOTE]))
}

fn is_installed(package: &str) -> bool {
    let answer = Command::new("dpkg-query").args(["--show", "--showformat=${db:Status-Status}", package]).output();
    answer.is_ok_and(|answer| answer.status.success() && answer.stdout == b"installed")
}

/// The command with the rights to change the system: as it is for root, through sudo for everybody else.
fn as_root(program: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(if is_root() { "env" } else { "sudo" });
    command.args(if is_root() { &[][..] } else { &["--", "env"] });
    command.args(["DEBIAN_FRONTEND=noninteractive", program]).args(arguments);
    command
}

/// Whether this task runs as the system's administrator, as continuous integration often does.
pub(crate) fn is_root() -> bool {
    let answer = Command::new("id").arg("--user").stderr(Stdio::null()).output();
    answer.is_ok_and(|answer| answer.stdout.trim_ascii() == b"0")
}
