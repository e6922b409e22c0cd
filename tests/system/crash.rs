//! Runs that end too early, and the runs after them.

use std::process::Command;
use std::sync::mpsc::{Sender, channel};

use crate::support::PATIENCE;
use crate::support::cli::{Ended, Project, Running};
use crate::support::proxy::{Fate, Proxy};

/// A step began or ended.
pub(crate) fn is_step(line: &str) -> bool {
    let words = [
        ": creating",
        ": created",
        ": changing",
        ": changed",
        ": deleting",
        ": deleted",
    ];
    words.iter().any(|word| line.contains(word))
}

/// Checks that the next run creates everything once, whatever happened before, and that the one
/// after that deletes it all.
async fn converges(project: &Project, after: &str) {
    let ended = project.frontage(&["apply", "--yes"]);
    assert_eq!(ended.code, Some(0), "{after}: {ended:#?}");
    let next = project.frontage(&["plan", "--detailed-exitcode"]);
    assert_eq!(next.code, Some(0), "{after}: {next:#?}");
    project.assert_snapshot("everything", &project.world.listing().await.join("\n"));
    project.destroy();
    assert_eq!(
        project.world.listing().await,
        Vec::<String>::new(),
        "{after}"
    );
}

/// A whole run has a line for the beginning and one for the end of each of its 44 steps.
#[tokio::test(flavor = "multi_thread")]
async fn an_apply_that_is_killed_anywhere_is_finished_by_the_next() {
    killed_after(&[1, 20, 40, 60, 78, 86]).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes; a sample of it always runs"]
async fn an_apply_that_is_killed_after_any_line_is_finished_by_the_next() {
    let every: Vec<_> = (1..=86).collect();
    killed_after(&every).await;
}

async fn killed_after(points: &[usize]) {
    for &lines in points {
        let project = Project::new();
        let mut run = project.spawn(&["apply", "--yes"]);
        assert!(run.until(lines, is_step), "killed before its end: {run:#?}");
        run.kill();
        converges(&project, &format!("killed after {lines} lines of progress")).await;
    }
}

/// The worst moment: AWS has made the change, and the answer is lost.
#[tokio::test(flavor = "multi_thread")]
async fn an_apply_that_is_killed_before_an_answer_makes_nothing_twice() {
    makes_nothing_twice(&[
        ("CreateQueue", 2),
        ("PutRolePolicy", 1),
        ("POST /2015-03-31/functions", 1),
        ("POST /2015-03-31/event-source-mappings", 1),
        ("POST /v2/apis", 1),
        ("POST /v2/apis", 4),
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes; a sample of it always runs"]
async fn an_apply_that_is_killed_before_any_kind_of_answer_makes_nothing_twice() {
    makes_nothing_twice(&[
        ("CreateTable", 1),
        ("CreateQueue", 1),
        ("CreateRole", 1),
        ("CreateLogGroup", 3),
        ("POST /v2/apis", 2),
        ("POST /v2/apis", 3),
        ("POST /v2/apis", 5),
        ("POST /v2/apis", 6),
    ])
    .await;
}

async fn makes_nothing_twice(answers: &[(&'static str, usize)]) {
    for &(operation, occurrence) in answers {
        let project = Project::new();
        killed_before_an_answer(&project, operation, occurrence);
        converges(
            &project,
            &format!("killed before the answer to {operation} number {occurrence}"),
        )
        .await;
    }
}

/// Runs an apply up to the moment when a call has taken effect. An operation is identified by its
/// prefix: resources in an API are created by calls below its path.
fn killed_before_an_answer(project: &Project, operation: &'static str, occurrence: usize) {
    let (done, is_done) = channel();
    let mut left = occurrence;
    let proxy = Proxy::start(&project.world, move |call| {
        left -= usize::from(left > 0 && call.operation.starts_with(operation));
        if left > 0 || !call.operation.starts_with(operation) {
            Fate::Pass
        } else {
            Fate::LoseAnswer(done.clone())
        }
    });
    let mut run = through(project, &proxy);
    is_done
        .recv_timeout(PATIENCE)
        .unwrap_or_else(|_| panic!("{operation} number {occurrence} is not called: {run:#?}"));
    run.kill();
}

/// An apply through a proxy. Signals end it though whoever runs the tests ignores them, as a shell does for what
/// runs in its background.
fn through(project: &Project, proxy: &Proxy) -> Running {
    let program = env!("CARGO_BIN_EXE_frontage");
    let line = ["--default-signal", program, "apply", "--yes"];
    let mut command = project.prepared(Command::new("env"), &line);
    command.env("AWS_ENDPOINT_URL", proxy.endpoint());
    Running::new(command)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_destroy_that_is_killed_is_finished_by_the_next() {
    for lines in [3, 20, 40] {
        let project = Project::new();
        project.apply();
        let mut run = project.spawn(&["destroy", "--yes", "--delete-data"]);
        assert!(run.until(lines, is_step), "killed before its end: {run:#?}");
        run.kill();
        project.destroy();
        assert_eq!(
            project.world.listing().await,
            Vec::<String>::new(),
            "killed after {lines} lines of progress"
        );
    }
    // And an apply after half a destroy completes the system.
    let project = Project::new();
    project.apply();
    let mut run = project.spawn(&["destroy", "--yes"]);
    assert!(run.until(12, is_step), "killed before its end: {run:#?}");
    run.kill();
    converges(&project, "killed in the middle of a destroy").await;
}

/// On the first signal the steps in flight finish, and the run reports what was not tried and
/// fails: Ctrl-C, and the signal that a CI runner sends when a job is cancelled.
#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_apply_ends_its_steps_and_tells_the_rest() {
    for signal in ["INT", "TERM"] {
        let project = Project::new();
        let ended = interrupted(&project, signal);
        assert_eq!(ended.code, Some(1), "{ended:#?}");
        let count = |word: &str| {
            ended
                .stderr
                .lines()
                .filter(|line| line.contains(word))
                .count()
        };
        assert_eq!(
            count(": creating"),
            count(": created in"),
            "what has begun ends: {ended:#?}"
        );
        project.assert_snapshot("interrupted", ended.ending());
        converges(&project, signal).await;
    }
}

/// A wait that may take minutes ends soon after the signal, and the next run goes on from there:
/// Lambda does not know a new role for a while, and a new certificate is not seen everywhere.
#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_apply_does_not_wait_for_aws() {
    let functions = Project::new();
    let role = "The role defined for the function cannot be assumed by Lambda.";
    let refused = move || Fate::answer(400, "InvalidParameterValueException", role);
    let ended = interrupted_waiting(&functions, "POST /2015-03-31/functions", refused);
    assert!(ended.stderr.contains(role), "{ended:#?}");
    converges(&functions, "interrupted while waiting for a role").await;

    let certificates = Project::described("[shell]\n");
    let zone = zone(&certificates).await;
    let site = format!("[shell]\ndomain = \"www.example.com\"\nzone_id = \"{zone}\"\n");
    certificates.describe(&site);
    let unknown = || Fate::answer(400, "ResourceNotFoundException", "not there");
    let ended = interrupted_waiting(&certificates, "DescribeCertificate", unknown);
    let waiting =
        "interrupted: create shell/certificate, waiting for the new certificate to appear";
    assert!(ended.stderr.contains(waiting), "{ended:#?}");
    certificates.apply();
    let listing = certificates.world.listing().await;
    let listed = listing
        .iter()
        .filter(|line| line.starts_with("certificate "));
    assert_eq!(listed.count(), 1, "{listing:#?}");
    certificates.destroy();
}

async fn zone(project: &Project) -> String {
    let route53 = aws_sdk_route53::Client::new(&project.world.config());
    let create = route53.create_hosted_zone().name("example.com");
    let zone = create.caller_reference("a").send().await.expect("created");
    let id = zone.hosted_zone.expect("a zone").id;
    id.trim_start_matches("/hostedzone/").to_owned()
}

/// Runs an apply that is interrupted after a call has got an answer twice that it waits for to pass.
fn interrupted_waiting(
    project: &Project,
    operation: &'static str,
    fate: impl Fn() -> Fate + Send + 'static,
) -> Ended {
    let (seen, is_seen) = channel();
    let proxy = Proxy::start(&project.world, move |call| {
        if call.operation != operation {
            return Fate::Pass;
        }
        // Nobody listens once the program was interrupted.
        let _ = seen.send(());
        fate()
    });
    let run = through(project, &proxy);
    for _ in 0..2 {
        is_seen.recv_timeout(PATIENCE).expect("it waits");
    }
    run.interrupt();
    let ended = run.end();
    assert_eq!(ended.code, Some(1), "{ended:#?}");
    assert!(ended.stderr.contains(" interrupted, "), "{ended:#?}");
    ended
}

/// Runs an apply that gets a signal while it does its first steps.
fn interrupted(project: &Project, signal: &str) -> Ended {
    let (_proxy, mut run, go_on) = in_its_first_steps(project);
    stopping(&mut run, signal);
    go_on.send(()).expect("the proxy waits");
    run.end()
}

/// An apply that does its first steps, of which none goes on before it is told to.
fn in_its_first_steps(project: &Project) -> (Proxy, Running, Sender<()>) {
    let (go_on, goes_on) = channel();
    let mut waits = true;
    let leases = format!("{}-control", project.world.system);
    let proxy = Proxy::start(&project.world, move |call| {
        if call.writes() && !call.mentions(&leases) && std::mem::take(&mut waits) {
            goes_on.recv_timeout(PATIENCE).expect("it goes on");
        }
        Fate::Pass
    });
    let mut run = through(project, &proxy);
    assert!(
        run.until(1, is_step),
        "interrupted before its end: {run:#?}"
    );
    (proxy, run, go_on)
}

/// Sends a signal, and waits until it is heard.
fn stopping(run: &mut Running, signal: &str) {
    run.signal(signal);
    let heard = |line: &str| line.contains("stopping: the steps in flight end first");
    assert!(run.until(1, heard), "{run:#?}");
}

/// The second one does not wait for the steps in flight.
#[tokio::test(flavor = "multi_thread")]
async fn an_apply_that_is_interrupted_twice_ends_at_once() {
    for second in ["INT", "TERM"] {
        let project = Project::new();
        let (proxy, mut run, go_on) = in_its_first_steps(&project);
        stopping(&mut run, "INT");
        run.signal(second);
        let ended = run.end();
        assert_eq!(ended.code, Some(130), "{ended:#?}");
        go_on.send(()).expect("the proxy waits");
        drop(proxy);
        converges(&project, &format!("interrupted by INT and {second}")).await;
    }
}

/// A terminal that is closed, and Ctrl-\\: nothing is said any more, and the next run goes on from there.
#[tokio::test(flavor = "multi_thread")]
async fn an_apply_that_a_signal_ends_is_finished_by_the_next() {
    for signal in ["HUP", "QUIT"] {
        let project = Project::new();
        let (proxy, run, go_on) = in_its_first_steps(&project);
        run.signal(signal);
        let ended = run.end();
        assert_eq!(ended.code, None, "{signal}: {ended:#?}");
        go_on.send(()).expect("the proxy waits");
        drop(proxy);
        converges(&project, signal).await;
    }
}
