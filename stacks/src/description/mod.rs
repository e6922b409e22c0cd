//! `frontage.toml`: what an operator writes, typed and checked.
//!
//! Pure: text in, a [`System`] or every problem with it out. Reading the file and asking for a name
//! are the command line's. What AWS would refuse by a published limit is refused here, before any
//! call.
//!
//! Each table of the file has a module with the type it becomes, its defaults and its limits; a key
//! is documented on the field of its name. [`TEMPLATE`] says the same to operators.

mod functions;
mod identity;
mod name;
mod packages;
mod problem;
mod region;
mod sites;
mod suggestion;
mod syntax;
mod system;
mod table;
mod tags;
mod template;
mod toggles;

pub use functions::{Architecture, Functions, LogLevel};
pub use identity::{Identity, Mfa};
pub use name::{InvalidName, Name};
pub use packages::Packages;
pub use problem::{DescriptionErrors, Problem};
pub use sites::{CustomDomain, Shell, Team};
pub use system::System;
pub use template::{TEMPLATE, template};
pub use toggles::Toggles;
