//! Behaviour of functions that no emulator shows.

use fake_aws::FakeAws;
use model::types::cloudfront::{FunctionConfig, FunctionRuntime};

use super::super::fake::{error, owner, tag_list, tag_list_in, tags, versioned};
use super::*;
use crate::kit::findings::findings;

const ARN: &str = "arn:aws:cloudfront::111122223333:function/acme-shell-rewrite";

fn function() -> Properties {
    Function {
        name: "acme-shell-rewrite".to_owned(),
        auto_publish: Some(true),
        function_code: "function handler(event) { return event.request; }".to_owned(),
        function_config: FunctionConfig {
            comment: String::new(),
            key_value_store_associations: Vec::new(),
            runtime: FunctionRuntime::CloudfrontJs2_0,
        },
    }
}

fn summary(name: &str) -> String {
    format!(
        "<FunctionSummary><Name>{name}</Name><FunctionConfig><Comment></Comment><Runtime>cloudfront-js-2.0</Runtime>\
         </FunctionConfig><FunctionMetadata><FunctionARN>arn:aws:cloudfront::111122223333:function/{name}</FunctionARN>\
         <LastModifiedTime>2026-01-01T00:00:00Z</LastModifiedTime></FunctionMetadata></FunctionSummary>"
    )
}

fn described(version: &str) -> String {
    versioned(version, &summary("acme-shell-rewrite"))
}

fn driver(fake: &FakeAws) -> Functions {
    Functions::new(&Account::for_tests(fake))
}

fn there() -> Live {
    live(
        function(),
        ARN.to_owned(),
        LiveTags::Read(tags("shell/rewrite")),
    )
}

async fn create(fake: &FakeAws) -> Result<Live, DriverError> {
    let owner = owner("shell/rewrite");
    driver(fake).create(function(), &owner, &owner.tags()).await
}

#[tokio::test(start_paused = true)]
async fn it_is_published_from_the_version_that_was_written() {
    let (one, two) = (described("V1"), described("V2"));
    let stale = error("PreconditionFailed", "stale");
    let fake = FakeAws::new([
        (
            "POST https://cloudfront.amazonaws.com/2020-05-31/function ",
            201,
            one.as_str(),
        ),
        ("GET ", 200, &one),
        ("/publish [if-match: V1]", 412, &stale),
        ("GET ", 200, &two),
        ("/publish [if-match: V2]", 200, &two),
    ]);
    let live = create(&fake).await.unwrap();
    assert_eq!(live.attribute(Function::ARN).unwrap(), ARN);
    assert!(fake.requests()[0].contains("<Key>frontage:address</Key><Value>shell/rewrite</Value>"));
    fake.assert_used();
}

#[tokio::test]
async fn a_create_call_whose_answer_was_lost_is_finished() {
    let (described, taken) = (described("V1"), error("FunctionAlreadyExists", "taken"));
    let ours = tag_list("acme", "shell/rewrite");
    let fake = FakeAws::new([
        (
            "POST https://cloudfront.amazonaws.com/2020-05-31/function ",
            409,
            taken.as_str(),
        ),
        ("/describe", 200, &described),
        (
            "GET https://cloudfront.amazonaws.com/2020-05-31/tagging",
            200,
            &ours,
        ),
        ("/describe", 200, &described),
        ("PUT ", 200, &described),
        ("Operation=Tag", 204, ""),
        ("/describe", 200, &described),
        ("/publish", 200, &described),
    ]);
    create(&fake).await.unwrap();
    fake.assert_used();
}

#[tokio::test]
async fn the_function_of_another_region_is_read_as_such_and_not_taken() {
    let list = format!(
        "<FunctionList><MaxItems>100</MaxItems><Quantity>1</Quantity><Items>{}</Items></FunctionList>",
        summary("acme-shell-rewrite")
    );
    let theirs = tag_list_in("us-east-1", "acme", "shell/rewrite");
    let fake = FakeAws::new([
        ("?Stage=LIVE", 200, list.as_str()),
        ("/function/acme-shell-rewrite", 200, "function"),
        ("/tagging", 200, &theirs),
    ]);
    let address = "shell/rewrite".parse().unwrap();
    let wanted = TypedReadRequest {
        fingerprint: "f",
        address: &address,
        properties: function(),
    };
    let found = driver(&fake).read(wanted, &ReadCache::default()).await;
    let owner_found = found.unwrap().unwrap().tags.owner().unwrap();
    assert_eq!(owner_found.elsewhere(Some("eu-west-1")), Some("us-east-1"));

    let (described, taken) = (described("V1"), error("FunctionAlreadyExists", "taken"));
    let fake = FakeAws::new([
        ("POST ", 409, taken.as_str()),
        ("/describe", 200, &described),
        ("/tagging", 200, &theirs),
    ]);
    let error = create(&fake).await.unwrap_err().to_string();
    assert!(error.contains("`acme` in us-east-1"), "{error}");
    fake.assert_used();
}

