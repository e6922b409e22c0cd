//! `frontage.toml`: the operator's description, typed and checked.
//!
//! Pure: text in, a [`System`] or all problems with it out. Reading the file and asking for a name
//! are up to the command line. Anything that violates a limit published by AWS is refused here,
//! before any call.
//!
//! Each table of the file has a module with its type, defaults and limits; a key is documented on
//! the field with its name. [`TEMPLATE`] documents the same for operators.

mod alarms;
mod api;
mod arn;
mod budget;
mod delivery;
mod domain;
mod email;
mod functions;
mod identity;
mod name;
mod operations;
mod packages;
mod password;
mod pipelines;
mod problem;
mod provider;
mod quotas;
mod region;
mod share;
mod sites;
mod sources;
mod suggestion;
mod syntax;
mod system;
mod table;
mod tags;
mod template;
mod toggles;

pub use alarms::Alarms;
pub use api::Api;
pub use budget::{Budget, InvalidBudget};
pub use delivery::{AccessLogs, Countries, Delivery, MINIMUM_TLS, price_class};
pub use domain::{CustomDomain, Dns};
pub use email::Email;
pub use functions::{Architecture, Functions, LOG_CLASSES, LogLevel, log_class};
pub use identity::{Identity, Mfa, ThreatProtection, Tier};
pub use name::{InvalidName, Name};
pub use operations::Operations;
pub use packages::Packages;
pub use password::Password;
pub use pipelines::{Canary, Ci, Connection, Pipeline, Pipelines, Source, is_folder};
pub use problem::{DescriptionErrors, Problem};
pub use provider::{Oidc, Protocol, Provider};
pub use quotas::Quotas;
pub use share::{NoShare, Share};
pub use sites::{Shell, Styles, Team};
pub use sources::{Permission, Sources};
pub use system::System;
pub use template::{TEMPLATE, template};
pub use toggles::{Connections, Toggles};
