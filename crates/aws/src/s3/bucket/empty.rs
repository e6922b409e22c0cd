//! How a bucket is emptied and deleted.

use std::time::Duration;

use aws_sdk_s3::types::{Delete, Error as KeyError, MultipartUpload, ObjectIdentifier};
use engine::DriverError;
use futures_util::stream::{self, Stream, StreamExt as _, TryStreamExt as _};

use super::Buckets;
use crate::account::error::failed;
use crate::kit::wait::{WaitPolicy, retry, until};
use crate::s3::service::{CONSISTENCY, Name, incomplete};

/// How many calls that delete up to a thousand objects are in flight.
const BATCHES: usize = 8;

/// How long a bucket may not be empty though everything in it was deleted.
const EMPTYING: WaitPolicy = WaitPolicy {
    first: Duration::from_millis(500),
    longest: Duration::from_secs(10),
    within: Duration::from_mins(15),
};

/// Where a list goes on: after a key, and a version or an upload of it.
#[derive(Default)]
struct Markers(Option<String>, Option<String>);

impl Markers {
    fn next(truncated: Option<bool>, key: Option<&str>, within: Option<&str>) -> Option<Self> {
        (truncated == Some(true)).then(|| Self(key.map(str::to_owned), within.map(str::to_owned)))
    }
}

/// A page of a list, and where it goes on; none if there is nothing more.
type Page<T> = Result<Option<(Vec<T>, Option<Markers>)>, DriverError>;

/// Something may have come in, or could not be deleted a moment ago.
fn passes(error: &DriverError) -> bool {
    error.is("BucketNotEmpty") || error.is("OperationAborted")
}

/// What passes by itself when one object is deleted: it is tried again with the next listing.
fn key_passes(error: &KeyError) -> bool {
    let passing = [
        "InternalError",
        "SlowDown",
        "ServiceUnavailable",
        "OperationAborted",
        "NoSuchKey",
        "NoSuchVersion",
    ];
    error.code().is_some_and(|code| passing.contains(&code))
}

/// Takes the absence of the bucket for success.
fn absent_is_done<T: Default>(result: Result<T, DriverError>) -> Result<T, DriverError> {
    match result {
        Err(error) if error.is("NoSuchBucket") => Ok(T::default()),
        other => other,
    }
}

impl Buckets {
    /// Empties the bucket, deletes it, and waits until it is gone.
    pub(super) async fn empty_and_delete(&self, name: &str) -> Result<(), DriverError> {
        let delete = || async {
            let call = self.s3.client.delete_bucket().bucket(name);
            match absent_is_done(
                call.send()
                    .await
                    .map(drop)
                    .map_err(failed("s3:DeleteBucket")),
            ) {
                Err(error) if error.is("BucketNotEmpty") => {
                    self.empty(name).await?;
                    Err(error)
                }
                other => other,
            }
        };
        retry(EMPTYING, passes, delete).await?;
        until(
            &format!("the bucket `{name}` to be deleted"),
            CONSISTENCY,
            || async {
                Ok(match self.s3.head(name).await? {
                    Name::Free => Ok(()),
                    Name::Ours => Err("still there".to_owned()),
                })
            },
        )
        .await
    }

    /// Deletes every version, every delete marker and every upload that was not completed.
    async fn empty(&self, bucket: &str) -> Result<(), DriverError> {
        tracing::info!(bucket, "deletes what is in the bucket");
        let versions = self
            .versions(bucket)
            .map_ok(|versions| self.delete_versions(bucket, versions));
        let versions = versions
            .try_buffer_unordered(BATCHES)
            .try_fold(0, async |all, batch| Ok(all + batch));
        let uploads = self
            .uploads(bucket)
            .map_ok(|uploads| self.abort(bucket, uploads));
        let uploads = uploads
            .try_buffer_unordered(1)
            .try_fold(0, async |all, batch| Ok(all + batch));
        let (versions, uploads) = tokio::try_join!(versions, uploads)?;
        tracing::info!(bucket, versions, uploads, "deleted what was in the bucket");
        Ok(())
    }

    /// Pages of everything that is in the bucket; none if it is not there.
    fn versions(
        &self,
        bucket: &str,
    ) -> impl Stream<Item = Result<Vec<ObjectIdentifier>, DriverError>> {
        stream::try_unfold(Some(Markers::default()), move |markers| {
            self.version_page(bucket, markers)
        })
    }

