//! Installs tools: once, completely, and by one process at a time. A set without packages needs no
//! network.
#![allow(clippy::unwrap_used, missing_docs)]

use std::fs;
use std::path::Path;
use std::thread;

use local::{ToolSet, Tools};

const NOTHING: ToolSet = ToolSet::new("nothing", "# no packages\n");

fn install(home: &Path) -> (Tools, Vec<String>) {
    let mut said = Vec::new();
    let tools =
        Tools::install_set_in(home, &NOTHING, &mut |line| said.push(line.to_owned())).unwrap();
    (tools, said)
}

#[test]
fn a_torn_installation_starts_again() {
    let home = tempfile::tempdir().unwrap();
    let (tools, _) = install(home.path());
    let directory = tools.bin_dir().parent().unwrap().to_path_buf();
    fs::remove_file(directory.join("frontage-installed")).unwrap();
    fs::write(directory.join("leftover"), "").unwrap();

    let (_, said) = install(home.path());
    assert!(
        said.iter().any(|line| line.starts_with("installing")),
        "{said:?}"
    );
    assert!(!directory.join("leftover").exists());
    assert!(tools.bin("python").exists());

    let (_, said) = install(home.path());
    assert!(said.is_empty(), "{said:?}");
}

#[test]
fn of_two_at_once_one_installs() {
    let home = tempfile::tempdir().unwrap();
    let said = thread::scope(|scope| {
        let installs = [(); 2].map(|()| scope.spawn(|| install(home.path()).1));
        installs.map(|install| install.join().unwrap()).concat()
    });
    let installed = said
        .iter()
        .filter(|line| line.starts_with("installing"))
        .count();
    assert_eq!(installed, 1, "{said:?}");
}

#[test]
fn node_and_npm_come_with_the_tools() {
    let tools = Tools::install(&mut |line| eprintln!("{line}")).unwrap();
    for mut command in [tools.node(), tools.npm()] {
        let output = command.arg("--version").output().unwrap();
        assert!(
            output.status.success(),
            "{command:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
}
