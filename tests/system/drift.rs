//! Resources that were changed, deleted or left behind outside Frontage.

use std::collections::HashMap;

use aws_sdk_apigatewayv2::types::AccessLogSettings;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, PointInTimeRecoverySpecification,
    ScalarAttributeType, StreamSpecification, StreamViewType, TableStatus, Tag as TableTag,
};
use aws_sdk_iam::types::Tag as RoleTag;
use aws_sdk_sqs::types::QueueAttributeName;
use serde_json::{Value, json};

use crate::support::cli::Project;
use crate::support::client::Client;
use crate::support::{World, eventually, toggles};

const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;

/// The most records that toggle-message's mapping delivers at once.
const BATCH: usize = 100;

/// The clients that people use outside Frontage.
struct Hands<'p> {
    project: &'p Project,
    dynamodb: aws_sdk_dynamodb::Client,
    gateway: aws_sdk_apigatewayv2::Client,
    iam: aws_sdk_iam::Client,
    lambda: aws_sdk_lambda::Client,
    logs: aws_sdk_cloudwatchlogs::Client,
    sqs: aws_sdk_sqs::Client,
}

impl<'p> Hands<'p> {
    fn new(project: &'p Project) -> Self {
        let config = project.world.config();
        Self {
            project,
            dynamodb: aws_sdk_dynamodb::Client::new(&config),
            gateway: aws_sdk_apigatewayv2::Client::new(&config),
            iam: aws_sdk_iam::Client::new(&config),
            lambda: aws_sdk_lambda::Client::new(&config),
            logs: aws_sdk_cloudwatchlogs::Client::new(&config),
            sqs: aws_sdk_sqs::Client::new(&config),
        }
    }

    fn name(&self, name: &str) -> String {
        self.project.world.name(name)
    }

    fn log_group(&self, function: &str) -> String {
        format!("/aws/lambda/{}", self.name(function))
    }

    async fn api(&self) -> String {
        let apis = self.gateway.get_apis().send().await.expect("listed");
        let name = self.name("websocket-api");
        let api = apis
            .items()
            .iter()
            .find(|api| api.name() == Some(&name))
            .expect("the API");
        api.api_id().expect("its id").to_owned()
    }

    async fn route(&self, api: &str, key: &str) -> String {
        let routes = self
            .gateway
            .get_routes()
            .api_id(api)
            .send()
            .await
            .expect("listed");
        let route = routes
            .items()
            .iter()
            .find(|route| route.route_key() == Some(key))
            .expect("the route");
        route.route_id().expect("its id").to_owned()
    }

    async fn queue(&self, name: &str) -> String {
        let answer = self
            .sqs
            .get_queue_url()
            .queue_name(self.name(name))
            .send()
            .await
            .expect("the queue");
        answer.queue_url().expect("its URL").to_owned()
    }

    async fn mapping(&self, function: &str) -> String {
        let of = self
            .lambda
            .list_event_source_mappings()
            .function_name(self.name(function));
        let mappings = of.send().await.expect("listed");
        mappings.event_source_mappings()[0]
            .uuid()
            .expect("its id")
            .to_owned()
    }

    async fn table_arn(&self, name: &str) -> String {
        let described = self
            .dynamodb
            .describe_table()
            .table_name(self.name(name))
            .send()
            .await
            .expect("the table");
        described
            .table()
            .and_then(|table| table.table_arn())
            .expect("its ARN")
            .to_owned()
    }

    async fn change_memory(&self) {
        let name = self.name("toggle-message");
        self.lambda
            .update_function_configuration()
            .function_name(name)
            .memory_size(512)
            .send()
            .await
            .expect("changed");
    }

    async fn change_retention(&self) {
        let group = self.log_group("new-connection");
        self.logs
            .put_retention_policy()
            .log_group_name(group)
            .retention_in_days(1)
            .send()
            .await
            .expect("changed");
    }

    async fn change_table_tag(&self) {
        let tag = TableTag::builder()
            .key("team")
            .value("unknown")
            .build()
            .expect("a tag");
        let arn = self.table_arn("toggles-table").await;
        self.dynamodb
            .tag_resource()
            .resource_arn(arn)
            .tags(tag)
            .send()
            .await
            .expect("changed");
    }

