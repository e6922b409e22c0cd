//! AWS Certificate Manager.

mod certificate;
mod client;

pub(crate) use certificate::Certificates;
