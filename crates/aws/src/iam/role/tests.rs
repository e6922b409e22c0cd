//! Behaviour of roles that no emulator shows.

use engine::{Attributes, Change, UNKNOWN};
use fake_aws::FakeAws;
use model::types::iam::{Policy, PolicyDocument, Statement};
use model::{ADDRESS_TAG, Address, REGION_TAG, SYSTEM_TAG};
use serde_json::json;

use super::*;
use crate::kit::left::assert_left;

const TRUST: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}}"#;
const EMPTY: &str =
    "<EmptyResponse><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></EmptyResponse>";

fn role() -> Properties {
    let mut role = Role {
        role_name: "acme-r".to_owned(),
        path: None,
        description: None,
        assume_role_policy_document: PolicyDocument::trust("lambda.amazonaws.com"),
        managed_policy_arns: Vec::new(),
        policies: Vec::new(),
        max_session_duration: None,
        permissions_boundary: None,
    };
    driver(&FakeAws::default()).normalise(&mut role);
    role
}

fn inline(name: &str, action: &str) -> Policy<String> {
    let statement = Statement::allow([action], vec!["*".to_owned()]);
    Policy {
        policy_name: name.to_owned(),
        policy_document: PolicyDocument::new(vec![statement]),
    }
}

fn tags() -> Tags {
    Tags::from(
        [
            (SYSTEM_TAG, "acme"),
            (REGION_TAG, "eu-west-1"),
            (ADDRESS_TAG, "test/r"),
        ]
        .map(|(key, value)| (key.to_owned(), value.to_owned())),
    )
}

fn owner() -> Owner {
    Owner::recorded_in(&tags()).unwrap()
}

fn refused(code: &str, message: &str) -> String {
    format!(
        "<ErrorResponse><Error><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>"
    )
}

fn shown(arn: &str, owner: &str) -> String {
    format!(
        "<GetRoleResponse><GetRoleResult><Role><Path>/</Path><RoleName>acme-r</RoleName><RoleId>AROAX</RoleId><Arn>{arn}</Arn>\
         <CreateDate>2026-01-01T00:00:00Z</CreateDate><AssumeRolePolicyDocument>{}</AssumeRolePolicyDocument>\
         <MaxSessionDuration>3600</MaxSessionDuration><Tags><member><Key>frontage:system</Key><Value>{owner}</Value>\
         </member><member><Key>frontage:region</Key><Value>eu-west-1</Value></member><member><Key>frontage:address</Key><Value>test/r</Value></member></Tags></Role></GetRoleResult></GetRoleResponse>",
        encoded(TRUST)
    )
}

fn encoded(document: &str) -> String {
    percent_encoding::utf8_percent_encode(document, percent_encoding::NON_ALPHANUMERIC).to_string()
}

fn created() -> String {
    shown("arn:aws:iam::111122223333:role/acme-r", "acme").replace("GetRole", "CreateRole")
}

fn there() -> String {
    shown("arn:aws:iam::111122223333:role/acme-r", "acme")
}

const NO_INLINE: &str = "<ListRolePoliciesResponse><ListRolePoliciesResult><PolicyNames/></ListRolePoliciesResult></ListRolePoliciesResponse>";
const NO_MANAGED: &str = "<ListAttachedRolePoliciesResponse><ListAttachedRolePoliciesResult><AttachedPolicies/></ListAttachedRolePoliciesResult></ListAttachedRolePoliciesResponse>";
const NO_PROFILES: &str = "<ListInstanceProfilesForRoleResponse><ListInstanceProfilesForRoleResult><InstanceProfiles/></ListInstanceProfilesForRoleResult></ListInstanceProfilesForRoleResponse>";

fn driver(fake: &FakeAws) -> Roles {
    Roles::new(&Account::for_tests(fake))
}