    /// Tags a table, a queue, a function, a role and an API, as a cost tool does.
    async fn tag_everything(&self, key: &str, value: &str) {
        let tag = TableTag::builder().key(key).value(value).build();
        let arn = self.table_arn("toggles-table").await;
        let table = self.dynamodb.tag_resource().resource_arn(arn);
        let sent = table.tags(tag.expect("a tag")).send().await;
        sent.expect("a tagged table");
        let url = self.queue("toggle-message-dead-letters").await;
        let queue = self.sqs.tag_queue().queue_url(url).tags(key, value);
        queue.send().await.expect("a tagged queue");
        let name = self.name("toggle-message");
        let found = self.lambda.get_function().function_name(name).send().await;
        let function = found.expect("a function").configuration.expect("known");
        let arn = function.function_arn.expect("an ARN");
        let function = self.lambda.tag_resource().resource(arn).tags(key, value);
        function.send().await.expect("a tagged function");
        let tag = RoleTag::builder().key(key).value(value).build();
        let name = self.project.world.role("connection-manager");
        let role = self.iam.tag_role().role_name(name);
        let sent = role.tags(tag.expect("a tag")).send().await;
        sent.expect("a tagged role");
        let arn = format!(
            "arn:aws:apigateway:{}::/apis/{}",
            self.project.world.region,
            self.api().await
        );
        let api = self.gateway.tag_resource().resource_arn(arn);
        api.tags(key, value).send().await.expect("a tagged API");
    }

    /// Adds what an organisation's rules add: a boundary, backups and protection, a key, access
    /// logs.
    async fn govern(&self) {
        let boundary = "arn:aws:iam::aws:policy/PowerUserAccess";
        let role = self.project.world.role("connection-manager");
        let call = self.iam.put_role_permissions_boundary().role_name(role);
        let sent = call.permissions_boundary(boundary).send().await;
        sent.expect("a boundary");
        let table = self.name("connections-table");
        let recovery = PointInTimeRecoverySpecification::builder()
            .point_in_time_recovery_enabled(true)
            .build();
        let call = self.dynamodb.update_continuous_backups().table_name(&table);
        let call = call.point_in_time_recovery_specification(recovery.expect("whole"));
        call.send().await.expect("backups");
        let call = self.dynamodb.update_table().table_name(&table);
        let sent = call.deletion_protection_enabled(true).send().await;
        sent.expect("protection");
        let url = self.queue("toggle-message-dead-letters").await;
        let call = self.sqs.set_queue_attributes().queue_url(url);
        let call = call.attributes(QueueAttributeName::KmsMasterKeyId, "alias/organisation");
        call.send().await.expect("a key");
        let logs = AccessLogSettings::builder()
            .destination_arn(format!(
                "arn:aws:logs:{}:{}:log-group:org",
                self.project.world.region, self.project.world.account_id
            ))
            .format("$context.requestId")
            .build();
        let stage = self.gateway.update_stage().api_id(self.api().await);
        let sent = stage.stage_name("live").access_log_settings(logs).send();
        sent.await.expect("access logs");
    }

    /// The tags of the table.
    async fn table_tags(&self) -> Vec<String> {
        let arn = self.table_arn("toggles-table").await;
        let call = self.dynamodb.list_tags_of_resource().resource_arn(arn);
        let tags = call.send().await.expect("tags").tags.unwrap_or_default();
        tags.into_iter().map(|tag| tag.key).collect()
    }

    /// Makes the stream of the toggles contain keys alone: it has to be off in between.
    async fn change_stream(&self) {
        let off = StreamSpecification::builder().stream_enabled(false);
        let on = StreamSpecification::builder().stream_enabled(true);
        let on = on.stream_view_type(StreamViewType::KeysOnly);
        for specification in [off, on] {
            let update = self.dynamodb.update_table();
            let update = update.table_name(self.name("toggles-table"));
            let specification = specification.build().expect("whole");
            let sent = update.stream_specification(specification).send().await;
            sent.expect("changed");
            eventually("the table is active", async || self.is_active().await).await;
        }
    }

    async fn is_active(&self) -> bool {
        let describe = self.dynamodb.describe_table();
        let describe = describe.table_name(self.name("toggles-table"));
        let table = describe.send().await.expect("the table").table;
        table.and_then(|table| table.table_status) == Some(TableStatus::Active)
    }

