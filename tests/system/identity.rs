//! Which system it is: two of one name, one under another name, and what is not a system's yet.

use aws_sdk_dynamodb::Client;
use aws_sdk_lambda::types::{EventSourceMappingConfiguration, EventSourcePosition};

use crate::support::cli::{Ended, Project};
use crate::support::{World, eventually};

/// A system of this name in another one's account, and its description.
fn renamed(project: &Project, name: &str, id: &str) {
    let region = &project.world.region;
    let text = format!("name = \"{name}\"\nid = \"{id}\"\nregion = \"{region}\"\n");
    std::fs::write(project.path().join("frontage.toml"), text).expect("written");
}

fn id(project: &Project) -> String {
    let history = project.ok(&["history", "--format", "json"]).json();
    let id = history["system"]["id"].as_str();
    id.unwrap_or_else(|| panic!("{history:#}")).to_owned()
}

fn says(ended: &Ended, text: &str) {
    assert!(ended.stderr.contains(text), "no {text:?}: {ended:#?}");
}

/// Two repositories may describe one name: the second one touches nothing of the first.
#[tokio::test(flavor = "multi_thread")]
async fn another_description_of_the_name_is_refused() {
    let project = Project::described("id = \"11111111\"\n");
    project.apply();
    assert_eq!(id(&project), "11111111");
    let before = project.world.listing().await;

    project.describe("id = \"22222222\"\n[functions]\nmemory_mb = 512\n");
    let name = &project.world.system;
    let said = format!("the system `{name}` in account");
    for command in [
        &["plan"][..],
        &["apply", "--yes"],
        &["destroy", "--yes", "--delete-data"],
        &["outputs"],
        &["toggles", "set", "1", "on"],
        &["toggles", "resend", "--wait"],
        &["toggles", "list"],
        &["toggles", "watch"],
    ] {
        let refused = project.fails(command);
        says(&refused, &said);
        says(
            &refused,
            "has the id 11111111, but this description is for the system with the id 22222222",
        );
    }
    assert_eq!(project.world.listing().await, before);

    // A description without an id is that of the system that stands.
    project.describe("");
    project.assert_nothing_to_do();
    assert_eq!(
        project.ok(&["toggles", "list", "--format", "json"]).json(),
        serde_json::json!([])
    );
    project.describe("id = \"11111111\"\n");
    project.ok(&["toggles", "list"]);
    project.destroy();
    assert_eq!(project.world.listing().await, Vec::<String>::new());
}

/// Its name is part of every name, so it cannot be renamed.
#[tokio::test(flavor = "multi_thread")]
async fn a_renamed_system_is_told_under_which_name_it_stands() {
    let project = Project::in_world(World::new(), "id = \"0a1b2c3d\"\n");
    let name = project.world.system.clone();
    project.apply();
    renamed(&project, "apex", "0a1b2c3d");
    for command in [&["plan"][..], &["apply", "--yes"]] {
        says(&project.fails(command), &format!("under the name `{name}`"));
    }
    // Without an id nobody can know.
    let text = format!("name = \"apex\"\nregion = \"{}\"\n", project.world.region);
    std::fs::write(project.path().join("frontage.toml"), text).expect("written");
    let planned = project.ok(&["plan"]);
    says(&planned, &format!("note: the system `{name}` seems to be"));
    project.describe("id = \"0a1b2c3d\"\n");
    project.assert_nothing_to_do();
    project.destroy();
    assert_eq!(project.world.listing().await, Vec::<String>::new());

    // AWS's index of tags shows what was deleted for a while: it alone refuses nothing.
    let queues = aws_sdk_sqs::Client::new(&project.world.config());
    let mut create = queues.create_queue().queue_name("shown");
    for (key, value) in [
        ("system", name.as_str()),
        ("id", "0a1b2c3d"),
        ("address", "toggles/shown"),
    ] {
        create = create.tags(format!("frontage:{key}"), value);
    }
    let shown = create.send().await.expect("created");
    renamed(&project, "apex", "0a1b2c3d");
    let planned = project.ok(&["plan"]);
    says(&planned, &format!("note: the system `{name}` seems to be"));
    let url = shown.queue_url.expect("its URL");
    let deleted = queues.delete_queue().queue_url(url).send().await;
    deleted.expect("deleted");
}

