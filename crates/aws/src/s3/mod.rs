//! Amazon S3.

mod bucket;
mod object;
mod policy;
mod service;

pub(super) use bucket::Buckets;
pub(super) use object::Objects;
pub(super) use policy::Policies;

use crate::account::Account;

/// The client. At an emulator a bucket's name is in the path, since a host name of its own would
/// not resolve.
#[must_use]
pub fn client(account: &Account) -> aws_sdk_s3::Client {
    let config = account.config("s3");
    let at_emulator = config.endpoint_url().is_some();
    let config = aws_sdk_s3::config::Builder::from(&config)
        .force_path_style(at_emulator)
        .build();
    aws_sdk_s3::Client::from_conf(config)
}
