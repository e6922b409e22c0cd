//! Runs another program to its end, with its output line by line.

use std::collections::VecDeque;
use std::env;
use std::fmt;
use std::io::{self, BufRead, BufReader, Read};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;

/// How many lines of a program's output an error repeats.
const TAIL_LINES: usize = 20;

/// The last lines of a program's output, for an error.
#[derive(Debug, Default)]
pub struct Tail(VecDeque<String>);

impl Tail {
    /// The last lines of a text.
    pub(crate) fn of(text: &str) -> Self {
        let mut tail = Self::default();
        text.lines().for_each(|line| tail.push(line));
        tail
    }

    pub(crate) fn mentions(&self, text: &str) -> bool {
        self.0.iter().any(|line| line.contains(text))
    }

    fn push(&mut self, line: &str) {
        if self.0.len() == TAIL_LINES {
            self.0.pop_front();
        }
        self.0.push_back(line.to_owned());
    }
}

impl fmt::Display for Tail {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return formatter.write_str("  (no output)");
        }
        for (index, line) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "\n" };
            write!(formatter, "{separator}  {line}")?;
        }
        Ok(())
    }
}

/// How a program ended.
pub(crate) struct Ended {
    pub(crate) status: ExitStatus,
    pub(crate) tail: Tail,
}

/// Removes from a Cargo command the variables that another Cargo set for the program that runs it.
///
/// A build script that watches such a variable (ring's does) would otherwise run again, and
/// everything that depends on it be compiled again, whenever another program starts the same build.
pub fn forget_outer_cargo(command: &mut Command) {
    const SET_BY_CARGO: [&str; 5] = [
        "CARGO_BIN_",
        "CARGO_CRATE_",
        "CARGO_MANIFEST_",
        "CARGO_PKG_",
        "CARGO_PRIMARY_",
    ];
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        if SET_BY_CARGO.iter().any(|prefix| text.starts_with(prefix)) {
            command.env_remove(&name);
        }
    }
}

/// Runs a program to its end and passes on each line of its output, both streams, as it arrives.
pub(crate) fn run(command: &mut Command, on_line: &mut dyn FnMut(&str)) -> io::Result<Ended> {
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let (sender, lines) = mpsc::channel();
    if let Some(stdout) = child.stdout.take() {
        forward(stdout, sender.clone());
    }
    if let Some(stderr) = child.stderr.take() {
        forward(stderr, sender);
    }
    let mut tail = Tail::default();
    for line in lines {
        on_line(&line);
        tail.push(&line);
    }
    Ok(Ended {
        status: child.wait()?,
        tail,
    })
}

fn forward(stream: impl Read + Send + 'static, lines: mpsc::Sender<String>) {
    thread::spawn(move || {
        let mut reader = BufReader::new(stream);
        let mut bytes = Vec::new();
        while reader
            .read_until(b'\n', &mut bytes)
            .is_ok_and(|length| length > 0)
        {
            let line = String::from_utf8_lossy(&bytes).trim_end().to_owned();
            if lines.send(line).is_err() {
                break;
            }
            bytes.clear();
        }
    });
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn both_streams_and_the_exit_code_arrive() {
        let mut command = Command::new("sh");
        command.args(["-c", "echo out; echo err >&2; exit 3"]);
        let mut lines = Vec::new();
        let ended = run(&mut command, &mut |line| lines.push(line.to_owned())).unwrap();
        lines.sort();
        assert_eq!(lines, ["err", "out"]);
        assert_eq!(ended.status.code(), Some(3));
    }

    #[test]
    fn a_nested_cargo_starts_afresh() {
        // Cargo sets this for tests too.
        assert!(env::var_os("CARGO_MANIFEST_DIR").is_some());
        let mut command = Command::new("env");
        forget_outer_cargo(&mut command);
        run(&mut command, &mut |line| {
            assert!(!line.starts_with("CARGO_MANIFEST_DIR="));
        })
        .unwrap();
    }

    #[test]
    fn a_tail_keeps_the_last_lines() {
        let text = (1..=30).map(|line| line.to_string()).collect::<Vec<_>>();
        let shown = Tail::of(&text.join("\n")).to_string();
        assert!(shown.starts_with("  11\n"), "{shown}");
        assert!(shown.ends_with("\n  30"), "{shown}");
    }
}
