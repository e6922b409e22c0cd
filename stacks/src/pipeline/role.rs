//! The role that the steps have: it publishes to the site of one team, and reads packages.

use std::collections::BTreeMap;

use model::types::iam::{Policy, PolicyDocument, Principal, Role, Statement, Values};
use model::{Handle, Pseudo, StackBuilder, StackName, Text, physical_prefix};

use super::shared::Shared;
use super::{PREVIEW_ROLE, STEPS_ROLE};
use crate::description::{Ci, Pipeline, Source, System, Team};
use crate::sites::Site;
use crate::{operations, packages};

/// What finding a site lists, for which IAM has no resources.
const LISTS: [&str; 8] = [
    "acm:ListCertificates",
    "cloudfront:ListCachePolicies",
    "cloudfront:ListDistributions",
    "cloudfront:ListOriginAccessControls",
    "cloudfront:ListResponseHeadersPolicies",
    "route53:ListHostedZones",
    "s3:ListAllMyBuckets",
    "tag:GetResources",
];

/// What finding a site reads of the system's buckets.
const BUCKETS: [&str; 10] = [
    "s3:GetBucketCORS",
    "s3:GetBucketLogging",
    "s3:GetBucketOwnershipControls",
    "s3:GetBucketPolicy",
    "s3:GetBucketPublicAccessBlock",
    "s3:GetBucketTagging",
    "s3:GetBucketVersioning",
    "s3:GetEncryptionConfiguration",
    "s3:GetLifecycleConfiguration",
    "s3:ListBucket",
];

/// The seconds of a session, unless a role needs more.
const HOUR: i32 = 3600;

/// Adds the role of a team whose CI service runs the steps.
pub(super) fn add_for_ci(
    stack: &mut StackBuilder<'_>,
    system: &System,
    (team, pipeline): (&Team, &Pipeline),
    ci: Ci,
    site: &Site,
    shared: &Shared,
) {
    let repository = match &pipeline.source {
        Source::Ci(_, repository) => repository.as_str(),
        _ => return,
    };
    let trust = trust_in(ci, &ci.subject(repository, &pipeline.branch), shared);
    let mut role = steps_role(stack, system, team, trust, releasing(system, site));
    role.max_session_duration = Some(session_seconds(pipeline));
    let role = stack.add("steps-role", role);
    if pipeline.previews {
        let trust = trust_in(ci, &ci.subject_of_requests(repository), shared);
        let mut role = preview_role(stack, system, team, trust, previewing(system, site));
        role.max_session_duration = Some(session_seconds(pipeline));
        stack.add("preview-role", role);
    }
    stack.output("role", role.arn());
}

/// How long the credentials of a CI service's job last, in seconds: an hour, and the time that a canary
/// bakes. IAM allows twelve hours.
pub(super) fn session_seconds(pipeline: &Pipeline) -> i32 {
    let canary = pipeline.canary.as_ref();
    let minutes = canary.and_then(|canary| canary.every).unwrap_or_default();
    HOUR + minutes * 60
}

/// Adds the role, with a trust policy and permissions.
pub(super) fn add(
    stack: &mut StackBuilder<'_>,
    system: &System,
    team: &Team,
    trust: PolicyDocument,
    statements: Vec<Statement>,
) -> Handle<Role> {
    let role = steps_role(stack, system, team, trust, statements);
    stack.add("steps-role", role)
}

fn steps_role(
    stack: &StackBuilder<'_>,
    system: &System,
    team: &Team,
    trust: PolicyDocument,
    statements: Vec<Statement>,
) -> Role {
    let description = format!("Permissions of the steps of {}'s pipeline", team.name);
    named(stack, system, STEPS_ROLE, description, trust, statements)
}

/// A role of a pipeline.
pub(super) fn named(
    stack: &StackBuilder<'_>,
    system: &System,
    name: &str,
    description: String,
    trust: PolicyDocument,
    statements: Vec<Statement>,
) -> Role {
    Role {
        role_name: stack.account_wide_name(name),
        path: system.functions.role_path.clone(),
        description: Some(description),
        assume_role_policy_document: trust,
        managed_policy_arns: Vec::new(),
        policies: vec![Policy {
            policy_name: "pipeline".to_owned(),
            policy_document: PolicyDocument::new(statements),
        }],
        max_session_duration: Some(HOUR),
        permissions_boundary: system
            .functions
            .permissions_boundary
            .clone()
            .map(Text::Known),
    }
}

