//! Alarms, and who is notified.

use aws_sdk_cloudwatch::Client;

use crate::support::World;
use crate::support::cli::Project;

const DESCRIBED: &str = "[alarms]\nemails = [\"ops@example.com\"]\n";

/// The names of the alarms in the account, without the system's and the stack's.
async fn names(project: &Project, client: &Client) -> Vec<String> {
    let found = client.describe_alarms().send().await.expect("described");
    let prefix = project.world.name("");
    let names = found.metric_alarms().iter().map(|alarm| {
        let name = alarm.alarm_name().expect("a name");
        name.strip_prefix(&prefix).expect("the system's").to_owned()
    });
    names.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alarm_that_was_deleted_is_restored_and_all_are_destroyed() {
    let project = Project::described(DESCRIBED);
    project.apply();
    let client = Client::new(&project.world.config());
    let whole = names(&project, &client).await;
    assert_eq!(whole.len(), 23, "{whole:?}");
    let gone = project.world.name("toggle-message-dead-letters-alarm");
    let deleted = client.delete_alarms().alarm_names(&gone).send();
    deleted.await.expect("deleted");
    let plan = project.plan();
    let actions: Vec<_> = plan["resources"]
        .as_array()
        .expect("resources")
        .iter()
        .map(|of| format!("{} {}", of["action"].as_str().unwrap_or("?"), of["address"]))
        .collect();
    assert_eq!(
        actions,
        ["create \"toggles/toggle-message-dead-letters-alarm\""]
    );
    project.apply();
    assert_eq!(names(&project, &client).await, whole);

    project.destroy();
    assert_eq!(project.world.listing().await, Vec::<String>::new());
}

/// Whoever is no longer to be notified is unsubscribed, and alarms can be turned off.
#[tokio::test(flavor = "multi_thread")]
async fn addresses_and_alarms_are_as_described() {
    let project = Project::described(DESCRIBED);
    project.apply();
    let subscribed = async || {
        let listing = project.world.listing().await;
        let lines = listing.into_iter();
        let lines = lines.filter(|line| line.starts_with("subscription "));
        lines.collect::<Vec<_>>()
    };
    let topic = project.world.name("alarms");
    let of = |address: &str| format!("subscription {topic}/{address}");
    assert_eq!(subscribed().await, [of("ops@example.com")]);
    project.describe("[alarms]\nemails = [\"dev@example.com\"]\n");
    project.apply();
    assert_eq!(subscribed().await, [of("dev@example.com")]);

    project.describe("[alarms]\nenabled = false\n");
    project.apply();
    let client = Client::new(&project.world.config());
    assert_eq!(names(&project, &client).await, Vec::<String>::new());
    assert_eq!(subscribed().await, Vec::<String>::new());
    project.destroy();
    assert_eq!(project.world.listing().await, Vec::<String>::new());
}

/// The stack `operations`: its dashboard and alarms beside the toggles', on a system with sites.
#[tokio::test(flavor = "multi_thread")]
async fn operations_are_created_and_destroyed() {
    let world = World::new().in_region("us-east-1");
    let described = "[shell]\n[teams.billing]\n[operations]\nbudget = 100\n";
    let project = Project::in_world(world, described);
    project.apply();
    let client = Client::new(&project.world.config());
    let dashboard = project.world.system.clone() + "-operations-dashboard-us-east-1";
    let exists = async || {
        let found = client.get_dashboard().dashboard_name(&dashboard);
        found.send().await.is_ok()
    };
    assert!(exists().await);
    let found = client.describe_alarms().send().await.expect("described");
    let found = found.metric_alarms().iter();
    let names: Vec<_> = found.filter_map(|of| of.alarm_name()).collect();
    let of_sites = names.iter();
    let of_sites = of_sites.filter(|name| name.contains("-operations-site-"));
    assert_eq!(of_sites.count(), 4);
    let budgets = names
        .iter()
        .filter(|name| name.ends_with("-operations-budget"));
    assert_eq!(budgets.count(), 1);
    // A team's own plan does not read it, and the status does.
    let team = ["--stack", "team/billing"];
    project.ok(&[&["plan", "--detailed-exitcode"], &team[..]].concat());
    project.ok(&["status", "--detailed-exitcode"]);
    project.destroy();
    assert!(!exists().await);
    assert_eq!(project.world.listing().await, Vec::<String>::new());
}
