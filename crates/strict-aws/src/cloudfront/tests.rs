use super::on_a_pricing_plan;
use crate::Fate;
use crate::fake::{Request, call};
use crate::memory::Memory;

fn post(kind: &str, body: impl Into<String>) -> Request {
    call("cloudfront", &format!("POST /2020-05-31/{kind}"), body)
}

fn put(path: &str, version: &str, body: impl Into<String>) -> Request {
    let line = format!("PUT /2020-05-31/{path}");
    call("cloudfront", &line, body).with("if-match", version)
}

fn delete(path: &str, version: &str) -> Request {
    let line = format!("DELETE /2020-05-31/{path}");
    call("cloudfront", &line, "").with("if-match", version)
}

/// A distribution's configuration, with these members.
fn config(reference: &str, members: &str) -> String {
    format!(
        "<DistributionConfig><CallerReference>{reference}</CallerReference><Enabled>false</Enabled>{members}\
         </DistributionConfig>"
    )
}

fn aliases(names: &str) -> String {
    format!("<Aliases><Items><CNAME>{names}</CNAME></Items></Aliases>")
}

/// Creates a distribution with this id, which is also its reference.
fn distribution(memory: &Memory, id: &str, members: &str) {
    let made = format!("<Distribution><Id>{id}</Id></Distribution>");
    post("distribution?WithTags", config(id, members)).done(memory, "V1", &made);
}

#[test]
fn an_account_has_only_so_many_of_a_kind() {
    for (kind, root, quota, code) in [
        ("cache-policy", "CachePolicy", 20, "TooManyCachePolicies"),
        (
            "response-headers-policy",
            "ResponseHeadersPolicy",
            20,
            "TooManyResponseHeadersPolicies",
        ),
        (
            "origin-access-control",
            "OriginAccessControl",
            100,
            "TooManyOriginAccessControls",
        ),
        ("distribution", "Distribution", 500, "TooManyDistributions"),
    ] {
        let memory = Memory::default();
        for number in 1..=quota {
            let made = format!("<{root}><Id>{number}</Id></{root}>");
            post(kind, "<C/>").done(&memory, "V1", &made);
        }
        assert_eq!(post(kind, "<C/>").code(&memory), code);
        delete(&format!("{kind}/7"), "V1").done(&memory, "", "");
        assert_eq!(post(kind, "<C/>").code(&memory), "passes");
    }
}

#[test]
fn a_content_security_policy_has_a_length() {
    let memory = Memory::default();
    let policy = |length: usize| {
        // The apostrophe is one character, however it is written.
        let value = format!("&apos;{}", "x".repeat(length - 1));
        format!(
            "<ResponseHeadersPolicyConfig><SecurityHeadersConfig><ContentSecurityPolicy><ContentSecurityPolicy>{value}\
             </ContentSecurityPolicy></ContentSecurityPolicy></SecurityHeadersConfig></ResponseHeadersPolicyConfig>"
        )
    };
    let kind = "response-headers-policy";
    assert_eq!(post(kind, policy(1_783)).code(&memory), "passes");
    let code = "TooLongCSPInResponseHeadersPolicy";
    assert_eq!(post(kind, policy(1_784)).code(&memory), code);
    let update = put("response-headers-policy/P", "V1", policy(1_784));
    assert_eq!(update.code(&memory), code);
}

#[test]
fn a_reference_creates_one_distribution_ever() {
    let memory = Memory::default();
    distribution(&memory, "E1", "");
    let again = || {
        post("distribution", config("E1", ""))
            .refused(&memory)
            .unwrap()
    };
    assert_eq!(
        (again().status, again().code),
        (409, "DistributionAlreadyExists")
    );
    assert!(again().message.ends_with("Already exists: E1"));
    delete("distribution/E1", "V1").done(&memory, "", "");
    assert_eq!(again().code, "DistributionAlreadyExists");
    assert_eq!(
        post("distribution", config("E2", "")).code(&memory),
        "passes"
    );
}

#[test]
fn a_domain_belongs_to_one_distribution() {
    let memory = Memory::default();
    distribution(&memory, "E1", &aliases("www.example.com"));
    distribution(&memory, "E2", "");
    let claim = |id: &str| {
        let claimed = config(id, &aliases("WWW.example.com"));
        put(&format!("distribution/{id}/config"), "V1", claimed)
    };
    assert_eq!(claim("E2").code(&memory), "CNAMEAlreadyExists");
    let third = post("distribution", config("E3", &aliases("www.example.com")));
    assert_eq!(third.code(&memory), "CNAMEAlreadyExists");
    assert_eq!(claim("E1").code(&memory), "passes", "its own");
    put("distribution/E1/config", "V1", config("E1", "")).done(&memory, "V2", "");
    assert_eq!(claim("E2").code(&memory), "passes");
}

