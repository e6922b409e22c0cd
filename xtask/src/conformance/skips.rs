//! What each emulator cannot run, and what that means on live AWS: the one place that knows.
//!
//! A driver speaks to AWS. Where a test fails because an emulator does otherwise, it stands here,
//! with what shows the same thing instead.

use super::emulator::Emulator;
use super::emulator::Emulator::{Fakecloud, Ministack, Moto};

/// Tests that an emulator cannot run.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Skip {
    emulator: Emulator,
    /// How the names of the tests begin.
    tests: &'static [&'static str],
    /// What the emulator lacks or does otherwise than AWS.
    pub(super) lacks: &'static str,
    /// What it means for a user on AWS.
    pub(super) instead: &'static str,
}

/// What MiniStack shows, which is most.
const ON_MINISTACK: &str = "shown on MiniStack";

const SKIPS: &[Skip] = &[
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
        ],
        lacks: "cache and headers policies",
        instead: ON_MINISTACK,
    },
    Skip {
        emulator: Moto,
        tests: &["drivers::cloudfront::distribution"],
        lacks: "a distribution's origins as they were written",
        instead: ON_MINISTACK,
    },
    Skip {
        emulator: Moto,
        tests: &["drivers::cloudfront::function"],
        lacks: "the publishing of CloudFront's functions",
        instead: ON_MINISTACK,
    },
    Skip {
        emulator: Moto,
        tests: &["drivers::cloudfront::serving"],
        lacks: "sites that are served",
        instead: "shown on MiniStack, and in a browser",
    },
    Skip {
        emulator: Moto,
        tests: &["drivers::cognito"],
        lacks: "tags that a user pool is given later",
        instead: ON_MINISTACK,
    },
    Skip {
        emulator: Moto,
        tests: &[
            "drivers::certificatemanager::a_certificate_is_validated",
            "drivers::certificatemanager::drift",
            "drivers::certificatemanager::other_domains",
        ],
        lacks: "names of validation records that stay the same for a domain, and validation by DNS that is told again",
        instead: ON_MINISTACK,
    },
    Skip {
        emulator: Moto,
        tests: &[
            "drivers::lambda::function::drift",
            "drivers::lambda::function::every",
        ],
        lacks: "reserved concurrency in what GetFunction answers, changes of the architecture, and where functions log",
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
        lacks: "table classes, changes of encryption, and attributes that go with their index",
        instead: ON_MINISTACK,
    },
    Skip {
        emulator: Moto,
        tests: &["drivers::s3"],
        lacks: "an answer to GetBucketVersioning that the SDK for Rust understands",
        instead: "shown on MiniStack and fakecloud",
    },
    Skip {
        emulator: Moto,
        tests: &["drivers::sqs::redrive_policies"],
        lacks: "redrive policies that read back as they were written",
        instead: "shown on MiniStack and fakecloud",
    },
    Skip {
        emulator: Moto,
        tests: &["drivers::logs::the_class"],
        lacks: "classes of log groups",
        instead: "shown on MiniStack and fakecloud",
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
        lacks: "names of validation records that stay the same for a domain",
        instead: ON_MINISTACK,
    },
    Skip {
        emulator: Fakecloud,
        tests: &[
            "drivers::cloudfront::function",
            "drivers::cloudfront::distribution::a_site_stands",
        ],
        lacks: "tags of CloudFront's functions",
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
        lacks: "sites that are served with a headers policy",
        instead: "shown on MiniStack, and in a browser",
    },
    Skip {
        emulator: Fakecloud,
        tests: &["drivers::cognito"],
        lacks: "the two ways of recovery that a new user pool has, and the version of a domain's login pages",
        instead: "shown on MiniStack, and in a browser",
    },
    Skip {
        emulator: Fakecloud,
        tests: &["drivers::dynamodb::a_stream_changes_in_place"],
        lacks: "a new ARN for a stream that is enabled anew",
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
        lacks: "reserved concurrency and changed tags in what GetFunction answers",
        instead: ON_MINISTACK,
    },
    Skip {
        emulator: Fakecloud,
        tests: &[
            "drivers::cloudfront::policies::what_is_no_longer",
            "drivers::dynamodb::an_orphan",
            "drivers::dynamodb::nothing_to_do",
            "drivers::lambda::function::another_name",
            "drivers::lambda::permission::permissions_of_one",
            "drivers::s3::bucket::a_bucket_is_kept",
            "drivers::s3::object::another_key",
            "drivers::s3::policy::a_policy_that",
            "drivers::sqs::nothing_to_do",
        ],
        lacks: "an index of tags that shows all services",
        instead: "shown on MiniStack; ownership before any write is read from each service itself, here too",
    },
];

/// Why a test is skipped on an emulator, if it is.
pub(super) fn skip(emulator: Emulator, test: &str) -> Option<&'static Skip> {
    let is_of = |skip: &&Skip| {
        skip.emulator == emulator && skip.tests.iter().any(|begin| test.starts_with(begin))
    };
    SKIPS.iter().find(is_of)
}
