//! `AWS::S3::BucketPolicy`.

#[cfg(test)]
mod tests;

use async_trait::async_trait;
use engine::{Attributes, Changes, DriverError, LiveTags, ReadCache, Selection};
use model::types::iam::PolicyDocument;
use model::types::s3::BucketPolicy;
use model::{ADDRESS_TAG, FINGERPRINT_TAG, SYSTEM_TAG, Tags, child_fingerprint_tag};
use serde::Deserialize;

use super::service::{CONSISTENCY, S3, address, passes, record};
use crate::Account;
use crate::account::error::failed;
use crate::kit::policy_document::{normalise, parse, print};
use crate::kit::typed::{ResourceDriver, TypedLive, TypedReadRequest};
use crate::kit::wait::{WaitPolicy, retry, until};

type Properties = BucketPolicy<String>;
type Live = TypedLive<Properties>;

/// How long a principal that was just made may be unknown.
const PROPAGATION: WaitPolicy = WaitPolicy::seconds(120);

/// Reads and writes bucket policies. A bucket has one, and a tag of it keeps the policy's record.
#[derive(Debug)]
pub(crate) struct Policies {
    s3: S3,
}

/// Where a policy is looked for.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Identity {
    bucket: String,
}

impl Policies {
    pub(crate) fn new(account: &Account) -> Self {
        Self {
            s3: S3::new(account),
        }
    }

