//! Alarms on what has its metrics in us-east-1, of a system in another Region.

use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::types::{MetricAlarm, StateValue};

use crate::support::World;
use crate::support::cli::{Project, actions};

const DESCRIBED: &str = "[alarms]\nemails = [\"ops@example.com\"]\n[shell]\n[teams.billing]\n";
const OPERATIONS: &str = "[operations]\ncheck = true\nbudget = 100\n";

fn client(world: &World) -> Client {
    Client::new(&world.config())
}

async fn alarms(world: &World) -> Vec<MetricAlarm> {
    let prefix = format!("{}-operations-", world.system);
    let call = client(world).describe_alarms().alarm_name_prefix(prefix);
    let found = call.send().await.expect("described");
    found.metric_alarms.unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn they_are_created_there_and_shown_and_deleted() {
    let world = World::new().in_region("eu-central-1");
    let there = world.in_region("us-east-1");
    let project = Project::in_world(world, &format!("{DESCRIBED}{OPERATIONS}"));
    project.apply();
    let found = alarms(&there).await;
    let prefix = format!("{}-operations-", project.world.system);
    let mut names: Vec<_> = found
        .iter()
        .filter_map(|alarm| alarm.alarm_name()?.strip_prefix(&prefix))
        .collect();
    names.sort_unstable();
    let expected = [
        "budget-eu-central-1",
        "site-billing-4xx-eu-central-1",
        "site-billing-5xx-eu-central-1",
        "site-shell-4xx-eu-central-1",
        "site-shell-5xx-eu-central-1",
        "site-shell-check-eu-central-1",
    ];
    assert_eq!(names, expected);
    let topic = format!("{prefix}edge-alarms-eu-central-1");
    for alarm in &found {
        let [action] = alarm.alarm_actions() else {
            panic!("{alarm:?}");
        };
        assert!(
            action.contains(":us-east-1:") && action.ends_with(&topic),
            "{action}"
        );
    }
    let subscribed = format!("subscription {topic}/ops@example.com");
    assert!(project.world.listing().await.contains(&subscribed));

    // The status looks there, and says what rings.
    project.ok(&["status", "--detailed-exitcode"]);
    let ring = client(&there)
        .set_alarm_state()
        .set_alarm_name(found[0].alarm_name.clone());
    let ring = ring.state_value(StateValue::Alarm).state_reason("a test");
    ring.send().await.expect("it rings");
    let status = project.ok(&["status", "--format", "json"]).json();
    let shown = status["alarms"].to_string();
    assert!(shown.contains("ringing"), "{status:#}");
    for name in ["budget", "site-billing-5xx", "site-shell-check"] {
        assert!(
            shown.contains(&format!("operations/{name}\"")),
            "{status:#}"
        );
    }
    // A plan of a team reads none of it.
    project.ok(&["plan", "--detailed-exitcode", "--stack", "team/billing"]);

    // One that was deleted is restored.
    let gone = client(&there)
        .delete_alarms()
        .set_alarm_names(Some(vec![format!("{prefix}budget-eu-central-1")]));
    gone.send().await.expect("deleted");
    assert_eq!(actions(&project.plan()), ["create operations/budget"]);
    project.apply();

    // Without the stack nothing of it stays.
    project.describe(DESCRIBED);
    project.apply();
    assert!(alarms(&there).await.is_empty());
    let left = project.world.listing().await;
    assert!(
        !left.iter().any(|line| line.contains("-operations-")),
        "{left:?}"
    );

    project.describe(&format!("{DESCRIBED}{OPERATIONS}"));
    project.apply();
    project.destroy();
    assert_eq!(project.world.listing().await, Vec::<String>::new());
}
