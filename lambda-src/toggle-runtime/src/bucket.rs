//! A file in a bucket of Amazon S3.

use std::time::Duration;

use tokio::time::timeout;

use crate::connection::dns_suffix;
use crate::ports::{File, FileError};
use crate::signed::{Answer, Request, S3, Signed, Unsent};

/// How long one write may take: several megabytes within a Region take less than a second.
const ATTEMPT: Duration = Duration::from_secs(10);

/// The headers of the file: JSON that caches and browsers keep for five seconds, which bounds the
/// requests to the bucket by the number of edges, not by that of clients.
const HEADERS: [(&str, &str); 2] = [
    ("cache-control", "public, max-age=5"),
    ("content-type", "application/json; charset=utf-8"),
];

/// To an emulator, which has no TLS: bucket policies that require it take the call for one that a
/// proxy has ended TLS for.
const FORWARDED: (&str, &str) = ("x-forwarded-proto", "https");

/// A file in a bucket.
#[derive(Debug)]
pub struct BucketFile {
    /// Signs and sends.
    pub http: Signed,
    /// The file's URL, with the bucket in its path.
    pub url: String,
}

/// The URL of a file, with the bucket in its path: at an emulator's endpoint, or in a Region. The
/// names of bucket and file need no encoding.
#[must_use]
pub fn url(endpoint: Option<&str>, region: &str, bucket: &str, file: &str) -> String {
    match endpoint {
        Some(endpoint) => format!("{}/{bucket}/{file}", endpoint.trim_end_matches('/')),
        None => format!("https://s3.{region}.{}/{bucket}/{file}", dns_suffix(region)),
    }
}

impl BucketFile {
    /// Reads it, in one attempt without a time limit. AWS answers 403 if it does not exist and the
    /// function may not list the bucket. Source: `GetObject` in the Amazon S3 API reference.
    pub async fn read(&self) -> Result<Answer, Unsent> {
        let headers: Vec<_> = self.forwarded().collect();
        let request = Request {
            service: S3,
            method: "GET",
            uri: self.url.clone(),
            headers: &headers,
            body: &[],
        };
        self.http.send(&request).await
    }

    fn forwarded(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let is_plain = self.url.starts_with("http:");
        is_plain.then_some(FORWARDED).into_iter()
    }
}

impl File for BucketFile {
    async fn write(&self, content: &[u8]) -> Result<(), FileError> {
        let headers: Vec<_> = HEADERS.into_iter().chain(self.forwarded()).collect();
        let request = Request {
            service: S3,
            method: "PUT",
            uri: self.url.clone(),
            headers: &headers,
            body: content,
        };
        match timeout(ATTEMPT, self.http.send(&request)).await {
            Ok(Ok(answer)) if (200..300).contains(&answer.status) => Ok(()),
            Ok(Ok(answer)) => Err(FileError(format!("{}: {answer}", self.url))),
            Ok(Err(unsent)) => Err(FileError(format!("{}: {unsent}", self.url))),
            Err(_) => Err(FileError(format!("{}: no answer in {ATTEMPT:?}", self.url))),
        }
    }
}

#[cfg(test)]
mod tests {
    use fake_aws::FakeAws;

    use super::*;
    use crate::wire::signed;

    #[test]
    fn the_url_is_the_regions_or_the_emulators() {
        let at = |region| url(None, region, "acme-shell-1", "toggles.json");
        assert_eq!(
            at("eu-west-1"),
            "https://s3.eu-west-1.amazonaws.com/acme-shell-1/toggles.json"
        );
        assert_eq!(
            at("cn-north-1"),
            "https://s3.cn-north-1.amazonaws.com.cn/acme-shell-1/toggles.json"
        );
        assert_eq!(
            url(Some("http://127.0.0.1:4566/"), "eu-west-1", "b", "f"),
            "http://127.0.0.1:4566/b/f"
        );
    }

    #[tokio::test]
    async fn a_file_is_put_and_what_refuses_it_is_told() {
        let denied = "<Error><Code>AccessDenied</Code></Error>";
        let put = "PUT https://fake/bucket/toggles.json";
        let fake = FakeAws::new([(put, 200, ""), (put, 403, denied)]);
        let file = BucketFile {
            http: signed(fake.clone()),
            url: "https://fake/bucket/toggles.json".to_owned(),
        };
        file.write(b"[]").await.unwrap();
        let error = file.write(b"[]").await.unwrap_err().to_string();
        assert!(error.contains("toggles.json: 403 <Error>"), "{error}");
        assert!(fake.requests()[0].ends_with("[]"), "{:?}", fake.requests());
        fake.assert_used();
    }
}
