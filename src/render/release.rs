//! Releases: progress, results, and the list of releases.

use std::io::Write as _;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use tokio::sync::mpsc::UnboundedReceiver;

use super::visible;
use crate::release::{
    Application, Event, Listed, Outcome, Previewed, Pruned, Published, RolledBack, Standing,
};

/// Shows the events of a publish or a rollback until it ends: a bar on a terminal, plain lines
/// elsewhere.
pub async fn release_progress(mut events: UnboundedReceiver<Event>) {
    let bar = ProgressBar::hidden();
    let mut display = Display { bar };
    while let Some(event) = events.recv().await {
        display.show(&event);
    }
    display.bar.finish_and_clear();
}

/// Shows only the warnings among the events of a release.
pub async fn release_warnings(mut events: UnboundedReceiver<Event>) {
    while let Some(event) = events.recv().await {
        if let Event::Unmarked { reason, advice } = event {
            let _ = writeln!(std::io::stderr(), "{}", unmarked(&reason, advice));
        }
    }
}

/// That a release is not on the dashboard, in one line.
fn unmarked(reason: &str, advice: &str) -> String {
    let line = format!("  warning: the dashboard does not show this release: {reason} ({advice})");
    visible::lines(&line.replace('\n', " "))
}

struct Display {
    bar: ProgressBar,
}

impl Display {
    fn show(&mut self, event: &Event) {
        match event {
            Event::Waiting => {
                self.line("  waiting for another publisher to finish deleting old releases");
            }
            Event::Uploading { files: 0, .. } => {
                self.line("  nothing to upload: all files are already there");
            }
            Event::Uploading {
                files,
                bytes,
                present,
            } => {
                self.line(&format!(
                    "  uploading {files} files, {} ({present} are already there)",
                    size(*bytes)
                ));
                self.bar = bar(*bytes);
            }
            Event::Uploaded { path, bytes } => {
                self.bar.set_message(path.clone());
                self.bar.inc(*bytes);
            }
            Event::Switching => self.line("  switching"),
            Event::Showing(name) => self.line(&format!("  showing it as the preview {name}")),
            Event::Baking {
                percent,
                every,
                alarms,
            } => {
                let watched = match alarms {
                    0 => String::new(),
                    1 => ", watching an alarm".to_owned(),
                    alarms => format!(", watching {alarms} alarms"),
                };
                self.line(&format!(
                    "  {percent} of the clients have it for {}{watched}",
                    time(*every)
                ));
            }
            Event::GoingBack { alarm } => {
                self.line(&format!(
                    "  the alarm {alarm} is ringing: ending the canary"
                ));
            }
            Event::Unmarked { reason, advice } => {
                self.line(&unmarked(reason, advice));
            }
            Event::Pruning { objects } => {
                self.line(&format!("  deleting {objects} objects of old releases"));
            }
        }
    }

    fn line(&mut self, text: &str) {
        self.bar.finish_and_clear();
        let _ = writeln!(std::io::stderr(), "{text}");
    }
}

