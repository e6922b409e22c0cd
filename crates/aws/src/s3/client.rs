//! S3 in the system's account and Region: the client, the list of buckets, and their tags.

use std::sync::Arc;

use aws_sdk_s3::Client;
use aws_sdk_s3::types::{Bucket, Tag, Tagging};
use engine::{DriverError, LiveTags, ReadCache};
use futures_util::future::try_join_all;
use model::{Owner, SYSTEM_TAG, Tags};
use tokio::sync::OwnedMutexGuard;

use crate::account::Account;
use crate::account::advice::is_denied;
use crate::account::error::failed;
use crate::kit::call::Call as _;
use crate::kit::consistency::Consistency;
use crate::kit::consistency::Error::{Code, Message};
use crate::kit::tag_store::TagCalls;
use crate::kit::tagging::{Hints, hints};
use crate::kit::wait::WaitPolicy;

/// The read of a bucket's tags. A bucket without any is an error of S3: `NoSuchTagSet`.
const TAGS: &str = "s3:GetBucketTagging";

/// How long S3 may take until a change reads back everywhere.
pub(super) const PROPAGATION: WaitPolicy = WaitPolicy::seconds(60);

/// The errors of S3. These pass: another change of the bucket is under way, its creation is not
/// known everywhere, another conditional write of the object is under way, and S3 does not know a
/// principal that was just created.
pub(super) const S3: Consistency = Consistency {
    absent: &[
        Code("NoSuchBucket"),
        Code("NoSuchBucketPolicy"),
        Code("NoSuchKey"),
        Code("NoSuchUpload"),
    ],
    passing: &[
        Code("OperationAborted"),
        Code("NoSuchBucket"),
        Code("ConditionalRequestConflict"),
        Message("MalformedPolicy", "Invalid principal in policy"),
    ],
    policy: WaitPolicy::seconds(120),
};

/// The errors of calls to a bucket that need not exist: creations and deletions. The name of a
/// deleted bucket, for example, is not free immediately.
pub(super) const CONFLICTS: Consistency = Consistency {
    passing: &[Code("OperationAborted")],
    ..S3
};

/// S3 in the system's account and Region.
#[derive(Clone, Debug)]
pub(super) struct S3Client {
    pub(super) account: Account,
    pub(super) sdk: Client,
}

/// The owner of a bucket's name, as far as an account and a Region can see.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Name {
    /// None.
    Free,
    /// A bucket of this account and Region.
    Here,
}

impl S3Client {
    pub(super) fn new(account: &Account) -> Self {
        Self {
            account: account.clone(),
            sdk: account.client(),
        }
    }

    /// The prefix of the names of the system's buckets.
    fn prefix(&self) -> String {
        format!("{}-", self.account.system())
    }

    /// The account's buckets whose names have the system's prefix, one call (per page) per run.
    async fn named(&self, cache: &ReadCache) -> Result<Arc<Vec<Bucket>>, DriverError> {
        let prefix = self.prefix();
        cache
            .once(format!("s3:ListBuckets {prefix}"), || async {
                self.sdk
                    .list_buckets()
                    .prefix(&prefix)
                    .into_paginator()
                    .page_size(1000)
                    .items()
                    .send()
                    .collect::<Result<Vec<_>, _>>()
                    .sent("s3:ListAllMyBuckets")
                    .await
            })
            .await
    }

    /// The buckets in the Region that may be the system's, by their names and by the tagging index,
    /// with their tags: from the index or, if it does not show the bucket, from the bucket.
    pub(super) async fn candidates(
        &self,
        cache: &ReadCache,
    ) -> Result<Vec<(String, LiveTags)>, DriverError> {
        let hints = hints(&self.account, cache).await?;
        let names = self.names(&hints, cache).await?;
        let tagged = try_join_all(names.into_iter().map(async |name| {
            let hinted = hints.tags(&self.arn(&name));
            let tags = if hinted.is_some() {
                hinted
            } else {
                match self.tags_once(&name, cache).await {
                    // A stranger's, or ours: they say so when they are read again.
                    Err(error) if is_denied(&error) => Some(LiveTags::Unread),
                    tags => tags?.as_ref().clone().map(LiveTags::Read),
                }
            };
            Ok::<_, DriverError>(tags.map(|tags| (name, tags)))
        }));
        Ok(tagged.await?.into_iter().flatten().collect())
    }

    async fn names(&self, hints: &Hints, cache: &ReadCache) -> Result<Vec<String>, DriverError> {
        let (prefix, arns) = (self.prefix(), self.arn(""));
        let listed = self.named(cache).await?;
        let here = |bucket: &&Bucket| {
            let region = bucket.bucket_region();
            region.is_none_or(|region| region == self.account.region())
        };
        let listed = listed.iter().filter(here).filter_map(Bucket::name);
        let hinted = hints.names(&arns).filter(|name| !name.starts_with(&prefix));
        Ok(listed.chain(hinted).map(str::to_owned).collect())
    }

    /// The owner of a name. One that has the system's prefix is looked up in the list first.
    ///
    /// # Errors
    /// [`DriverError::Invalid`] if it is another account's or another Region's.
    pub(super) async fn who_has(&self, name: &str, cache: &ReadCache) -> Result<Name, DriverError> {
        if name.starts_with(&self.prefix()) {
            let listed = self.named(cache).await?;
            if let Some(bucket) = listed.iter().find(|bucket| bucket.name() == Some(name)) {
                return match bucket.bucket_region() {
                    Some(region) if region != self.account.region() => Err(elsewhere(name)),
                    _ => Ok(Name::Here),
                };
            }
        }
        self.head(name).await
    }

