//! Everything that runs on this machine and not in AWS: the pinned tools, the emulator that
//! `frontage dev` and the tests use, the reverse proxy in front of it, and the builds of the Lambda
//! functions and the front-ends.
//!
//! It knows no AWS service and no stack. It is synchronous: it starts other programs and waits for
//! them; a caller inside an asynchronous runtime gives it a blocking thread.

mod confined;
mod fakecloud;
mod files;
mod frontends;
pub mod functions;
mod keys;
mod lock;
pub mod ministack;
mod moto;
mod npm;
mod process;
pub mod proxy;
mod registry;
mod server;
mod source;
mod tools;

pub use fakecloud::Fakecloud;
pub use files::FileError;
pub use frontends::{Frontend, FrontendsError};
pub use functions::{Architecture, Function, Functions, FunctionsError, remapped_paths};
pub use keys::Keys;
pub use ministack::{MiniStack, MiniStackOptions};
pub use moto::Moto;
pub use npm::{CLI_SCOPE, lay_out as lay_out_npm, platform as npm_platform};
pub use process::{Tail, forget_outer_cargo};
pub use proxy::{Proxy, ProxyError};
pub use registry::{Registry, RegistryError};
pub use server::ServerError;
pub use source::workspace_root;
pub use tools::{ToolSet, Tools, ToolsError};
