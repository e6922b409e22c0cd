//! The IAM actions of the calls.

/// The actions of API Gateway's control plane are HTTP methods, of tagging as well.
///
/// Sources: `http.method` of each operation in botocore's model `apigatewayv2`; Service
/// Authorization Reference, "Amazon API Gateway Management V2".
const API_GATEWAY: &[(&str, &str)] = &[
    ("Create", "apigateway:POST"),
    ("Delete", "apigateway:DELETE"),
    ("Get", "apigateway:GET"),
    ("Tag", "apigateway:POST"),
    ("Untag", "apigateway:DELETE"),
    ("Update", "apigateway:PATCH"),
];

/// The operations that need other actions than the one of their name, as Frontage makes them: with
/// tags, for instance.
///
/// Sources: the operations' documentation in botocore's models (CloudFront, CloudWatch, CloudWatch
/// Logs, EventBridge, IAM, S3, SNS, SQS); Service Authorization Reference, "AWS Lambda", dependent
/// actions; the user guides of CodeBuild and CodePipeline, "Identity-based policies", for the roles and
/// connections that are passed. A connection that was created under the former name of
/// `CodeConnections` is acted on with that name's actions (Developer Tools console user guide,
/// "Connections rename").
const OTHERS: &[(&str, &[&str])] = &[
    (
        "cloudfront:CreateDistributionWithTags",
        &["cloudfront:CreateDistribution", "cloudfront:TagResource"],
    ),
    (
        "cloudwatch:PutMetricAlarm",
        &["cloudwatch:PutMetricAlarm", "cloudwatch:TagResource"],
    ),
    (
        "codeartifact:CreateDomain",
        &["codeartifact:CreateDomain", "codeartifact:TagResource"],
    ),
    (
        "codeartifact:CreatePackageGroup",
        &[
            "codeartifact:CreatePackageGroup",
            "codeartifact:TagResource",
        ],
    ),
    (
        "codeartifact:CreateRepository",
        &["codeartifact:CreateRepository", "codeartifact:TagResource"],
    ),
    (
        "codebuild:CreateProject",
        &["codebuild:CreateProject", "iam:PassRole"],
    ),
    (
        "codebuild:UpdateProject",
        &["codebuild:UpdateProject", "iam:PassRole"],
    ),
    (
        "codecommit:CreateRepository",
        &["codecommit:CreateRepository", "codecommit:TagResource"],
    ),
    (
        "codeconnections:CreateConnection",
        &[
            "codeconnections:CreateConnection",
            "codeconnections:TagResource",
        ],
    ),
    (
        "codeconnections:DeleteConnection",
        &[
            "codeconnections:DeleteConnection",
            "codestar-connections:DeleteConnection",
        ],
    ),
    (
        "codeconnections:GetConnection",
        &[
            "codeconnections:GetConnection",
            "codestar-connections:GetConnection",
        ],
    ),
    (
        "codeconnections:ListTagsForResource",
        &[
            "codeconnections:ListTagsForResource",
            "codestar-connections:ListTagsForResource",
        ],
    ),
    (
        "codeconnections:TagResource",
        &[
            "codeconnections:TagResource",
            "codestar-connections:TagResource",
        ],
    ),
    (
        "codeconnections:UntagResource",
        &[
            "codeconnections:UntagResource",
            "codestar-connections:UntagResource",
        ],
    ),
    (
        "codepipeline:CreatePipeline",
        &[
            "codepipeline:CreatePipeline",
            "codepipeline:TagResource",
            "iam:PassRole",
            "codeconnections:PassConnection",
            "codestar-connections:PassConnection",
        ],
    ),
    (
        "codepipeline:UpdatePipeline",
        &[
            "codepipeline:UpdatePipeline",
            "iam:PassRole",
            "codeconnections:PassConnection",
            "codestar-connections:PassConnection",
        ],
    ),
    (
        "dynamodb:CreateTable",
        &["dynamodb:CreateTable", "dynamodb:TagResource"],
    ),
    ("dynamodb:TransactWriteItems", &["dynamodb:UpdateItem"]),
    (
        "events:PutRule",
        &["events:PutRule", "events:TagResource", "iam:PassRole"],
    ),
    ("events:PutTargets", &["events:PutTargets", "iam:PassRole"]),
    (
        "iam:CreateOpenIDConnectProvider",
        &[
            "iam:CreateOpenIDConnectProvider",
            "iam:TagOpenIDConnectProvider",
        ],
    ),
    ("iam:CreateRole", &["iam:CreateRole", "iam:TagRole"]),
    (
        "lambda:CreateEventSourceMapping",
        &["lambda:CreateEventSourceMapping", "lambda:TagResource"],
    ),
    (
        "lambda:CreateFunction",
        &[
            "lambda:CreateFunction",
            "lambda:TagResource",
            "iam:PassRole",
        ],
    ),
    (
        "lambda:UpdateFunctionConfiguration",
        &["lambda:UpdateFunctionConfiguration", "iam:PassRole"],
    ),
    (
        "logs:CreateLogGroup",
        &["logs:CreateLogGroup", "logs:TagResource"],
    ),
    (
        "s3:CreateBucket",
        &[
            "s3:CreateBucket",
            "s3:PutBucketOwnershipControls",
            "s3:TagResource",
        ],
    ),
    ("s3:ListObjectsV2", &["s3:ListBucket"]),
    (
        "scheduler:CreateScheduleGroup",
        &["scheduler:CreateScheduleGroup", "scheduler:TagResource"],
    ),
    ("sns:CreateTopic", &["sns:CreateTopic", "sns:TagResource"]),
    ("sqs:CreateQueue", &["sqs:CreateQueue", "sqs:TagQueue"]),
];

