//! The program, and what it writes about itself.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::copy;
use crate::error::{DistError, io};

/// The shells, and the names under which their completions are installed.
const COMPLETIONS: [(&str, &str); 3] = [
    ("bash", "frontage.bash"),
    ("fish", "frontage.fish"),
    ("zsh", "_frontage"),
];

/// Stages the program, its completions and its manual.
pub(crate) fn stage(program: &Path, release: &Path) -> Result<(), DistError> {
    copy(program, &release.join("frontage"))?;
    let completions = release.join("completions");
    fs::create_dir(&completions).map_err(io("create", &completions))?;
    for (shell, name) in COMPLETIONS {
        let path = completions.join(name);
        let script = output(program, &["completions", shell])?;
        fs::write(&path, script).map_err(io("write", &path))?;
    }
    let manual = release.join("man/man1");
    fs::create_dir_all(&manual).map_err(io("create", &manual))?;
    output(program, &["manual", &manual.to_string_lossy()]).map(drop)
}

/// Whether Rust can compile for a target.
pub(crate) fn is_installed(target: &str) -> bool {
    let arguments = ["--print", "target-libdir", "--target", target];
    let printed = output(Path::new("rustc"), &arguments);
    printed.is_ok_and(|path| Path::new(String::from_utf8_lossy(&path).trim()).is_dir())
}

/// What a program writes to standard output.
pub(crate) fn output(program: &Path, arguments: &[&str]) -> Result<Vec<u8>, DistError> {
    run(Command::new(program).args(arguments))
}

/// What a command writes to standard output.
pub(crate) fn run(command: &mut Command) -> Result<Vec<u8>, DistError> {
    let program = command.get_program().to_owned();
    let ended = command
        .stdin(Stdio::null())
        .output()
        .map_err(io("run", Path::new(&program)))?;
    if ended.status.success() {
        return Ok(ended.stdout);
    }
    let arguments = command
        .get_args()
        .map(|argument| argument.to_string_lossy());
    let line: Vec<_> = [program.to_string_lossy()]
        .into_iter()
        .chain(arguments)
        .collect();
    Err(DistError::Failed {
        line: line.join(" "),
        output: String::from_utf8_lossy(&ended.stderr).into_owned(),
    })
}
