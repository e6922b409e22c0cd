//! `AWS::IAM::Role`.

mod read;
#[cfg(test)]
mod tests;
mod write;

use aws_sdk_iam::Client;
use engine::{Changes, DriverError, LiveTags, ReadCache, diff, diff_tags};
use model::types::iam::{ROLE, Role};
use model::{Address, Owner, Tags};
use serde::Deserialize;

use self::read::{read_tags, sdk_tags};
use super::limits;
use crate::Account;
use crate::kit::call::Call as _;
use crate::kit::limits::Checks;
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

impl ResourceDriver for Roles {
    type Properties = Properties;

    fn normalise(&self, role: &mut Properties) {
        normalise(role);
    }

    fn check(&self, properties: &Properties, checks: &mut Checks) {
        checks.add(limits::check(properties));
    }

    async fn read(
        &self,
        request: TypedReadRequest<'_, Properties>,
        cache: &ReadCache,
    ) -> Result<Option<Live>, DriverError> {
        let all = self.all(cache).await?;
        match all.live(&request.properties.role_name) {
            Some(live) => Ok(Some(live)),
            // The bulk answers lag: that there is no role is read from IAM by name.
            None => self.find(&request.properties.role_name).await,
        }
    }

    async fn list(&self, cache: &ReadCache) -> Result<Vec<Live>, DriverError> {
        Ok(self.all(cache).await?.of_system(&self.system))
    }

    async fn tags(&self, live: &Live, address: Option<&Address>) -> Result<Tags, DriverError> {
        let role = self
            .client
            .get_role()
            .role_name(&live.id)
            .send()
            .sent("iam:GetRole")
            .await?;
        Ok(role
            .role()
            .map(|role| read_tags(role.tags()))
            .unwrap_or_default())
    }

    /// The bulk answers lag, and MiniStack's leave boundaries out: they can say that there is
    /// nothing to do; what is to be done is read from the role itself.
    async fn confirm(
        &self,
        live: Live,
        address: Option<&Address>,
    ) -> Result<Option<Live>, DriverError> {
        self.find(&live.id).await
    }

    async fn create(
        &self,
        desired: Properties,
        owner: &Owner,
        tags: &Tags,
    ) -> Result<Live, DriverError> {
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
        desired: Properties,
        changes: &Changes,
    ) -> Result<Live, DriverError> {
        self.write(&live.properties, &desired, changes).await?;
        Ok(TypedLive {
            properties: desired,
            ..live
        })
    }

    async fn tag(&self, live: &Live, tags: &Tags) -> Result<(), DriverError> {
        self.client
            .tag_role()
            .role_name(&live.id)
            .set_tags(Some(sdk_tags(tags)?))
            .send()
            .sent("iam:TagRole")
            .await
    }

    async fn untag(&self, live: &Live, keys: &[String]) -> Result<(), DriverError> {
        self.client
            .untag_role()
            .role_name(&live.id)
            .set_tag_keys(Some(keys.to_vec()))
            .send()
            .sent("iam:UntagRole")
            .await
    }

    async fn delete(&self, live: Live) -> Result<(), DriverError> {
        self.delete_role(&live.id).await
    }
}