/// The role that the steps have for a pull request.
pub(super) fn preview_role(
    stack: &StackBuilder<'_>,
    system: &System,
    team: &Team,
    trust: PolicyDocument,
    statements: Vec<Statement>,
) -> Role {
    let description = format!("Permissions of the previews of {}'s pipeline", team.name);
    named(stack, system, PREVIEW_ROLE, description, trust, statements)
}

/// The trust in identity tokens of a CI service, for one subject or a pattern of them.
fn trust_in(ci: Ci, subject: &str, shared: &Shared) -> PolicyDocument {
    let host = ci.issuer().trim_start_matches("https://");
    let claim = |claim: &str, value: &str| {
        let values = Values(vec![Text::from(value)]);
        (format!("{host}:{claim}"), values)
    };
    let mut condition = BTreeMap::from([(
        "StringEquals".to_owned(),
        BTreeMap::from([claim("aud", ci.audience())]),
    )]);
    let operator = if subject.contains('*') {
        "StringLike"
    } else {
        "StringEquals"
    };
    let of_subject = condition.entry(operator.to_owned()).or_default();
    of_subject.extend([claim("sub", subject)]);
    let federated = Values(vec![shared.provider(ci)]);
    let principal = BTreeMap::from([("Federated".to_owned(), federated)]);
    PolicyDocument::new(vec![Statement {
        principal: Some(Principal::Of(principal)),
        condition,
        ..Statement::allow(["sts:AssumeRoleWithWebIdentity"], Vec::new())
    }])
}

/// What the steps need: to find the team's site, to release to it, to install packages.
pub(super) fn releasing(system: &System, site: &Site) -> Vec<Statement> {
    let objects = Text::concat([site.bucket.arn(), Text::from("/*")]);
    let release = named_statement(
        "Release",
        &["s3:DeleteObject", "s3:GetObject", "s3:PutObject"],
        vec![objects],
    );
    let mut statements = vec![release];
    statements.extend(marking(system));
    statements.extend(finding(system.name.as_str()));
    statements.extend(installing(system));
    statements
}

/// Marking releases on the dashboard, if the system has one. The action has no resource, and no condition but the
/// namespace. Source: Service Authorization Reference, "Amazon CloudWatch".
fn marking(system: &System) -> Option<Statement> {
    system.operations.as_ref()?;
    let namespace = Values(vec![Text::from(operations::NAMESPACE)]);
    let condition = BTreeMap::from([("cloudwatch:namespace".to_owned(), namespace)]);
    let mark = named_statement(
        "MarkReleases",
        &["cloudwatch:PutMetricData"],
        vec![Text::from("*")],
    );
    Some(Statement {
        condition: BTreeMap::from([("StringEquals".to_owned(), condition)]),
        ..mark
    })
}

/// What the steps need for a preview: the same, but they can change no object that there is, except
/// previews. Sources: Amazon S3 User Guide, "Enforce conditional writes on Amazon S3 buckets";
/// `src/release/preview.rs` for what a preview writes.
pub(super) fn previewing(system: &System, site: &Site) -> Vec<Statement> {
    let objects = |patterns: &[&str]| {
        let text = |pattern: &&str| Text::concat([site.bucket.arn(), Text::from(*pattern)]);
        patterns.iter().map(text).collect::<Vec<_>>()
    };
    let announcements = "/releases/*/publishing-*.json";
    let new = Values(vec![Text::from("false")]);
    let is_new = BTreeMap::from([("s3:if-none-match".to_owned(), new)]);
    let add = named_statement(
        "Add",
        &["s3:PutObject"],
        objects(&["/assets/*", "/releases/*"]),
    );
    let mut statements = vec![
        named_statement("Read", &["s3:GetObject"], objects(&["/*"])),
        named_statement(
            "Preview",
            &["s3:PutObject"],
            objects(&["/previews/*", announcements]),
        ),
        named_statement("Withdraw", &["s3:DeleteObject"], objects(&[announcements])),
        Statement {
            condition: BTreeMap::from([("Null".to_owned(), is_new)]),
            ..add
        },
    ];
    statements.extend(finding(system.name.as_str()));
    statements.extend(installing(system));
    statements
}

