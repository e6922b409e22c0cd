//! The machine that builds.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use crate::Text;

/// The machine that builds.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(
    rename_all = "PascalCase",
    bound(serialize = "S: Serialize", deserialize = "S: Deserialize<'de>")
)]
pub struct Environment<S = Text> {
    /// The kind of machine: `LINUX_CONTAINER`, `ARM_CONTAINER`.
    #[serde(rename = "Type")]
    pub kind: String,
    /// Its size: `BUILD_GENERAL1_SMALL`.
    pub compute_type: String,
    /// The image that runs on it: `aws/codebuild/amazonlinux-x86_64-standard:5.0`.
    pub image: S,
    /// Environment variables of builds; a set by name.
    #[serde(default = "Vec::new", skip_serializing_if = "Vec::is_empty")]
    pub environment_variables: Vec<EnvironmentVariable<S>>,
    /// Whether builds may run Docker; absent means no.
    pub privileged_mode: Option<bool>,
    /// Who pulls the image: `CODEBUILD`, for AWS's own images, or `SERVICE_ROLE`, for all others;
    /// absent means `CODEBUILD`.
    pub image_pull_credentials_type: Option<String>,
    /// The credentials of a private registry.
    pub registry_credential: Option<RegistryCredential<S>>,
    /// The bucket and key of a certificate that builds trust.
    pub certificate: Option<S>,
}

/// An environment variable of builds.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(
    rename_all = "PascalCase",
    bound(serialize = "S: Serialize", deserialize = "S: Deserialize<'de>")
)]
pub struct EnvironmentVariable<S = Text> {
    /// Its name.
    pub name: String,
    /// Its value, or the name of what holds it.
    pub value: S,
    /// What the value is: `PLAINTEXT`, `PARAMETER_STORE` or `SECRETS_MANAGER`; absent means
    /// `PLAINTEXT`.
    #[serde(rename = "Type")]
    pub kind: Option<String>,
}

/// The credentials of a private registry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(
    rename_all = "PascalCase",
    bound(serialize = "S: Serialize", deserialize = "S: Deserialize<'de>")
)]
pub struct RegistryCredential<S = Text> {
    /// The name or the ARN of a secret.
    pub credential: S,
    /// `SECRETS_MANAGER`.
    pub credential_provider: String,
}

impl<S> Environment<S> {
    /// A machine without variables and without Docker.
    pub fn new(kind: impl Into<String>, compute_type: impl Into<String>, image: S) -> Self {
        Self {
            kind: kind.into(),
            compute_type: compute_type.into(),
            image,
            environment_variables: Vec::new(),
            privileged_mode: None,
            image_pull_credentials_type: None,
            registry_credential: None,
            certificate: None,
        }
    }
}

impl<S> EnvironmentVariable<S> {
    /// A variable whose value everyone may see who may see the project.
    pub fn plain(name: impl Into<String>, value: S) -> Self {
        Self {
            name: name.into(),
            value,
            kind: None,
        }
    }
}