    /// The owner of a name, as it is now. The response to this call has no body, only a status.
    pub(super) async fn head(&self, name: &str) -> Result<Name, DriverError> {
        let answer = self
            .sdk
            .head_bucket()
            .bucket(name)
            .expected_bucket_owner(self.account.id())
            .send()
            .await;
        let Err(error) = answer else {
            return Ok(Name::Here);
        };
        match error
            .raw_response()
            .map(|response| response.status().as_u16())
        {
            Some(404) => Ok(Name::Free),
            Some(403) => Err(foreign(name)),
            Some(301) => Err(elsewhere(name)),
            _ => Err(failed("s3:ListBucket")(error)),
        }
    }

    /// The ARN of a bucket.
    pub(super) fn arn(&self, name: &str) -> String {
        format!("arn:{}:s3:::{name}", self.account.partition())
    }

    /// The one writer of a bucket's settings: S3 aborts overlapping changes, and tags are written
    /// as a whole.
    pub(super) async fn writer(&self, bucket: &str) -> OwnedMutexGuard<()> {
        self.account.lock(format!("s3 {bucket}")).lock_owned().await
    }

    /// A bucket's tags, one call per run; `None` if it does not exist.
    pub(super) async fn tags_once(
        &self,
        bucket: &str,
        cache: &ReadCache,
    ) -> Result<Arc<Option<Tags>>, DriverError> {
        let key = format!("s3:GetBucketTagging {bucket}");
        cache.once(key, || self.read_tags(bucket)).await
    }

    /// A bucket's tags as they are now; `None` if it does not exist.
    pub(super) async fn read_tags(&self, bucket: &str) -> Result<Option<Tags>, DriverError> {
        let call = self.sdk.get_bucket_tagging().bucket(bucket).send();
        match call.sent(TAGS).await {
            Err(error) if error.is("NoSuchTagSet") => Ok(Some(Tags::new())),
            answer => S3.described(answer, TAGS, |answer| {
                Some(from_sdk(answer.tag_set())).filter(|tags| !tags.is_empty())
            }),
        }
    }

    /// Changes the tags of a bucket of the system. One that does not exist has none to change.
    ///
    /// All tags are written at once, so one that the answer lacked would be lost.
    ///
    /// # Errors
    /// If the tags that were read would leave the bucket without an owner.
    pub(super) async fn change_tags(
        &self,
        bucket: &str,
        change: impl Fn(&mut Tags),
    ) -> Result<(), DriverError> {
        let _writer = self.writer(bucket).await;
        let Some(old) = self.read_tags(bucket).await? else {
            return Ok(());
        };
        let mut new = old.clone();
        change(&mut new);
        if new == old {
            return Ok(());
        }
        if new.get(SYSTEM_TAG).map(String::as_str) != Some(self.account.system()) {
            return Err(DriverError::Invalid(format!(
                "the tags of the bucket `{bucket}` do not name this system, so they were not changed: others removed \
                 them, or S3 does not show them everywhere yet; run `frontage plan`"
            )));
        }
        let call = self
            .sdk
            .put_bucket_tagging()
            .bucket(bucket)
            .tagging(tagging(&new)?);
        S3.write(|| call.clone().send().done("s3:PutBucketTagging"))
            .await
    }

    /// Whether an owner is of this system.
    pub(super) fn is_of_system(&self, owner: &Owner) -> bool {
        owner.system == self.account.system()
    }
}

/// The calls name a bucket.
impl TagCalls for S3Client {
    async fn known(&self, bucket: &str) -> Result<Option<Tags>, DriverError> {
        self.read_tags(bucket).await
    }

    async fn tag(&self, bucket: &str, tags: &Tags) -> Result<(), DriverError> {
        self.change_tags(bucket, |all| all.extend(tags.clone()))
            .await
    }

    async fn untag(&self, bucket: &str, keys: &[String]) -> Result<(), DriverError> {
        self.change_tags(bucket, |all| all.retain(|key, _| !keys.contains(key)))
            .await
    }
}

pub(super) fn from_sdk(tags: &[Tag]) -> Tags {
    tags.iter()
        .map(|tag| (tag.key().to_owned(), tag.value().to_owned()))
        .collect()
}

pub(super) fn to_sdk(tags: &Tags) -> Result<Vec<Tag>, DriverError> {
    tags.iter()
        .map(|(key, value)| Tag::builder().key(key).value(value).build())
        .collect::<Result<_, _>>()
        .map_err(incomplete)
}

/// Tags as accepted by the calls that set all tags.
pub(super) fn tagging(tags: &Tags) -> Result<Tagging, DriverError> {
    Tagging::builder()
        .set_tag_set(Some(to_sdk(tags)?))
        .build()
        .map_err(incomplete)
}

/// A member that S3 requires was not set.
#[allow(clippy::needless_pass_by_value)] // as `map_err` passes it
pub(super) fn incomplete(error: aws_sdk_s3::error::BuildError) -> DriverError {
    DriverError::internal(format!("a call to S3 is incomplete ({error})"))
}

/// The error of a name that another account has.
fn foreign(name: &str) -> DriverError {
    DriverError::Invalid(format!(
        "the bucket name `{name}` is taken by another AWS account, or these credentials lack \
         s3:ListBucket for it: names are shared by all accounts, so choose another `name` in frontage.toml"
    ))
}

fn elsewhere(name: &str) -> DriverError {
    DriverError::Invalid(format!(
        "the bucket `{name}` is in another Region: delete it, or continue with its Region"
    ))
}

/// The error of something that exists and is not the system's.
pub(super) fn not_ours(what: &str) -> DriverError {
    DriverError::Invalid(format!(
        "{what} exists and is not this system's; it is left untouched"
    ))
}