/// The id of a description without one is random, and every resource records it: so the row that
/// binds the name to it can be lost.
#[tokio::test(flavor = "multi_thread")]
async fn the_id_is_known_from_what_stands() {
    let project = Project::new();
    project.apply();
    let first = id(&project);
    let tables = Client::new(&project.world.config());
    let control = format!("{}-control", project.world.system);
    let deleted = tables.delete_table().table_name(control).send().await;
    deleted.expect("deleted");
    project.describe("[functions]\nmemory_mb = 512\n");
    project.apply();
    assert_eq!(id(&project), first);
    project.destroy();
    assert_eq!(project.world.listing().await, Vec::<String>::new());
}

/// What has lost its tags is nobody's: it is named, with the way back, and the rest goes on.
#[tokio::test(flavor = "multi_thread")]
async fn what_lost_its_tags_stops_nothing_else_and_is_adopted() {
    let project = Project::new();
    project.apply();
    let (tables, world) = (Client::new(&project.world.config()), &project.world);
    let arn = format!(
        "arn:aws:dynamodb:{}:{}:table/{}-toggles-toggles-table",
        world.region, world.account_id, world.system
    );
    let keys = ["system", "id", "address", "fingerprint"].map(|key| format!("frontage:{key}"));
    let untag = tables.untag_resource().resource_arn(arn);
    let untagged = untag.set_tag_keys(Some(keys.to_vec())).send().await;
    untagged.expect("untagged");

    let planned = project.frontage(&["plan"]);
    assert_eq!(planned.code, Some(1), "{planned:#?}");
    says(&planned, "frontage adopt toggles/toggles-table");
    let plan = project.frontage(&["plan", "--format", "json"]).json();
    assert_eq!(
        plan["refused"][0]["address"], "toggles/toggles-table",
        "{plan:#}"
    );

    project.describe("[alarms]\nemails = [\"ops@example.com\"]\n");
    let applied = project.frontage(&["apply", "--yes"]);
    assert_eq!(applied.code, Some(1), "{applied:#?}");
    let plan = project.frontage(&["plan", "--format", "json"]).json();
    assert_eq!(plan["resources"], serde_json::json!([]), "{plan:#}");

    says(
        &project.fails(&["adopt", "toggles/nothing", "--yes"]),
        "there is no resource at toggles/nothing",
    );
    project.ok(&["adopt", "toggles/toggles-table", "--yes"]);
    project.assert_nothing_to_do();
    says(
        &project.fails(&["adopt", "toggles/toggles-table", "--yes"]),
        "already belongs to this system",
    );
    project.destroy();
    assert_eq!(project.world.listing().await, Vec::<String>::new());
}

/// Somebody deletes a mapping, and makes it again by hand: it has no tags then, and no name either.
#[tokio::test(flavor = "multi_thread")]
async fn a_mapping_that_was_made_again_without_tags_is_adopted() {
    let project = Project::new();
    project.apply();
    let whole = project.world.listing().await;
    let functions = aws_sdk_lambda::Client::new(&project.world.config());
    let name = project.world.name("toggle-message");
    let mapping = async || -> Vec<EventSourceMappingConfiguration> {
        let list = functions.list_event_source_mappings().function_name(&name);
        let listed = list.send().await.expect("listed");
        listed.event_source_mappings.unwrap_or_default()
    };
    let ours = mapping().await.remove(0);
    let id = ours.uuid.expect("its id");
    let delete = functions.delete_event_source_mapping().uuid(&id);
    delete.send().await.expect("deleted");
    eventually("it is deleted", async || mapping().await.is_empty()).await;
    let create = functions
        .create_event_source_mapping()
        .function_name(&name)
        .set_event_source_arn(ours.event_source_arn)
        .starting_position(EventSourcePosition::TrimHorizon);
    let made = create.send().await.expect("made").uuid.expect("its id");

    let planned = project.frontage(&["plan"]);
    assert_eq!(planned.code, Some(1), "{planned:#?}");
    says(&planned, "frontage adopt toggles/toggle-message-stream");
    project.ok(&["adopt", "toggles/toggle-message-stream", "--yes"]);
    project.assert_nothing_to_do();
    let mappings = mapping().await;
    let ids: Vec<_> = mappings.iter().filter_map(|of| of.uuid()).collect();
    assert_eq!(ids, [made.as_str()]);
    assert_eq!(project.world.listing().await, whole);
    project.destroy();
    assert_eq!(project.world.listing().await, Vec::<String>::new());
}
