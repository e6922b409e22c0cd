//! Emptying and deletion of a bucket.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::types::{Delete, Error as KeyError, MultipartUpload, ObjectIdentifier};
use engine::{DriverError, pause};
use futures_util::future::ready;
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};

use super::Buckets;
use crate::kit::call::Call as _;
use crate::kit::consistency::Consistency;
use crate::kit::consistency::Error::Code;
use crate::kit::gone::until_gone;
use crate::kit::wait::WaitPolicy;
use crate::s3::client::{Name, PROPAGATION, S3, incomplete};

/// The number of concurrent calls that delete up to a thousand objects.
const BATCHES: usize = 8;

/// The errors of a bucket's deletion: something may have been written to it, or could not be
/// deleted a moment ago. A bucket may not count as empty for a while though everything in it was
/// deleted.
const EMPTYING: Consistency = Consistency {
    passing: &[Code("BucketNotEmpty"), Code("OperationAborted")],
    policy: WaitPolicy {
        first: Duration::from_millis(500),
        longest: Duration::from_secs(10),
        within: Duration::from_mins(15),
    },
    ..S3
};

/// The position in a list: after a key, and a version or an upload of it.
#[derive(Default)]
struct Markers(Option<String>, Option<String>);

impl Markers {
    fn next(truncated: Option<bool>, key: Option<&str>, within: Option<&str>) -> Option<Self> {
        (truncated == Some(true)).then(|| Self(key.map(str::to_owned), within.map(str::to_owned)))
    }
}

/// A page of a list, and the position of the next; `None` after the last.
type Page<T> = Result<Option<(Vec<T>, Option<Markers>)>, DriverError>;

/// Whether an error of one object's deletion passes: it is tried again with the next listing.
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

impl Buckets {
    /// Empties the bucket, deletes it, and waits until it is deleted. There is no limit to how long
    /// that takes as long as something is deleted.
    pub(super) async fn empty_and_delete(&self, name: &str) -> Result<(), DriverError> {
        while self.delete_or_empty(name).await? {
            if !pause(EMPTYING.policy.first).await {
                let condition = format!("the bucket `{name}` to be empty");
                return Err(DriverError::Interrupted { condition });
            }
        }
        until_gone(&format!("the bucket `{name}`"), PROPAGATION, || async {
            let left = self.s3.head(name).await?;
            Ok((left == Name::Here).then_some(()))
        })
        .await
    }

    /// Deletes the bucket, or some of what is in it: then returns true, and the bucket is to be
    /// deleted again.
    async fn delete_or_empty(&self, name: &str) -> Result<bool, DriverError> {
        let call = self.s3.sdk.delete_bucket().bucket(name);
        let emptied = AtomicBool::new(false);
        EMPTYING
            .delete(|| async {
                let deleted = call.clone().send().done("s3:DeleteBucket").await;
                let full = |error: &DriverError| error.is("BucketNotEmpty");
                if deleted.as_ref().is_err_and(full) && Box::pin(self.empty(name)).await? > 0 {
                    emptied.store(true, Ordering::Relaxed);
                    return Ok(());
                }
                deleted
            })
            .await?;
        Ok(emptied.into_inner())
    }

    /// Deletes every version, every delete marker and every incomplete upload. Returns how many were
    /// deleted.
    async fn empty(&self, bucket: &str) -> Result<usize, DriverError> {
        tracing::info!(bucket, "deleting the content of the bucket");
        let content = Arc::new(Content {
            sdk: self.s3.sdk.clone(),
            bucket: bucket.to_owned(),
        });
        let (versions, uploads) =
            tokio::try_join!(Arc::clone(&content).delete(), content.abort_all())?;
        tracing::info!(
            bucket,
            versions,
            uploads,
            "deleted the content of the bucket"
        );
        Ok(versions + uploads)
    }
}

/// The content of a bucket. Its futures share it rather than borrow it: the compiler cannot prove
/// that streams of futures that borrow are `Send`.
struct Content {
    sdk: Client,
    bucket: String,
}

