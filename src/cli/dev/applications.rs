//! The applications of the shell and the teams, built and published as their developers do it.

use std::path::PathBuf;

use futures_util::future::try_join_all;
use miette::{IntoDiagnostic as _, Report};
use stacks::description::System;
use tokio::task::JoinHandle;

use super::repositories::Repositories;
use crate::cli::advice;
use crate::cli::context::{Context, Outputs};
use crate::cli::global::Global;
use crate::cli::output::say;
use crate::cli::release;
use crate::release::{Application, Events};
use crate::render;

/// Applications that are being built.
pub(super) struct Builds(JoinHandle<Result<Vec<Built>, Report>>);

struct Built {
    application: Application,
    dist: PathBuf,
}

impl Builds {
    /// Starts building the applications of the selected stacks whose sources are here: a team's may
    /// be elsewhere, or in a repository.
    pub(super) fn begin(
        global: &Global,
        system: &System,
        context: &Context,
        repositories: &Repositories,
    ) -> Self {
        let applications = release::applications(system, &context.selection);
        let applications = applications.filter(|of| !repositories.have(of));
        let sources: Vec<_> = applications
            .map(|of| (release::source(global, system, &of), of))
            .collect();
        Self(tokio::spawn(build_all(sources)))
    }

    /// Waits for the builds and publishes them concurrently. Returns the applications.
    pub(super) async fn publish(
        self,
        context: &Context,
        outputs: &Outputs,
    ) -> Result<Vec<Application>, Report> {
        let built = self.0.await.into_diagnostic()??;
        try_join_all(
            built
                .into_iter()
                .map(|built| built.publish(context, outputs)),
        )
        .await
    }
}

impl Built {
    async fn publish(self, context: &Context, outputs: &Outputs) -> Result<Application, Report> {
        let releases = release::releases(context, outputs, &self.application)?;
        let dist = release::read(&self.dist, &self.application).await?;
        let published = releases
            .publish(&dist, None, &Events::none())
            .await
            .map_err(advice::report)?;
        say(&render::published(&self.application, &published));
        Ok(self.application)
    }
}

async fn build_all(sources: Vec<(PathBuf, Application)>) -> Result<Vec<Built>, Report> {
    let mut built = Vec::new();
    for (source, application) in sources {
        if source.is_dir() || release::shipped(&application).is_some() {
            let dist = release::build(source, &application).await?;
            built.push(Built { application, dist });
        } else {
            let command = format!("frontage release publish {application} --dir DIST");
            say(&format!(
                "{application} is not here ({}); to publish a build of it: {command}",
                source.display()
            ));
        }
    }
    Ok(built)
}
