//! A client that others have published.

use std::process::Stdio;

use local::Tools;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;

use super::buildspec::LINTERS;
use crate::support::PATIENCE;

/// The command line of Python's package `websockets`: one connection, which it prints the messages of.
pub(super) struct Published {
    _child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Published {
    pub(super) fn connect(url: &str) -> Self {
        let tools = Tools::install_set(&LINTERS, &mut |line| eprintln!("{line}"));
        let mut child = Command::new(tools.expect("the tools install").bin("websockets"))
            .arg(url)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("it runs");
        let output = child.stdout.take().expect("a pipe");
        Self {
            _child: child,
            lines: BufReader::new(output).lines(),
        }
    }

    /// Reads until a message says that the toggle is on, or off.
    pub(super) async fn hear(&mut self, id: &str, is_active: bool) {
        let wanted = |line: &str| {
            let (_, message) = line.split_once("< ")?;
            let message: Value = serde_json::from_str(message).ok()?;
            let mut items = message.as_array().into_iter().flatten().chain([&message]);
            items
                .any(|item| item["featureId"]["S"] == id && item["isActive"]["BOOL"] == is_active)
                .then_some(())
        };
        loop {
            let line = timeout(PATIENCE, self.lines.next_line()).await;
            let line = line.expect("in time").expect("readable").expect("open");
            if wanted(&line).is_some() {
                return;
            }
        }
    }
}