#[tokio::test(start_paused = true)]
async fn a_principal_that_was_just_made_and_an_arn_that_is_none_yet_are_waited_for() {
    let (created, there) = (created(), there());
    let unknown = refused(
        "MalformedPolicyDocument",
        "Invalid principal in policy: \"AWS\"",
    );
    let missing = refused("NoSuchEntity", "The role with name acme-r cannot be found.");
    let unsettled = shown("AROAX", "acme");
    let fake = FakeAws::new([
        ("Action=CreateRole&", 400, unknown.as_str()),
        ("Action=CreateRole&", 400, unknown.as_str()),
        ("Action=CreateRole&", 200, created.as_str()),
        ("Action=GetRole&", 404, missing.as_str()),
        ("Action=GetRole&", 200, unsettled.as_str()),
        ("Action=GetRole&", 200, there.as_str()),
        ("Action=PutRolePolicy&", 404, missing.as_str()),
        ("Action=PutRolePolicy&", 200, EMPTY),
        ("Action=GetRole&", 200, there.as_str()),
    ]);
    let desired = Role {
        policies: vec![inline("p", "s3:GetObject")],
        ..role()
    };
    let live = driver(&fake)
        .create(desired, &owner(), &tags())
        .await
        .unwrap();
    assert_eq!(
        live.attribute(Role::ARN).unwrap(),
        "arn:aws:iam::111122223333:role/acme-r"
    );
    assert_eq!(live.attribute(Role::ID).unwrap(), "AROAX");
    fake.assert_used();
    let create = &fake.requests()[0];
    assert!(
        create.contains("frontage%3Aaddress") && create.contains("frontage%3Asystem"),
        "{create}"
    );
}

#[tokio::test]
async fn the_role_of_another_region_is_read_as_such_and_not_taken() {
    let there = there().replace("eu-west-1", "us-east-1");
    let none = "<ListRolesResponse><ListRolesResult><IsTruncated>false</IsTruncated><Roles/></ListRolesResult></ListRolesResponse>";
    let details = none
        .replace("ListRoles", "GetAccountAuthorizationDetails")
        .replace("Roles/", "RoleDetailList/");
    let fake = FakeAws::new([
        (
            "Action=GetAccountAuthorizationDetails&",
            200,
            details.as_str(),
        ),
        ("Action=ListRoles&", 200, none),
        ("Action=GetRole&", 200, there.as_str()),
        ("Action=ListRolePolicies&", 200, NO_INLINE),
        ("Action=ListAttachedRolePolicies&", 200, NO_MANAGED),
    ]);
    let address = "test/r".parse().unwrap();
    let wanted = TypedReadRequest {
        fingerprint: "f",
        address: &address,
        properties: role(),
    };
    let found = driver(&fake).read(wanted, &ReadCache::default()).await;
    let owner_found = found.unwrap().unwrap().tags.owner().unwrap();
    assert_eq!(owner_found.elsewhere(Some("eu-west-1")), Some("us-east-1"));

    let exists = refused(
        "EntityAlreadyExists",
        "Role with name acme-r already exists.",
    );
    let fake = FakeAws::new([
        ("Action=CreateRole&", 409, exists.as_str()),
        ("Action=GetRole&", 200, there.as_str()),
        ("Action=ListRolePolicies&", 200, NO_INLINE),
        ("Action=ListAttachedRolePolicies&", 200, NO_MANAGED),
    ]);
    let created = driver(&fake).create(role(), &owner(), &tags()).await;
    let error = created.unwrap_err().to_string();
    assert!(
        error.contains("EntityAlreadyExists")
            && error.contains("owned by the system `acme` in us-east-1 and left untouched"),
        "{error}"
    );
    fake.assert_used();
}

