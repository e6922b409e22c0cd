//! What is built, and what becomes of it.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use crate::Text;

/// What is built, and how.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(
    rename_all = "PascalCase",
    bound(serialize = "S: Serialize", deserialize = "S: Deserialize<'de>")
)]
pub struct Source<S = Text> {
    /// Where it is: `CODEPIPELINE`, `S3`, `CODECOMMIT`, `GITHUB`, `NO_SOURCE`.
    #[serde(rename = "Type")]
    pub kind: String,
    /// The repository's URL, or `BUCKET/KEY`; absent for `CODEPIPELINE` and `NO_SOURCE`.
    pub location: Option<S>,
    /// The build's steps as YAML, or the path of a file in the source or in S3; absent means
    /// `buildspec.yml` in the source.
    pub build_spec: Option<S>,
    /// How many commits are fetched; absent means 1, and 0 all.
    pub git_clone_depth: Option<i32>,
    /// Whether submodules are fetched.
    pub git_submodules_config: Option<GitSubmodulesConfig>,
    /// Who reads the source; absent means the account's own credentials.
    pub auth: Option<SourceAuth<S>>,
    /// Whether the Git host is told how a build ended; absent means no.
    pub report_build_status: Option<bool>,
    /// Whether the source's certificate is not checked; absent means that it is.
    pub insecure_ssl: Option<bool>,
}

/// Whether submodules are fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct GitSubmodulesConfig {
    /// Whether they are.
    pub fetch_submodules: bool,
}

/// Who reads a source.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(
    rename_all = "PascalCase",
    bound(serialize = "S: Serialize", deserialize = "S: Deserialize<'de>")
)]
pub struct SourceAuth<S = Text> {
    /// `CODECONNECTIONS` or `SECRETS_MANAGER`.
    #[serde(rename = "Type")]
    pub kind: String,
    /// The ARN of the connection or the secret.
    pub resource: Option<S>,
}

/// What becomes of what was built.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(
    rename_all = "PascalCase",
    bound(serialize = "S: Serialize", deserialize = "S: Deserialize<'de>")
)]
pub struct Artifacts<S = Text> {
    /// Where it goes: `CODEPIPELINE`, `S3` or `NO_ARTIFACTS`. All other properties are of `S3`.
    #[serde(rename = "Type")]
    pub kind: String,
    /// The bucket's name.
    pub location: Option<S>,
    /// What its key begins with.
    pub path: Option<String>,
    /// Its name; absent means the project's.
    pub name: Option<String>,
    /// `NONE`, or `BUILD_ID` for a build's id in its key; absent means `NONE`.
    pub namespace_type: Option<String>,
    /// `NONE`, for a folder, or `ZIP`; absent means `NONE`.
    pub packaging: Option<String>,
    /// Whether the buildspec names it; absent means no.
    pub override_artifact_name: Option<bool>,
    /// Whether it is not encrypted; absent means that it is.
    pub encryption_disabled: Option<bool>,
}

/// What is kept for the next build.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(
    rename_all = "PascalCase",
    bound(serialize = "S: Serialize", deserialize = "S: Deserialize<'de>")
)]
pub struct Cache<S = Text> {
    /// Where: `NO_CACHE`, `S3`, or `LOCAL` on the machine.
    #[serde(rename = "Type")]
    pub kind: String,
    /// The bucket and a prefix, of `S3`: `BUCKET/PREFIX`.
    pub location: Option<S>,
    /// What is kept, of `LOCAL`: `LOCAL_SOURCE_CACHE`, `LOCAL_DOCKER_LAYER_CACHE`,
    /// `LOCAL_CUSTOM_CACHE`; a set.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub modes: Vec<String>,
    /// The name under which projects share a cache, of `S3`; absent means that they do not.
    pub cache_namespace: Option<String>,
}

impl<S> Source<S> {
    /// A source of some type, with AWS's defaults.
    pub fn of(kind: impl Into<String>) -> Self {
        Self {
            kind: kind.into(),
            location: None,
            build_spec: None,
            git_clone_depth: None,
            git_submodules_config: None,
            auth: None,
            report_build_status: None,
            insecure_ssl: None,
        }
    }
}

impl<S> Artifacts<S> {
    /// Artifacts of some type, with AWS's defaults.
    pub fn of(kind: impl Into<String>) -> Self {
        Self {
            kind: kind.into(),
            location: None,
            path: None,
            name: None,
            namespace_type: None,
            packaging: None,
            override_artifact_name: None,
            encryption_disabled: None,
        }
    }
}

impl<S> Cache<S> {
    /// A cache in S3, at `BUCKET/PREFIX`.
    pub fn s3(location: S) -> Self {
        Self {
            location: Some(location),
            ..Self::of("S3")
        }
    }

    /// A cache on the machine.
    pub fn local(modes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self {
            modes: modes.into_iter().map(Into::into).collect(),
            ..Self::of("LOCAL")
        }
    }

    fn of(kind: &str) -> Self {
        Self {
            kind: kind.to_owned(),
            location: None,
            modes: Vec::new(),
            cache_namespace: None,
        }
    }
}
