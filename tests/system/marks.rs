//! Releases on the dashboard: a data point of a metric for each change of what visitors get.
//!
//! MiniStack does not check whether a policy allows `cloudwatch:PutMetricData`, so the proxy denies it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::types::{Datapoint, Dimension, Statistic};
use serde_json::{Value, json};
use strict_aws::Denial;

use crate::by_name::build;
use crate::support::cli::{Ended, Project};
use crate::support::proxy::{Fate, through};

const PUT: &str = "PutMetricData";

/// How often visitors of an application have got something else, by the metric that the dashboard shows.
async fn marks(project: &Project, application: &str) -> u32 {
    let world = &project.world;
    let dimension = |name: &str, value: &str| Dimension::builder().name(name).value(value).build();
    let (now, hour) = (SystemTime::now(), Duration::from_hours(1));
    let statistics = Client::new(&world.config())
        .get_metric_statistics()
        .namespace("Frontage")
        .metric_name("Releases")
        .dimensions(dimension("System", &world.system))
        .dimensions(dimension("Application", application))
        .start_time((now - hour).into())
        .end_time((now + hour).into())
        .period(3_600)
        .statistics(Statistic::Sum);
    let found = statistics.send().await.expect("statistics");
    let sums = found.datapoints().iter().filter_map(Datapoint::sum);
    // Without points a sum is -0.
    let sum = sums.fold(0.0, |all, sum| all + sum);
    format!("{sum:.0}").parse().expect("a number")
}

/// The metrics of the dashboard's widgets whose titles contain a text.
async fn shown(project: &Project, title: &str) -> Vec<Value> {
    let world = &project.world;
    let name = format!("{}-operations-dashboard-{}", world.system, world.region);
    let found = Client::new(&world.config()).get_dashboard();
    let found = found.dashboard_name(name).send().await;
    let body = found.expect("a dashboard").dashboard_body.expect("a body");
    let body: Value = serde_json::from_str(&body).expect("JSON");
    let widgets = body["widgets"].as_array().expect("widgets").iter();
    let properties = widgets.map(|widget| &widget["properties"]);
    let titled = properties.filter(|of| of["title"].as_str().is_some_and(|of| of.contains(title)));
    let metrics = titled.filter_map(|of| of["metrics"].as_array());
    metrics.flatten().cloned().collect()
}

/// The warnings of a run that must succeed.
fn warnings(ended: &Ended) -> Vec<&str> {
    assert_eq!(ended.code, Some(0), "{ended:#?}");
    let lines = ended.stderr.lines();
    lines.filter(|line| line.contains("warning")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_dashboard_shows_each_change_of_what_visitors_get() {
    let project = Project::described("[operations]\n[shell]\n[teams.billing]\n");
    project.apply();
    let system = project.world.system.as_str();
    for application in ["billing", "shell"] {
        let metrics = shown(&project, &format!("{application}: errors")).await;
        let metric = metrics.iter().find(|of| of[0] == "Frontage");
        let options = json!({
            "region": project.world.region, "stat": "Sum", "yAxis": "right", "label": "releases",
        });
        let dimensions = ["System", system, "Application", application];
        let mut expected = vec![json!("Frontage"), json!("Releases")];
        expected.extend(dimensions.map(Value::from));
        expected.push(options);
        assert_eq!(metric, Some(&Value::from(expected)), "{metrics:#?}");
    }

    let dists = ["one", "the other", "a third one"];
    let dists = dists.map(|text| build(&project.path().join(text), text));
    let publish = |at: usize| ["release", "publish", "billing", "--dir", &dists[at]];
    let named = ["--system", system, "--region", &project.world.region];
    let steps = ["--canary", "10,50", "--every", "1s"];
    let runs: [(Vec<&str>, u32); 6] = [
        (publish(0).to_vec(), 1),
        // The same build again: visitors get nothing else.
        (publish(0).to_vec(), 1),
        ([&publish(1)[..], &["--canary", "10"]].concat(), 2),
        (vec!["release", "promote", "billing"], 3),
        (
            [&["release", "rollback", "billing"], &named[..]].concat(),
            4,
        ),
        ([&publish(2)[..], &steps].concat(), 7),
    ];
    for (run, expected) in runs {
        assert_eq!(warnings(&project.ok(&run)), Vec::<&str>::new(), "{run:?}");
        assert_eq!(marks(&project, "billing").await, expected, "{run:?}");
    }
    assert_eq!(marks(&project, "shell").await, 0);
    project.assert_nothing_to_do();
    project.destroy();
    assert_eq!(project.world.listing().await, Vec::<String>::new());
}

/// It is a release all the same, and the warning is one line, for machines as well.
#[tokio::test(flavor = "multi_thread")]
async fn a_release_whose_mark_fails_is_complete_and_says_so() {
    let project = Project::described("[operations]\n[shell]\n[teams.billing]\n");
    project.apply();
    let runs = [("one", false), ("the other", false), ("a third one", true)];
    for (at, (text, silent)) in runs.into_iter().enumerate() {
        let dist = build(&project.path().join(text), text);
        let format = if at == 1 { "json" } else { "human" };
        let publish = ["release", "publish", "billing", "--dir", &dist];
        let publish = [&publish[..], &["--format", format]].concat();
        let ended = through(&project, &publish, move |call| {
            match call.operation.as_str() {
                PUT if silent => Fate::Silence,
                PUT => Fate::Denied(Denial::IdentityPolicy),
                _ => Fate::Pass,
            }
        });
        let warnings = warnings(&ended);
        let [warning] = warnings[..] else {
            panic!("{ended:#?}");
        };
        let expected = if silent {
            ["does not show this release", "no answer within"]
        } else {
            ["release: cloudwatch:PutMetricData", "grant it"]
        };
        for text in expected {
            assert!(warning.contains(text), "{warning}");
        }
        let list = ["release", "list", "billing", "--format", "json"];
        let releases = project.ok(&list).json();
        assert_eq!(
            releases.as_array().map(Vec::len),
            Some(at + 1),
            "{releases:#}"
        );
    }
    assert_eq!(marks(&project, "billing").await, 0);
    project.destroy();
}

/// A system without the stack `operations` has no dashboard.
#[test]
fn without_a_dashboard_no_release_is_marked() {
    let project = Project::described("[shell]\n[teams.billing]\n");
    project.apply_only(&["edge", "team/billing"]);
    let dist = build(&project.path().join("dist"), "unmarked");
    let calls = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&calls);
    let publish = ["release", "publish", "billing", "--dir", &dist];
    let ended = through(&project, &publish, move |call| {
        let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.push(call.operation.clone());
        Fate::Pass
    });
    assert_eq!(warnings(&ended), Vec::<&str>::new());
    let calls = calls.lock().unwrap_or_else(PoisonError::into_inner);
    assert!(calls.iter().any(|call| call == "GetItem"), "{calls:#?}");
    assert!(calls.iter().all(|call| call != PUT), "{calls:#?}");
    project.destroy();
}
