//! Route 53.
//!
//! A zone is not ours and its records carry no tags. So each record of ours has a companion: a TXT
//! record that names the system, the address and the fingerprint, written and deleted in the same
//! atomic batch. A record without one is somebody else's. All companions of a zone stand below
//! `_frontage`, as `TYPE.NAME._frontage.ZONE`, so that one call lists them however large the zone
//! is.

mod companion;
mod names;
mod record_set;
mod zones;

pub(super) use companion::Companion;
pub(super) use names::canonical;
pub(super) use record_set::RecordSets;
pub(super) use zones::{Zones, incomplete, remove, write};
