//! `AWS::IAM::Role`.

mod read;
#[cfg(test)]
mod tests;
mod write;

use async_trait::async_trait;
use aws_sdk_iam::Client;
use engine::{Changes, DriverError, LiveTags, ReadCache, diff, diff_tags};
use model::Tags;
use model::types::iam::{ROLE, Role};
use serde::Deserialize;

use self::read::{read_tags, sdk_tags};
use super::limits;
use crate::Account;
use crate::account::error::failed;
use crate::kit::policy_document::{self, sort_set};
use crate::kit::tagging::is_same_resource;
use crate::kit::typed::{ResourceDriver, TypedLive, TypedReadRequest};

type Properties = Role<String>;
type Live = TypedLive<Properties>;

/// Reads and writes roles.
///
/// All roles of the account are read with two paginated calls: `GetAccountAuthorizationDetails` for
/// policies and tags, `ListRoles` for the description and the session, which the former leaves out.
#[derive(Debug)]
pub(crate) struct Roles {
    system: String,
    client: Client,
}

/// What finds a role again.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Identity {
    role_name: String,
}

impl Roles {
    pub(crate) fn new(account: &Account) -> Self {
        Self {
            system: account.system().to_owned(),
            client: Client::new(&account.config("iam")),
        }
    }

    /// Takes on the role that an earlier attempt of this very create made, as far as it got.
    async fn take_on(
        &self,
        desired: &Properties,
        tags: &Tags,
        refused: DriverError,
    ) -> Result<(), DriverError> {
        let Some(live) = self.find(&desired.role_name).await? else {
            return Err(refused);
        };
        let live_tags = live.tags.known().cloned().unwrap_or_default();
        let changes = changes(&live.properties, desired)?;
        if !is_same_resource(&live_tags, tags) || changes.force_replacement() {
            return Err(refused);
        }
        self.write(&live.properties, desired, &changes).await?;
        self.retag(&live, &diff_tags(&live_tags, tags).0, &[]).await
    }
}

/// What differs, both sides normalised.
fn changes(live: &Properties, desired: &Properties) -> Result<Changes, DriverError> {
    let print = |role: &Properties| {
        serde_json::to_value(role)
            .map_err(|error| DriverError::internal(format!("a role does not serialise: {error}")))
    };
    Ok(diff(ROLE, &print(live)?, &print(desired)?))
}

fn normalise(role: &mut Properties) {
    role.path.get_or_insert_with(|| "/".to_owned());
    role.description.take_if(|text| text.is_empty());
    role.max_session_duration.get_or_insert(3_600);
    policy_document::normalise(&mut role.assume_role_policy_document);
    policy_document::normalise_all(&mut role.policies);
    sort_set(&mut role.managed_policy_arns);
}

#[async_trait]
impl ResourceDriver for Roles {
    type Properties = Properties;
    type Identity = Identity;

    fn normalise(&self, role: &mut Properties) {
        normalise(role);
    }

    async fn read(
        &self,
        wanted: TypedReadRequest<'_, Identity, Properties>,
        cache: &ReadCache,
    ) -> Result<Option<Live>, DriverError> {
        let all = self.all(cache).await?;
        match all.live(&wanted.identity.role_name) {
            Some(live) => Ok(Some(live)),
            // The bulk answers lag: that there is no role is read from IAM by name.
            None => self.find(&wanted.identity.role_name).await,
        }
    }

    async fn list(&self, cache: &ReadCache) -> Result<Vec<Live>, DriverError> {
        Ok(self.all(cache).await?.of_system(&self.system))
    }

    async fn tags(&self, live: &Live) -> Result<Tags, DriverError> {
        let role = self
            .client
            .get_role()
            .role_name(&live.id)
            .send()
            .await
            .map_err(failed("iam:GetRole"))?;
        Ok(role
            .role()
            .map(|role| read_tags(role.tags()))
            .unwrap_or_default())
    }

    /// The bulk answers lag, and MiniStack's leave boundaries out: they can say that there is
    /// nothing to do; what is to be done is read from the role itself.
    async fn confirm(&self, live: Live) -> Result<Option<Live>, DriverError> {
        self.find(&live.id).await
    }

    async fn create(&self, mut desired: Properties, tags: &Tags) -> Result<Live, DriverError> {
        limits::check(&desired)?;
        normalise(&mut desired);
        match self.create_role(&desired, sdk_tags(tags)?).await {
            Err(error) if error.is("EntityAlreadyExists") => {
                self.take_on(&desired, tags, error).await?;
            }
            created => {
                created?;
                self.settled(&desired.role_name).await?;
                self.give_policies(&desired).await?;
            }
        }
        let attributes = self.settled(&desired.role_name).await?;
        let id = desired.role_name.clone();
        Ok(TypedLive {
            id,
            properties: desired,
            attributes,
            tags: LiveTags::Read(tags.clone()),
        })
    }

    async fn update(
        &self,
        live: Live,
        mut desired: Properties,
        changes: &Changes,
    ) -> Result<Live, DriverError> {
        limits::check(&desired)?;
        normalise(&mut desired);
        self.write(&live.properties, &desired, changes).await?;
        Ok(TypedLive {
            properties: desired,
            ..live
        })
    }

    async fn retag(&self, live: &Live, set: &Tags, remove: &[String]) -> Result<(), DriverError> {
        if !remove.is_empty() {
            let call = self
                .client
                .untag_role()
                .role_name(&live.id)
                .set_tag_keys(Some(remove.to_vec()));
            call.send().await.map_err(failed("iam:UntagRole"))?;
        }
        if !set.is_empty() {
            let call = self
                .client
                .tag_role()
                .role_name(&live.id)
                .set_tags(Some(sdk_tags(set)?));
            call.send().await.map_err(failed("iam:TagRole"))?;
        }
        Ok(())
    }

    async fn delete(&self, live: Live) -> Result<(), DriverError> {
        self.delete_role(&live.id).await
    }
}
