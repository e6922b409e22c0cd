//! Shared npm packages: those of a workspace, published to a registry and compared with its
//! contents.
//!
//! Nothing here knows a stack, a command or a terminal, and only [`token`] knows AWS. npm does the
//! work: it packs, queries and publishes, so packages that it considers the same are the same here.
//!
//! # How a token stays secret
//! npm reads it from an environment variable that a configuration file names,
//! `${FRONTAGE_NPM_TOKEN}`. So it is in no file and on no command line, which other users of a
//! machine can see; npm's own logs are switched off.
//!
//! # Why nothing is half-published
//! Every package is built, packed and compared before the first is published, so anything that
//! would be refused is refused then. Packages are published in the order of their dependencies: a
//! run that dies leaves packages that can be installed, and the next one skips those already
//! published.

mod calls;
mod error;
mod npm;
mod npmrc;
mod publish;
mod token;
mod workspace;

pub use calls::CALLS;
pub use error::PackagesError;
pub use npm::{Registry, TOKEN_VARIABLE};
pub use npmrc::configure;
pub use publish::{Comparison, Event, Prepared, Standing};
pub use token::Token;
pub use workspace::{Package, Workspace};
