//! The health of a system, in one screen of 80 columns.

use std::fmt::Write as _;

use aws::control::Run;

use super::visible::field;
use crate::pipeline::Latest;
use crate::release::Now;
use crate::status::{Alarm, AlarmState, Deployment, Pipeline, Seen, Stack, State, Status};

/// The columns of a terminal.
const COLUMNS: usize = 80;

/// The columns of the labels.
const LABEL: usize = 10;

/// The characters that are shown of a revision's id.
const REVISION: usize = 12;

/// The most missing resources that are named per stack.
const NAMED: usize = 3;

/// The health of a system: alarms first, then what is deployed, then what happened.
#[must_use]
pub fn status(status: &Status) -> String {
    let mut text = format!(
        "{} in account {}, {}, at {}\n\n",
        status.system, status.account, status.region, status.at
    );
    let releases = releases(status);
    let clients = status.clients.as_ref();
    let clients = clients.map(|count| seen(count, |count| vec![format!("{count} connected")]));
    let pending = status.pending.iter();
    let pending = pending.map(|of| format!("{}: {}", of.address, of.what));
    let sections = [
        (
            "Alarms",
            seen(&status.alarms, |alarms| self::alarms(alarms)),
        ),
        ("Stacks", stacks(&status.stacks)),
        ("Pending", pending.collect()),
        ("Releases", releases),
        ("Pipelines", pipelines(&status.pipelines)),
        ("Clients", clients.unwrap_or_default()),
        ("Runs", seen(&status.runs, |runs| self::runs(runs))),
    ];
    for (label, lines) in sections {
        for (at, line) in lines.iter().enumerate() {
            let label = if at == 0 { label } else { "" };
            let _ = writeln!(text, "{label:LABEL$}{line}");
        }
    }
    text
}

/// The lines of a part, or why there are none.
fn seen<T>(part: &Seen<T>, lines: impl FnOnce(&T) -> Vec<String>) -> Vec<String> {
    match part {
        Seen::Read(value) => lines(value),
        unread => vec![reason(unread)],
    }
}

/// Why a part was not read; empty if it was.
fn reason<T>(part: &Seen<T>) -> String {
    match part {
        Seen::Read(_) => String::new(),
        Seen::Denied(operation) => format!("not allowed to look ({operation})"),
        Seen::Failed(why) => format!("could not be read: {}", field(why)),
    }
}

fn alarms(alarms: &[Alarm]) -> Vec<String> {
    let count = |state| alarms.iter().filter(|of| of.state == state).count();
    let counts = [
        (AlarmState::Ringing, "ringing"),
        (AlarmState::NoData, "without data"),
        (AlarmState::Quiet, "quiet"),
    ];
    let counts = counts.map(|(state, what)| (count(state), what)).into_iter();
    let counts = counts.filter(|(count, _)| *count > 0);
    let counts: Vec<_> = counts
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    if counts.is_empty() {
        return vec!["none".to_owned()];
    }
    let ringing = alarms.iter().filter(|of| of.state == AlarmState::Ringing);
    let ringing = ringing.flat_map(|alarm| {
        let since = alarm.since.as_ref().map(|at| format!(" since {at}"));
        let muted = if alarm.muted { ", actions off" } else { "" };
        let head = format!(
            "RINGING {}{}{muted}",
            alarm.address,
            since.unwrap_or_default()
        );
        let advice = alarm
            .description
            .iter()
            .flat_map(|text| indented("  ", text));
        std::iter::once(head).chain(advice).collect::<Vec<_>>()
    });
    std::iter::once(counts.join(", ")).chain(ringing).collect()
}

/// The stacks by how far they are deployed: what is well needs the least room.
fn stacks(stacks: &[Stack]) -> Vec<String> {
    let names = |wanted: State| {
        let found = stacks.iter().filter(|of| state(of) == Some(wanted));
        let names: Vec<_> = found.map(|of| of.name.as_str()).collect();
        names.join(", ")
    };
    let mut lines = Vec::new();
    for stack in stacks {
        match &stack.deployment {
            Seen::Read(deployment) if deployment.state == State::Partial => {
                lines.extend(wrapped("partly deployed: ", &partial(stack, deployment)));
            }
            Seen::Read(_) => {}
            unread => lines.extend(wrapped(&format!("{}: ", stack.name), &reason(unread))),
        }
    }
    for (label, names) in [
        ("not deployed: ", names(State::Absent)),
        ("deployed: ", names(State::Deployed)),
    ] {
        if !names.is_empty() {
            lines.extend(wrapped(label, &names));
        }
    }
    lines
}

fn state(stack: &Stack) -> Option<State> {
    stack.deployment.read().map(|of| of.state)
}

fn partial(stack: &Stack, deployment: &Deployment) -> String {
    let (missing, all) = (&deployment.missing, deployment.resources);
    let mut named: Vec<_> = missing
        .iter()
        .take(NAMED)
        .map(|of| of.name().to_owned())
        .collect();
    if missing.len() > NAMED {
        named.push(format!("{} more", missing.len() - NAMED));
    }
    format!(
        "{}, {} of {all} resources; missing: {}",
        stack.name,
        all - missing.len(),
        named.join(", ")
    )
}