/// The IAM actions that a caller of an operation must be allowed: mostly the one of its name.
pub(crate) fn iam_actions(operation: &str) -> Vec<&str> {
    if let Some((_, actions)) = OTHERS.iter().find(|(other, _)| *other == operation) {
        return actions.to_vec();
    }
    let method = operation.strip_prefix("apigateway:").and_then(|name| {
        let matching = |(verb, _): &&(&str, &str)| name.starts_with(verb);
        API_GATEWAY.iter().find(matching)
    });
    vec![method.map_or(operation, |(_, action)| action)]
}

#[cfg(test)]
pub(crate) use self::tests::operations;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::{Path, PathBuf};

    use super::*;

    /// Every IAM action of the services that Frontage calls.
    fn actions() -> BTreeSet<&'static str> {
        let lines = include_str!("iam-actions.txt").lines();
        lines.filter(|line| !line.starts_with('#')).collect()
    }

    fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            if path.is_dir() && !["policy", "tests"].contains(&name) {
                sources(&path, found);
            } else if path.extension().is_some_and(|of| of == "rs")
                && !["policy.rs", "tests.rs", "testing.rs"].contains(&name)
            {
                found.push(path);
            }
        }
    }

    /// The string literals of a source that look like an operation: `"SERVICE:Name"`.
    pub(crate) fn operations(source: &str) -> impl Iterator<Item = &str> {
        let source = source.split("\nmod tests {").next().unwrap_or_default();
        let literals = source.match_indices('"').filter_map(|(at, _)| {
            let rest = &source[at + 1..];
            rest.split_once('"').map(|(literal, _)| literal)
        });
        literals.filter(|literal| {
            literal.split_once(':').is_some_and(|(service, name)| {
                let of_service = |c: char| c.is_ascii_lowercase() || c == '-' || c.is_ascii_digit();
                service.chars().all(of_service)
                    && name.starts_with(|c: char| c.is_ascii_uppercase())
                    && name.chars().all(|c| c.is_ascii_alphanumeric())
            })
        })
    }

    /// The calls name their operations in string literals, so these are all of them.
    #[test]
    fn every_call_has_actions_that_iam_knows() {
        let known = actions();
        let services: BTreeSet<&str> = known
            .iter()
            .filter_map(|action| action.split_once(':'))
            .map(|(service, _)| service)
            .collect();
        let mut files = Vec::new();
        let package = Path::new(env!("CARGO_MANIFEST_DIR"));
        sources(&package.join("src"), &mut files);
        sources(&package.join("../../src"), &mut files);
        let mut called = BTreeSet::new();
        for file in files {
            let source = fs::read_to_string(file).unwrap();
            // A policy's condition keys look the same.
            let of_a_service = operations(&source).filter(|one| !one.starts_with("aws:"));
            called.extend(of_a_service.map(str::to_owned));
        }
        assert!(called.len() > 200, "{called:?}");
        for operation in &called {
            let (service, _) = operation.split_once(':').unwrap();
            assert!(services.contains(service), "no actions of {service}");
            for action in iam_actions(operation) {
                assert!(known.contains(action), "{operation} needs {action}");
            }
        }
        // No row is left over.
        for (operation, _) in OTHERS {
            assert!(called.contains(*operation), "{operation} is not called");
        }
    }

    #[test]
    fn api_gateways_actions_are_methods() {
        assert_eq!(
            iam_actions("apigateway:UntagResource"),
            ["apigateway:DELETE"]
        );
        assert_eq!(iam_actions("apigateway:UpdateStage"), ["apigateway:PATCH"]);
        assert_eq!(iam_actions("iam:DeleteRole"), ["iam:DeleteRole"]);
    }
}
