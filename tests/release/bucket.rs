//! An application's bucket, seen from outside.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_s3::Client;
use aws_sdk_s3::config::Builder;
use aws_sdk_s3::operation::head_object::HeadObjectOutput;
use aws_sdk_s3::types::ChecksumMode;
use frontage::release::{
    Application, Destination, Dist, Events, Percent, Previewed, Published, ReleaseError, Releases,
    RolledBack, Version,
};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::build::{hex, team};
use super::support::World;
use super::support::proxy::Proxy;

/// The URL at which the files are served.
pub(crate) const URL: &str = "https://d111111abcdef8.cloudfront.net";

/// A test's own bucket.
#[derive(Clone, Debug)]
pub(crate) struct Bucket {
    pub(crate) world: World,
    pub(crate) name: String,
    pub(crate) application: Application,
}

impl Bucket {
    pub(crate) async fn shell() -> Self {
        Self::new(Application::Shell).await
    }

    pub(crate) async fn team() -> Self {
        Self::new(team()).await
    }

    async fn new(application: Application) -> Self {
        let world = World::new();
        let name = format!("{}-{}-releases", world.system, world.account_id);
        let bucket = Self {
            world,
            name,
            application,
        };
        let location = aws_sdk_s3::types::BucketLocationConstraint::EuWest1;
        let configuration =
            aws_sdk_s3::types::CreateBucketConfiguration::builder().location_constraint(location);
        let create = bucket.client().create_bucket().bucket(&bucket.name);
        create
            .create_bucket_configuration(configuration.build())
            .send()
            .await
            .expect("a bucket");
        bucket
    }

    /// The same bucket, reached through a proxy.
    pub(crate) fn behind(&self, proxy: &Proxy) -> Self {
        Self {
            world: World {
                endpoint: proxy.endpoint(),
                ..self.world.clone()
            },
            ..self.clone()
        }
    }

    pub(crate) fn client(&self) -> Client {
        let config = self.world.config();
        Client::from_conf(Builder::from(&config).force_path_style(true).build())
    }

    pub(crate) async fn releases(&self) -> Releases {
        let destination = Destination {
            bucket: self.name.clone(),
            url: URL.to_owned(),
            system: "acme".to_owned(),
            application: self.application.clone(),
        };
        Releases::new(&self.world.account().await, destination)
    }

    pub(crate) async fn try_publish(
        &self,
        dist: &Dist,
        canary: Option<u8>,
    ) -> Result<Published, ReleaseError> {
        let canary = canary.map(|number| Percent::try_from(number).expect("a part"));
        self.releases()
            .await
            .publish(dist, canary, &Events::none())
            .await
    }

    pub(crate) async fn publish(&self, dist: &Dist) -> Published {
        let published = self
            .try_publish(dist, None)
            .await
            .unwrap_or_else(|error| panic!("{error:?}"));
        self.assert_whole().await;
        published
    }

    /// Publishes a preview that expires at a time, in seconds since 1970.
    pub(crate) async fn preview(&self, dist: &Dist, name: &str, expires: i64) -> Previewed {
        let name = name.parse().expect("a name");
        let releases = self.releases().await;
        let previewed = releases
            .publish_preview(dist, &name, expires, &Events::none())
            .await;
        previewed.unwrap_or_else(|error| panic!("{error:?}"))
    }

    /// Promotes what a text means.
    pub(crate) async fn promote(
        &self,
        what: Option<&str>,
        canary: Option<u8>,
    ) -> Result<Published, ReleaseError> {
        let canary = canary.map(|number| Percent::try_from(number).expect("a part"));
        let releases = self.releases().await;
        let version = releases.resolve(what).await?;
        releases.promote(&version, canary, &Events::none()).await
    }

    pub(crate) async fn roll_back(
        &self,
        version: Option<&str>,
    ) -> Result<RolledBack, ReleaseError> {
        let back = self
            .releases()
            .await
            .roll_back(version, &Events::none())
            .await;
        self.assert_whole().await;
        back
    }

