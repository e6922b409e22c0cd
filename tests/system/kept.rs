//! What people made, and what `destroy` and a changed description leave of it.

use aws_sdk_cognitoidentityprovider::Client as Cognito;
use aws_sdk_sqs::Client as Sqs;

use crate::support::cli::Project;

/// A shell whose users may be in two groups.
const DESCRIBED: &str = "[shell]\n[identity]\ngroups = [\"operators\", \"readers\"]\n";

/// The queue in which what toggle-message could not deliver waits.
const DEAD_LETTERS: &str = "toggle-message-dead-letters";

async fn pool(cognito: &Cognito) -> String {
    let pools = cognito.list_user_pools().max_results(60).send().await;
    let pools = pools.expect("listed");
    pools.user_pools()[0].id().expect("an id").to_owned()
}

/// Creates a user and puts her into a group.
async fn enrol(project: &Project, name: &str, group: &str) {
    let cognito = Cognito::new(&project.world.config());
    let pool = pool(&cognito).await;
    let create = cognito.admin_create_user().user_pool_id(&pool);
    let create = create.username(format!("{name}@example.com"));
    let user = create.send().await.expect("created").user;
    let add = cognito.admin_add_user_to_group().user_pool_id(&pool);
    let add = add.set_username(user.expect("a user").username);
    add.group_name(group).send().await.expect("added");
}

/// The number of members of a group.
async fn members(project: &Project, group: &str) -> usize {
    let cognito = Cognito::new(&project.world.config());
    let list = cognito.list_users_in_group();
    let list = list.user_pool_id(pool(&cognito).await).group_name(group);
    list.send().await.expect("listed").users().len()
}

async fn queue(project: &Project) -> (Sqs, String) {
    let sqs = Sqs::new(&project.world.config());
    let get = sqs.get_queue_url();
    let found = get.queue_name(project.world.name(DEAD_LETTERS)).send();
    let url = found.await.expect("a queue").queue_url.expect("a URL");
    (sqs, url)
}

/// Stores a message that could not be delivered.
async fn bury(project: &Project) {
    let (sqs, url) = queue(project).await;
    let send = sqs
        .send_message()
        .queue_url(url)
        .message_body("undelivered");
    send.send().await.expect("sent");
}

/// What is left of the system, without the account's and the Region's digest.
async fn left(project: &Project, kinds: &[&str]) -> Vec<String> {
    let listing = project.world.listing().await;
    let wanted = |line: &String| kinds.iter().any(|kind| line.starts_with(kind));
    listing.into_iter().filter(wanted).collect()
}

