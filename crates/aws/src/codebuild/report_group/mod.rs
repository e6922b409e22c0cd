//! `AWS::CodeBuild::ReportGroup`.

mod calls;
mod client;
#[cfg(test)]
mod tests;

use aws_sdk_codebuild::types::{
    ReportExportConfig, ReportExportConfigType, ReportGroup as SdkGroup, ReportType,
};
use engine::{Changes, DriverError, LiveTags, ReadCache};
use model::types::codebuild::ReportGroup;
use model::{Owner, Tags};

use self::client::{GroupClient, tags as tags_of};
use super::client::{CODEBUILD, sdk_tags};
use crate::Account;
use crate::kit::call::Call as _;
use crate::kit::calls::Calls;
use crate::kit::gone::until_gone;
use crate::kit::limits::Limit;
use crate::kit::ownership::adopt;
use crate::kit::tag_store::{OwnTags, TagStore};
use crate::kit::typed::{OrphanSearch, ResourceDriver, TypedLive, TypedReadRequest};
use crate::kit::wait::WaitPolicy;

type Properties = ReportGroup;
type Live = TypedLive<Properties>;

const MODEL: &str = "the service model of CodeBuild";

/// How long a group may still be known after its deletion: it is being deleted until its reports are.
const LAG: WaitPolicy = WaitPolicy::seconds(300);

/// Reads and writes report groups.
///
/// The system's are read together, with their tags.
#[derive(Debug)]
pub(crate) struct ReportGroups {
    client: GroupClient,
}

impl ReportGroups {
    pub(crate) fn new(account: &Account) -> Self {
        Self {
            client: GroupClient::new(account),
        }
    }

    fn live(&self, found: &SdkGroup) -> Live {
        let properties = ReportGroup {
            name: found.name().unwrap_or_default().to_owned(),
            kind: found.r#type().map_or("", ReportType::as_str).to_owned(),
        };
        self.described(properties, tags_of(found))
    }

    fn described(&self, properties: Properties, tags: Tags) -> Live {
        let arn = self.client.arn(&properties.name);
        TypedLive {
            id: properties.name.clone(),
            properties,
            attributes: Live::assigned([(ReportGroup::ARN, arn)]),
            tags: LiveTags::Read(tags),
        }
    }

    async fn make(&self, desired: &Properties, tags: &Tags) -> Result<(), DriverError> {
        let nowhere = ReportExportConfig::builder()
            .export_config_type(ReportExportConfigType::NoExport)
            .build();
        let call = self.client.codebuild.sdk.create_report_group();
        let call = call
            .name(&desired.name)
            .r#type(ReportType::from(&*desired.kind))
            .export_config(nowhere)
            .set_tags(Some(sdk_tags(tags)));
        CODEBUILD
            .write(|| call.clone().send().done("codebuild:CreateReportGroup"))
            .await
    }

    /// Goes on with the group that an earlier attempt created.
    async fn resume(
        &self,
        desired: Properties,
        owner: &Owner,
        tags: &Tags,
        refused: DriverError,
    ) -> Result<Live, DriverError> {
        let arn = self.client.arn(&desired.name);
        let Some(found) = self.client.group(&arn).await? else {
            return Err(refused);
        };
        adopt(&tags_of(&found), owner, refused.clone())?;
        let found = self.live(&found);
        if found.properties != desired {
            return Err(refused);
        }
        self.resumed(found, desired, tags).await
    }
}

impl ResourceDriver for ReportGroups {
    type Properties = Properties;
    const CALLS: &'static [&'static [Calls]] = &[calls::CALLS];
    const ORPHANS: OrphanSearch = OrphanSearch::IfShown("codebuild");
    const LIMITS: &'static [Limit] = &[
        Limit::length("Name", 2, 128, MODEL),
        Limit::characters(
            "Name",
            |c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'),
            "letters, digits, - and _",
            "CodeBuild API reference, ReportGroup",
        ),
        Limit::one_of("Type", &["CODE_COVERAGE", "TEST"], MODEL),
    ];

    fn normalise(&self, _: &mut Properties) {}

    async fn read(
        &self,
        request: TypedReadRequest<'_, Properties>,
        cache: &ReadCache,
    ) -> Result<Option<Live>, DriverError> {
        let name = &request.properties.name;
        let arn = self.client.arn(name);
        if name.starts_with(&self.client.codebuild.prefix()) {
            let groups = self.client.of_system(cache).await?;
            return Ok(groups.get(&arn).map(|found| self.live(found)));
        }
        let found = self.client.group(&arn).await?;
        Ok(found.map(|found| self.live(&found)))
    }

    async fn list(&self, cache: &ReadCache) -> Result<Vec<Live>, DriverError> {
        let groups = self.client.of_system(cache).await?;
        Ok(groups.values().map(|found| self.live(found)).collect())
    }

    fn tag_store(&self) -> impl TagStore<Properties> {
        OwnTags::by(&self.client, ReportGroup::ARN)
    }

    async fn create(
        &self,
        desired: Properties,
        owner: &Owner,
        tags: &Tags,
    ) -> Result<Live, DriverError> {
        match self.make(&desired, tags).await {
            Err(error) if error.is("ResourceAlreadyExistsException") => {
                self.resume(desired, owner, tags, error).await
            }
            made => made.map(|()| self.described(desired, tags.clone())),
        }
    }

    /// Nothing but its tags can be changed.
    async fn update(&self, _: &mut Live, _: &Properties, _: &Changes) -> Result<(), DriverError> {
        Ok(())
    }

    /// The call answers without an error for what does not exist.
    async fn delete(&self, live: Live) -> Result<(), DriverError> {
        let arn = live.attribute(ReportGroup::ARN)?;
        let call = self.client.codebuild.sdk.delete_report_group();
        let call = call.arn(arn).delete_reports(true);
        CODEBUILD
            .delete(|| call.clone().send().done("codebuild:DeleteReportGroup"))
            .await?;
        let name = format!("the report group `{}`", live.id);
        until_gone(&name, LAG, || self.client.group(arn)).await
    }
}
