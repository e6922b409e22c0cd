//! `AWS::IAM::Role`.

mod calls;
mod convert;
mod limits;
mod read;
#[cfg(test)]
mod tests;
mod write;

use engine::{Changes, DriverError, LiveTags, ReadCache, missing_tags};
use model::types::iam::Role;
use model::{Address, Owner, Tags};

use super::client::{IamClient, sdk_tags, tags as tags_of};
use crate::Account;
use crate::kit::call::Call as _;
use crate::kit::calls::Calls;
use crate::kit::leave::leave;
use crate::kit::limits::{Checks, Limit};
use crate::kit::ownership::adopt;
use crate::kit::policy_document::{self, sort_set};
use crate::kit::tag_store::{OwnTags, TagCalls, TagStore};
use crate::kit::typed::{ResourceDriver, TypedLive, TypedReadRequest, changes};

type Properties = Role<String>;
type Live = TypedLive<Properties>;

/// Reads and writes roles.
///
/// All roles of the account are read with two paginated calls: `GetAccountAuthorizationDetails` for
/// policies and tags, `ListRoles` for the description and the session, which the former omits.
#[derive(Debug)]
pub(crate) struct Roles {
    iam: IamClient,
}

impl Roles {
    pub(crate) fn new(account: &Account) -> Self {
        Self {
            iam: IamClient::new(account),
        }
    }

    /// Resumes with the role that an earlier attempt created, from where it stopped.
    async fn resume(
        &self,
        desired: &Properties,
        owner: &Owner,
        tags: &Tags,
        refused: DriverError,
    ) -> Result<(), DriverError> {
        let Some(mut live) = self.find(&desired.role_name).await? else {
            return Err(refused);
        };
        let found_tags = live.tags.known().cloned().unwrap_or_default();
        adopt(&found_tags, owner, refused.clone())?;
        self.normalise(&mut live.properties);
        let changes = changes(&live.properties, desired)?;
        if changes.force_replacement() {
            return Err(refused);
        }
        self.write(&live.properties, desired, &changes).await?;
        let missing = missing_tags(&found_tags, tags);
        if missing.is_empty() {
            return Ok(());
        }
        self.tag(&live.id, &missing).await
    }
}

impl ResourceDriver for Roles {
    type Properties = Properties;
    const CALLS: &'static [&'static [Calls]] = &[calls::CALLS];

    const LIMITS: &'static [Limit] = limits::LIMITS;

    fn normalise(&self, role: &mut Properties) {
        role.path.get_or_insert_with(|| "/".to_owned());
        role.description.take_if(|text| text.is_empty());
        role.max_session_duration.get_or_insert(3_600);
        policy_document::normalise(&mut role.assume_role_policy_document);
        policy_document::normalise_all(&mut role.policies);
        sort_set(&mut role.managed_policy_arns);
    }

    fn leave(&self, role: &mut Properties, live: &Properties) {
        leave(
            &mut role.permissions_boundary,
            live.permissions_boundary.as_ref(),
        );
    }

    fn check(&self, role: &Properties, checks: &mut Checks) {
        limits::check(role, checks);
    }

    async fn read(
        &self,
        request: TypedReadRequest<'_, Properties>,
        cache: &ReadCache,
    ) -> Result<Option<Live>, DriverError> {
        let name = &request.properties.role_name;
        let all = self.all(cache).await?;
        match all.and_then(|all| all.live(name)) {
            Some(live) => Ok(Some(live)),
            // The bulk answers lag: only IAM itself, by name, can show that there is no role.
            None => self.find(name).await,
        }
    }

    async fn list(&self, cache: &ReadCache) -> Result<Vec<Live>, DriverError> {
        match self.all(cache).await? {
            Some(all) => Ok(all.of_system(&self.iam.system)),
            None => self.by_prefix().await,
        }
    }

    fn tag_store(&self) -> impl TagStore<Properties> {
        OwnTags::by_id(self)
    }

    /// The bulk answers lag, and MiniStack's omit boundaries: they can show that there is nothing
    /// to do; before a write, the role itself is read.
    async fn confirm(&self, live: Live, _: Option<&Address>) -> Result<Option<Live>, DriverError> {
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
                self.resume(&desired, owner, tags, error).await?;
            }
            created => {
                created?;
                self.settled(&desired.role_name).await?;
                self.add_policies(&desired).await?;
            }
        }
        let attributes = self.settled(&desired.role_name).await?;
        Ok(TypedLive {
            id: desired.role_name.clone(),
            properties: desired,
            attributes,
            tags: LiveTags::Read(tags.clone()),
        })
    }

    async fn update(
        &self,
        live: &mut Live,
        desired: &Properties,
        changes: &Changes,
    ) -> Result<(), DriverError> {
        self.write(&live.properties, desired, changes).await
    }

    async fn delete(&self, live: Live) -> Result<(), DriverError> {
        self.delete_role(&live.id).await
    }
}

/// The calls name a role.
impl TagCalls for Roles {
    async fn known(&self, name: &str) -> Result<Option<Tags>, DriverError> {
        let role = self.get(name).await?;
        Ok(role.map(|role| tags_of(role.tags())))
    }

    async fn tag(&self, name: &str, tags: &Tags) -> Result<(), DriverError> {
        self.iam
            .sdk
            .tag_role()
            .role_name(name)
            .set_tags(Some(sdk_tags(tags)?))
            .send()
            .done("iam:TagRole")
            .await
    }

    async fn untag(&self, name: &str, keys: &[String]) -> Result<(), DriverError> {
        self.iam
            .sdk
            .untag_role()
            .role_name(name)
            .set_tag_keys(Some(keys.to_vec()))
            .send()
            .done("iam:UntagRole")
            .await
    }
}
