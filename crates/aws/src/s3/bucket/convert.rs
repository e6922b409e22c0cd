//! A bucket's settings in the SDK's types and in the model's.

use aws_sdk_s3::types::{
    CorsConfiguration as SdkCors, CorsRule as SdkCorsRule, ObjectOwnership as SdkOwnership,
    OwnershipControls as SdkOwnershipControls, OwnershipControlsRule as SdkOwnershipRule,
    PublicAccessBlockConfiguration as SdkAccess, ServerSideEncryption,
    ServerSideEncryptionByDefault as SdkEncryptionByDefault,
    ServerSideEncryptionRule as SdkEncryptionRule,
};
use engine::DriverError;
use model::types::s3::{
    Bucket, BucketEncryption, CorsConfiguration, CorsRule, ObjectOwnership,
    PublicAccessBlockConfiguration, ServerSideEncryptionByDefault, ServerSideEncryptionRule,
};

use super::Properties;
use crate::kit::policy_document::sort_set;
use crate::s3::client::incomplete;

/// A bucket of which only the name is known.
pub(super) fn named(bucket_name: String) -> Properties {
    Bucket {
        bucket_name,
        bucket_encryption: None,
        public_access_block_configuration: None,
        ownership_controls: None,
        versioning_configuration: None,
        lifecycle_configuration: None,
        cors_configuration: None,
        logging_configuration: None,
    }
}

pub(super) fn encryption(rules: &[SdkEncryptionRule]) -> Option<BucketEncryption<String>> {
    let rule = |rule: &SdkEncryptionRule| ServerSideEncryptionRule {
        server_side_encryption_by_default: rule.apply_server_side_encryption_by_default().map(
            |default| ServerSideEncryptionByDefault {
                sse_algorithm: default.sse_algorithm().as_str().to_owned(),
                kms_master_key_id: default.kms_master_key_id().map(str::to_owned),
            },
        ),
        bucket_key_enabled: rule.bucket_key_enabled(),
    };
    let rules: Vec<_> = rules.iter().map(rule).collect();
    (!rules.is_empty()).then_some(BucketEncryption {
        server_side_encryption_configuration: rules,
    })
}

/// The kinds of encryption that the bucket refuses are not managed here, and stay as they were.
pub(super) fn sdk_encryption(
    encryption: &BucketEncryption<String>,
    old: &[SdkEncryptionRule],
) -> Result<Vec<SdkEncryptionRule>, DriverError> {
    let blocked = old
        .first()
        .and_then(|rule| rule.blocked_encryption_types().cloned());
    let rules = encryption
        .server_side_encryption_configuration
        .iter()
        .map(|rule| {
            let default = rule
                .server_side_encryption_by_default
                .as_ref()
                .map(|default| {
                    SdkEncryptionByDefault::builder()
                        .sse_algorithm(ServerSideEncryption::from(default.sse_algorithm.as_str()))
                        .set_kms_master_key_id(default.kms_master_key_id.clone())
                        .build()
                        .map_err(incomplete)
                });
            Ok(SdkEncryptionRule::builder()
                .set_apply_server_side_encryption_by_default(default.transpose()?)
                .set_bucket_key_enabled(rule.bucket_key_enabled)
                .set_blocked_encryption_types(blocked.clone())
                .build())
        });
    rules.collect()
}

/// New objects are encrypted with keys that S3 owns, unless the bucket says otherwise.
pub(super) fn normalise_encryption(encryption: &mut Option<BucketEncryption<String>>) {
    let encryption = encryption.get_or_insert_with(|| BucketEncryption {
        server_side_encryption_configuration: vec![ServerSideEncryptionRule {
            server_side_encryption_by_default: None,
            bucket_key_enabled: None,
        }],
    });
    for rule in &mut encryption.server_side_encryption_configuration {
        rule.bucket_key_enabled.get_or_insert(false);
        rule.server_side_encryption_by_default
            .get_or_insert_with(|| ServerSideEncryptionByDefault {
                sse_algorithm: "AES256".to_owned(),
                kms_master_key_id: None,
            });
    }
}