fn releases(status: &Status) -> Vec<String> {
    let names = status.releases.iter();
    let width = names.map(|of| of.application.chars().count()).max();
    let width = width.unwrap_or_default();
    let lines = status.releases.iter().flat_map(|of| {
        let lines = seen(&of.serves, serves).into_iter();
        lines.map(|line| format!("{:width$}  {line}", of.application))
    });
    lines.collect()
}

fn serves(now: &Now) -> Vec<String> {
    let Some(current) = &now.current else {
        return vec!["nothing is published yet".to_owned()];
    };
    let since = now.since.as_ref().map(|since| format!("  since {since}"));
    let canary = now
        .canary
        .iter()
        .map(|canary| format!("{}  canary {}", canary.version, canary.percent));
    std::iter::once(format!("{current}{}", since.unwrap_or_default()))
        .chain(canary)
        .collect()
}

fn pipelines(pipelines: &[Pipeline]) -> Vec<String> {
    let teams = pipelines.iter();
    let width = teams.map(|of| of.team.chars().count()).max();
    let width = width.unwrap_or_default();
    let lines = pipelines.iter().flat_map(|of| {
        let lines = seen(&of.latest, |latest| self::latest(&of.team, latest)).into_iter();
        lines.map(|line| cut(&format!("{:width$}  {line}", of.team)))
    });
    lines.collect()
}

/// The newest run, and the command that answers what waits.
fn latest(team: &str, latest: &Latest) -> Vec<String> {
    let run = latest.run.as_ref().map_or_else(
        || "has not run yet".to_owned(),
        |run| {
            let started = run.started.as_deref().unwrap_or("-");
            let revision = run.revisions.first();
            let id =
                revision.map(|revision| revision.id.chars().take(REVISION).collect::<String>());
            let id = field(&id.unwrap_or_default());
            format!("{:<11} {started}  {id}", run.status)
                .trim_end()
                .to_owned()
        },
    );
    let waits = latest.waits.iter();
    let waits = waits.map(|of| {
        format!(
            "WAITS for {}: frontage pipeline approve {team}",
            field(&of.stage)
        )
    });
    std::iter::once(run).chain(waits).collect()
}

fn runs(runs: &[Run]) -> Vec<String> {
    let lines = runs.iter().map(|run| {
        let result = run.ended.as_ref().map_or("not ended", |of| &of.result);
        // The end of an identity's ARN says who it is.
        let who = run.who.rsplit(':').next().unwrap_or_default();
        let line = format!("{}  {:<8} {result:<9} by {who}", run.began, run.command);
        cut(&field(&line))
    });
    let lines: Vec<_> = lines.collect();
    if lines.is_empty() {
        return vec!["none has written yet".to_owned()];
    }
    lines
}

fn cut(line: &str) -> String {
    let room = COLUMNS - LABEL;
    if line.chars().count() <= room {
        return line.to_owned();
    }
    let kept: String = line.chars().take(room - 1).collect();
    kept + "…"
}

/// A text in lines that begin with a label, or with as much space.
fn wrapped(label: &str, text: &str) -> Vec<String> {
    let width = label.chars().count();
    let lines = filled(text, (COLUMNS - LABEL).saturating_sub(width));
    let lines = lines.into_iter().enumerate();
    let begun = lines.map(|(at, line)| {
        let label = if at == 0 { label } else { "" };
        format!("{label:width$}{line}")
    });
    begun.collect()
}

fn indented(by: &str, text: &str) -> Vec<String> {
    let lines = filled(&field(text), COLUMNS - LABEL - by.len());
    lines
        .into_iter()
        .map(|line| format!("{by}{line}"))
        .collect()
}

