//! What the connection manager needs to decide who may connect.
//!
//! It reads the user pool and the origins from the shell's `config.json` when it runs, and refers to
//! nothing of the shell: that refers to the address of the API, whose function this is.

use std::collections::BTreeMap;

use model::types::iam::Statement;
use model::{Pseudo, Text};
use toggle_contract::doors::{ANY_ORIGIN, Doors};
use toggle_contract::{DOORS, SHELL_BUCKET, SHELL_CONFIG};

use crate::description::System;
use crate::shell;

/// The variables of the function.
pub(super) fn environment(system: &System) -> BTreeMap<String, Text> {
    let doors = doors(system);
    // A map of texts without control characters: JSON can represent each.
    let json = serde_json::to_string(&doors).unwrap_or_default();
    let bucket = doors.need_shell().then(|| shell::bucket_name(system));
    let bucket = bucket.map(|bucket| (SHELL_BUCKET.to_owned(), bucket));
    [(DOORS.to_owned(), Text::from(json))]
        .into_iter()
        .chain(bucket)
        .collect()
}

/// The permission to read the shell's configuration, if it is needed.
pub(super) fn reading(system: &System) -> Option<Statement> {
    let file = Text::concat([
        Text::from("arn:"),
        Pseudo::Partition.into(),
        Text::from(":s3:::"),
        shell::bucket_name(system),
        Text::from(format!("/{SHELL_CONFIG}")),
    ]);
    let read = Statement::allow(["s3:GetObject"], vec![file]);
    doors(system).need_shell().then_some(read)
}

fn doors(system: &System) -> Doors {
    let described = &system.toggles;
    // Without a shell no page is known.
    let any = system.shell.is_none().then(|| vec![ANY_ORIGIN.to_owned()]);
    Doors {
        connect: described.connect,
        origins: described.origins.clone().or(any),
        token_in_query: described.token_in_query,
        claims: described.claims.clone(),
    }
}
