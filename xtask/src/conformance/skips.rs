//! The tests that each emulator cannot run, and what that means on live AWS, in one place.
//!
//! A driver is written for AWS. A test that fails because an emulator behaves differently is listed
//! here, with the place where the same behaviour is shown instead.

use super::emulator::Emulator;
use super::emulator::Emulator::{Fakecloud, Ministack, Moto};

/// Tests that an emulator cannot run.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Skip {
    emulator: Emulator,
    /// The prefixes of the tests' names.
    tests: &'static [&'static str],
    /// What the emulator lacks or does differently from AWS.
    pub(super) lacks: &'static str,
    /// What it means for a user on AWS.
    pub(super) instead: &'static str,
}

/// Shown on MiniStack, as most capabilities are.
const ON_MINISTACK: &str = "shown on MiniStack";

const SKIPS: &[Skip] = &[
    Skip {
        emulator: Moto,
        tests: &["drivers::scheduler::a_name_replaces"],
        lacks: "schedule groups that lose their tags when they are deleted",
        instead: ON_MINISTACK,
    },
    Skip {
        emulator: Ministack,
        tests: &["drivers::codeartifact"],
        lacks: "CodeArtifact",
        instead: "shown on fakecloud",
    },
    Skip {
        emulator: Moto,
        tests: &["drivers::codeartifact"],
        lacks: "CodeArtifact",
        instead: "shown on fakecloud",
    },
    Skip {
        emulator: Ministack,
        tests: &["drivers::codecommit"],
        lacks: "CodeCommit",
        instead: "shown on fakecloud",
    },
    Skip {
        emulator: Ministack,
        tests: &["drivers::codepipeline"],
        lacks: "CodePipeline",
        instead: "shown on moto and fakecloud",
    },
    Skip {
        emulator: Ministack,
        tests: &[
            "drivers::codebuild::cache_logs_and_limits",
            "drivers::codebuild::report_groups",
        ],
        lacks: "cache, logs and most limits of build projects; report groups",
        instead: "shown on fakecloud",
    },
    Skip {
        emulator: Moto,
        tests: &["drivers::codebuild"],
        lacks: "changes of build projects",
        instead: "shown on MiniStack and fakecloud",
    },
    Skip {
        emulator: Moto,
        tests: &["drivers::codecommit"],
        lacks: "tags and changes of CodeCommit's repositories",
        instead: "shown on fakecloud",
    },
    Skip {
        emulator: Ministack,
        tests: &["drivers::iam::an_oidc"],
        lacks: "changes and tags of OIDC providers",
        instead: "shown on fakecloud",
    },
    Skip {
        emulator: Moto,
        tests: &[
            "drivers::iam::an_oidc_provider_changes",
            "drivers::iam::an_oidc_provider_of",
        ],
        lacks: "changes of the audiences of OIDC providers",
        instead: "shown on fakecloud",
    },
    Skip {
        emulator: Moto,
        tests: &[
            "drivers::cloudwatch",
            "drivers::dashboards",
            "drivers::elsewhere",
        ],
        lacks: "CloudWatch's protocol, RPC v2 CBOR",
        instead: ON_MINISTACK,
    },
    Skip {
        emulator: Moto,
        tests: &["drivers::health_checks"],
        lacks: "the defaults and the references of health checks",
        instead: ON_MINISTACK,
    },
    Skip {
        emulator: Ministack,
        tests: &["drivers::health_checks::truth_values"],
        lacks: "truth values of health checks in the form of XML",
        instead: "shown on fakecloud",
    },
    Skip {
        emulator: Fakecloud,
        tests: &["drivers::health_checks::a_check_that_is_deleted"],
        lacks: "the references of deleted health checks",
        instead: ON_MINISTACK,
    },
    Skip {
        emulator: Moto,
        tests: &["drivers::apigatewayv2"],
        lacks: "deployments of WebSocket APIs, and a list of authorizers",
        instead: ON_MINISTACK,
    },
    Skip {
        emulator: Moto,
        tests: &[
            "drivers::cloudfront::policies::a_",
            "drivers::cloudfront::policies::drift",
            "drivers::cloudfront::policies::s",
            "drivers::cloudfront::policies::what",
            "drivers::refusals",
        ],
        lacks: "cache and headers policies",
        instead: ON_MINISTACK,
    },
    Skip {
        emulator: Moto,
        tests: &["drivers::cloudfront::distribution"],
        lacks: "a distribution's origins as written",
        instead: ON_MINISTACK,
    },
    Skip {
        emulator: Moto,
        tests: &[
            "drivers::cloudfront::function",
            "drivers::cloudfront::edited_comments",
        ],
        lacks: "publishing CloudFront functions",
        instead: ON_MINISTACK,
    },
    Skip {
        emulator: Moto,
        tests: &["drivers::cloudfront::serving"],
        lacks: "serving sites",
        instead: "shown on MiniStack, and in a browser",
    },
    Skip {
        emulator: Moto,
        tests: &["drivers::cognito"],
        lacks: "tags added to a user pool after its creation",
        instead: ON_MINISTACK,
    },
    Skip {
        emulator: Moto,
        tests: &[
            "drivers::certificatemanager::a_certificate_is_validated",
            "drivers::certificatemanager::drift",
            "drivers::certificatemanager::other_domains",
        ],
        lacks: "stable names of a domain's validation records, and repeated validation by DNS",
        instead: ON_MINISTACK,
    },
    Skip {
        emulator: Moto,
        tests: &[
            "drivers::lambda::function::drift",
            "drivers::lambda::function::every",
        ],
        lacks: "reserved concurrency in GetFunction's response, changes of the architecture, and the log groups of functions",
        instead: ON_MINISTACK,
    },
    Skip {
        emulator: Moto,
        tests: &[
            "drivers::dynamodb::a_stream_changes_in_place",
            "drivers::dynamodb::a_table_with_everything",
            "drivers::dynamodb::encryption_changes",
            "drivers::dynamodb::indexes_come",
            "drivers::dynamodb::nothing_to_do",
            "drivers::dynamodb::protection_class",
        ],
        lacks: "table classes, changes of encryption, and removing attributes together with their index",
        instead: ON_MINISTACK,
    },
    Skip {
        emulator: Moto,
        tests: &["drivers::s3"],
        lacks: "a response to GetBucketVersioning that the SDK for Rust understands",
        instead: "shown on MiniStack and fakecloud",
    },
    Skip {
        emulator: Moto,
        tests: &["drivers::sqs::redrive_policies"],
        lacks: "redrive policies that read back as written",
        instead: "shown on MiniStack and fakecloud",
    },
    Skip {
        emulator: Moto,
        tests: &["drivers::sns::attributes_change_in_place"],
        lacks: "signature versions and tracing of topics that read back as written",
        instead: ON_MINISTACK,
    },
    Skip {
        emulator: Moto,
        tests: &["drivers::logs::the_class"],
        lacks: "log group classes",
        instead: "shown on MiniStack and fakecloud",
    },
    Skip {
        emulator: Fakecloud,
        tests: &["drivers::lambda::event_source_mapping::a_fifo_queue"],
        lacks: "the concurrency of a mapping",
        instead: ON_MINISTACK,
    },
    Skip {
        emulator: Fakecloud,
        tests: &["drivers::cloudwatch::an_orphan"],
        lacks: "an alarm's tags of its own: a new one has those of a deleted one of its name",
        instead: ON_MINISTACK,
    },
    Skip {
        emulator: Fakecloud,
        tests: &["drivers::apigatewayv2"],
        lacks: "descriptions of integrations, by which Frontage finds its own",
        instead: ON_MINISTACK,
    },
    Skip {
        emulator: Fakecloud,
        tests: &[
            "drivers::certificatemanager::a_certificate_is_validated",
            "drivers::certificatemanager::other_domains",
        ],
        lacks: "stable names of a domain's validation records",
        instead: ON_MINISTACK,
    },
    Skip {
        emulator: Fakecloud,
        tests: &[
            "drivers::cloudfront::function",
            "drivers::cloudfront::distribution::a_site_stands",
            "drivers::cloudfront::edited_comments",
        ],
        lacks: "tags of CloudFront functions",
        instead: ON_MINISTACK,
    },
    Skip {
        emulator: Fakecloud,
        tests: &[
            "drivers::cloudfront::policies::a_headers_policy",
            "drivers::cloudfront::policies::security_headers",
        ],
        lacks: "some security headers of a headers policy",
        instead: ON_MINISTACK,
    },
    Skip {
        emulator: Fakecloud,
        tests: &["drivers::cloudfront::serving"],
        lacks: "serving sites with a headers policy",
        instead: "shown on MiniStack, and in a browser",
    },
    Skip {
        emulator: Fakecloud,
        tests: &["drivers::cognito"],
        lacks: "the two recovery mechanisms of a new user pool, and the version of a domain's login pages",
        instead: "shown on MiniStack, and in a browser",
    },
    Skip {
        emulator: Fakecloud,
        tests: &["drivers::dynamodb::a_stream_changes_in_place"],
        lacks: "a new ARN for a stream that is enabled again",
        instead: ON_MINISTACK,
    },
    Skip {
        emulator: Fakecloud,
        tests: &[
            "drivers::lambda::event_source_mapping::a_queue_is",
            "drivers::lambda::event_source_mapping::drift",
            "drivers::lambda::event_source_mapping::every_property",
            "drivers::lambda::function::code_and",
            "drivers::lambda::function::drift",
            "drivers::lambda::function::every",
            "drivers::lambda::permission::statements_of_others",
        ],
        lacks: "reserved concurrency and changed tags in GetFunction's response",
        instead: ON_MINISTACK,
    },
    Skip {
        emulator: Fakecloud,
        tests: &[
            "drivers::cloudfront::policies::what_is_no_longer",
            "drivers::dynamodb::an_orphan",
            "drivers::dynamodb::nothing_to_do",
            "drivers::elsewhere::an_alarm",
            "drivers::elsewhere::another_region",
            "drivers::elsewhere::systems_of",
            "drivers::lambda::function::another_name",
            "drivers::lambda::permission::permissions_of_one",
            "drivers::s3::bucket::a_bucket_is_kept",
            "drivers::s3::object::another_key",
            "drivers::s3::policy::a_policy_that",
            "drivers::sqs::nothing_to_do",
        ],
        lacks: "a tag index that covers all services",
        instead: "shown on MiniStack; before any write, ownership is read from each service itself, here as well",
    },
];

/// Why a test is skipped on an emulator, if it is.
pub(super) fn skip(emulator: Emulator, test: &str) -> Option<&'static Skip> {
    let is_of = |skip: &&Skip| {
        skip.emulator == emulator && skip.tests.iter().any(|begin| test.starts_with(begin))
    };
    SKIPS.iter().find(is_of)
}
