//! Functions, their permissions, and their event sources.

mod event_source_mapping;
mod function;
mod permission;

use std::io::Write as _;

use model::Text;
use model::types::lambda::{Code, Function};
use tempfile::TempDir;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::support::World;

/// The trust policy of a role that functions assume.
const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},
    "Action":"sts:AssumeRole"}]}"#;

/// A world with a role, and with the zips of two versions of a function's code.
struct Workshop {
    world: World,
    role: Text,
    sources: [String; 2],
    _zips: TempDir,
}

impl Workshop {
    async fn new() -> Self {
        let mut world = World::new();
        let role = role(&world, "test").await;
        let zips = TempDir::new().expect("a directory");
        let sources = ["one", "two"].map(|version| {
            let path = zips.path().join(version);
            std::fs::write(&path, bootstrap(version)).expect("written");
            world.artifacts.insert(version.to_owned(), path);
            version.to_owned()
        });
        Self {
            world,
            role,
            sources,
            _zips: zips,
        }
    }

    /// A function with the first version of the code.
    fn function(&self, name: &str) -> Function {
        Function {
            function_name: name.to_owned(),
            description: None,
            role: self.role.clone(),
            runtime: "provided.al2023".to_owned(),
            handler: "bootstrap".to_owned(),
            code: Code {
                source: self.sources[0].clone(),
            },
            architectures: Vec::new(),
            memory_size: None,
            timeout: None,
            environment: None,
            reserved_concurrent_executions: None,
            tracing_config: None,
            logging_config: None,
            ephemeral_storage: None,
            layers: Vec::new(),
            dead_letter_config: None,
            kms_key_arn: None,
        }
    }
}

/// A role for functions, which is not the system's.
async fn role(world: &World, name: &str) -> Text {
    let client = aws_sdk_iam::Client::new(&world.config());
    let name = format!("{}-{name}", world.system);
    let created = client
        .create_role()
        .role_name(name)
        .assume_role_policy_document(TRUST)
        .send()
        .await
        .expect("a role");
    created.role().expect("it is told").arn().into()
}

fn bootstrap(version: &str) -> Vec<u8> {
    let mut zip = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    zip.start_file(
        "bootstrap",
        SimpleFileOptions::default().unix_permissions(0o755),
    )
    .expect("a file");
    zip.write_all(format!("#!/bin/sh\n# {version}\nexit 1\n").as_bytes())
        .expect("written");
    zip.finish().expect("a zip").into_inner()
}
