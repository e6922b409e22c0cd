//! Releases: progress, results, and the list of releases.

use std::io::Write as _;

use indicatif::{ProgressBar, ProgressStyle};
use tokio::sync::mpsc::UnboundedReceiver;

use crate::release::{Application, Event, Listed, Outcome, Published, RolledBack, Standing};

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
        3f2a00000001  1.4.0  2026-11-23T08:00:00Z  current      2 files  1.2 MB
        3f2a00000002  1.4.0  2026-11-23T08:00:00Z  canary 30 %  2 files  12.3 kB
        3f2a00000003  1.4.0  2026-11-23T08:00:00Z  previous     2 files  999 B
        3f2a00000004  -      2026-11-23T08:00:00Z               2 files  1 B
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
