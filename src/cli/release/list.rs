//! `frontage release list`.

use miette::Report;

use super::destination;
use crate::cli::advice;
use crate::cli::global::{Format, Global};
use crate::cli::output::{print, print_json, say};
use crate::render;

pub(super) async fn run(global: &Global, name: &str) -> Result<(), Report> {
    let (application, releases) = destination::named(global, name).await?;
    let listed = releases.list().await.map_err(advice::report)?;
    match global.format {
        Format::Json => print_json(&listed),
        Format::Human if listed.is_empty() => {
            say(&format!(
                "nothing is published yet; to publish: frontage release publish {application}"
            ));
            Ok(())
        }
        Format::Human => print(&render::releases(&listed)),
    }
}