#[test]
fn a_write_names_the_newest_version() {
    let memory = Memory::default();
    distribution(&memory, "E1", "");
    let path = "distribution/E1/config";
    put(path, "V1", config("E1", "")).done(&memory, "V2", "");
    let stale = put(path, "V1", config("E1", "")).refused(&memory).unwrap();
    assert_eq!((stale.status, stale.code), (412, "PreconditionFailed"));
    assert_eq!(
        delete("distribution/E1", "V1").code(&memory),
        "PreconditionFailed"
    );
    let blind = call("cloudfront", "DELETE /2020-05-31/distribution/E1", "");
    assert_eq!(blind.code(&memory), "InvalidIfMatchVersion");
    assert_eq!(delete("distribution/E1", "V2").code(&memory), "passes");
    assert_eq!(
        delete("distribution/E9", "V1").code(&memory),
        "passes",
        "unknown"
    );
}

#[test]
fn an_enabled_distribution_is_not_deleted() {
    let memory = Memory::default();
    distribution(&memory, "E1", "");
    let enabled = "<DistributionConfig><Enabled>true</Enabled></DistributionConfig>";
    put("distribution/E1/config", "V1", enabled).done(&memory, "V2", "");
    assert_eq!(
        delete("distribution/E1", "V2").code(&memory),
        "DistributionNotDisabled"
    );
    assert_eq!(
        delete("distribution/E1", "V1").code(&memory),
        "PreconditionFailed"
    );
}

#[test]
fn what_a_distribution_uses_stays() {
    let used = [
        (
            "cache-policy/P",
            "<CachePolicyId>P</CachePolicyId>",
            "CachePolicyInUse",
        ),
        (
            "response-headers-policy/P",
            "<ResponseHeadersPolicyId>P</ResponseHeadersPolicyId>",
            "ResponseHeadersPolicyInUse",
        ),
        (
            "origin-access-control/P",
            "<OriginAccessControlId>P</OriginAccessControlId>",
            "OriginAccessControlInUse",
        ),
        (
            "function/P",
            "<FunctionARN>arn:aws:cloudfront::111122223333:function/P</FunctionARN>",
            "FunctionInUse",
        ),
    ];
    for (path, reference, code) in used {
        let memory = Memory::default();
        distribution(&memory, "E1", reference);
        assert_eq!(delete(path, "V1").code(&memory), code);
        put("distribution/E1/config", "V1", config("E1", "")).done(&memory, "V2", "");
        assert_eq!(delete(path, "V1").code(&memory), "passes");
    }
}

#[test]
fn a_policy_serves_a_hundred_distributions() {
    let memory = Memory::default();
    let uses = "<CachePolicyId>P</CachePolicyId>";
    for number in 1..=100 {
        distribution(&memory, &format!("E{number}"), uses);
    }
    let code = "TooManyDistributionsAssociatedToCachePolicy";
    assert_eq!(
        post("distribution", config("E101", uses)).code(&memory),
        code
    );
    let user = put("distribution/E7/config", "V1", config("E7", uses));
    assert_eq!(user.code(&memory), "passes");
    let other = "<CachePolicyId>Q</CachePolicyId>";
    assert_eq!(
        post("distribution", config("E101", other)).code(&memory),
        "passes"
    );
}

#[test]
fn a_pricing_plan_keeps_its_distribution_and_its_web_acl() {
    let fate = |request: Request| match on_a_pricing_plan(&request.call()) {
        Fate::Answer(refusal) => (refusal.status, refusal.code),
        _ => (200, "passes"),
    };
    assert_eq!(
        fate(delete("distribution/E1", "V1")),
        (412, "PreconditionFailed")
    );
    assert_eq!(fate(delete("cache-policy/P", "V1")), (200, "passes"));
    let path = "distribution/E1/config";
    let without = put(path, "V1", config("E1", "<WebACLId></WebACLId>"));
    assert_eq!(fate(without), (400, "InvalidArgument"));
    let with = put(path, "V1", config("E1", "<WebACLId>arn</WebACLId>"));
    assert_eq!(fate(with), (200, "passes"));
}