impl Content {
    async fn delete(self: Arc<Self>) -> Result<usize, DriverError> {
        let pages = Arc::clone(&self);
        stream::try_unfold(Some(Markers::default()), move |markers| {
            Arc::clone(&pages).version_page(markers)
        })
        .map_ok(move |versions| Arc::clone(&self).delete_versions(versions))
        .try_buffer_unordered(BATCHES)
        .try_fold(0, |all, batch| ready(Ok(all + batch)))
        .await
    }

    /// A page of everything that is in the bucket; `None` if it does not exist.
    async fn version_page(self: Arc<Self>, markers: Option<Markers>) -> Page<ObjectIdentifier> {
        let Some(Markers(key, version)) = markers else {
            return Ok(None);
        };
        let call = self
            .sdk
            .list_object_versions()
            .bucket(&self.bucket)
            .set_key_marker(key)
            .set_version_id_marker(version);
        let Some(page) = S3.found(call.send().sent("s3:ListBucketVersions").await)? else {
            return Ok(None);
        };
        let next = Markers::next(
            page.is_truncated(),
            page.next_key_marker(),
            page.next_version_id_marker(),
        );
        let versions = page.versions().iter();
        let versions = versions.map(|version| (version.key(), version.version_id()));
        let markers = page.delete_markers().iter();
        let markers = markers.map(|marker| (marker.key(), marker.version_id()));
        let all = versions.chain(markers).map(identifier);
        Ok(Some((all.collect::<Result<_, _>>()?, next)))
    }

    /// Deletes up to a thousand versions, and returns how many were deleted. S3 answers with 200
    /// even if some were not.
    async fn delete_versions(
        self: Arc<Self>,
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
        let call = self
            .sdk
            .delete_objects()
            .bucket(&self.bucket)
            .delete(delete);
        let answer = S3.found(call.send().sent("s3:DeleteObjectVersion").await)?;
        let errors = answer.and_then(|answer| answer.errors).unwrap_or_default();
        match errors.iter().find(|error| !key_passes(error)) {
            Some(error) => Err(key_failed(error)),
            None => Ok(count - errors.len()),
        }
    }

    async fn abort_all(self: Arc<Self>) -> Result<usize, DriverError> {
        let pages = Arc::clone(&self);
        stream::try_unfold(Some(Markers::default()), move |markers| {
            Arc::clone(&pages).upload_page(markers)
        })
        .and_then(move |uploads| Arc::clone(&self).abort(uploads))
        .try_fold(0, |all, batch| ready(Ok(all + batch)))
        .await
    }

    /// A page of the incomplete multipart uploads; `None` if the bucket does not exist.
    async fn upload_page(self: Arc<Self>, markers: Option<Markers>) -> Page<MultipartUpload> {
        let Some(Markers(key, upload)) = markers else {
            return Ok(None);
        };
        let call = self
            .sdk
            .list_multipart_uploads()
            .bucket(&self.bucket)
            .set_key_marker(key)
            .set_upload_id_marker(upload);
        let answer = call.send().sent("s3:ListBucketMultipartUploads").await;
        let Some(page) = S3.found(answer)? else {
            return Ok(None);
        };
        let next = Markers::next(
            page.is_truncated(),
            page.next_key_marker(),
            page.next_upload_id_marker(),
        );
        Ok(Some((page.uploads.unwrap_or_default(), next)))
    }

    async fn abort(self: Arc<Self>, uploads: Vec<MultipartUpload>) -> Result<usize, DriverError> {
        let count = uploads.len();
        let aborted = stream::iter(uploads).map(move |upload| {
            let call = self
                .sdk
                .abort_multipart_upload()
                .bucket(&self.bucket)
                .set_key(upload.key)
                .set_upload_id(upload.upload_id);
            async move { S3.or_empty(call.send().done("s3:AbortMultipartUpload").await) }
        });
        aborted
            .buffer_unordered(BATCHES)
            .try_collect::<()>()
            .await?;
        Ok(count)
    }
}

fn identifier(
    (key, version): (Option<&str>, Option<&str>),
) -> Result<ObjectIdentifier, DriverError> {
    ObjectIdentifier::builder()
        .key(key.unwrap_or_default())
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
