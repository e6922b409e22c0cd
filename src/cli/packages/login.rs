//! `frontage packages login`.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::SystemTime;

use clap::Args;
use miette::{IntoDiagnostic as _, Report, WrapErr as _, miette};

use super::RegistryArgs;
use super::destination::{Destination, destination};
use crate::cli::global::Global;
use crate::cli::output::{print, say};

/// The lifetime of the token, in seconds: twelve hours, the maximum of CodeArtifact.
const DAY: i64 = 43_200;

/// Arguments of `login`.
#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    /// Write it to the workspace's .npmrc, keeping all other lines
    #[arg(long)]
    write: bool,
    #[command(flatten)]
    place: RegistryArgs,
}

pub(super) async fn run(global: &Global, arguments: &Arguments) -> Result<(), Report> {
    let workspace = arguments.place.workspace(global)?;
    let destination = destination(global, &arguments.place, DAY).await?;
    let lines = configuration(&workspace.scopes(), &destination)?;
    if arguments.write {
        let path = workspace.directory().join(".npmrc");
        let before = match fs::read_to_string(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            read => read
                .into_diagnostic()
                .wrap_err_with(|| format!("{} cannot be read", path.display()))?,
        };
        replace(&path, &merged(&before, &lines))
            .into_diagnostic()
            .wrap_err_with(|| format!("{} cannot be written", path.display()))?;
        say(&format!(
            "wrote {}: it contains a token, so keep it out of Git",
            path.display()
        ));
    } else {
        print(&lines.join("\n"));
    }
    if let Some(until) = destination.until {
        say(&format!("the token expires {}", within(until)));
    }
    Ok(())
}

fn configuration(scopes: &[String], destination: &Destination) -> Result<Vec<String>, Report> {
    let Some(token) = &destination.token else {
        return Err(miette!(
            help = "set NODE_AUTH_TOKEN to the registry's token",
            "there is no token for {}",
            destination.registry.url()
        ));
    };
    let url = destination.registry.url();
    let scopes = scopes.iter().map(|scope| format!("{scope}:registry={url}"));
    Ok(scopes
        .chain([format!("{}={token}", destination.registry.token_key())])
        .collect())
}

/// A configuration with some keys replaced and every other line unchanged.
fn merged(before: &str, lines: &[String]) -> String {
    let key = |line: &str| line.split_once('=').map(|(key, _)| key.trim().to_owned());
    let keys: Vec<_> = lines.iter().filter_map(|line| key(line)).collect();
    let kept = before
        .lines()
        .filter(|line| key(line).is_none_or(|of| !keys.contains(&of)));
    kept.chain(lines.iter().map(String::as_str))
        .fold(String::new(), |text, line| text + line + "\n")
}

/// Replaces a file atomically, readable by its owner only.
fn replace(path: &Path, text: &str) -> std::io::Result<()> {
    let directory = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(directory)?;
    file.as_file()
        .set_permissions(fs::Permissions::from_mode(0o600))?;
    file.write_all(text.as_bytes())?;
    file.persist(path).map(drop).map_err(|error| error.error)
}

/// `in 11 h 59 min`.
fn within(until: SystemTime) -> String {
    let minutes = until
        .duration_since(SystemTime::now())
        .map_or(0, |left| left.as_secs() / 60);
    format!("in {} h {} min", minutes / 60, minutes % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_lines_stay() {
        let before = "; ours\nfund=false\n@acme:registry=https://old/\n//old/:_authToken=a\n//new/:_authToken=b\n";
        let lines = [
            "@acme:registry=https://new/".to_owned(),
            "//new/:_authToken=c".to_owned(),
        ];
        let after = "; ours\nfund=false\n//old/:_authToken=a\n@acme:registry=https://new/\n//new/:_authToken=c\n";
        assert_eq!(merged(before, &lines), after);
        assert_eq!(merged(after, &lines), after);
    }

    #[test]
    fn only_its_owner_reads_it() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join(".npmrc");
        replace(&path, "a=b\n").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "a=b\n");
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }
}
