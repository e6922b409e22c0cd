//! `frontage pipeline export`.

use clap::{Args, ValueEnum};
use miette::{Report, miette};
use stacks::description::{Ci, System};
use stacks::pipeline::{Place, buildspec, export};

use super::team;
use crate::cli::description;
use crate::cli::global::Global;
use crate::cli::output::{print, say};

/// Arguments of `export`.
#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    /// The team
    team: String,
    /// The service that runs the steps
    #[arg(long = "for", value_name = "SERVICE")]
    service: For,
}

/// A service that runs the steps.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum For {
    /// GitHub Actions: a workflow
    Github,
    /// GitLab CI/CD: the file .gitlab-ci.yml
    Gitlab,
    /// AWS's build service: a buildspec
    Codebuild,
}

/// Makes no calls: the account is the description's, the Region also the command line's.
pub(super) fn run(global: &Global, arguments: &Arguments) -> Result<(), Report> {
    let system = description::read(global)?;
    let team = team(&system, &arguments.team)?;
    let ci = match arguments.service {
        For::Codebuild => return print(&buildspec(team)),
        For::Github => Ci::GitHub,
        For::Gitlab => Ci::GitLab,
    };
    print(&export(&system, team, ci, &place(global, &system)?))?;
    if team
        .pipeline
        .as_ref()
        .and_then(stacks::description::Pipeline::ci)
        != Some(ci)
    {
        say(&format!(
            "the role that it assumes does not exist: set `source = \"{}\"` and `repository` in [teams.{}.pipeline], and \
             run `frontage apply`",
            ci.as_str(),
            team.name
        ));
    }
    Ok(())
}

/// The account and the Region of the role.
fn place(global: &Global, system: &System) -> Result<Place, Report> {
    let connection = global.connection(system.region.as_deref());
    match (system.account.clone(), connection.region) {
        (Some(account), Some(region)) => Ok(Place { account, region }),
        (account, _) => {
            let key = if account.is_none() {
                "account"
            } else {
                "region"
            };
            Err(miette!(
                help = format!("state `{key}` in {}", global.config.display()),
                "the file names a role, and the description states no `{key}`"
            ))
        }
    }
}
