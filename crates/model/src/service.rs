//! An AWS service.

/// An AWS service that resource types belong to.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Service {
    /// Its name for people: `CodeArtifact`.
    pub name: &'static str,
    /// Its id in the AWS SDKs: `codeartifact`, `Cognito Identity Provider`. Each SDK crate contains
    /// it in its `config.rs`, where it looks up the service's own endpoint.
    pub sdk_id: &'static str,
}

impl Service {
    /// The environment variable that gives the service an endpoint of its own:
    /// `AWS_ENDPOINT_URL_` and the id in capitals, with underscores for its spaces
    /// ([AWS's reference](https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html)).
    #[must_use]
    pub fn endpoint_variable(&self) -> String {
        let id = self.sdk_id.to_uppercase().replace(' ', "_");
        format!("AWS_ENDPOINT_URL_{id}")
    }
}