pub(super) fn access(access: &SdkAccess) -> PublicAccessBlockConfiguration {
    PublicAccessBlockConfiguration {
        block_public_acls: access.block_public_acls(),
        block_public_policy: access.block_public_policy(),
        ignore_public_acls: access.ignore_public_acls(),
        restrict_public_buckets: access.restrict_public_buckets(),
    }
}

/// If access is specified at all, unspecified parts are not blocked.
pub(super) fn normalise_access(access: &mut Option<PublicAccessBlockConfiguration>) {
    let access = access.get_or_insert_with(PublicAccessBlockConfiguration::all);
    access.block_public_acls.get_or_insert(false);
    access.block_public_policy.get_or_insert(false);
    access.ignore_public_acls.get_or_insert(false);
    access.restrict_public_buckets.get_or_insert(false);
}

pub(super) fn ownership(controls: Option<&SdkOwnershipControls>) -> ObjectOwnership {
    let rule = controls.and_then(|controls| controls.rules().first());
    match rule.map(SdkOwnershipRule::object_ownership) {
        Some(SdkOwnership::BucketOwnerEnforced) => ObjectOwnership::BucketOwnerEnforced,
        Some(SdkOwnership::BucketOwnerPreferred) => ObjectOwnership::BucketOwnerPreferred,
        _ => ObjectOwnership::ObjectWriter,
    }
}

pub(super) fn sdk_ownership(ownership: ObjectOwnership) -> SdkOwnership {
    match ownership {
        ObjectOwnership::BucketOwnerEnforced => SdkOwnership::BucketOwnerEnforced,
        ObjectOwnership::BucketOwnerPreferred => SdkOwnership::BucketOwnerPreferred,
        ObjectOwnership::ObjectWriter => SdkOwnership::ObjectWriter,
    }
}

pub(super) fn cors(rules: &[SdkCorsRule]) -> Option<CorsConfiguration> {
    let rule = |rule: &SdkCorsRule| CorsRule {
        id: rule.id().map(str::to_owned),
        allowed_headers: rule.allowed_headers().to_vec(),
        allowed_methods: rule.allowed_methods().to_vec(),
        allowed_origins: rule.allowed_origins().to_vec(),
        exposed_headers: rule.expose_headers().to_vec(),
        max_age: rule.max_age_seconds(),
    };
    (!rules.is_empty()).then(|| CorsConfiguration {
        cors_rules: rules.iter().map(rule).collect(),
    })
}

pub(super) fn sdk_cors(configuration: &CorsConfiguration) -> Result<SdkCors, DriverError> {
    let some = |list: &[String]| (!list.is_empty()).then(|| list.to_vec());
    let rules = configuration.cors_rules.iter().map(|rule| {
        SdkCorsRule::builder()
            .set_id(rule.id.clone())
            .set_allowed_headers(some(&rule.allowed_headers))
            .set_allowed_methods(Some(rule.allowed_methods.clone()))
            .set_allowed_origins(Some(rule.allowed_origins.clone()))
            .set_expose_headers(some(&rule.exposed_headers))
            .set_max_age_seconds(rule.max_age)
            .build()
            .map_err(incomplete)
    });
    SdkCors::builder()
        .set_cors_rules(Some(rules.collect::<Result<_, _>>()?))
        .build()
        .map_err(incomplete)
}

/// The order of rules counts, that within a rule does not.
pub(super) fn normalise_cors(configuration: &mut Option<CorsConfiguration>) {
    configuration.take_if(|configuration| configuration.cors_rules.is_empty());
    for rule in configuration
        .iter_mut()
        .flat_map(|configuration| &mut configuration.cors_rules)
    {
        sort_set(&mut rule.allowed_headers);
        sort_set(&mut rule.allowed_methods);
        sort_set(&mut rule.allowed_origins);
        sort_set(&mut rule.exposed_headers);
    }
}
