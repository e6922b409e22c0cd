//! What is asked on a terminal, which `script` of util-linux provides.

use std::io::Write as _;
use std::process::{Command, Stdio};

use crate::support::cli::{Ended, Project};

/// Runs the program on a terminal, where its two outputs are one, and types an answer.
fn answered(project: &Project, arguments: &str, answer: &str) -> Ended {
    let line = format!("{} {arguments}", env!("CARGO_BIN_EXE_frontage"));
    let mut command = project.prepared(Command::new("script"), &["-qec", &line, "/dev/null"]);
    let mut script = command.stdin(Stdio::piped()).spawn().expect("it starts");
    let mut terminal = script.stdin.take().expect("its standard input");
    writeln!(terminal, "{answer}").expect("typed");
    script.wait_with_output().expect("it ends").into()
}

/// Deleting data takes more than a habit.
#[tokio::test(flavor = "multi_thread")]
async fn deleting_data_is_confirmed_by_the_systems_name() {
    let project = Project::new();
    project.apply();
    project.ok(&["toggles", "set", "1", "on", "--name", "Feature toggle 1"]);
    let before = project.world.listing().await;
    let habit = answered(&project, "destroy --delete-data", "yes");
    assert_eq!(habit.code, Some(1), "{habit:#?}");
    for told in [
        "holds 1 item",
        "Type `acme` to continue",
        "nothing was done",
    ] {
        assert!(habit.stdout.contains(told), "{told}: {habit:#?}");
    }
    assert_eq!(project.world.listing().await, before);
    let meant = answered(&project, "destroy --delete-data", "acme");
    assert_eq!(meant.code, Some(0), "{meant:#?}");
    assert_eq!(project.world.listing().await, Vec::<String>::new());
}

/// The JSON is the report's: what is asked about is shown in words before.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_asked_about_is_shown_first() {
    let project = Project::new();
    let applied = answered(&project, "apply --format json", "yes");
    assert_eq!(applied.code, Some(0), "{applied:#?}");
    let at = |text: &str| {
        applied
            .stdout
            .find(text)
            .unwrap_or_else(|| panic!("{text}: {applied:#?}"))
    };
    assert!(
        at("+ toggles-table") < at("Apply this plan?"),
        "{applied:#?}"
    );
    assert!(
        at("Apply this plan?") < at("\"complete\": true"),
        "{applied:#?}"
    );
    let kept = answered(&project, "destroy", "yes");
    assert!(kept.stdout.contains("Type `yes` to continue"), "{kept:#?}");
    project.destroy();
    assert_eq!(project.world.listing().await, Vec::<String>::new());
}