    /// The policy as it is now; none if there is none, or no bucket.
    async fn policy(&self, bucket: &str) -> Result<Option<PolicyDocument<String>>, DriverError> {
        match self
            .s3
            .client
            .get_bucket_policy()
            .bucket(bucket)
            .send()
            .await
            .map_err(failed("s3:GetBucketPolicy"))
        {
            Ok(answer) => Ok(answer.policy().map(parse)),
            Err(error) if is_absent(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn find(
        &self,
        bucket: &str,
        cache: &ReadCache,
    ) -> Result<Option<Properties>, DriverError> {
        let policy = cache
            .once(format!("s3:GetBucketPolicy {bucket}"), || {
                self.policy(bucket)
            })
            .await?;
        let properties = |policy_document| BucketPolicy {
            bucket: bucket.to_owned(),
            policy_document,
        };
        Ok(policy.as_ref().clone().map(properties))
    }

    /// Writes the policy, and waits until it is what S3 answers with.
    async fn put(&self, desired: &Properties) -> Result<(), DriverError> {
        let bucket = &desired.bucket;
        let text = print(&desired.policy_document)?;
        let _writer = self.s3.writer(bucket).await;
        let call = self
            .s3
            .client
            .put_bucket_policy()
            .bucket(bucket)
            .policy(text);
        let put = || async {
            call.clone()
                .send()
                .await
                .map(drop)
                .map_err(failed("s3:PutBucketPolicy"))
        };
        retry(PROPAGATION, put_passes, put).await?;
        until(
            &format!("the policy of the bucket `{bucket}` to read back as written"),
            CONSISTENCY,
            || async {
                Ok(match self.policy(bucket).await? {
                    Some(live) if live == desired.policy_document => Ok(()),
                    Some(_) => Err("another one".to_owned()),
                    None => Err("none".to_owned()),
                })
            },
        )
        .await
    }

    /// Writes the record in the bucket's tags.
    async fn record(&self, bucket: &str, name: &str, tags: &Tags) -> Result<(), DriverError> {
        let Some(fingerprint) = tags.get(FINGERPRINT_TAG) else {
            return Ok(());
        };
        let set =
            |tags: &mut Tags| drop(tags.insert(child_fingerprint_tag(name), fingerprint.clone()));
        self.s3.change_tags(bucket, set).await
    }

    /// Removes the record, whatever it is called: a bucket has one policy.
    async fn forget(&self, bucket: &str) -> Result<(), DriverError> {
        let prefix = child_fingerprint_tag("");
        let forget = |tags: &mut Tags| {
            tags.retain(|key, value| !key.starts_with(&prefix) || !is_record(value));
        };
        self.s3.change_tags(bucket, forget).await
    }
}

/// Whether the value of a record is that of a policy: a fingerprint. An object's names its key,
/// too.
fn is_record(value: &str) -> bool {
    !value.contains(' ')
}

fn is_absent(error: &DriverError) -> bool {
    error.is("NoSuchBucketPolicy") || error.is("NoSuchBucket")
}

/// What passes by itself: S3 does not know a principal that was made a moment ago, or another
/// change is under way.
fn put_passes(error: &DriverError) -> bool {
    error.has_message("MalformedPolicy", "Invalid principal in policy") || passes(error)
}

fn live(properties: Properties, tags: Tags) -> Live {
    let bucket = properties.bucket.clone();
    let attributes = Attributes::from([("Bucket".to_owned(), bucket.clone())]);
    TypedLive {
        id: bucket,
        properties,
        attributes,
        tags: LiveTags::Read(tags),
    }
}

/// A policy of which only the record is known.
fn unread(bucket: String, record: Tags) -> Live {
    let properties = BucketPolicy {
        bucket,
        policy_document: PolicyDocument::new(Vec::new()),
    };
    TypedLive {
        tags: LiveTags::Hinted(record),
        ..live(properties, Tags::new())
    }
}

/// What a bucket's tags say of the policy at an address of this name.
fn recorded(bucket: &Tags, address: &str, name: &str) -> Tags {
    let mut tags = Tags::from([(ADDRESS_TAG.to_owned(), address.to_owned())]);
    tags.extend(
        bucket
            .get(SYSTEM_TAG)
            .map(|system| (SYSTEM_TAG.to_owned(), system.clone())),
    );
    let fingerprint = record(bucket, name).filter(|value| is_record(value));
    tags.extend(
        fingerprint.map(|fingerprint| (FINGERPRINT_TAG.to_owned(), fingerprint.to_owned())),
    );
    tags
}

/// Whether S3 takes the policy. Source: the user guide's limits of bucket policies.
fn check(policy: &Properties) -> Result<(), DriverError> {
    let invalid = |what: &str| {
        Err(DriverError::Invalid(format!(
            "the policy of the bucket `{}` {what}",
            policy.bucket
        )))
    };
    let statements = &policy.policy_document.statement;
    if statements.is_empty() {
        return invalid("has no statement");
    }
    if statements
        .iter()
        .any(|statement| statement.principal.is_none() && statement.not_principal.is_none())
    {
        return invalid("has a statement that names no principal");
    }
    if print(&policy.policy_document)?.len() > 20 * 1024 {
        return invalid("is longer than 20 KB");
    }
    Ok(())
}

#[async_trait]
impl ResourceDriver for Policies {
    type Properties = Properties;
    type Identity = Identity;

    fn normalise(&self, policy: &mut Properties) {
        normalise(&mut policy.policy_document);
    }

    async fn read(
        &self,
        wanted: TypedReadRequest<'_, Identity, Properties>,
        cache: &ReadCache,
    ) -> Result<Option<Live>, DriverError> {
        let bucket = &wanted.identity.bucket;
        let (tags, policy) =
            tokio::try_join!(self.s3.tags(bucket, cache), self.find(bucket, cache))?;
        let (Some(tags), Some(properties)) = (tags.as_ref(), policy) else {
            return Ok(None);
        };
        let record = recorded(tags, &wanted.address.to_string(), wanted.address.name());
        Ok(Some(live(properties, record)))
    }

    async fn list(&self, cache: &ReadCache) -> Result<Vec<Live>, DriverError> {
        let recorded = self
            .s3
            .recorded(cache)
            .await?
            .into_iter()
            .filter(|(_, _, value)| is_record(value));
        Ok(recorded
            .map(|(bucket, tags, _)| unread(bucket, tags))
            .collect())
    }

    async fn may_have_orphans(
        &self,
        selection: &Selection,
        cache: &ReadCache,
    ) -> Result<bool, DriverError> {
        self.s3.suspects(selection, cache).await
    }

    async fn tags(&self, live: &Live) -> Result<Tags, DriverError> {
        let tags = self.s3.read_tags(&live.id).await?.unwrap_or_default();
        let address = live
            .tags
            .known()
            .and_then(|tags| tags.get(ADDRESS_TAG))
            .map_or("", String::as_str);
        Ok(recorded(
            &tags,
            address,
            address.rsplit('/').next().unwrap_or_default(),
        ))
    }

    async fn confirm(&self, live: Live) -> Result<Option<Live>, DriverError> {
        let (tags, policy) = tokio::try_join!(self.tags(&live), self.policy(&live.id))?;
        Ok(policy.map(|policy_document| {
            self::live(
                BucketPolicy {
                    policy_document,
                    ..live.properties
                },
                tags,
            )
        }))
    }

    /// The record comes first: so a policy without one is never ours.
    async fn create(&self, mut desired: Properties, tags: &Tags) -> Result<Live, DriverError> {
        self.normalise(&mut desired);
        check(&desired)?;
        self.record(&desired.bucket, address(tags)?.name(), tags)
            .await?;
        self.put(&desired).await?;
        Ok(live(desired, tags.clone()))
    }

    async fn update(
        &self,
        live: Live,
        mut desired: Properties,
        _: &Changes,
    ) -> Result<Live, DriverError> {
        self.normalise(&mut desired);
        check(&desired)?;
        self.put(&desired).await?;
        Ok(TypedLive {
            properties: desired,
            ..live
        })
    }

    async fn retag(&self, live: &Live, set: &Tags, _: &[String]) -> Result<(), DriverError> {
        let name = address(live.tags.known().unwrap_or(&Tags::new()))?;
        self.record(&live.id, name.name(), set).await
    }

    async fn delete(&self, live: Live) -> Result<(), DriverError> {
        let bucket = &live.id;
        let aborted = |error: &DriverError| error.is("OperationAborted");
        let delete = || async {
            let _writer = self.s3.writer(bucket).await;
            let call = self.s3.client.delete_bucket_policy().bucket(bucket);
            match call.send().await.map_err(failed("s3:DeleteBucketPolicy")) {
                Err(error) if is_absent(&error) => Ok(()),
                other => other.map(drop),
            }
        };
        retry(CONSISTENCY, aborted, delete).await?;
        until(
            &format!("the policy of the bucket `{bucket}` to be deleted"),
            CONSISTENCY,
            || async {
                Ok(self
                    .policy(bucket)
                    .await?
                    .map_or(Ok(()), |_| Err("still there".to_owned())))
            },
        )
        .await?;
        self.forget(bucket).await
    }
}
