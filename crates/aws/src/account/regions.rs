//! The Regions that an account has to enable.

/// The Regions of the partition `aws` that every account has. All others have to be enabled, and
/// none will be added: these are the ones that were launched before 20 March 2019.
///
/// Source: AWS Account Management Reference Guide, "Enable or disable AWS Regions in your account".
const ALWAYS_ENABLED: [&str; 17] = [
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
];

/// How the names of other partitions' Regions begin: there is nothing to enable in them (botocore's
/// `endpoints.json`, `regionRegex`).
const OTHER_PARTITIONS: [&str; 5] = ["cn-", "eu-iso", "eusc-", "us-gov-", "us-iso"];

/// Whether an account has to enable a Region before it can use it.
pub(super) fn needs_opt_in(region: &str) -> bool {
    !ALWAYS_ENABLED.contains(&region)
        && !OTHER_PARTITIONS
            .iter()
            .any(|prefix| region.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newer_regions_of_one_partition_have_to_be_enabled() {
        for region in [
            "af-south-1",
            "ap-east-1",
            "eu-south-1",
            "il-central-1",
            "me-central-1",
        ] {
            assert!(needs_opt_in(region), "{region}");
        }
        for region in ["eu-west-1", "cn-north-1", "us-gov-west-1", "eusc-de-east-1"] {
            assert!(!needs_opt_in(region), "{region}");
        }
    }
}
