//! Route 53.
//!
//! A zone is not the system's and its records carry no tags. So each record of the system has a
//! companion: a TXT record that names the system, the address and the fingerprint, written and
//! deleted in the same atomic batch. A record without one is another owner's. All companions of a
//! zone are below `_frontage`, as `TYPE.NAME._frontage.ZONE`, so that one call lists them, however
//! large the zone is. Health checks have tags, but not from their creation on.

mod client;
mod companion;
mod convert;
mod health_check;
mod names;
mod record_set;

pub(super) use client::Route53Client;
pub(super) use companion::Companion;
pub(super) use convert::{remove, simple_record, write};
pub(super) use health_check::HealthChecks;
pub(super) use names::{canonical, zone_id};
pub(super) use record_set::{RECORD_CALLS, RecordSets};
