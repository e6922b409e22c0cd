//! From a clone with nothing cached to a system that was started, checked and taken down; then the
//! same again.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use wait4::Wait4 as _;

use crate::document::Table;
use crate::outcome::Outcome;
use crate::world::progress;

/// The phase that begins with each line of standard error, in order.
const PHASES: [(&str, &str); 6] = [
    ("", "Cargo downloads the crates' sources"),
    ("Compiling ", "Cargo compiles Frontage"),
    (
        "Running ",
        "the emulator and the compiler of the functions are downloaded",
    ),
    ("starting the emulator", "the emulator starts"),
    (
        "building the functions",
        "the functions are compiled, optimised for size",
    ),
    (
        "bringing up ",
        "the system starts, the front-ends are built and published, everything is checked and taken down",
    ),
];

pub(crate) fn measure() -> Outcome<Table> {
    let root = local::workspace_root().ok_or("not in a source tree")?;
    let directory = tempfile::tempdir()?;
    let clone = directory.path().join("clone");
    let began = Instant::now();
    let cloned = Command::new("git")
        .args(["clone", "--quiet"])
        .arg(&root)
        .arg(&clone)
        .status()?;
    if !cloned.success() {
        return Err("git clone failed".into());
    }
    let cloning = began.elapsed();
    progress("the first time");
    let (first, first_busy) = run(&clone, directory.path())?;
    let whole = began.elapsed();
    progress("the second time");
    let began = Instant::now();
    let (second, second_busy) = run(&clone, directory.path())?;
    let again = began.elapsed();

    let mut table = Table::new(["", "first time, s", "second time, s"]);
    let seconds = |duration: Duration| format!("{:.1}", duration.as_secs_f64());
    table.row(["git clone".to_owned(), seconds(cloning), String::new()]);
    for (index, (_, phase)) in PHASES.iter().enumerate() {
        table.row([
            (*phase).to_owned(),
            seconds(first[index]),
            seconds(second[index]),
        ]);
    }
    table.row([
        "processor time".to_owned(),
        seconds(first_busy),
        seconds(second_busy),
    ]);
    table.row([
        "**all** (target 480 and 15)".to_owned(),
        seconds(whole),
        seconds(again),
    ]);
    Ok(table)
}

/// Runs `cargo run -- dev --once` with every cache in one directory. Returns the duration of each
/// phase, and the total processor time.
fn run(clone: &Path, caches: &Path) -> Outcome<([Duration; PHASES.len()], Duration)> {
    let mut command = Command::new("cargo");
    command
        .args(["run", "--", "dev", "--once"])
        .current_dir(clone)
        .env("CARGO_HOME", caches.join("cargo"))
        .env("XDG_CACHE_HOME", caches.join("cache"))
        .env("ZIG_GLOBAL_CACHE_DIR", caches.join("zig"))
        .env("npm_config_cache", caches.join("npm"))
        .env_remove("CARGO_TARGET_DIR")
        // Packages that are already on this machine.
        .env_remove("PIP_FIND_LINKS")
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    local::forget_outer_cargo(&mut command);
    let mut child = command.spawn()?;
    let stderr = child.stderr.take().ok_or("no standard error")?;
    let (mut phase, mut times) = (0, [Duration::ZERO; PHASES.len()]);
    let mut since = Instant::now();
    for line in BufReader::new(stderr).lines() {
        let line = line?;
        let next = PHASES
            .iter()
            .skip(phase + 1)
            .position(|(prefix, _)| line.trim_start().starts_with(prefix));
        if let Some(skipped) = next {
            times[phase] = since.elapsed();
            (since, phase) = (Instant::now(), phase + 1 + skipped);
        }
        progress(&line);
    }
    let ended = child.wait4()?;
    times[phase] = since.elapsed();
    if !ended.status.success() {
        return Err(format!("frontage dev --once failed: {}", ended.status).into());
    }
    Ok((times, ended.rusage.utime + ended.rusage.stime))
}
