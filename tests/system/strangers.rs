//! Resources of others whose names begin like the system's: `acme` and `acme-web` share an account.

use strict_aws::Fate;

use crate::support::cli::{Ended, Project, Running};
use crate::support::proxy::{Call, Proxy, through};

/// What another team has in the account.
struct Others {
    prefix: String,
    s3: aws_sdk_s3::Client,
    sqs: aws_sdk_sqs::Client,
    logs: aws_sdk_cloudwatchlogs::Client,
}

impl Others {
    fn new(project: &Project) -> Self {
        let config = project.world.config();
        Self {
            prefix: format!("{}-web", project.world.system),
            s3: aws_sdk_s3::Client::new(&config),
            sqs: aws_sdk_sqs::Client::new(&config),
            logs: aws_sdk_cloudwatchlogs::Client::new(&config),
        }
    }

    async fn create(&self) {
        let bucket = self
            .s3
            .create_bucket()
            .bucket(format!("{}-site", self.prefix));
        let region = aws_sdk_s3::types::CreateBucketConfiguration::builder()
            .location_constraint("eu-west-1".into())
            .build();
        let created = bucket.create_bucket_configuration(region).send().await;
        created.expect("a bucket");
        let queue = self
            .sqs
            .create_queue()
            .queue_name(format!("{}-jobs", self.prefix));
        queue.send().await.expect("a queue");
        for number in 0..50 {
            let name = format!("/aws/lambda/{}-{number}", self.prefix);
            let group = self.logs.create_log_group().log_group_name(name);
            group.send().await.expect("a log group");
        }
    }

    /// Their policies deny us everything.
    fn deny(&self) -> impl FnMut(&Call) -> Fate + Send + 'static {
        let prefix = self.prefix.clone();
        move |call| {
            if call.mentions(&prefix) {
                Fate::denied()
            } else {
                Fate::Pass
            }
        }
    }
}

fn ok(project: &Project, proxy: &Proxy, arguments: &[&str]) -> Ended {
    let mut command = project.command(arguments);
    command.env("AWS_ENDPOINT_URL", proxy.endpoint());
    let ended = Running::new(command).end();
    assert_eq!(ended.code, Some(0), "{ended:#?}");
    ended
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_that_deny_everything_stop_nothing() {
    let project = Project::described("[shell]\n[teams.shipping]\n");
    let others = Others::new(&project);
    others.create().await;
    let theirs = project.world.listing().await;
    // One proxy for all runs: the sites' URLs have its port.
    let proxy = Proxy::start(&project.world, others.deny());
    ok(&project, &proxy, &["apply", "--yes"]);
    let plan = ok(&project, &proxy, &["plan", "--detailed-exitcode"]);
    for left in [
        format!("left alone: AWS::S3::Bucket  {}-site", others.prefix),
        format!("left alone: AWS::SQS::Queue  {}-jobs", others.prefix),
    ] {
        assert!(plan.stdout.contains(&left), "{plan:#?}");
    }
    assert!(plan.stdout.contains("Nothing to do"), "{plan:#?}");
    ok(&project, &proxy, &["destroy", "--yes", "--delete-data"]);
    assert_eq!(project.world.listing().await, theirs);
}

/// A log group's tags take a call each, and the names of 50 say that they are not ours.
#[tokio::test(flavor = "multi_thread")]
async fn strangers_log_groups_cost_only_their_list() {
    let project = Project::new();
    project.apply();
    let count = || {
        let calls = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
        let counted = std::sync::Arc::clone(&calls);
        let ended = through(&project, &["plan", "--detailed-exitcode"], move |call| {
            // The list has a page per 50 groups.
            if call.operation != "DescribeLogGroups" {
                counted.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            }
            Fate::Pass
        });
        assert_eq!(ended.code, Some(0), "{ended:#?}");
        calls.load(std::sync::atomic::Ordering::Relaxed)
    };
    let before = count();
    let others = Others::new(&project);
    for number in 0..50 {
        let name = format!("/aws/lambda/{}-{number}", others.prefix);
        let group = others.logs.create_log_group().log_group_name(name);
        group.send().await.expect("a log group");
    }
    assert_eq!(count(), before);
    project.destroy();
}