/// The words of a text in lines of this many columns. A longer word has a line of its own.
fn filled(text: &str, columns: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= columns => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use aws::control::Ended;
    use model::{Address, StackName};

    use super::*;
    use crate::pipeline::{self, Approval, Revision};
    use crate::release::{Canary, Percent, Version};
    use crate::status::{Release, Unfinished};

    fn address(text: &str) -> Address {
        text.parse().unwrap()
    }

    fn alarm(name: &str, state: AlarmState) -> Alarm {
        Alarm {
            address: address(name),
            state,
            since: Some("2026-11-23T08:00:00Z".to_owned()),
            description: Some(
                "Changes wait for the function toggle-message, so clients are late: read its log"
                    .to_owned(),
            ),
            muted: false,
        }
    }

    fn stack(name: &str, deployment: Seen<Deployment>) -> Stack {
        let name = StackName::new(name);
        Stack { name, deployment }
    }

    fn deployed(missing: &[&str], resources: usize) -> Seen<Deployment> {
        let missing: Vec<_> = missing.iter().map(|of| address(of)).collect();
        let state = match missing.len() {
            0 => State::Deployed,
            all if all == resources => State::Absent,
            _ => State::Partial,
        };
        Seen::Read(Deployment {
            state,
            resources,
            missing,
        })
    }

    fn run(command: &str, who: &str, ended: Option<&str>) -> Run {
        Run {
            began: "2026-11-23T08:00:00Z".to_owned(),
            who: who.to_owned(),
            command: command.to_owned(),
            ended: ended.map(|result| Ended {
                result: result.to_owned(),
                ..Ended::default()
            }),
            ..Run::default()
        }
    }

    fn release(application: &str, serves: Seen<Now>) -> Release {
        Release {
            application: application.to_owned(),
            serves,
        }
    }

    fn pipeline(team: &str, status: &str, waits: bool) -> Pipeline {
        let revision = Revision {
            id: "5445e06d1de7a30b1c2d".to_owned(),
            summary: None,
        };
        let latest = Latest {
            run: Some(pipeline::Run {
                id: "r2".to_owned(),
                status: status.to_owned(),
                started: Some("2026-11-23T08:00:00Z".to_owned()),
                trigger: None,
                revisions: vec![revision],
            }),
            waits: waits.then(|| Approval::waiting("approval", "r1")),
        };
        Pipeline {
            team: team.to_owned(),
            latest: Seen::Read(latest),
        }
    }

    fn now(canary: bool) -> Now {
        let version = |text| Version::parse(text).unwrap();
        Now {
            current: Some(version("3f2a00000001")),
            since: Some("2026-11-23T08:00:00Z".to_owned()),
            canary: canary.then(|| Canary {
                version: version("3f2a00000002"),
                percent: Percent::try_from(30).unwrap(),
            }),
        }
    }

    fn acme() -> Status {
        Status {
            version: 1,
            system: "acme".to_owned(),
            account: "111122223333".to_owned(),
            region: "eu-west-1".to_owned(),
            at: "2026-11-23T09:00:00Z".to_owned(),
            healthy: true,
            alarms: Seen::Read(Vec::new()),
            stacks: Vec::new(),
            pending: Vec::new(),
            releases: Vec::new(),
            pipelines: Vec::new(),
            clients: None,
            runs: Seen::Read(Vec::new()),
        }
    }

    fn assert_fits(text: &str) {
        for line in text.lines() {
            assert!(line.chars().count() <= COLUMNS, "{line}");
        }
    }

    #[test]
    fn all_is_on_one_screen() {
        let teams = (1..12).map(|n| stack(&format!("team/number-{n}"), deployed(&[], 9)));
        let missing = ["toggles/a-table", "toggles/b", "toggles/c", "toggles/d"];
        let stacks = [
            stack("edge", deployed(&[], 3)),
            stack("shell", Seen::Denied("s3:ListBucket".to_owned())),
            stack("packages", deployed(&["packages/domain"], 1)),
            stack("toggles", deployed(&missing, 41)),
        ];
        let who =
            "arn:aws:sts::111122223333:assumed-role/engineer/alice@example.com-with-a-long-name";
        let all = Status {
            alarms: Seen::Read(vec![
                alarm("toggles/toggle-message-iterator-age", AlarmState::Ringing),
                alarm("toggles/a", AlarmState::NoData),
                alarm("toggles/b", AlarmState::Quiet),
            ]),
            stacks: stacks.into_iter().chain(teams).collect(),
            pending: vec![Unfinished {
                address: address("team/number-1/distribution"),
                what: "deploying to the edges".to_owned(),
            }],
            releases: vec![
                release("shell", Seen::Read(now(false))),
                release("billing", Seen::Read(now(true))),
                release("shipping", Seen::Read(Now::default())),
                release("profile", Seen::Denied("s3:GetObject".to_owned())),
            ],
            pipelines: vec![
                pipeline("shipping", "Failed", true),
                pipeline("billing", "InProgress", false),
                Pipeline {
                    team: "profile".to_owned(),
                    latest: Seen::Read(Latest::default()),
                },
            ],
            clients: Some(Seen::Read(1_234)),
            runs: Seen::Read(vec![
                run("apply", who, None),
                run(
                    "apply",
                    "arn:aws:iam::111122223333:user/bob",
                    Some("complete"),
                ),
            ]),
            ..acme()
        };
        let all = all.judged();
        assert!(!all.healthy);
        let text = status(&all);
        assert_fits(&text);
        insta::assert_snapshot!(text);
    }

    #[test]
    fn a_reader_without_rights_is_told_so_in_each_line() {
        let denied = || "dynamodb:Scan".to_owned();
        let nothing = Status {
            alarms: Seen::Denied("cloudwatch:DescribeAlarms".to_owned()),
            stacks: vec![stack("toggles", Seen::Denied("iam:GetRole".to_owned()))],
            clients: Some(Seen::Denied(denied())),
            runs: Seen::Failed("no\u{1b}[2J answer".to_owned()),
            ..acme()
        };
        let nothing = nothing.judged();
        assert!(nothing.healthy && nothing.is_incomplete());
        insta::assert_snapshot!(status(&nothing));
    }

    #[test]
    fn an_empty_account_is_told_from_a_healthy_one() {
        let absent = Status {
            stacks: vec![stack("toggles", deployed(&["toggles/a"], 1))],
            ..acme()
        };
        let absent = absent.judged();
        assert!(!absent.healthy);
        insta::assert_snapshot!(status(&absent));
    }
}
