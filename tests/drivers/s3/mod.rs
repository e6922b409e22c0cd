//! S3's types.

mod bucket;
mod object;
mod policy;

use aws_sdk_s3::Client;
use model::types::s3::Bucket;
use model::{Handle, StackBuilder, Text};

use super::support::World;

/// A property, and a change to it.
type Variation<T> = (&'static str, fn(&mut T));

/// The name of the test's bucket: names are shared by all accounts.
fn name(world: &World) -> String {
    format!("{}-test-{}", world.system, world.account_id)
}

fn bucket(world: &World) -> Bucket {
    Bucket {
        bucket_name: Text::from(name(world)),
        ..Bucket::default()
    }
}

fn add_bucket(world: &World, stack: &mut StackBuilder<'_>) -> Handle<Bucket> {
    stack.add("bucket", bucket(world))
}

/// A client that sends the bucket's name in the path.
fn client(world: &World) -> Client {
    let config = aws_sdk_s3::config::Builder::from(&world.config())
        .force_path_style(true)
        .build();
    Client::from_conf(config)
}
