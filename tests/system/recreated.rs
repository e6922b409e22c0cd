//! A resource that somebody deleted and created again under its name is another one to AWS: what refers
//! to it follows. Somebody means: with its tags, as from a backup, so it is the system's.

use aws_sdk_cognitoidentityprovider::types::{UserPoolType, VerifiedAttributeType};
use aws_sdk_dynamodb::types::{BillingMode, StreamSpecification, TableDescription};
use aws_sdk_s3::types::{BucketLocationConstraint, CreateBucketConfiguration, Tagging};
use serde_json::Value;

use crate::front_ends::{outputs, s3};
use crate::support::cli::Project;
use crate::support::client::Client;
use crate::support::{eventually, toggles};

/// The tables of a system, and the functions that read their streams.
struct Tables<'p> {
    project: &'p Project,
    dynamodb: aws_sdk_dynamodb::Client,
    lambda: aws_sdk_lambda::Client,
}

impl<'p> Tables<'p> {
    fn new(project: &'p Project) -> Self {
        let config = project.world.config();
        Self {
            project,
            dynamodb: aws_sdk_dynamodb::Client::new(&config),
            lambda: aws_sdk_lambda::Client::new(&config),
        }
    }

    async fn find(&self, name: &str) -> Option<TableDescription> {
        let call = self.dynamodb.describe_table().table_name(name);
        call.send().await.ok()?.table
    }

    /// Deletes a table and creates it again, with this stream.
    async fn recreate(&self, name: &str, stream: Option<StreamSpecification>) {
        let name = &self.project.world.name(name);
        let table = self.find(name).await.expect("the table");
        let arn = table.table_arn().expect("its ARN");
        let tags = self.dynamodb.list_tags_of_resource().resource_arn(arn);
        let tags = tags.send().await.expect("listed").tags;
        if table.deletion_protection_enabled() == Some(true) {
            let call = self.dynamodb.update_table().table_name(name);
            let sent = call.deletion_protection_enabled(false).send().await;
            sent.expect("not protected");
        }
        let call = self.dynamodb.delete_table().table_name(name);
        call.send().await.expect("deleted");
        eventually("the table is deleted", async || {
            self.find(name).await.is_none()
        })
        .await;
        let call = self.dynamodb.create_table().table_name(name);
        let created = call
            .set_key_schema(table.key_schema.clone())
            .set_attribute_definitions(table.attribute_definitions.clone())
            .billing_mode(BillingMode::PayPerRequest)
            .set_stream_specification(stream)
            .set_tags(tags);
        created.send().await.expect("created");
    }

    async fn stream(&self, table: &str) -> String {
        let table = self.find(&self.project.world.name(table)).await;
        let stream = table.expect("the table").latest_stream_arn;
        stream.expect("a stream")
    }