/// Finding a site reads the resources of its stack and of `edge`, and looks for orphans among the
/// system's buckets. It is what `frontage policy release` prints, without the objects of other stacks,
/// among which are the sources of other teams.
fn finding(system: &str) -> Vec<Statement> {
    let arn = |rest: &str| {
        Text::concat([
            Text::from("arn:"),
            Pseudo::Partition.into(),
            Text::from(format!(":{rest}")),
        ])
    };
    let of_account = |service: &str, resource: &str| {
        let head = arn(&format!("{service}:"));
        let account = Pseudo::AccountId.into();
        Text::concat([head, account, Text::from(format!(":{resource}"))])
    };
    let table = Text::from(format!("table/{system}-control"));
    let watched = Text::from("alarm:*");
    vec![
        named_statement("List", &LISTS, vec![Text::from("*")]),
        named_statement(
            "ReadCertificates",
            &["acm:DescribeCertificate", "acm:ListTagsForCertificate"],
            vec![of_account("acm:us-east-1", "certificate/*")],
        ),
        named_statement(
            "ReadDistributions",
            &[
                "cloudfront:GetDistribution",
                "cloudfront:ListTagsForResource",
            ],
            vec![of_account("cloudfront:", "distribution/*")],
        ),
        named_statement(
            "ReadZones",
            &["route53:GetHostedZone", "route53:ListResourceRecordSets"],
            vec![arn("route53:::hostedzone/*")],
        ),
        named_statement(
            "ReadBuckets",
            &BUCKETS,
            vec![arn(&format!("s3:::{system}-*"))],
        ),
        // Which system the name is of.
        named_statement(
            "ReadName",
            &["dynamodb:GetItem"],
            vec![Text::regional_arn("dynamodb", [table])],
        ),
        // A canary may be watched.
        named_statement(
            "ReadAlarms",
            &["cloudwatch:DescribeAlarms"],
            vec![
                Text::regional_arn("cloudwatch", [watched]),
                // Those of the sites.
                of_account("cloudwatch:us-east-1", "alarm:*"),
            ],
        ),
    ]
}

/// Installing packages, if the system has some. A token needs the second permission as well. Source:
/// CodeArtifact User Guide, "Authentication and tokens".
fn installing(system: &System) -> Vec<Statement> {
    if system.packages.is_none() {
        return Vec::new();
    }
    let domain = physical_prefix(system.name.as_str(), &StackName::new(packages::STACK));
    let within = |kind: &str, rest: &str| {
        Text::regional_arn(
            "codeartifact",
            [Text::from(format!("{kind}/{domain}{rest}"))],
        )
    };
    let mut token = Statement::allow(["sts:GetServiceBearerToken"], vec![Text::from("*")]);
    let service = Values(vec![Text::from("codeartifact.amazonaws.com")]);
    let condition = BTreeMap::from([("sts:AWSServiceName".to_owned(), service)]);
    token.sid = Some("GetToken".to_owned());
    token.condition = BTreeMap::from([("StringEquals".to_owned(), condition)]);
    vec![
        named_statement(
            "EnterPackages",
            &["codeartifact:GetAuthorizationToken"],
            vec![within("domain", "")],
        ),
        named_statement(
            "ReadPackages",
            &[
                "codeartifact:GetRepositoryEndpoint",
                "codeartifact:ReadFromRepository",
            ],
            vec![within("repository", "/npm")],
        ),
        token,
    ]
}

/// A statement with a name.
pub(super) fn named_statement(sid: &str, actions: &[&str], resources: Vec<Text>) -> Statement {
    Statement {
        sid: Some(sid.to_owned()),
        ..Statement::allow(actions.iter().copied(), resources)
    }
}
