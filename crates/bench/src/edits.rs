//! From an edit to the end of the tests of the crate that was edited.

use std::fs::File;
use std::process::{Command, Stdio};
use std::time::{Instant, SystemTime};

use crate::document::Table;
use crate::outcome::Outcome;
use crate::statistics::median;
use crate::world;

/// The crates, each with a file that an edit touches and the target in seconds, if it has one.
const CRATES: [(&str, &str, Option<u32>); 5] = [
    ("model", "crates/model/src/graph.rs", None),
    ("engine", "crates/engine/src/planner.rs", Some(15)),
    ("aws", "crates/aws/src/kit/typed.rs", None),
    ("stacks", "stacks/src/team.rs", None),
    ("frontage", "src/cli/plan.rs", None),
];

const ROUNDS: usize = 3;

pub(crate) fn measure() -> Outcome<Table> {
    let mut table = Table::new(["crate", "target, s", "median of 3, s", "crates in its tree"]);
    for (name, file, target) in CRATES {
        world::progress(&format!("an edit of {name}"));
        test(name)?;
        let mut seconds = Vec::new();
        for _ in 0..ROUNDS {
            let path = root()?.join(file);
            File::options()
                .append(true)
                .open(path)?
                .set_modified(SystemTime::now())?;
            let began = Instant::now();
            test(name)?;
            seconds.push(began.elapsed());
        }
        table.row([
            format!("`{name}`"),
            target.map_or_else(String::new, |target| target.to_string()),
            format!("{:.1}", median(&seconds).as_secs_f64()),
            tree(name)?.to_string(),
        ]);
    }
    Ok(table)
}

fn root() -> Outcome<std::path::PathBuf> {
    Ok(local::workspace_root().ok_or("not in a source tree")?)
}

/// The unit tests of one crate.
fn test(name: &str) -> Outcome<()> {
    let status = cargo()?
        .args(["test", "--quiet", "--locked", "--package", name, "--lib"])
        .stdout(Stdio::null())
        .status()?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("the tests of {name} fail").into())
    }
}

/// How many crates a crate is compiled with, itself included.
fn tree(name: &str) -> Outcome<usize> {
    let listed = cargo()?
        .args([
            "tree",
            "--locked",
            "--edges",
            "normal,build",
            "--prefix",
            "none",
        ])
        .args(["--no-dedupe", "--package", name])
        .output()?;
    let lines = String::from_utf8(listed.stdout)?;
    let crates = lines.lines().map(|line| line.split(" (").next());
    Ok(crates.collect::<std::collections::BTreeSet<_>>().len())
}

fn cargo() -> Outcome<Command> {
    let mut command = Command::new("cargo");
    local::forget_outer_cargo(&mut command);
    command.current_dir(root()?);
    Ok(command)
}