    async fn change_mapping(&self) {
        let id = self.mapping("toggle-message").await;
        self.lambda
            .update_event_source_mapping()
            .uuid(id)
            .batch_size(7)
            .send()
            .await
            .expect("changed");
    }

    async fn change_route(&self) {
        let api = self.api().await;
        let route = self.route(&api, "$connect").await;
        let call = self
            .gateway
            .update_route()
            .api_id(api)
            .route_id(route)
            .operation_name("somebodys");
        call.send().await.expect("changed");
    }

    async fn change_role(&self) {
        let call = self
            .iam
            .put_role_policy()
            .role_name(self.project.world.role("connection-manager"))
            .policy_name("function");
        let document = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;
        call.policy_document(document)
            .send()
            .await
            .expect("changed");
    }

    async fn delete_queue(&self) {
        let url = self.queue("toggle-message-dead-letters").await;
        self.sqs
            .delete_queue()
            .queue_url(url)
            .send()
            .await
            .expect("deleted");
    }

    async fn delete_route(&self) {
        let api = self.api().await;
        let route = self.route(&api, "$disconnect").await;
        self.gateway
            .delete_route()
            .api_id(api)
            .route_id(route)
            .send()
            .await
            .expect("deleted");
    }

    async fn delete_stage(&self) {
        let api = self.api().await;
        self.gateway
            .delete_stage()
            .api_id(api)
            .stage_name("live")
            .send()
            .await
            .expect("deleted");
    }

    async fn delete_permission(&self) {
        let call = self
            .lambda
            .remove_permission()
            .function_name(self.name("connection-manager"));
        call.statement_id("frontage-connect-permission")
            .send()
            .await
            .expect("deleted");
    }

    async fn delete_mapping(&self) {
        let id = self.mapping("new-connection").await;
        self.lambda
            .delete_event_source_mapping()
            .uuid(id)
            .send()
            .await
            .expect("deleted");
    }

    async fn delete_function(&self) {
        let name = self.name("toggle-message");
        self.lambda
            .delete_function()
            .function_name(name)
            .send()
            .await
            .expect("deleted");
    }

    /// Deletes a function's role.
    async fn delete_role(&self, function: &str) {
        let name = self.project.world.role(function);
        let policies = self.iam.list_role_policies().role_name(&name).send().await;
        for policy in policies.expect("listed").policy_names {
            let call = self.iam.delete_role_policy().role_name(&name);
            call.policy_name(policy).send().await.expect("deleted");
        }
        let call = self.iam.delete_role().role_name(&name);
        call.send().await.expect("deleted");
    }

    /// Deletes a function's role, and creates the same one again.
    async fn restore_role(&self, function: &str) {
        let name = self.project.world.role(function);
        let role = self.iam.get_role().role_name(&name).send().await;
        let role = role.expect("found").role.expect("a role");
        self.delete_role(function).await;
        let call = self.iam.create_role().role_name(&name);
        let call = call.assume_role_policy_document(TRUST).path(role.path);
        call.set_tags(role.tags).send().await.expect("made");
    }

    async fn role_id(&self, function: &str) -> String {
        let name = self.project.world.role(function);
        let role = self.iam.get_role().role_name(name).send().await;
        role.expect("found").role.expect("a role").role_id
    }

    async fn delete_log_group(&self) {
        let group = self.log_group("connection-manager");
        self.logs
            .delete_log_group()
            .log_group_name(group)
            .send()
            .await
            .expect("deleted");
    }

    async fn delete_api(&self) {
        self.gateway
            .delete_api()
            .api_id(self.api().await)
            .send()
            .await
            .expect("deleted");
    }

    /// A queue, a log group and a role that an earlier description may have had.
    async fn leave_behind(&self, system: &str) {
        let tags = |name: &str| {
            let pairs = [
                ("frontage:system", system.to_owned()),
                ("frontage:address", format!("toggles/{name}")),
            ];
            HashMap::from(pairs.map(|(key, value)| (key.to_owned(), value)))
        };
        let queue = self
            .sqs
            .create_queue()
            .queue_name(self.name("old-queue"))
            .set_tags(Some(tags("old-queue")));
        queue.send().await.expect("made");
        let group = self
            .logs
            .create_log_group()
            .log_group_name(self.log_group("old"));
        group
            .set_tags(Some(tags("old-logs")))
            .send()
            .await
            .expect("made");
        let role = self
            .iam
            .create_role()
            .role_name(self.name("old"))
            .assume_role_policy_document(TRUST);
        let tag = |(key, value)| {
            RoleTag::builder()
                .key(key)
                .value(value)
                .build()
                .expect("a tag")
        };
        role.set_tags(Some(tags("old-role").into_iter().map(tag).collect()))
            .send()
            .await
            .expect("made");
    }

