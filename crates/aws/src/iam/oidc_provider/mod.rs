//! `AWS::IAM::OIDCProvider`.

mod calls;
mod limits;
#[cfg(test)]
mod tests;
mod write;

use aws_sdk_iam::operation::get_open_id_connect_provider::GetOpenIdConnectProviderOutput;
use engine::{Changes, DriverError, LiveTags, ReadCache};
use futures_util::future::try_join_all;
use model::types::iam::OidcProvider;
use model::{Owner, SYSTEM_TAG, Tags};

use super::client::{IAM, IamClient, tags};
use crate::Account;
use crate::kit::call::Call as _;
use crate::kit::calls::Calls;
use crate::kit::leave::leave;
use crate::kit::limits::{Checks, Limit};
use crate::kit::tag_store::{OwnTags, TagStore};
use crate::kit::typed::{OrphanSearch, ResourceDriver, TypedLive, TypedReadRequest};

type Properties = OidcProvider<String>;
type Live = TypedLive<Properties>;

/// Reads and writes OIDC providers.
///
/// A provider's ARN follows from its URL, and one call reads it with its tags. An account has one
/// per URL, which others may have created and may use: it is theirs by its tags.
#[derive(Debug)]
pub(crate) struct OidcProviders {
    iam: IamClient,
    /// What the ARNs of the account's providers begin with.
    prefix: String,
}

impl OidcProviders {
    pub(crate) fn new(account: &Account) -> Self {
        let (partition, id) = (account.partition(), account.id());
        Self {
            iam: IamClient::new(account),
            prefix: format!("arn:{partition}:iam::{id}:oidc-provider/"),
        }
    }

    /// The ARN of the provider with a URL.
    fn arn(&self, url: &str) -> String {
        let host = url.strip_prefix("https://").unwrap_or(url);
        format!("{}{host}", self.prefix)
    }

    async fn get(&self, arn: &str) -> Result<Option<GetOpenIdConnectProviderOutput>, DriverError> {
        let operation = "iam:GetOpenIDConnectProvider";
        let call = self.iam.sdk.get_open_id_connect_provider();
        let answer = call.open_id_connect_provider_arn(arn).send();
        IAM.described(answer.sent(operation).await, operation, |provider| {
            provider.url.is_some().then_some(provider)
        })
    }

    /// The provider with a URL, as it is now.
    async fn find(&self, url: &str) -> Result<Option<Live>, DriverError> {
        let arn = self.arn(url);
        let found = self.get(&arn).await?;
        Ok(found.map(|provider| live(url, arn, &provider)))
    }
}

fn live(url: &str, arn: String, provider: &GetOpenIdConnectProviderOutput) -> Live {
    TypedLive {
        id: url.to_owned(),
        properties: OidcProvider {
            url: url.to_owned(),
            client_id_list: provider.client_id_list().to_vec(),
            thumbprint_list: Some(provider.thumbprint_list().to_vec()),
        },
        attributes: Live::assigned([(OidcProvider::ARN, arn)]),
        tags: LiveTags::Read(tags(provider.tags())),
    }
}

impl ResourceDriver for OidcProviders {
    type Properties = Properties;
    const CALLS: &'static [&'static [Calls]] = &[calls::CALLS];
    const ORPHANS: OrphanSearch = OrphanSearch::IfShown("iam");
    const LIMITS: &'static [Limit] = limits::LIMITS;

    fn normalise(&self, provider: &mut Properties) {
        provider.client_id_list.sort();
        provider.client_id_list.dedup();
        for thumbprint in provider.thumbprint_list.iter_mut().flatten() {
            thumbprint.make_ascii_lowercase();
        }
        if let Some(thumbprints) = &mut provider.thumbprint_list {
            thumbprints.sort();
        }
        provider.thumbprint_list.take_if(|list| list.is_empty());
    }

    /// IAM obtains a thumbprint where none is stated.
    fn leave(&self, provider: &mut Properties, live: &Properties) {
        let stated = &mut provider.thumbprint_list;
        stated.take_if(|list| list.is_empty());
        leave(stated, live.thumbprint_list.as_ref());
    }

    fn check(&self, provider: &Properties, checks: &mut Checks) {
        limits::check(provider, checks);
    }

    async fn read(
        &self,
        request: TypedReadRequest<'_, Properties>,
        _: &ReadCache,
    ) -> Result<Option<Live>, DriverError> {
        self.find(&request.properties.url).await
    }

    /// The list contains no tags, so each of the account's providers, at most 700, is read.
    async fn list(&self, _: &ReadCache) -> Result<Vec<Live>, DriverError> {
        let call = self.iam.sdk.list_open_id_connect_providers().send();
        let listed = call.sent("iam:ListOpenIDConnectProviders").await?;
        let arns = listed.open_id_connect_provider_list.unwrap_or_default();
        let urls = arns.into_iter().filter_map(|one| {
            let host = one.arn?.strip_prefix(&self.prefix)?.to_owned();
            Some(format!("https://{host}"))
        });
        let found = urls.map(|url| async move { self.find(&url).await });
        let mut found: Vec<_> = try_join_all(found).await?.into_iter().flatten().collect();
        found.retain(|live| {
            let tags = live.tags.known();
            let system = tags.and_then(|tags| tags.get(SYSTEM_TAG));
            system.is_some_and(|system| *system == self.iam.system)
        });
        Ok(found)
    }

    fn tag_store(&self) -> impl TagStore<Properties> {
        OwnTags::by(self, OidcProvider::ARN)
    }

    async fn create(
        &self,
        desired: Properties,
        owner: &Owner,
        tags: &Tags,
    ) -> Result<Live, DriverError> {
        match self.send_create(&desired, tags).await {
            Err(error) if error.is("EntityAlreadyExists") => {
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
        live: &mut Live,
        desired: &Properties,
        changes: &Changes,
    ) -> Result<(), DriverError> {
        let arn = live.attribute(OidcProvider::ARN)?;
        if changes.affects("ClientIdList") {
            self.write_audiences(arn, &live.properties, desired).await?;
        }
        if changes.affects("ThumbprintList") {
            self.put_thumbprints(arn, desired).await?;
        }
        Ok(())
    }

    async fn delete(&self, live: Live) -> Result<(), DriverError> {
        self.remove(live.attribute(OidcProvider::ARN)?).await
    }
}