    /// The streams and queues that a function reads.
    async fn sources(&self, function: &str) -> Vec<String> {
        let name = self.project.world.name(function);
        let call = self.lambda.list_event_source_mappings().function_name(name);
        let mappings = call.send().await.expect("listed");
        let mappings = mappings.event_source_mappings.unwrap_or_default();
        let sources = mappings.into_iter().filter_map(|of| of.event_source_arn);
        sources.collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_stream_of_a_table_that_is_another_one_is_read() {
    let project = Project::new();
    project.apply();
    let whole = project.world.listing().await;
    let tables = Tables::new(&project);
    let readers = [
        ("toggles-table", "toggle-message"),
        ("connections-table", "new-connection"),
    ];
    let mut old = Vec::new();
    for (table, _) in readers {
        old.push(tables.stream(table).await);
    }
    let name = project.world.name("toggles-table");
    let found = tables.find(&name).await.expect("the table");
    tables
        .recreate("toggles-table", found.stream_specification)
        .await;
    // Only `apply` creates this one's stream.
    tables.recreate("connections-table", None).await;

    project.apply();
    assert_eq!(project.world.listing().await, whole);
    for ((table, function), old) in readers.into_iter().zip(old) {
        let stream = tables.stream(table).await;
        assert_ne!(stream, old);
        assert_eq!(tables.sources(function).await, [stream], "{function}");
    }
    project.assert_nothing_to_do();

    let mut client = Client::connect(&project.output("websocket_url")).await;
    client.next().await.expect("the state comes");
    toggles::put(&project, "kill", "Kill", true).await;
    while client.next().await.expect("it stays open")["featureId"]["S"] != "kill" {}
    project.destroy();
    assert_eq!(project.world.listing().await, Vec::<String>::new());
}

/// The user pool of a system.
struct Pool {
    cognito: aws_sdk_cognitoidentityprovider::Client,
    name: String,
}

impl Pool {
    fn new(project: &Project) -> Self {
        Self {
            cognito: aws_sdk_cognitoidentityprovider::Client::new(&project.world.config()),
            name: format!("{}-identity-users", project.world.system),
        }
    }

    async fn ids(&self) -> Vec<String> {
        let call = self.cognito.list_user_pools().max_results(60);
        let pools = call.send().await.expect("listed").user_pools;
        let named = pools.unwrap_or_default().into_iter();
        let named = named.filter(|pool| pool.name() == Some(&self.name));
        named.filter_map(|pool| pool.id).collect()
    }

    async fn find(&self, id: &str) -> UserPoolType {
        let call = self.cognito.describe_user_pool().user_pool_id(id);
        call.send().await.expect("found").user_pool.expect("a pool")
    }

    /// Deletes the pool with its domain, and creates it again, without what was within it.
    async fn recreate(&self, id: &str) {
        let pool = self.find(id).await;
        let domain = pool.domain.expect("a domain");
        let call = self.cognito.delete_user_pool_domain().domain(domain);
        call.user_pool_id(id).send().await.expect("deleted");
        if pool.deletion_protection.is_some() {
            let call = self.cognito.update_user_pool().user_pool_id(id);
            let sent = call.deletion_protection("INACTIVE".into()).send().await;
            sent.expect("not protected");
        }
        let call = self.cognito.delete_user_pool().user_pool_id(id);
        call.send().await.expect("deleted");
        let call = self.cognito.create_user_pool().pool_name(&self.name);
        let created = call
            .set_username_attributes(pool.username_attributes)
            .set_username_configuration(pool.username_configuration)
            .auto_verified_attributes(VerifiedAttributeType::Email)
            .set_user_pool_tags(pool.user_pool_tags);
        created.send().await.expect("created");
    }
}

/// The shell's configuration, which names the client.
async fn configuration(project: &Project) -> Value {
    let bucket = outputs(project)["shell"]["bucket"].clone();
    let get = s3(project)
        .get_object()
        .bucket(bucket.as_str().expect("a bucket"));
    let object = get.key("config.json").send().await.expect("config.json");
    let body = object.body.collect().await.expect("its body").into_bytes();
    serde_json::from_slice(&body).expect("JSON")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_names_a_pool_that_is_another_one_follows() {
    let project = Project::described("[shell]\n[identity]\ngroups = [\"operators\"]\n");
    project.apply();
    let whole = project.world.listing().await;
    let pool = Pool::new(&project);
    let [old] = &pool.ids().await[..] else {
        panic!("one pool")
    };
    let client = configuration(&project).await["login"]["clientId"].clone();

    pool.recreate(old).await;
    project.apply();
    assert_eq!(project.world.listing().await, whole);
    let [new] = &pool.ids().await[..] else {
        panic!("one pool")
    };
    assert_ne!(new, old);
    let outputs = outputs(&project);
    assert_eq!(outputs["identity"]["user_pool_id"], **new);
    let login = &configuration(&project).await["login"];
    assert_ne!(login["clientId"], client);
    assert_eq!(login["clientId"], outputs["identity"]["client_id"]);
    assert_eq!(login["url"], outputs["identity"]["login_url"]);
    assert!(pool.find(new).await.domain.is_some(), "its login pages");
    project.assert_nothing_to_do();
    project.destroy();
    assert_eq!(project.world.listing().await, Vec::<String>::new());
}

/// The shell's bucket.
struct Bucket {
    s3: aws_sdk_s3::Client,
    name: String,
    region: String,
}

impl Bucket {
    fn new(project: &Project) -> Self {
        let name = outputs(project)["shell"]["bucket"].clone();
        Self {
            s3: s3(project),
            name: name.as_str().expect("a bucket").to_owned(),
            region: project.world.region.clone(),
        }
    }

    async fn policy(&self) -> Value {
        let call = self.s3.get_bucket_policy().bucket(&self.name);
        let policy = call.send().await.expect("a policy").policy;
        serde_json::from_str(&policy.expect("its text")).expect("JSON")
    }

    /// Deletes each version of each object.
    async fn empty(&self) {
        let call = self.s3.list_object_versions().bucket(&self.name);
        let listed = call.send().await.expect("listed");
        let versions = listed
            .versions()
            .iter()
            .map(|of| (of.key(), of.version_id()));
        let markers = listed.delete_markers().iter();
        let markers = markers.map(|of| (of.key(), of.version_id()));
        for (key, version) in versions.chain(markers) {
            let call = self.s3.delete_object().bucket(&self.name);
            let call = call.set_key(key.map(str::to_owned));
            let call = call.set_version_id(version.map(str::to_owned));
            call.send().await.expect("deleted");
        }
    }

    /// Deletes the bucket and creates it again, with its tags alone.
    async fn recreate(&self) {
        let call = self.s3.get_bucket_tagging().bucket(&self.name);
        let tags = call.send().await.expect("tags").tag_set;
        self.empty().await;
        let call = self.s3.delete_bucket().bucket(&self.name);
        call.send().await.expect("deleted");
        let here = BucketLocationConstraint::from(self.region.as_str());
        let here = CreateBucketConfiguration::builder().location_constraint(here);
        let call = self.s3.create_bucket().bucket(&self.name);
        let call = call.create_bucket_configuration(here.build());
        call.send().await.expect("created");
        let tags = Tagging::builder().set_tag_set(Some(tags)).build();
        let call = self.s3.put_bucket_tagging().bucket(&self.name);
        let call = call.tagging(tags.expect("tags"));
        call.send().await.expect("tagged");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_that_is_another_one_is_served_again() {
    let project = Project::described("[shell]\n");
    project.apply();
    let whole = project.world.listing().await;
    let (before, bucket) = (outputs(&project), Bucket::new(&project));
    let (policy, config) = (bucket.policy().await, configuration(&project).await);
    let statement = policy.to_string();
    assert!(statement.contains(":distribution/"), "{statement}");

    bucket.recreate().await;
    let plan = project.plan();
    let resources = plan["resources"].as_array().expect("resources");
    let of_distribution = resources
        .iter()
        .find(|of| of["address"] == "shell/distribution");
    assert_eq!(of_distribution, None, "its origin has the same name");
    project.apply();
    assert_eq!(project.world.listing().await, whole);
    assert_eq!(bucket.policy().await, policy);
    assert_eq!(configuration(&project).await, config);
    assert_eq!(outputs(&project), before);
    project.assert_nothing_to_do();
    project.destroy();
    assert_eq!(project.world.listing().await, Vec::<String>::new());
}
