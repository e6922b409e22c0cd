//! An AWS service.

/// The Region in which AWS has the metrics of CloudFront, of its certificates, of Route 53's health checks
/// and of an account's charges, and so the alarms on them. Sources: CloudFront developer guide, `Monitoring
/// CloudFront metrics with Amazon CloudWatch`; Route 53 developer guide, `Monitoring health checks using
/// CloudWatch`; CloudWatch user guide, `Create a billing alarm`.
pub const EDGE_REGION: &str = "us-east-1";

/// An AWS service that resource types belong to.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Service {
    /// Its name for people: `CodeArtifact`.
    pub name: &'static str,
    /// Its id in the AWS SDKs: `codeartifact`, `Cognito Identity Provider`. Each SDK crate contains
    /// it in its `config.rs`, where it looks up the service's own endpoint.
    pub sdk_id: &'static str,
    /// The Regions that it is in.
    pub regions: Regions,
}

/// The Regions that a service is in, or those parts of it that Frontage uses.
///
/// AWS adds Regions to services, so this may lag: it warns, and only `validate` refuses.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Regions {
    /// Every Region.
    All,
    /// These Regions.
    Only(&'static [&'static str]),
    /// Every Region whose code does not begin with one of these: `cn-`, `us-gov-`.
    Except(&'static [&'static str]),
}

impl Service {
    /// Whether it is in a Region.
    #[must_use]
    pub fn is_in(&self, region: &str) -> bool {
        match self.regions {
            Regions::All => true,
            Regions::Only(regions) => regions.contains(&region),
            Regions::Except(prefixes) => !prefixes.iter().any(|of| region.starts_with(of)),
        }
    }

    /// The environment variable that gives the service an endpoint of its own:
    /// `AWS_ENDPOINT_URL_` and the id in capitals, with underscores for its spaces
    /// ([AWS's reference](https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html)).
    #[must_use]
    pub fn endpoint_variable(&self) -> String {
        let id = self.sdk_id.to_uppercase().replace(' ', "_");
        format!("AWS_ENDPOINT_URL_{id}")
    }
}