    async fn version_page(&self, bucket: &str, markers: Option<Markers>) -> Page<ObjectIdentifier> {
        let Some(Markers(key, version)) = markers else {
            return Ok(None);
        };
        let call = self.s3.client.list_object_versions().bucket(bucket);
        let call = call.set_key_marker(key).set_version_id_marker(version);
        let page = call.send().await.map_err(failed("s3:ListBucketVersions"));
        let Some(page) = absent_is_done(page.map(Some))? else {
            return Ok(None);
        };
        let next = Markers::next(
            page.is_truncated(),
            page.next_key_marker(),
            page.next_version_id_marker(),
        );
        let versions = page
            .versions()
            .iter()
            .map(|version| (version.key(), version.version_id()));
        let markers = page
            .delete_markers()
            .iter()
            .map(|marker| (marker.key(), marker.version_id()));
        let all = versions
            .chain(markers)
            .map(|(key, version)| identifier(key, version));
        Ok(Some((all.collect::<Result<Vec<_>, _>>()?, next)))
    }

    /// Deletes up to a thousand versions, and answers with how many. S3 answers with 200 even where
    /// some were not deleted.
    async fn delete_versions(
        &self,
        bucket: &str,
        versions: Vec<ObjectIdentifier>,
    ) -> Result<usize, DriverError> {
        if versions.is_empty() {
            return Ok(0);
        }
        let count = versions.len();
        let delete = Delete::builder()
            .set_objects(Some(versions))
            .quiet(true)
            .build()
            .map_err(incomplete)?;
        let answer = self
            .s3
            .client
            .delete_objects()
            .bucket(bucket)
            .delete(delete)
            .send()
            .await;
        let answer = absent_is_done(answer.map(Some).map_err(failed("s3:DeleteObjectVersion")))?;
        let errors = answer.and_then(|answer| answer.errors).unwrap_or_default();
        match errors.iter().find(|error| !key_passes(error)) {
            Some(error) => Err(key_failed(error)),
            None => Ok(count - errors.len()),
        }
    }

    /// Pages of the uploads in parts that were not completed.
    fn uploads(
        &self,
        bucket: &str,
    ) -> impl Stream<Item = Result<Vec<MultipartUpload>, DriverError>> {
        stream::try_unfold(Some(Markers::default()), move |markers| {
            self.upload_page(bucket, markers)
        })
    }

    async fn upload_page(&self, bucket: &str, markers: Option<Markers>) -> Page<MultipartUpload> {
        let Some(Markers(key, upload)) = markers else {
            return Ok(None);
        };
        let call = self.s3.client.list_multipart_uploads().bucket(bucket);
        let call = call.set_key_marker(key).set_upload_id_marker(upload);
        let page = call
            .send()
            .await
            .map_err(failed("s3:ListBucketMultipartUploads"));
        let Some(page) = absent_is_done(page.map(Some))? else {
            return Ok(None);
        };
        let next = Markers::next(
            page.is_truncated(),
            page.next_key_marker(),
            page.next_upload_id_marker(),
        );
        Ok(Some((page.uploads.unwrap_or_default(), next)))
    }

    async fn abort(
        &self,
        bucket: &str,
        uploads: Vec<MultipartUpload>,
    ) -> Result<usize, DriverError> {
        let count = uploads.len();
        let aborted = stream::iter(uploads).map(async |upload| {
            let call = self.s3.client.abort_multipart_upload().bucket(bucket);
            let call = call.set_key(upload.key).set_upload_id(upload.upload_id);
            match call.send().await.map_err(failed("s3:AbortMultipartUpload")) {
                Err(error) if error.is("NoSuchUpload") => Ok(()),
                other => other.map(drop),
            }
        });
        aborted
            .buffer_unordered(BATCHES)
            .try_collect::<()>()
            .await?;
        Ok(count)
    }
}

fn identifier(key: Option<&str>, version: Option<&str>) -> Result<ObjectIdentifier, DriverError> {
    let identifier = ObjectIdentifier::builder().key(key.unwrap_or_default());
    identifier
        .set_version_id(version.map(str::to_owned))
        .build()
        .map_err(incomplete)
}

fn key_failed(error: &KeyError) -> DriverError {
    let (key, message) = (
        error.key().unwrap_or_default(),
        error.message().unwrap_or_default(),
    );
    DriverError::Service {
        operation: "s3:DeleteObjectVersion",
        code: error.code().unwrap_or("Unknown").to_owned(),
        message: format!("{key}: {message}"),
        request_id: None,
    }
}