fn bar(bytes: u64) -> ProgressBar {
    let bar = ProgressBar::new(bytes);
    let style = ProgressStyle::with_template("  {bar:30} {bytes}/{total_bytes} {wide_msg}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}

/// A duration in words.
fn time(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match (seconds, seconds % 3_600, seconds % 60) {
        (3_600.., 0, _) => format!("{} h", seconds / 3_600),
        (60.., _, 0) => format!("{} min", seconds / 60),
        _ => format!("{seconds} s"),
    }
}

/// A size in words.
fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{}.{} kB", bytes / 1_000, bytes % 1_000 / 100),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}

/// The result of a publish, in one line.
#[must_use]
pub fn published(application: &Application, published: &Published) -> String {
    let version = named(
        published.version.as_str(),
        published.package_version.as_deref(),
    );
    let part = published
        .canary
        .map(|percent| format!("the canary for {percent} of the clients"));
    let part = part.unwrap_or_else(|| "current".to_owned());
    match published.outcome {
        Outcome::Unchanged => format!("{application}: {version} is already {part}"),
        Outcome::Canary => format!("{application}: {version} is {part}"),
        Outcome::Current => match &published.before {
            Some(before) if *before != published.version => {
                format!("{application}: {version} is current; previously {before}")
            }
            _ => format!("{application}: {version} is current"),
        },
    }
}

/// The result of publishing a preview, in one line.
#[must_use]
pub fn previewed(application: &Application, previewed: &Previewed) -> String {
    let preview = &previewed.preview;
    let version = named(
        preview.version.as_str(),
        previewed.package_version.as_deref(),
    );
    format!(
        "{application}: {version} is the preview {} until {}",
        preview.name, preview.expires
    )
}

/// What was deleted, or would be: a line in all, then one for each release and preview.
#[must_use]
pub fn pruned(application: &Application, pruned: &Pruned, dry_run: bool) -> String {
    if pruned.objects == 0 {
        return format!("{application}: nothing to delete");
    }
    let would = if dry_run { "to delete" } else { "deleted" };
    let mut lines = vec![format!(
        "{application}: {would}: {} objects, {}",
        pruned.objects,
        size(pruned.bytes)
    )];
    let releases = pruned.releases.iter();
    lines.extend(releases.map(|version| format!("  release {version}")));
    let previews = pruned.previews.iter();
    lines.extend(previews.map(|name| format!("  expired preview {name}")));
    lines.join("\n")
}

/// The result of a rollback, in one line.
#[must_use]
pub fn rolled_back(application: &Application, back: &RolledBack) -> String {
    let canary = back
        .ended_canary
        .as_ref()
        .map(|canary| format!("; the canary {canary} has ended"))
        .unwrap_or_default();
    let RolledBack {
        version, before, ..
    } = back;
    match (version == before, canary.as_str()) {
        (true, "") => format!("{application}: {version} is already current"),
        (true, _) => format!("{application}: {version} is current for all clients{canary}"),
        (false, _) => format!("{application}: {version} is current; previously {before}{canary}"),
    }
}

/// Releases as a table.
#[must_use]
pub fn releases(listed: &[Listed]) -> String {
    let rows = listed.iter().map(|release| {
        let package = release
            .package_version
            .clone()
            .unwrap_or_else(|| "-".to_owned());
        let files = format!("{} files", release.files);
        [
            release.version.to_string(),
            package,
            release.published.clone(),
            standing(release),
            files,
            size(release.size),
        ]
    });
    let rows: Vec<[String; 6]> = rows.collect();
    let width = |column: usize| {
        rows.iter()
            .map(|row| row[column].chars().count())
            .max()
            .unwrap_or_default()
    };
    let widths: Vec<usize> = (0..6).map(width).collect();
    let line = |row: &[String; 6]| {
        let cells = row
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell:width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn standing(release: &Listed) -> String {
    let role = role(release);
    let previews = release.previews.iter();
    let previews = previews.map(|name| format!("preview {name}"));
    let all = (!role.is_empty())
        .then_some(role)
        .into_iter()
        .chain(previews);
    all.collect::<Vec<_>>().join(", ")
}

fn role(release: &Listed) -> String {
    match release.standing {
        Standing::Current => "current".to_owned(),
        Standing::Canary => release
            .percent
            .map_or_else(String::new, |percent| format!("canary {percent}")),
        Standing::Previous => "previous".to_owned(),
        Standing::Kept => String::new(),
    }
}

fn named(version: &str, package: Option<&str>) -> String {
    package.map_or_else(
        || version.to_owned(),
        |package| format!("{version} ({package})"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::release::{Percent, Version};

    fn listed(version: &str, standing: Standing, size: u64) -> Listed {
        Listed {
            version: Version::parse(version).unwrap(),
            package_version: (size > 1).then(|| "1.4.0".to_owned()),
            published: "2026-11-23T08:00:00Z".to_owned(),
            standing,
            percent: (standing == Standing::Canary).then(|| Percent::try_from(30).unwrap()),
            previews: (standing != Standing::Current && size > 999)
                .then(|| "pr-12".parse().unwrap())
                .into_iter()
                .collect(),
            size,
            files: 2,
        }
    }

    #[test]
    fn releases_are_a_table() {
        let table = releases(&[
            listed("3f2a00000001", Standing::Current, 1_234_567),
            listed("3f2a00000002", Standing::Canary, 12_345),
            listed("3f2a00000003", Standing::Previous, 999),
            listed("3f2a00000004", Standing::Kept, 1),
        ]);
        insta::assert_snapshot!(table, @r"
        3f2a00000001  1.4.0  2026-11-23T08:00:00Z  current                     2 files  1.2 MB
        3f2a00000002  1.4.0  2026-11-23T08:00:00Z  canary 30 %, preview pr-12  2 files  12.3 kB
        3f2a00000003  1.4.0  2026-11-23T08:00:00Z  previous                    2 files  999 B
        3f2a00000004  -      2026-11-23T08:00:00Z                              2 files  1 B
        ");
    }

    #[test]
    fn a_line_tells_what_became_of_a_publish() {
        let version = |text: &str| Version::parse(text).unwrap();
        let mut told = Published {
            version: version("3f2a00000002"),
            package_version: Some("1.4.0".to_owned()),
            outcome: Outcome::Current,
            canary: None,
            before: None,
            files: 2,
            uploaded: 2,
            pruned: 0,
            prune_failed: None,
        };
        let team = Application::Team("shipping".to_owned());
        insta::assert_snapshot!(published(&team, &told), @"shipping: 3f2a00000002 (1.4.0) is current");
        told.before = Some(version("3f2a00000001"));
        insta::assert_snapshot!(published(&team, &told), @"shipping: 3f2a00000002 (1.4.0) is current; previously 3f2a00000001");
        told.outcome = Outcome::Unchanged;
        insta::assert_snapshot!(published(&Application::Shell, &told), @"shell: 3f2a00000002 (1.4.0) is already current");
        told.canary = Some(Percent::try_from(30).unwrap());
        told.outcome = Outcome::Canary;
        insta::assert_snapshot!(published(&team, &told), @"shipping: 3f2a00000002 (1.4.0) is the canary for 30 % of the clients");
    }

    #[test]
    fn what_was_pruned_is_told() {
        let team = Application::Team("shipping".to_owned());
        insta::assert_snapshot!(pruned(&team, &Pruned::default(), true), @"shipping: nothing to delete");
        let some = Pruned {
            releases: vec![Version::parse("3f2a00000001").unwrap()],
            previews: vec!["pr-12".parse().unwrap()],
            objects: 7,
            bytes: 12_345,
        };
        insta::assert_snapshot!(pruned(&team, &some, true), @r"
        shipping: to delete: 7 objects, 12.3 kB
          release 3f2a00000001
          expired preview pr-12
        ");
        assert!(pruned(&team, &some, false).starts_with("shipping: deleted: 7 objects"));
    }

    #[test]
    fn times_are_in_the_largest_unit() {
        let told = [1, 60, 90, 600, 3_600, 5_400].map(|seconds| time(Duration::from_secs(seconds)));
        assert_eq!(told, ["1 s", "1 min", "90 s", "10 min", "1 h", "90 min"]);
    }

    #[test]
    fn a_line_tells_what_became_of_a_rollback() {
        let version = |text: &str| Version::parse(text).unwrap();
        let (one, two) = (version("3f2a00000001"), version("3f2a00000002"));
        let mut back = RolledBack {
            version: one.clone(),
            before: two.clone(),
            ended_canary: None,
        };
        insta::assert_snapshot!(rolled_back(&Application::Shell, &back), @"shell: 3f2a00000001 is current; previously 3f2a00000002");
        back.ended_canary = Some(two);
        back.before = one;
        insta::assert_snapshot!(rolled_back(&Application::Shell, &back), @"shell: 3f2a00000001 is current for all clients; the canary 3f2a00000002 has ended");
        back.ended_canary = None;
        insta::assert_snapshot!(rolled_back(&Application::Shell, &back), @"shell: 3f2a00000001 is already current");
    }
}
