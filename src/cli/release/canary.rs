//! The options of a canary, and how it is taken to all clients.

use std::time::Duration;

use clap::Args;
use miette::{Report, miette};

use super::duration::duration;
use super::progress::with_progress;
use crate::cli::advice;
use crate::cli::global::Global;
use crate::release::{
    Application, Outcome, Percent, Published, ReleaseError, Releases, Rollout, Steps, Version,
};

/// The options of a canary.
#[derive(Debug, Args)]
pub(in crate::cli) struct Canary {
    /// Release to this percentage of clients (1–99), or in several steps: 10,50; a client keeps the
    /// version it was given
    #[arg(id = "canary", long = "canary", value_name = "PERCENT,…")]
    steps: Option<Steps>,
    /// How long each step lasts, such as 10m; after the last one all clients get the release,
    /// except with --hold
    #[arg(long, value_name = "DURATION", value_parser = duration, requires = "canary")]
    every: Option<Duration>,
    /// Alarms of this Region or us-east-1, by their whole names: if one rings meanwhile, the canary
    /// ends at once
    #[arg(
        long,
        value_name = "ALARM,…",
        value_delimiter = ',',
        requires = "every"
    )]
    watch: Vec<String>,
    /// Stay at the last step after its time, until `release promote` or `release rollback` ends it
    #[arg(long, requires = "every")]
    hold: bool,
}

impl Canary {
    /// Checks what the command line's own rules cannot say.
    pub(in crate::cli) fn check(&self, application: &Application) -> Result<(), Report> {
        let Some(steps) = &self.steps else {
            return Ok(());
        };
        if *application == Application::Shell {
            return Err(advice::report(ReleaseError::CanaryOfShell));
        }
        if self.every.is_none() && !steps.is_single() {
            return Err(miette!(
                help = "add --every, such as --every 10m",
                "a canary in steps needs the time of a step"
            ));
        }
        Ok(())
    }

    /// The share of a canary that stays until another command ends it.
    pub(super) fn percent(&self) -> Option<Percent> {
        self.steps.as_ref().map(Steps::first)
    }

    /// How the canary becomes current by itself, if it is to.
    pub(super) fn rollout(&self, releases: &Releases) -> Option<Rollout> {
        Some(Rollout {
            steps: self.steps.clone()?,
            every: self.every?,
            alarms: releases.alarms(&self.watch),
            hold: self.hold,
        })
    }

    /// Its options as the variables of a pipeline's steps; none without a canary.
    pub(in crate::cli) fn variables(&self) -> Vec<(&'static str, String)> {
        let Some(steps) = &self.steps else {
            return Vec::new();
        };
        let every = self.every.map(|every| format!("{}s", every.as_secs()));
        let watch = (!self.watch.is_empty()).then(|| self.watch.join(","));
        let hold = self.hold.then(|| "1".to_owned());
        let others = [
            ("FRONTAGE_EVERY", every),
            ("FRONTAGE_WATCH", watch),
            ("FRONTAGE_HOLD", hold),
        ];
        let others = others
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)));
        [("FRONTAGE_CANARY", steps.to_string())]
            .into_iter()
            .chain(others)
            .collect()
    }
}

/// Begins a canary by `begin`, which makes a release the canary at a share, and takes it to all
/// clients, or to its last step if it is held there. No alarm may be ringing before.
pub(super) async fn roll_out(
    global: &Global,
    releases: &Releases,
    version: &Version,
    rollout: &Rollout,
    begin: impl AsyncFnOnce(Percent) -> Result<Published, Report>,
) -> Result<Published, Report> {
    rollout
        .alarms
        .assert_quiet()
        .await
        .map_err(advice::report)?;
    let first = releases.first_step(version, &rollout.steps).await;
    let begun = begin(first.map_err(advice::report)?).await?;
    let roll_out = async |events| releases.roll_out(version, rollout, &events).await;
    let held = with_progress(global.format, roll_out).await?;
    Ok(Published {
        outcome: held.map_or(Outcome::Current, |_| Outcome::Canary),
        canary: held,
        ..begun
    })
}