    pub(crate) async fn keys(&self) -> BTreeSet<String> {
        let pages = self
            .client()
            .list_objects_v2()
            .bucket(&self.name)
            .into_paginator()
            .send()
            .collect::<Vec<_>>();
        let pages = pages.await.into_iter().map(|page| page.expect("a page"));
        pages
            .flat_map(|page| page.contents.unwrap_or_default())
            .filter_map(|object| object.key)
            .collect()
    }

    pub(crate) async fn head(&self, key: &str) -> HeadObjectOutput {
        let call = self
            .client()
            .head_object()
            .bucket(&self.name)
            .key(key)
            .checksum_mode(ChecksumMode::Enabled);
        call.send()
            .await
            .unwrap_or_else(|error| panic!("{key}: {error:?}"))
    }

    pub(crate) async fn get(&self, key: &str) -> Vec<u8> {
        let answer = self
            .client()
            .get_object()
            .bucket(&self.name)
            .key(key)
            .send()
            .await;
        let body = answer
            .unwrap_or_else(|error| panic!("{key}: {error:?}"))
            .body;
        body.collect().await.expect("a body").to_vec()
    }

    pub(crate) async fn json(&self, key: &str) -> Value {
        serde_json::from_slice(&self.get(key).await).expect("JSON")
    }

    pub(crate) async fn put(&self, key: &str, text: &str) {
        let body = text.as_bytes().to_vec().into();
        self.client()
            .put_object()
            .bucket(&self.name)
            .key(key)
            .body(body)
            .send()
            .await
            .expect("written");
    }

    pub(crate) async fn delete(&self, key: &str) {
        self.client()
            .delete_object()
            .bucket(&self.name)
            .key(key)
            .send()
            .await
            .expect("deleted");
    }

    /// The current release, according to the pointer.
    pub(crate) async fn current(&self) -> Version {
        let head = self.head(self.application.pointer()).await;
        let metadata = head.metadata.expect("metadata");
        Version::parse(&metadata["frontage-release"]).expect("a version")
    }

    /// A release's files with their hashes, from its record.
    pub(crate) async fn files(&self, version: &Version) -> BTreeMap<String, String> {
        let record = self.json(&format!("releases/{version}/release.json")).await;
        let files = record["files"].as_array().expect("files").iter();
        let text = |value: &Value| value.as_str().expect("text").to_owned();
        files
            .map(|file| (text(&file["path"]), text(&file["sha256"])))
            .collect()
    }

    /// Checks that every file of the current release is at its path, with that release's contents.
    /// Returns the release.
    pub(crate) async fn assert_whole(&self) -> Version {
        let current = self.current().await;
        for (path, sha256) in self.files(&current).await {
            assert_eq!(
                digest(&self.get(&path).await),
                sha256,
                "{path} of {current}"
            );
        }
        if self.application != Application::Shell {
            let manifest = self.json("manifest.json").await;
            let default = &manifest["microFrontends"]["@acme/shipping"][0];
            assert_eq!(default["metadata"]["version"], format!("1.4.0+{current}"));
            for url in [&default["url"], &default["fallbackUrl"]] {
                self.get(url.as_str().expect("a relative URL")).await;
            }
        }
        current
    }

    /// Checks that no publisher and no pruner is active: there is neither an announcement nor a
    /// claim.
    pub(crate) async fn assert_quiet(&self) {
        let keys = self.keys().await;
        let notes = keys
            .iter()
            .filter(|key| key.contains("/publishing-") || *key == "releases/prune.json");
        assert_eq!(notes.count(), 0, "{keys:#?}");
    }
}

pub(crate) fn digest(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Whether a call changes something in S3.
pub(crate) fn changes(operation: &str) -> bool {
    ["PUT ", "POST ", "DELETE "]
        .iter()
        .any(|method| operation.starts_with(method))
        && operation != "POST /"
}
