//! Emptying and deletion of buckets.

use super::*;

const FULL: &str = "<Error><Code>BucketNotEmpty</Code><Message>not empty</Message></Error>";
const VERSIONS: &str = "GET https://acme-b.s3.eu-west-1.amazonaws.com/?versions";
const UPLOADS: &str = "GET https://acme-b.s3.eu-west-1.amazonaws.com/?uploads";
const DELETE_ALL: &str = "POST https://acme-b.s3.eu-west-1.amazonaws.com/?delete";
const DONE: &str = "<DeleteResult/>";

fn versions(rest: &str) -> String {
    format!("<ListVersionsResult>{rest}</ListVersionsResult>")
}

fn version(key: &str) -> String {
    format!("<Version><Key>{key}</Key><VersionId>v1</VersionId></Version>")
}

fn refused(code: &str) -> String {
    format!(
        "<DeleteResult><Error><Key>a</Key><Code>{code}</Code><Message>why</Message></Error></DeleteResult>"
    )
}

#[tokio::test(start_paused = true)]
async fn every_page_goes_and_what_was_not_deleted_is_tried_again() {
    let more = "<IsTruncated>true</IsTruncated><NextKeyMarker>a</NextKeyMarker><NextVersionIdMarker>v1</NextVersionIdMarker>";
    let first = versions(&format!("{}{more}", version("a")));
    let marker = "<DeleteMarker><Key>b</Key><VersionId>v2</VersionId></DeleteMarker>";
    let (second, left, busy) = (
        versions(marker),
        versions(&version("a")),
        refused("InternalError"),
    );
    let upload = "<Upload><Key>c</Key><UploadId>u</UploadId></Upload>";
    let next = "<IsTruncated>true</IsTruncated><NextKeyMarker>c</NextKeyMarker><NextUploadIdMarker>u</NextUploadIdMarker>";
    let uploads =
        |rest: &str| format!("<ListMultipartUploadsResult>{rest}</ListMultipartUploadsResult>");
    let (some, none) = (uploads(&format!("{upload}{next}")), uploads(""));
    let gone = "<Error><Code>NoSuchUpload</Code><Message>gone</Message></Error>";
    let fake = FakeAws::new([
        (DELETE, 409, FULL),
        (
            "?versions&key-marker=a&version-id-marker=v1",
            200,
            second.as_str(),
        ),
        (VERSIONS, 200, first.as_str()),
        (DELETE_ALL, 200, busy.as_str()),
        (DELETE_ALL, 200, DONE),
        (
            "?uploads&key-marker=c&upload-id-marker=u",
            200,
            none.as_str(),
        ),
        (UPLOADS, 200, some.as_str()),
        (
            "DELETE https://acme-b.s3.eu-west-1.amazonaws.com/c?",
            404,
            gone,
        ),
        (DELETE, 409, FULL),
        (VERSIONS, 200, left.as_str()),
        (UPLOADS, 200, none.as_str()),
        (DELETE_ALL, 200, DONE),
        (DELETE, 204, ""),
        (HEAD, 200, ""),
        (HEAD, 404, ""),
    ]);
    driver(&fake).delete(live()).await.unwrap();
    fake.assert_used();
    let requests = fake.requests();
    let deleted = requests
        .iter()
        .find(|request| request.contains("<Key>b</Key><VersionId>v2</VersionId>"));
    assert!(
        deleted.is_some_and(|request| request.contains("<Quiet>true</Quiet>")),
        "{requests:?}"
    );
}

/// The time limit is for a bucket in which nothing is left to delete, and that S3 does not delete.
#[tokio::test(start_paused = true)]
async fn emptying_takes_as_long_as_something_is_deleted() {
    let one = versions(&version("a"));
    let none = "<ListMultipartUploadsResult/>";
    let round = [
        (DELETE, 409, FULL),
        (VERSIONS, 200, one.as_str()),
        (UPLOADS, 200, none),
        (DELETE_ALL, 200, DONE),
    ];
    let end = [(DELETE, 204, ""), (HEAD, 404, "")];
    let rounds = std::iter::repeat_n(round, 200).flatten();
    let fake = FakeAws::new(rounds.chain(end));
    driver(&fake).delete(live()).await.unwrap();
    fake.assert_used();
}

#[tokio::test]
async fn what_may_not_be_deleted_is_said() {
    let (one, denied) = (versions(&version("a")), refused("AccessDenied"));
    let none = "<ListMultipartUploadsResult/>";
    let fake = FakeAws::new([
        (DELETE, 409, FULL),
        (VERSIONS, 200, one.as_str()),
        (DELETE_ALL, 200, denied.as_str()),
        (UPLOADS, 200, none),
    ]);
    let error = driver(&fake).delete(live()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "s3:DeleteObjectVersion: AccessDenied: a: why"
    );
}

#[tokio::test]
async fn deleting_the_absent_succeeds() {
    let fake = FakeAws::new([(DELETE, 404, MISSING), (HEAD, 404, "")]);
    driver(&fake).delete(live()).await.unwrap();
    fake.assert_used();
    let gone = [
        (DELETE, 409, FULL),
        (VERSIONS, 404, MISSING),
        (UPLOADS, 404, MISSING),
        (DELETE, 404, MISSING),
    ];
    let fake = FakeAws::new(gone.into_iter().chain([(HEAD, 404, "")]));
    tokio::time::pause();
    driver(&fake).delete(live()).await.unwrap();
    fake.assert_used();
}