    /// The account may be one that tests share.
    async fn clear_away(&self) {
        self.sqs
            .delete_queue()
            .queue_url(self.queue("old-queue").await)
            .send()
            .await
            .expect("deleted");
        self.logs
            .delete_log_group()
            .log_group_name(self.log_group("old"))
            .send()
            .await
            .expect("deleted");
        self.iam
            .delete_role()
            .role_name(self.name("old"))
            .send()
            .await
            .expect("deleted");
    }
}

/// The resources of a plan as `address action reason paths`.
fn lines(plan: &Value) -> Vec<String> {
    let resources = plan["resources"].as_array().expect("resources");
    let line = |resource: &Value| {
        let changes = resource["changes"].as_array().expect("changes");
        let paths: Vec<&str> = changes
            .iter()
            .filter_map(|change| change["path"].as_str())
            .collect();
        let text = |name: &str| resource[name].as_str().unwrap_or("-");
        // A creation lists all properties.
        let paths = if text("action") == "create" {
            String::new()
        } else {
            format!(" {}", paths.join(" "))
        };
        format!(
            "{} {} {}{paths}",
            text("address"),
            text("action"),
            text("reason")
        )
    };
    resources.iter().map(line).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn drift_is_told_and_repaired() {
    let project = Project::described("[tags]\nteam = \"web\"\n");
    project.apply();
    let hands = Hands::new(&project);
    hands.change_memory().await;
    hands.change_retention().await;
    hands.change_table_tag().await;
    hands.change_mapping().await;
    hands.change_route().await;
    hands.change_role().await;

    let plan = project.plan();
    let told = lines(&plan);
    let wanted = [
        "toggles/toggles-table update drift Tags.team",
        "toggles/connection-manager-role update drift Policies[0].PolicyDocument",
        "toggles/connect-route update drift OperationName",
        "toggles/new-connection-logs update drift RetentionInDays",
        "toggles/toggle-message update drift MemorySize",
        "toggles/toggle-message-stream update drift BatchSize",
    ];
    for (told, wanted) in told.iter().zip(wanted) {
        assert!(told.starts_with(wanted), "{plan:#}");
    }
    assert_eq!(told.len(), wanted.len(), "{plan:#}");
    project.assert_snapshot("drift", &project.ok(&["plan"]).stdout);
    project.apply();
    project.destroy();
}

/// What the description does not state is shown on demand, and never set back.
#[tokio::test(flavor = "multi_thread")]
async fn what_an_organisation_adds_is_left() {
    let project = Project::new();
    project.apply();
    Hands::new(&project).govern().await;
    project.assert_nothing_to_do();
    let shown = project.ok(&["plan", "--show-left"]).stdout;
    project.assert_snapshot("left", &shown);

    // Other changes of the same resources leave it too.
    project.describe(
        "[toggles]\ndead_letter_retention_days = 7\n[functions]\nlog_retention_days = 7\n",
    );
    project.apply();
    assert_eq!(project.ok(&["plan", "--show-left"]).stdout, shown);
    let left = &project.plan()["left"];
    assert_eq!(left.as_array().map(Vec::len), Some(7), "{left:#}");
    project.destroy();
    assert_eq!(project.world.listing().await, Vec::<String>::new());
}

/// A tag is removed if an earlier description contained it, and only then.
#[tokio::test(flavor = "multi_thread")]
async fn tags_of_others_stay() {
    let project = Project::described("[tags]\nteam = \"web\"\ncost-center = \"7\"\n");
    project.apply();
    let hands = Hands::new(&project);
    hands.tag_everything("awsApplication", "shop").await;
    project.assert_nothing_to_do();

    project.describe("[tags]\nteam = \"web\"\n");
    let told = lines(&project.plan());
    assert!(
        told.iter().all(|line| line.ends_with("Tags.cost-center")),
        "{told:#?}"
    );
    project.apply();
    let keys = hands.table_tags().await;
    for (key, stays) in [
        ("awsApplication", true),
        ("team", true),
        ("cost-center", false),
    ] {
        assert_eq!(keys.iter().any(|of| of == key), stays, "{keys:?}");
    }

    project.describe("");
    project.apply();
    let keys = hands.table_tags().await;
    assert!(!keys.iter().any(|key| key == "team"), "{keys:?}");
    assert!(keys.iter().any(|key| key == "awsApplication"), "{keys:?}");
    project.destroy();
}

/// A tag that a description hands over to others stays, whatever they do with it.
#[tokio::test(flavor = "multi_thread")]
async fn tags_that_are_handed_over_stay() {
    let project = Project::described("[tags]\nteam = \"web\"\nmap-migrated = \"mig1\"\n");
    project.apply();
    let ignoring = "ignore_tags = [\"map-*\"]\n[tags]\nteam = \"web\"\n";
    project.describe(ignoring);
    let told = lines(&project.plan());
    assert!(
        !told.is_empty() && told.iter().all(|line| !line.contains("Tags")),
        "only the records change: {told:#?}"
    );
    project.apply();
    let hands = Hands::new(&project);
    assert!(
        hands
            .table_tags()
            .await
            .contains(&"map-migrated".to_owned())
    );
    hands.tag_everything("map-migrated", "mig2").await;
    project.assert_nothing_to_do();
    // From then on it is another's, even without the line.
    project.describe("[tags]\nteam = \"web\"\n");
    project.assert_nothing_to_do();
    project.destroy();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_deleted_is_made_again() {
    let project = Project::new();
    project.apply();
    let whole = project.world.listing().await;
    let hands = Hands::new(&project);

    hands.delete_queue().await;
    hands.delete_stage().await;
    hands.delete_permission().await;
    hands.delete_mapping().await;
    hands.delete_log_group().await;
    let told = lines(&project.plan());
    for address in [
        "toggle-message-dead-letters",
        "stage",
        "connect-permission",
        "new-connection-stream",
    ] {
        assert!(
            told.contains(&format!("toggles/{address} create -")),
            "{told:#?}"
        );
    }
    project.apply();
    assert_eq!(project.world.listing().await, whole);

    hands.delete_route().await;
    hands.delete_function().await;
    let told = lines(&project.plan());
    for address in ["disconnect-route", "toggle-message"] {
        assert!(
            told.contains(&format!("toggles/{address} create -")),
            "{told:#?}"
        );
    }
    project.apply();
    assert_eq!(project.world.listing().await, whole);

    hands.delete_api().await;
    project.apply();
    assert_eq!(project.world.listing().await, whole);
    project.destroy();
    assert_eq!(project.world.listing().await, Vec::<String>::new());
}

/// The function's KMS grant is for the id of its role, not for the name.
#[tokio::test(flavor = "multi_thread")]
async fn a_function_whose_role_is_another_one_of_that_name_is_replaced() {
    let project = Project::new();
    project.apply();
    let whole = project.world.listing().await;
    let hands = Hands::new(&project);
    let old = hands.role_id("toggle-message").await;

    hands.restore_role("toggle-message").await;
    let new = hands.role_id("toggle-message").await;
    let plan = project.plan();
    let resources = plan["resources"].as_array().expect("resources");
    let function = resources
        .iter()
        .find(|of| of["address"] == "toggles/toggle-message")
        .expect("the function");
    assert_eq!(function["action"], "delete-then-create", "{plan:#}");
    let change = &function["changes"][0];
    assert_eq!(change["path"], "Role.RoleId", "{plan:#}");
    assert_eq!((&change["old"], &change["new"]), (&json!(old), &json!(new)));
    project.apply();
    assert_eq!(project.world.listing().await, whole);

    hands.delete_role("connection-manager").await;
    let told = lines(&project.plan());
    for line in [
        "toggles/connection-manager-role create -",
        "toggles/connection-manager delete-then-create drift Role Role.RoleId",
    ] {
        assert!(told.contains(&line.to_owned()), "{told:#?}");
    }
    project.apply();
    assert_eq!(project.world.listing().await, whole);
    project.destroy();
}

/// Its logs stay until their retention ends them.
#[tokio::test(flavor = "multi_thread")]
async fn what_the_description_no_longer_has_is_deleted() {
    let project = Project::new();
    project.apply();
    let whole = project.world.listing().await;
    Hands::new(&project)
        .leave_behind(&project.world.system)
        .await;
    let plan = project.plan();
    let mut told = lines(&plan);
    told.sort();
    let wanted = ["old-queue", "old-role"].map(|name| format!("toggles/{name} delete - "));
    assert_eq!(told, wanted);
    assert_eq!(plan["kept"][0]["address"], "toggles/old-logs", "{plan:#}");
    project.apply();
    let mut left = project.world.listing().await;
    let logs = format!("log group {}", Hands::new(&project).log_group("old"));
    assert!(left.contains(&logs), "{left:#?}");
    left.retain(|line| *line != logs);
    assert_eq!(left, whole);
    project.destroy();
    assert_eq!(project.world.listing().await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_system_left_behind_is_left_alone() {
    let project = Project::new();
    project.apply();
    let hands = Hands::new(&project);
    hands.leave_behind("another").await;
    project.assert_nothing_to_do();
    project.destroy();
    let left = project.world.listing().await;
    let wanted = [
        format!("log group {}", hands.log_group("old")),
        format!("queue {}", hands.name("old-queue")),
        format!("role {}", hands.name("old")),
    ];
    assert_eq!(left, wanted);
    hands.clear_away().await;
}

/// A stream of another kind is another stream, which the mapping does not read.
#[tokio::test(flavor = "multi_thread")]
async fn a_stream_of_another_view_type_is_told_and_repaired() {
    let project = Project::new();
    project.apply();
    let whole = project.world.listing().await;
    let hands = Hands::new(&project);
    hands.change_stream().await;

    let plan = project.plan();
    let told = lines(&plan);
    let table = "toggles/toggles-table update drift StreamSpecification.StreamViewType";
    assert!(told.contains(&table.to_owned()), "{plan:#}");
    let changes = plan["resources"][0]["changes"].to_string();
    assert!(changes.contains("KEYS_ONLY"), "{plan:#}");
    project.apply();
    project.assert_nothing_to_do();
    assert_eq!(project.world.listing().await, whole);

    let mut client = Client::connect(&project.output("websocket_url")).await;
    client.expect(&json!([])).await;
    toggles::put(&project, "1", "One", true).await;
    let item =
        json!({"featureId": {"S": "1"}, "featureName": {"S": "One"}, "isActive": {"BOOL": true}});
    client.expect(&item).await;
    project.destroy();
    assert_eq!(project.world.listing().await, Vec::<String>::new());
}

/// A new mapping reads the stream from its oldest record on: all of them are about states that ended
/// long ago. A toggle was on, and its records of on and of off are in different batches.
#[tokio::test(flavor = "multi_thread")]
async fn a_mapping_that_is_made_anew_tells_nobody_an_old_state() {
    let project = Project::new();
    project.apply();
    let hands = Hands::new(&project);
    let url = project.output("websocket_url");
    let mut first = Client::connect(&url).await;
    first.next().await.expect("the state comes");
    toggles::put(&project, "kill", "Kill", true).await;
    for number in 0..BATCH {
        toggles::put(&project, &format!("other-{number}"), "Other", true).await;
    }
    toggles::put(&project, "kill", "Kill", false).await;
    // The last record: from then on nothing is delivered but by the new mapping.
    while !is_off(&first.next().await.expect("it stays open"), "kill") {}
    let mut client = Client::connect(&url).await;
    client.next().await.expect("the state comes");
    let before = client.received.len();
    let mapping = hands.mapping("toggle-message").await;
    let delete = hands.lambda.delete_event_source_mapping().uuid(mapping);
    delete.send().await.expect("deleted");
    project.apply();

    toggles::put(&project, "end", "End", false).await;
    while !is_off(&client.next().await.expect("it stays open"), "end") {}
    let heard = &client.received[before..];
    let about_kill: Vec<_> = items(heard)
        .filter(|item| item["featureId"]["S"] == "kill")
        .collect();
    assert!(!about_kill.is_empty(), "the old records came: {heard:#?}");
    let ever_on = about_kill
        .iter()
        .any(|item| item["isActive"]["BOOL"] == true);
    assert!(!ever_on, "{about_kill:#?}");
    project.assert_nothing_to_do();
    project.destroy();
}

/// The items in messages, each of which has one or several.
fn items(messages: &[Value]) -> impl Iterator<Item = &Value> {
    messages.iter().flat_map(|message| match message {
        Value::Array(items) => items.as_slice(),
        item => std::slice::from_ref(item),
    })
}

/// Whether a message says that a toggle is off.
fn is_off(message: &Value, id: &str) -> bool {
    let says = |item: &Value| item["featureId"]["S"] == id && item["isActive"]["BOOL"] == false;
    items(std::slice::from_ref(message)).any(says)
}

/// The names of the second system begin as those of a stack of the first.
#[tokio::test(flavor = "multi_thread")]
async fn systems_whose_names_begin_alike_leave_each_other_alone() {
    let world = World::new();
    let longer = World {
        system: format!("{}-toggles", world.system),
        ..world.clone()
    };
    let [one, other] = [world, longer].map(|world| Project::in_world(world, ""));
    one.apply();
    let before = one.world.listing().await;
    other.apply();
    one.assert_nothing_to_do();
    other.assert_nothing_to_do();
    other.destroy();
    assert_eq!(one.world.listing().await, before);
    one.assert_nothing_to_do();

    other.apply();
    one.destroy();
    other.assert_nothing_to_do();
    other.destroy();
    assert_eq!(other.world.listing().await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_table_is_refused_by_name_and_untouched() {
    for owner in [None, Some("another")] {
        let project = Project::new();
        let hands = Hands::new(&project);
        let key = |kind| {
            KeySchemaElement::builder()
                .attribute_name("mine")
                .key_type(kind)
                .build()
                .expect("a key")
        };
        let attribute = AttributeDefinition::builder().attribute_name("mine");
        let tag = |value| {
            TableTag::builder()
                .key("frontage:system")
                .value(value)
                .build()
                .expect("a tag")
        };
        let table = hands
            .dynamodb
            .create_table()
            .table_name(hands.name("toggles-table"))
            .key_schema(key(KeyType::Hash))
            .attribute_definitions(
                attribute
                    .attribute_type(ScalarAttributeType::S)
                    .build()
                    .expect("an attribute"),
            )
            .billing_mode(BillingMode::PayPerRequest)
            .set_tags(owner.map(|owner| vec![tag(owner)]));
        table.send().await.expect("made");
        let arn = hands.table_arn("toggles-table").await;

        let snapshot = format!("foreign-table-of-{}", owner.unwrap_or("nobody"));
        let refused = project.frontage(&["plan"]);
        assert_eq!(refused.code, Some(1), "{refused:#?}");
        project.assert_snapshot(&snapshot, &refused.stderr);
        let waits = "waiting for it: toggles/new-connection-role, toggles/new-connection, ";
        assert!(refused.stdout.contains(waits), "{refused:#?}");
        // Everything but the table, and what needs it, is created; the table is left as it is.
        let refused = project.frontage(&["apply", "--yes"]);
        assert_eq!(refused.code, Some(1), "{refused:#?}");
        let plan = project.frontage(&["plan", "--format", "json"]).json();
        assert_eq!(plan["resources"], serde_json::json!([]), "{plan:#}");
        let refused = project.fails(&["adopt", "toggles/toggles-table", "--yes"]);
        assert!(refused.stderr.contains("would replace"), "{refused:#?}");
        project.ok(&["destroy", "--yes", "--delete-data"]);
        assert_eq!(
            project.world.listing().await,
            [format!("table {}", hands.name("toggles-table"))]
        );
        let tags = hands
            .dynamodb
            .list_tags_of_resource()
            .resource_arn(arn)
            .send()
            .await
            .expect("listed");
        let tags: Vec<_> = tags
            .tags()
            .iter()
            .map(|tag| (tag.key(), tag.value()))
            .collect();
        assert_eq!(
            tags,
            owner
                .map(|owner| ("frontage:system", owner))
                .into_iter()
                .collect::<Vec<_>>()
        );
        hands
            .dynamodb
            .delete_table()
            .table_name(hands.name("toggles-table"))
            .send()
            .await
            .expect("deleted");
    }
}
