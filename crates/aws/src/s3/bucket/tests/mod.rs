//! Behaviour of buckets that no emulator shows.

mod creation;
mod deletion;
mod settings;

use fake_aws::FakeAws;
use model::{ADDRESS_TAG, SYSTEM_TAG, Tags};

use super::*;

/// S3's answers about a new bucket, except for its tags.
const NEW: [(&str, u16, &str); 7] = [
    ("?encryption", 200, ENCRYPTION),
    ("?publicAccessBlock", 200, ACCESS),
    (
        "?ownershipControls",
        200,
        "<OwnershipControls><Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule></OwnershipControls>",
    ),
    ("?versioning", 200, "<VersioningConfiguration/>"),
    (
        "?lifecycle",
        404,
        "<Error><Code>NoSuchLifecycleConfiguration</Code></Error>",
    ),
    (
        "?cors",
        404,
        "<Error><Code>NoSuchCORSConfiguration</Code></Error>",
    ),
    ("?logging", 200, "<BucketLoggingStatus/>"),
];
const ENCRYPTION: &str = "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256\
     </SSEAlgorithm></ApplyServerSideEncryptionByDefault><BucketKeyEnabled>false</BucketKeyEnabled>\
     <BlockedEncryptionTypes><EncryptionType>SSE-C</EncryptionType></BlockedEncryptionTypes></Rule>\
     </ServerSideEncryptionConfiguration>";
const ACCESS: &str = "<PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls><IgnorePublicAcls>true\
     </IgnorePublicAcls><BlockPublicPolicy>true</BlockPublicPolicy><RestrictPublicBuckets>true</RestrictPublicBuckets>\
     </PublicAccessBlockConfiguration>";
const ABORTED: &str =
    "<Error><Code>OperationAborted</Code><Message>Please try again.</Message></Error>";
const MISSING: &str = "<Error><Code>NoSuchBucket</Code><Message>not there</Message></Error>";
const GET_TAGS: &str = "GET https://acme-b.s3.eu-west-1.amazonaws.com/?tagging";
const CREATE: &str = "PUT https://acme-b.s3.eu-west-1.amazonaws.com/ ";
const HEAD: &str = "HEAD https://acme-b.s3.eu-west-1.amazonaws.com/ ";
const DELETE: &str = "DELETE https://acme-b.s3.eu-west-1.amazonaws.com/ ";

fn driver(fake: &FakeAws) -> Buckets {
    Buckets::new(&Account::for_tests(fake))
}

/// A bucket, normalised, as the adapter passes it to its driver.
fn bucket() -> Properties {
    normalised(convert::named("acme-b".to_owned()))
}

fn normalised(mut bucket: Properties) -> Properties {
    driver(&FakeAws::default()).normalise(&mut bucket);
    bucket
}

fn owner() -> Owner {
    Owner::recorded_in(&tags()).unwrap()
}

fn tags() -> Tags {
    let tags = [(SYSTEM_TAG, "acme"), (ADDRESS_TAG, "test/b")];
    tags.map(|(key, value)| (key.to_owned(), value.to_owned()))
        .into()
}

/// `GetBucketTagging`'s answer.
fn tagging(address: &str) -> String {
    let tag = |key: &str, value: &str| format!("<Tag><Key>{key}</Key><Value>{value}</Value></Tag>");
    format!(
        "<Tagging><TagSet>{}{}</TagSet></Tagging>",
        tag(SYSTEM_TAG, "acme"),
        tag(ADDRESS_TAG, address)
    )
}

fn live() -> Live {
    let fake = FakeAws::default();
    driver(&fake).live(bucket(), LiveTags::Read(tags()))
}

#[tokio::test]
async fn a_bucket_holds_the_objects_of_a_page_and_whether_there_are_more() {
    let page = |more: bool| {
        format!(
            "<ListBucketResult><IsTruncated>{more}</IsTruncated><Contents><Key>a</Key></Contents></ListBucketResult>"
        )
    };
    let answers = [
        (200, page(false), "1 object"),
        (200, page(true), "1+ objects"),
        (404, MISSING.to_owned(), "0 objects"),
    ];
    for (status, page, said) in answers {
        let fake = FakeAws::new([("?list-type=2", status, &*page)]);
        let driver = driver(&fake);
        let live = driver.live(convert::named("acme-b".to_owned()), LiveTags::Unread);
        let holding = driver.holding(&live).await.unwrap();
        assert_eq!(holding.to_string(), said);
    }
}
