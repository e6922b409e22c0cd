//! Example toggles, to try the service with.

use miette::Report;

use crate::cli::advice;
use crate::toggles::{Change, Store};

/// Their ids, names and states.
pub(super) const EXAMPLES: [(&str, &str, bool); 3] = [
    ("1", "Feature toggle 1", false),
    ("2", "Feature toggle 2", true),
    ("3", "Feature toggle 3", false),
];

/// Creates them.
pub(super) async fn make(store: &Store) -> Result<(), Report> {
    for (id, name, active) in EXAMPLES {
        let change = Change {
            rules: None,
            id,
            active,
            name: Some(name),
            value: None,
            attributes: &[],
            if_revision: None,
        };
        store.set(&change).await.map_err(advice::report)?;
    }
    Ok(())
}