#[tokio::test]
async fn a_function_of_another_owner_is_not_taken() {
    let (described, taken) = (described("V1"), error("FunctionAlreadyExists", "taken"));
    let theirs = tag_list("other", "shell/rewrite");
    let fake = FakeAws::new([
        ("POST ", 409, taken.as_str()),
        ("/describe", 200, &described),
        ("/tagging", 200, &theirs),
    ]);
    let failed = create(&fake).await.unwrap_err();
    assert!(failed.is("FunctionAlreadyExists"), "{failed}");
    fake.assert_used();
}

/// A function that is not live is compared as written, and published by the next run.
#[tokio::test]
async fn one_that_did_not_go_live_is_not_published() {
    let list = |items: &str, next: &str| {
        format!(
            "<FunctionList>{next}<MaxItems>1</MaxItems><Quantity>1</Quantity><Items>{items}</Items></FunctionList>"
        )
    };
    let (none, one) = (
        list("", ""),
        list(&summary("acme-other"), "<NextMarker>next</NextMarker>"),
    );
    let (two, ours) = (
        list(&summary("acme-shell-rewrite"), ""),
        tag_list("acme", "shell/rewrite"),
    );
    let fake = FakeAws::new([
        ("Stage=LIVE", 200, none.as_str()),
        ("Marker=next", 200, &two),
        ("function?Stage=DEVELOPMENT", 200, &one),
        (
            "function/acme-shell-rewrite?Stage=DEVELOPMENT",
            200,
            "the code",
        ),
        ("/tagging", 200, &ours),
    ]);
    let address = "shell/rewrite".parse().unwrap();
    let wanted = TypedReadRequest {
        fingerprint: "f",
        address: &address,
        properties: function(),
    };
    let found = driver(&fake)
        .read(wanted, &ReadCache::default())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (
            found.properties.auto_publish,
            found.properties.function_code.as_str()
        ),
        (Some(false), "the code")
    );
    fake.assert_used();
}

#[tokio::test(start_paused = true)]
async fn what_is_in_use_is_deleted_once_it_is_free() {
    let (described, in_use) = (described("V1"), error("FunctionInUse", "in use"));
    let fake = FakeAws::new([
        ("/describe", 200, described.as_str()),
        ("DELETE ", 409, &in_use),
        ("/describe", 200, &described),
        ("DELETE ", 204, ""),
    ]);
    driver(&fake).delete(there()).await.unwrap();
    fake.assert_used();
}

#[tokio::test]
async fn deleting_the_absent_succeeds() {
    let absent = error("NoSuchFunctionExists", "gone");
    driver(&FakeAws::new([("/describe", 404, absent.as_str())]))
        .delete(there())
        .await
        .unwrap();
}

#[test]
fn what_cloudfront_refuses_is_found() {
    let found = |change: &dyn Fn(&mut Properties)| {
        let mut function = function();
        change(&mut function);
        findings(Functions::new, &function)
    };
    assert_eq!(found(&|_| ()), [""; 0]);
    assert_eq!(
        found(&|of| of.name = "x".repeat(65)),
        ["Name has 65 characters; 1 to 64 are allowed"]
    );
    assert_eq!(
        found(&|of| of.name = "a.b".to_owned()),
        ["Name is `a.b`; only letters, digits, hyphens and underscores are allowed"]
    );
    assert_eq!(
        found(&|of| of.function_code.clear()),
        ["FunctionCode has 0 bytes; 1 to 10240 are allowed"]
    );
    assert_eq!(
        found(&|of| of.function_code = "x".repeat(10_241)),
        ["FunctionCode has 10241 bytes; 1 to 10240 are allowed"]
    );
    assert_eq!(
        found(&|of| of.function_config.comment = "x".repeat(129)),
        ["FunctionConfig.Comment has 129 characters; 0 to 128 are allowed"]
    );
    let unknown = format!("{}{}", engine::UNKNOWN, "x".repeat(10_240));
    assert_eq!(found(&|of| of.function_code.clone_from(&unknown)), [""; 0]);
}
