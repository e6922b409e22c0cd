//! The code of an MFA device, asked for on the terminal.

use std::io::{self, IsTerminal as _, Write as _};

use aws::AskMfaCode;

/// How to ask for a code, if there is a terminal.
pub(super) fn on_the_terminal() -> Option<AskMfaCode> {
    io::stdin().is_terminal().then_some(ask)
}

fn ask(device: &str) -> io::Result<String> {
    write!(io::stderr(), "Enter MFA code for {device}: ")?;
    let mut code = String::new();
    io::stdin().read_line(&mut code)?;
    Ok(code)
}