fn said(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[tokio::test(flavor = "multi_thread")]
async fn destroy_keeps_what_people_made_and_apply_takes_it_up_again() {
    let project = Project::described(DESCRIBED);
    project.apply();
    enrol(&project, "eve", "operators").await;
    bury(&project).await;
    let everything = project.world.listing().await;

    let destroyed = project.ok(&["destroy", "--yes"]);
    let told = said(&destroyed.stderr);
    let queue_name = project.world.name(DEAD_LETTERS);
    for holds in ["/operators` holds 1 member;", "` holds about 1 user;"] {
        assert!(told.contains(holds), "{holds}: {destroyed:#?}");
    }
    let holds = format!("kept: `{queue_name}` holds about 1 message;");
    assert!(told.contains(&holds), "{destroyed:#?}");

    // Of the groups and the queues those that hold something, and whole what always holds data.
    let kinds = ["table ", "user pool acme", "bucket acme", "log group "];
    let whole = |line: &&String| kinds.iter().any(|kind| line.starts_with(kind));
    let mut expected: Vec<_> = everything.iter().filter(whole).cloned().collect();
    expected.push("user pool group acme-identity-users/operators".to_owned());
    expected.push(format!("queue {queue_name}"));
    expected.sort();
    let mut found = project.world.listing().await;
    found.sort();
    assert_eq!(found, expected);

    project.apply();
    assert_eq!(project.world.listing().await, everything);
    assert_eq!(members(&project, "operators").await, 1);
    let (sqs, url) = queue(&project).await;
    let receive = sqs.receive_message().queue_url(url).send().await;
    assert_eq!(receive.expect("received").messages().len(), 1);
    project.destroy();
    assert_eq!(project.world.listing().await, Vec::<String>::new());
}

/// A name that is removed from `groups`, and the whole `[shell]`.
#[tokio::test(flavor = "multi_thread")]
async fn a_group_with_members_survives_its_description() {
    let project = Project::described(DESCRIBED);
    project.apply();
    enrol(&project, "eve", "readers").await;
    let groups = async || left(&project, &["user pool group "]).await;
    let group = |name: &str| format!("user pool group acme-identity-users/{name}");

    // Operators has no member.
    project.describe("[shell]\n[identity]\ngroups = []\n");
    let applied = project.apply();
    let told = said(&applied.stderr);
    let kept = "= identity/group-readers AWS::Cognito::UserPoolGroup kept: `";
    assert!(
        told.contains(kept) && told.contains("holds 1 member;"),
        "{applied:#?}"
    );
    assert_eq!(groups().await, [group("readers")]);

    project.describe("");
    let applied = project.apply();
    assert!(said(&applied.stderr).contains(kept), "{applied:#?}");
    assert_eq!(groups().await, [group("readers")]);

    project.describe(DESCRIBED);
    project.apply();
    assert_eq!(groups().await, [group("operators"), group("readers")]);
    assert_eq!(members(&project, "readers").await, 1);
    let plan = project.plan();
    assert_eq!(plan["kept"], serde_json::json!([]), "{plan:#}");
    project.destroy();
    assert_eq!(project.world.listing().await, Vec::<String>::new());
}

/// Logs end by their retention, not by what becomes of what wrote them.
#[tokio::test(flavor = "multi_thread")]
async fn logs_survive_what_wrote_them() {
    let project = Project::described("[shell]\n");
    project.apply();
    project.describe("");
    let applied = project.apply();
    let told = said(&applied.stderr);
    let kept = "= shell/toggle-snapshot-logs AWS::Logs::LogGroup kept: `/aws/lambda/acme-shell-toggle-snapshot` holds about";
    assert!(told.contains(kept), "{applied:#?}");
    let group = "log group /aws/lambda/acme-shell-";
    assert_eq!(
        left(&project, &[group]).await,
        [format!("{group}toggle-snapshot")]
    );
    project.describe("[shell]\n");
    project.apply();
    project.destroy();
    assert_eq!(project.world.listing().await, Vec::<String>::new());
}

/// The command that the plan names deletes exactly that, and what is in it.
#[tokio::test(flavor = "multi_thread")]
async fn data_are_deleted_by_address() {
    let project = Project::described(DESCRIBED);
    project.apply();
    enrol(&project, "eve", "operators").await;
    bury(&project).await;
    let destroy = |address: &'static str| ["destroy", address, "--yes", "--delete-data"];
    let used = project.fails(&destroy("identity/users"));
    assert!(used.stderr.contains(", which stays"), "{used:#?}");
    let unasked = project.fails(&["destroy", "identity/users", "--yes"]);
    assert!(unasked.stderr.contains("--delete-data"), "{unasked:#?}");
    let absent = project.fails(&destroy("identity/nobody"));
    let told = "no resource of this system has the address identity/nobody";
    assert!(absent.stderr.contains(told), "{absent:#?}");

    let destroyed = project.ok(&["destroy", "--yes"]);
    for address in ["identity/users", "toggles/toggle-message-dead-letters"] {
        let told = format!("; `frontage destroy {address} --delete-data` deletes it");
        assert!(destroyed.stderr.contains(&told), "{destroyed:#?}");
    }
    let mut left = project.world.listing().await;
    for (address, kind) in [
        ("toggles/toggle-message-dead-letters", "queue "),
        ("identity/users", "user pool "),
    ] {
        let deleted = project.ok(&destroy(address));
        assert!(
            said(&deleted.stderr).contains(" holds about 1 "),
            "{deleted:#?}"
        );
        left.retain(|line| !line.starts_with(kind));
        assert_eq!(project.world.listing().await, left);
    }
    project.apply();
    project.destroy();
    assert_eq!(project.world.listing().await, Vec::<String>::new());
}

/// The account knows a stack that the description no longer has.
#[tokio::test(flavor = "multi_thread")]
async fn the_data_of_a_removed_team_are_deleted_by_its_stack() {
    let project = Project::described("[shell]\n[teams.billing]\n[teams.shipping]\n");
    project.apply();
    let destroy = |stack: &'static str| ["destroy", "--yes", "--delete-data", "--stack", stack];
    project.describe("[shell]\n[teams.billing]\n");
    project.apply();
    let plan = project.plan();
    let kept = &plan["kept"][0];
    assert_eq!(kept["address"], "team/shipping/bucket", "{plan:#}");
    assert_eq!(kept["holds"]["number"], 0, "{plan:#}");
    assert_eq!(kept["holds"]["unit"], "object", "{plan:#}");
    let unknown = project.fails(&destroy("team/nobody"));
    let told = "there is no stack `team/nobody`, neither in the description nor in the account";
    assert!(said(&unknown.stderr).contains(told), "{unknown:#?}");
    let mut left = project.world.listing().await;
    project.ok(&destroy("team/shipping"));
    left.retain(|line| !line.starts_with("bucket acme-team-shipping-"));
    assert_eq!(project.world.listing().await, left);
    project.assert_nothing_to_do();
    project.destroy();
    assert_eq!(project.world.listing().await, Vec::<String>::new());
}
