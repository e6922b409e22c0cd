//! The machine and the versions of a measurement.

use std::fs;
use std::process::Command;

use crate::outcome::Outcome;

/// One line: the machine, its other load, the date, the versions.
pub(crate) fn describe() -> Outcome<String> {
    let cores = std::thread::available_parallelism()?;
    let processor =
        field("/proc/cpuinfo", "model name", ':').unwrap_or_else(|| "unknown processor".to_owned());
    let kilobytes: f64 = field("/proc/meminfo", "MemTotal", ':')
        .and_then(|value| value.trim_end_matches("kB").trim().parse().ok())
        .unwrap_or_default();
    let system = field("/etc/os-release", "PRETTY_NAME", '=')
        .unwrap_or_else(|| std::env::consts::OS.to_owned());
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().unwrap_or("unknown").to_owned();
    let memory = kilobytes / 1024.0 / 1024.0;
    let system = system.trim_matches('"').to_owned();
    let (date, kernel) = (said("date", &["-u", "+%F"])?, said("uname", &["-sr"])?);
    let (rust, commit) = (
        said("rustc", &["--version"])?,
        said("git", &["rev-parse", "--short", "HEAD"])?,
    );
    Ok(format!(
        "Measured {date} at {commit} on {processor}, {cores} cores, {memory:.0} GiB, {system}, {kernel}; {rust}; \
         MiniStack {}; load average before: {load}.",
        emulator_version()
    ))
}

fn field(path: &str, name: &str, separator: char) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(separator)?.1.trim().to_owned())
}

fn said(program: &str, arguments: &[&str]) -> Outcome<String> {
    let output = Command::new(program).args(arguments).output()?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn emulator_version() -> &'static str {
    let pins = include_str!("../../../tools/local.txt");
    let pin = pins
        .lines()
        .find_map(|line| line.strip_prefix("ministack=="));
    pin.and_then(|pin| pin.split([' ', '\\']).next())
        .unwrap_or("unknown")
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_emulators_version_is_the_pinned_one() {
        assert!(super::emulator_version().starts_with(|first: char| first.is_ascii_digit()));
    }
}
