//! The function that keeps `toggles.json` beside `config.json`: the state of all toggles, for pages that
//! have no WebSocket yet, or cannot have one.

use model::types::iam::Statement;
use model::types::s3::Bucket;
use model::{Handle, StackBuilder, Text};
use toggle_contract::{NAMES, SNAPSHOT, SNAPSHOT_BUCKET, TOGGLES_TABLE};

use crate::artifacts::Sources;
use crate::description::System;
use crate::function::Builder;
use crate::stream::{Streaming, stream_function};
use crate::toggles::{CHANGES, Service, Watched, alarms, private};

/// The file's URL on the shell's site.
pub(super) fn url() -> String {
    format!("/{SNAPSHOT}")
}

/// Adds the function, and its alarms, which notify the topic of the toggles' own.
pub(super) fn add(
    stack: &mut StackBuilder<'_>,
    system: &System,
    code: &Sources,
    service: &Service,
    bucket: &Handle<Bucket>,
) {
    let toggles = &service.table;
    let file = Text::concat([bucket.arn(), Text::from(url())]);
    let mut builder = Builder {
        stack,
        settings: &system.functions,
        code,
    };
    let parts = Streaming {
        name: NAMES.toggle_snapshot,
        code: &code.toggle_snapshot,
        description: "Writes the state of all toggles to a file",
        source: &service.history,
        pattern: Some(CHANGES),
        parallel_batches: 1,
        statements: vec![
            Statement::allow(["dynamodb:Scan"], vec![toggles.arn()]),
            Statement::allow(["s3:PutObject"], vec![file]),
        ],
        environment: [
            (TOGGLES_TABLE.to_owned(), toggles.name()),
            (SNAPSHOT_BUCKET.to_owned(), bucket.name()),
        ]
        .into_iter()
        .chain(private(&system.toggles))
        .collect(),
    };
    let function = stream_function(&mut builder, &system.toggles, parts);
    let watched = Watched {
        streamed: vec![(NAMES.toggle_snapshot, &function)],
        ..Watched::default()
    };
    alarms(stack, service.topic.as_ref(), &watched);
}
