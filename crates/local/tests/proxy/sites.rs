//! A bucket behind a distribution, at the URL that a browser opens.

use super::browser::{Answer, Request};
use super::{bucket, call, proxy};

fn distribution(reference: &str, bucket: &str, alias: &str) -> String {
    format!(
        "<DistributionConfig xmlns=\"http://cloudfront.amazonaws.com/doc/2020-05-31/\">\
         <CallerReference>{reference}</CallerReference><Comment></Comment><Enabled>true</Enabled>\
         <Aliases><Quantity>1</Quantity><Items><CNAME>{alias}</CNAME></Items></Aliases>\
         <DefaultRootObject>index.html</DefaultRootObject>\
         <Origins><Quantity>1</Quantity><Items><Origin><Id>bucket</Id>\
         <DomainName>{bucket}.s3.eu-west-1.amazonaws.com</DomainName>\
         <S3OriginConfig><OriginAccessIdentity></OriginAccessIdentity></S3OriginConfig></Origin></Items></Origins>\
         <DefaultCacheBehavior><TargetOriginId>bucket</TargetOriginId>\
         <ViewerProtocolPolicy>https-only</ViewerProtocolPolicy>\
         <CachePolicyId>658327ea-f89d-4fab-a63d-7e88639e58f6</CachePolicyId></DefaultCacheBehavior></DistributionConfig>"
    )
}

/// Creates a site and returns its host.
fn make(name: &str) -> String {
    bucket(name);
    let page =
        Request::new("PUT", &format!("/{name}/index.html")).header("content-type", "text/html");
    call("s3", page.body(format!("<h1>{name}</h1>")));
    let policy = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::{name}/*"}}]}}"#
    );
    call(
        "s3",
        Request::new("PUT", &format!("/{name}?policy")).body(policy),
    );
    let config = distribution(name, name, &format!("{name}.example.com"));
    let made = call(
        "cloudfront",
        Request::new("POST", "/2020-05-31/distribution").body(config),
    )
    .text();
    let domain = made
        .split_once("<DomainName>")
        .unwrap()
        .1
        .split_once('<')
        .unwrap()
        .0;
    domain.replace(".net", ".localhost")
}

fn get(host: &str) -> Answer {
    Request::new("GET", "/").host(host).send(proxy().port())
}

#[test]
fn a_site_answers_a_browser_that_signs_nothing() {
    let (one, two) = (make("site-one"), make("site-two"));
    for (host, name) in [(&one, "site-one"), (&two, "site-two"), (&one, "site-one")] {
        let answer = get(host);
        assert_eq!(
            (answer.status, answer.text()),
            (200, format!("<h1>{name}</h1>")),
            "{answer:?}"
        );
        assert!(
            answer
                .header("via")
                .is_some_and(|via| via.contains("CloudFront")),
            "{answer:?}"
        );
    }
    let answer = get("site-two.example.localhost");
    assert_eq!(answer.text(), "<h1>site-two</h1>", "{answer:?}");
}

#[test]
fn an_unknown_distribution_is_named() {
    let answer = get("d00000000000.cloudfront.localhost");
    assert_eq!(answer.status, 404);
    assert!(
        answer.text().contains("d00000000000.cloudfront.net"),
        "{answer:?}"
    );
}
