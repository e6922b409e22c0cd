//! `AWS::CodeCommit::Repository`.

mod calls;
mod limits;
#[cfg(test)]
mod tests;
mod write;

use aws_sdk_codecommit::types::RepositoryMetadata;
use engine::{Changes, DriverError, Holding, LiveTags, ReadCache};
use futures_util::future::try_join_all;
use model::types::codecommit::Repository;
use model::{Owner, Tags};

use super::client::{CODECOMMIT, CodeCommitClient};
use crate::Account;
use crate::kit::call::Call as _;
use crate::kit::calls::Calls;
use crate::kit::limits::{Checks, Limit};
use crate::kit::tag_store::{OwnTags, TagCalls as _, TagStore};
use crate::kit::tagging;
use crate::kit::typed::{OrphanSearch, ResourceDriver, TypedLive, TypedReadRequest};

type Properties = Repository<String>;
type Live = TypedLive<Properties>;

/// Reads and writes repositories. A repository's ARN follows from its name, so reading one takes one
/// call, and another for its tags unless the tagging index shows them.
#[derive(Debug)]
pub(crate) struct Repositories {
    client: CodeCommitClient,
}

impl Repositories {
    pub(crate) fn new(account: &Account) -> Self {
        Self {
            client: CodeCommitClient::new(account),
        }
    }

    async fn described(&self, name: &str) -> Result<Option<RepositoryMetadata>, DriverError> {
        let operation = "codecommit:GetRepository";
        let call = self.client.sdk.get_repository().repository_name(name);
        let answer = call.send().sent(operation).await;
        CODECOMMIT.described(answer, operation, |answer| answer.repository_metadata)
    }

    async fn find(&self, name: &str, cache: &ReadCache) -> Result<Option<Live>, DriverError> {
        let Some(described) = self.described(name).await? else {
            return Ok(None);
        };
        let arn = self.client.arn(name);
        let hints = tagging::hints(&self.client.account, cache).await?;
        let tags = match hints.tags(&arn) {
            Some(tags) => Some(tags),
            None => self.client.known(&arn).await?.map(LiveTags::Read),
        };
        Ok(tags.map(|tags| self.live(described, tags)))
    }

    fn live(&self, described: RepositoryMetadata, tags: LiveTags) -> Live {
        let name = described.repository_name.unwrap_or_default();
        let attributes = Live::assigned([
            (Repository::ARN, Some(self.client.arn(&name))),
            (Repository::CLONE_URL_HTTP, described.clone_url_http),
            (Repository::CLONE_URL_SSH, described.clone_url_ssh),
            (Repository::NAME, Some(name.clone())),
        ]);
        TypedLive {
            id: name.clone(),
            properties: Repository {
                repository_name: name,
                repository_description: described.repository_description,
                kms_key_id: described.kms_key_id,
            },
            attributes,
            tags,
        }
    }
}

/// Reports the key in the form of the description. CodeCommit reports its own key if none was
/// specified: a key that is not stated is not compared. One that is may be stated by its ARN and
/// reported by its id, the end of the ARN, or the reverse.
fn as_stated(live: &mut Option<String>, stated: Option<&String>) {
    let id = |key: &str| key.rsplit('/').next().map(str::to_owned);
    let same = match (live.as_deref(), stated) {
        (Some(live), Some(stated)) => id(live) == id(stated),
        (_, stated) => stated.is_none(),
    };
    if same {
        *live = stated.cloned();
    }
}

impl ResourceDriver for Repositories {
    type Properties = Properties;
    const CALLS: &'static [&'static [Calls]] = &[calls::CALLS];
    const ORPHANS: OrphanSearch = OrphanSearch::IfShown("codecommit");
    const LIMITS: &'static [Limit] = limits::LIMITS;

    fn normalise(&self, repository: &mut Properties) {
        let description = &mut repository.repository_description;
        description.take_if(|text| text.is_empty());
    }

    fn check(&self, repository: &Properties, checks: &mut Checks) {
        limits::check(repository, checks);
    }

    async fn read(
        &self,
        request: TypedReadRequest<'_, Properties>,
        cache: &ReadCache,
    ) -> Result<Option<Live>, DriverError> {
        let wanted = &request.properties;
        let mut found = self.find(&wanted.repository_name, cache).await?;
        if let Some(live) = &mut found {
            as_stated(&mut live.properties.kms_key_id, wanted.kms_key_id.as_ref());
        }
        Ok(found)
    }

    async fn list(&self, cache: &ReadCache) -> Result<Vec<Live>, DriverError> {
        let names = self.client.names(cache).await?;
        let found = try_join_all(names.iter().map(|name| self.find(name, cache))).await?;
        Ok(found.into_iter().flatten().collect())
    }

    fn tag_store(&self) -> impl TagStore<Properties> {
        OwnTags::by(&self.client, Repository::ARN)
    }

    async fn create(
        &self,
        desired: Properties,
        owner: &Owner,
        tags: &Tags,
    ) -> Result<Live, DriverError> {
        match self.send_create(&desired, tags).await {
            Err(error) if error.is("RepositoryNameExistsException") => {
                self.resume(desired, owner, tags, error).await
            }
            created => {
                created?;
                self.appeared(desired, tags).await
            }
        }
    }

    async fn update(
        &self,
        _: &mut Live,
        desired: &Properties,
        changes: &Changes,
    ) -> Result<(), DriverError> {
        if changes.affects("RepositoryDescription") {
            self.put_description(desired).await?;
        }
        if changes.affects("KmsKeyId") {
            self.put_key(desired).await?;
        }
        Ok(())
    }

    /// The branches of the first page. An empty repository has none.
    async fn holding(&self, live: &Live) -> Result<Holding, DriverError> {
        let call = self.client.sdk.list_branches().repository_name(&live.id);
        let page = CODECOMMIT.found(call.send().sent("codecommit:ListBranches").await)?;
        Ok(page.map_or_else(
            || Holding::exactly(0, "branch tip"),
            |page| {
                let has_more = page.next_token().is_some();
                Holding::page(page.branches().len(), has_more, "branch tip")
            },
        ))
    }

    /// The call succeeds for a repository that does not exist.
    async fn delete(&self, live: Live) -> Result<(), DriverError> {
        self.remove(&live.id).await
    }
}