#[tokio::test(start_paused = true)]
async fn a_policy_that_is_wrong_is_not_retried() {
    let wrong = refused("MalformedPolicyDocument", "Syntax errors in policy.");
    let fake = FakeAws::new([("Action=CreateRole&", 400, wrong.as_str())]);
    let error = driver(&fake)
        .create(role(), &owner(), &tags())
        .await
        .unwrap_err();
    assert_eq!(error.code(), Some("MalformedPolicyDocument"));
    assert_eq!(fake.count("CreateRole"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_lost_create_answer_goes_on_where_it_stopped() {
    let exists = refused(
        "EntityAlreadyExists",
        "Role with name acme-r already exists.",
    );
    let there = there();
    let fake = FakeAws::new([
        ("Action=CreateRole&", 409, exists.as_str()),
        ("Action=GetRole&", 200, there.as_str()),
        ("Action=ListRolePolicies&", 200, NO_INLINE),
        ("Action=ListAttachedRolePolicies&", 200, NO_MANAGED),
        ("Action=AttachRolePolicy&", 200, EMPTY),
        ("Action=GetRole&", 200, there.as_str()),
    ]);
    let desired = Role {
        managed_policy_arns: vec!["arn:aws:iam::aws:policy/P".to_owned()],
        ..role()
    };
    driver(&fake)
        .create(desired, &owner(), &tags())
        .await
        .unwrap();
    fake.assert_used();
}

#[tokio::test(start_paused = true)]
async fn a_role_of_another_owner_is_not_taken_on() {
    let exists = refused(
        "EntityAlreadyExists",
        "Role with name acme-r already exists.",
    );
    let foreign = shown("arn:aws:iam::111122223333:role/acme-r", "other");
    let fake = FakeAws::new([
        ("Action=CreateRole&", 409, exists.as_str()),
        ("Action=GetRole&", 200, foreign.as_str()),
        ("Action=ListRolePolicies&", 200, NO_INLINE),
        ("Action=ListAttachedRolePolicies&", 200, NO_MANAGED),
    ]);
    let error = driver(&fake)
        .create(role(), &owner(), &tags())
        .await
        .unwrap_err();
    assert_eq!(error.code(), Some("EntityAlreadyExists"));
    fake.assert_used();
}

fn details(name: &str, next: &str) -> String {
    format!(
        "<GetAccountAuthorizationDetailsResponse><GetAccountAuthorizationDetailsResult><RoleDetailList><member><Path>/</Path><RoleName>{name}</RoleName>\
         <RoleId>AROAX</RoleId><Arn>arn:aws:iam::111122223333:role/{name}</Arn><AssumeRolePolicyDocument>{}\
         </AssumeRolePolicyDocument><RolePolicyList><member><PolicyName>p</PolicyName><PolicyDocument>{}\
         </PolicyDocument></member></RolePolicyList><AttachedManagedPolicies><member><PolicyArn>arn:m</PolicyArn>\
         </member></AttachedManagedPolicies><PermissionsBoundary><PermissionsBoundaryArn>arn:b</PermissionsBoundaryArn>\
         </PermissionsBoundary><Tags><member><Key>frontage:system</Key><Value>acme</Value></member></Tags></member>\
         </RoleDetailList>{next}</GetAccountAuthorizationDetailsResult></GetAccountAuthorizationDetailsResponse>",
        encoded(TRUST),
        encoded(&policy_document::print(&inline("p", "s3:GetObject").policy_document).unwrap()),
    )
}

fn summary(name: &str, next: &str) -> String {
    format!(
        "<ListRolesResponse><ListRolesResult><Roles><member><Path>/</Path><RoleName>{name}</RoleName><RoleId>AROAX</RoleId>\
         <Arn>arn:aws:iam::111122223333:role/{name}</Arn><CreateDate>2026-01-01T00:00:00Z</CreateDate>\
         <Description>what for</Description><MaxSessionDuration>7200</MaxSessionDuration></member></Roles>{next}\
         </ListRolesResult></ListRolesResponse>"
    )
}

const MORE: &str = "<IsTruncated>true</IsTruncated><Marker>m</Marker>";

fn whole() -> Properties {
    Role {
        description: Some("what for".to_owned()),
        max_session_duration: Some(7_200),
        managed_policy_arns: vec!["arn:m".to_owned()],
        policies: vec![inline("p", "s3:GetObject")],
        permissions_boundary: Some("arn:b".to_owned()),
        ..role()
    }
}

fn wanted(address: &Address, properties: Properties) -> TypedReadRequest<'_, Properties> {
    TypedReadRequest {
        fingerprint: "f",
        address,
        properties,
    }
}

#[tokio::test]
async fn all_roles_are_read_with_two_calls_a_page_and_every_property_reads_back() {
    let bodies = [
        details("other", MORE),
        details("acme-r", ""),
        summary("other", MORE),
        summary("acme-r", ""),
    ];
    let [first, second, one, two] = &bodies;
    let fake = FakeAws::new([
        (
            "Action=GetAccountAuthorizationDetails&",
            200,
            first.as_str(),
        ),
        (
            "Action=GetAccountAuthorizationDetails&",
            200,
            second.as_str(),
        ),
        ("Action=ListRoles&", 200, one.as_str()),
        ("Action=ListRoles&", 200, two.as_str()),
    ]);
    let (driver, cache, address) = (
        driver(&fake),
        ReadCache::default(),
        "test/r".parse().unwrap(),
    );
    let live = driver
        .read(wanted(&address, whole()), &cache)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(live.properties, whole());
    assert_eq!(driver.list(&cache).await.unwrap().len(), 2);
    fake.assert_used();
    assert_eq!(fake.requests().len(), 4);
}

#[tokio::test]
async fn before_a_write_the_role_itself_is_read() {
    let (details, summary, there) = (details("acme-r", ""), summary("acme-r", ""), there());
    let fake = FakeAws::new([
        (
            "Action=GetAccountAuthorizationDetails&",
            200,
            details.as_str(),
        ),
        ("Action=ListRoles&", 200, summary.as_str()),
        ("Action=GetRole&", 200, there.as_str()),
        ("Action=ListRolePolicies&", 200, NO_INLINE),
        ("Action=ListAttachedRolePolicies&", 200, NO_MANAGED),
    ]);
    let address = "test/r".parse().unwrap();
    let desired = Role {
        permissions_boundary: Some(UNKNOWN.to_owned()),
        ..role()
    };
    let driver = driver(&fake);
    let live = driver
        .read(wanted(&address, desired), &ReadCache::default())
        .await
        .unwrap()
        .unwrap();
    assert!(!live.tags.is_read());
    let live = driver.confirm(live, Some(&address)).await.unwrap().unwrap();
    assert!(live.tags.is_read());
    assert_eq!(live.properties, role());
    fake.assert_used();
}

#[tokio::test]
async fn a_role_that_is_not_listed_yet_is_asked_for() {
    let missing = refused("NoSuchEntity", "The role with name acme-r cannot be found.");
    let (details, summary) = (details("other", ""), summary("other", ""));
    let fake = FakeAws::new([
        (
            "Action=GetAccountAuthorizationDetails&",
            200,
            details.as_str(),
        ),
        ("Action=ListRoles&", 200, summary.as_str()),
        ("Action=GetRole&", 404, missing.as_str()),
    ]);
    let address = "test/r".parse().unwrap();
    assert!(
        driver(&fake)
            .read(wanted(&address, role()), &ReadCache::default())
            .await
            .unwrap()
            .is_none()
    );
    fake.assert_used();
}

/// Another run may delete it, policies first, while it is read.
#[tokio::test]
async fn what_is_deleted_while_it_is_read_is_absent() {
    let (there, missing) = (there(), refused("NoSuchEntity", "It cannot be found."));
    let one = NO_INLINE.replace(
        "<PolicyNames/>",
        "<PolicyNames><member>p</member></PolicyNames>",
    );
    let policy = FakeAws::new([
        ("Action=GetRole&", 200, there.as_str()),
        ("Action=ListRolePolicies&", 200, one.as_str()),
        ("Action=GetRolePolicy&", 404, missing.as_str()),
        ("Action=ListAttachedRolePolicies&", 200, NO_MANAGED),
    ]);
    let live = driver(&policy).find("acme-r").await.unwrap().unwrap();
    assert!(live.properties.policies.is_empty());
    policy.assert_used();
    let role = FakeAws::new([
        ("Action=GetRole&", 200, there.as_str()),
        ("Action=ListRolePolicies&", 404, missing.as_str()),
        ("Action=ListAttachedRolePolicies&", 404, missing.as_str()),
        ("Action=GetRole&", 404, missing.as_str()),
    ]);
    assert!(driver(&role).find("acme-r").await.unwrap().is_none());
}

fn changed(path: &str) -> Changes {
    let (old, new) = (serde_json::Value::Null, serde_json::Value::Null);
    Changes(vec![Change {
        path: path.to_owned(),
        old,
        new,
        forces_replacement: false,
    }])
}

fn alive(properties: Properties) -> Live {
    TypedLive {
        id: "acme-r".to_owned(),
        properties,
        attributes: Attributes::new(),
        tags: LiveTags::Unread,
    }
}

/// MiniStack's bulk answer shows no boundary, so it cannot show that one is removed.
#[tokio::test]
async fn a_boundary_is_taken_away() {
    let fake = FakeAws::new([("Action=DeleteRolePermissionsBoundary&", 200, EMPTY)]);
    driver(&fake)
        .updated(alive(whole()), role(), &changed("PermissionsBoundary"))
        .await
        .unwrap();
    fake.assert_used();
    assert_eq!(fake.requests().len(), 1);
}

#[tokio::test]
async fn a_session_is_changed_with_the_description_that_stays() {
    let fake = FakeAws::new([(
        "Action=UpdateRole&",
        200,
        "<UpdateRoleResponse><UpdateRoleResult/></UpdateRoleResponse>",
    )]);
    driver(&fake)
        .updated(alive(role()), whole(), &changed("MaxSessionDuration"))
        .await
        .unwrap();
    let request = &fake.requests()[0];
    assert!(
        request.contains("&Description=what%20for&") && request.contains("MaxSessionDuration=7200"),
        "{request}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_deletion_takes_everything_away_first_and_waits_until_it_counts() {
    let conflict = refused(
        "DeleteConflict",
        "Cannot delete entity, must detach all policies first.",
    );
    let missing = refused("NoSuchEntity", "The role with name acme-r cannot be found.");
    let there = there();
    let profiles = "<ListInstanceProfilesForRoleResponse><ListInstanceProfilesForRoleResult><InstanceProfiles><member><Path>/</Path>\
                    <InstanceProfileName>i</InstanceProfileName><InstanceProfileId>I</InstanceProfileId><Arn>a</Arn>\
                    <CreateDate>2026-01-01T00:00:00Z</CreateDate><Roles/></member></InstanceProfiles>\
                    </ListInstanceProfilesForRoleResult></ListInstanceProfilesForRoleResponse>";
    let inline = |name: &str, next: &str| {
        format!(
            "<ListRolePoliciesResponse><ListRolePoliciesResult><PolicyNames><member>{name}</member></PolicyNames>{next}\
             </ListRolePoliciesResult></ListRolePoliciesResponse>"
        )
    };
    let (first, second) = (inline("p", MORE), inline("q", ""));
    let managed = "<ListAttachedRolePoliciesResponse><ListAttachedRolePoliciesResult><AttachedPolicies><member><PolicyArn>arn:m</PolicyArn></member>\
                   </AttachedPolicies></ListAttachedRolePoliciesResult></ListAttachedRolePoliciesResponse>";
    let fake = FakeAws::new([
        ("Action=ListRolePolicies&", 200, first.as_str()),
        ("Action=ListRolePolicies&", 200, second.as_str()),
        ("Action=ListAttachedRolePolicies&", 200, managed),
        ("Action=ListInstanceProfilesForRole&", 200, profiles),
        ("Action=DeleteRolePolicy&", 200, EMPTY),
        ("Action=DeleteRolePolicy&", 404, missing.as_str()),
        ("Action=DetachRolePolicy&", 200, EMPTY),
        ("Action=RemoveRoleFromInstanceProfile&", 200, EMPTY),
        ("Action=DeleteRole&", 409, conflict.as_str()),
        ("Action=ListRolePolicies&", 200, NO_INLINE),
        ("Action=ListAttachedRolePolicies&", 200, NO_MANAGED),
        ("Action=ListInstanceProfilesForRole&", 200, NO_PROFILES),
        ("Action=DeleteRole&", 200, EMPTY),
        ("Action=GetRole&", 200, there.as_str()),
        ("Action=GetRole&", 404, missing.as_str()),
    ]);
    driver(&fake).delete(alive(role())).await.unwrap();
    fake.assert_used();
}

#[tokio::test]
async fn deleting_the_absent_succeeds() {
    let missing = refused("NoSuchEntity", "The role with name acme-r cannot be found.");
    let fake = FakeAws::new(
        [
            "ListRolePolicies",
            "ListAttached",
            "ListInstance",
            "DeleteRole",
            "GetRole",
        ]
        .map(|action| (action, 404, missing.as_str())),
    );
    driver(&fake).delete(alive(role())).await.unwrap();
}

#[test]
fn what_is_not_known_yet_normalises() {
    let mut unknown = Role {
        policies: vec![inline("p", UNKNOWN)],
        managed_policy_arns: vec![UNKNOWN.to_owned()],
        permissions_boundary: Some(UNKNOWN.to_owned()),
        ..role()
    };
    driver(&FakeAws::default()).normalise(&mut unknown);
    assert_eq!(unknown.permissions_boundary.as_deref(), Some(UNKNOWN));
}

#[test]
fn a_boundary_of_others_is_left_unless_one_is_stated() {
    let boundary = |name: &str| json!(format!("arn:aws:iam::111122223333:policy/{name}"));
    let base = serde_json::to_value(role()).unwrap();
    let members = [("PermissionsBoundary", boundary("theirs"), boundary("ours"))];
    assert_left(Roles::new, &base, &members);
}
