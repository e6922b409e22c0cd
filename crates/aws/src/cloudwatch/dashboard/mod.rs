//! `AWS::CloudWatch::Dashboard`.
//!
//! A dashboard's owner is named by a note in its body. AWS has tags for dashboards since a short time,
//! which neither the tagging index nor an emulator shows.

mod body;
mod calls;
mod limits;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use engine::{Changes, DriverError, LiveTags, ReadCache};
use futures_util::future::try_join_all;
use model::types::cloudwatch::Dashboard;
use model::{Address, Owner, Tags};
use serde_json::Value;

use super::client::{CLOUDWATCH, CloudWatchClient, LAG};
use crate::Account;
use crate::kit::call::Call as _;
use crate::kit::calls::Calls;
use crate::kit::gone::until_gone;
use crate::kit::limits::{Checks, Limit};
use crate::kit::ownership::adopt;
use crate::kit::recorded;
use crate::kit::tag_store::TagStore;
use crate::kit::typed::{ResourceDriver, TypedLive, TypedReadRequest};
use crate::kit::wait::until;

type Properties = Dashboard<String>;
type Live = TypedLive<Properties>;

/// Reads and writes dashboards: one call per dashboard, since a list shows names alone.
#[derive(Debug)]
pub(crate) struct Dashboards {
    cloudwatch: CloudWatchClient,
}

impl Dashboards {
    pub(crate) fn new(account: &Account) -> Self {
        Self {
            cloudwatch: CloudWatchClient::new(account),
        }
    }

    /// The text of a dashboard as it is now, or `None` if there is none.
    async fn text(&self, name: &str) -> Result<Option<String>, DriverError> {
        let call = self.cloudwatch.sdk.get_dashboard().dashboard_name(name);
        let answer = call.send().sent("cloudwatch:GetDashboard").await;
        let found = CLOUDWATCH.found(answer)?;
        Ok(found.and_then(|found| found.dashboard_body))
    }

    async fn text_once(
        &self,
        name: &str,
        cache: &ReadCache,
    ) -> Result<Arc<Option<String>>, DriverError> {
        let key = format!("cloudwatch:GetDashboard {name}");
        cache.once(key, || self.text(name)).await
    }

    /// The names that begin with the system's.
    async fn names(&self) -> Result<Vec<String>, DriverError> {
        let call = self.cloudwatch.sdk.list_dashboards();
        let call = call.dashboard_name_prefix(self.cloudwatch.prefix());
        let pages = call.into_paginator().send();
        let pages = pages.collect::<Result<Vec<_>, _>>();
        let pages = pages.sent("cloudwatch:ListDashboards").await?;
        let entries = pages.into_iter().filter_map(|page| page.dashboard_entries);
        let names = entries.flatten().filter_map(|entry| entry.dashboard_name);
        Ok(names.collect())
    }

    /// Writes the whole dashboard.
    async fn put(&self, dashboard: &Properties, owner: &Owner) -> Result<(), DriverError> {
        let text = body::print(&dashboard.dashboard_body, owner)?;
        let call = self.cloudwatch.sdk.put_dashboard().dashboard_body(text);
        let call = call.dashboard_name(&dashboard.dashboard_name);
        CLOUDWATCH
            .write(|| call.clone().send().done("cloudwatch:PutDashboard"))
            .await
    }

    /// Checks that a name is free, or that the dashboard is one that an earlier attempt created: the call
    /// that creates one overwrites another of the same name, whoever owns it.
    async fn claim(&self, name: &str, owner: &Owner) -> Result<(), DriverError> {
        let Some(text) = self.text(name).await? else {
            return Ok(());
        };
        let (_, tags) = body::parse(&text);
        let refused = format!("a dashboard `{name}` of another owner exists and is left untouched");
        adopt(&tags, owner, DriverError::Invalid(refused))
    }
}

fn live(name: &str, dashboard_body: Value, tags: Tags) -> Live {
    TypedLive {
        id: name.to_owned(),
        attributes: Live::assigned([(Dashboard::NAME, name.to_owned())]),
        properties: Dashboard {
            dashboard_name: name.to_owned(),
            dashboard_body,
        },
        tags: LiveTags::Read(tags),
    }
}

fn read(name: &str, text: &str) -> Live {
    let (body, tags) = body::parse(text);
    live(name, body, tags)
}

impl ResourceDriver for Dashboards {
    type Properties = Properties;
    const CALLS: &'static [&'static [Calls]] = &[calls::CALLS];

    const LIMITS: &'static [Limit] = limits::LIMITS;

    fn normalise(&self, _: &mut Properties) {}

    fn check(&self, dashboard: &Properties, checks: &mut Checks) {
        limits::check(dashboard, checks);
    }

    async fn read(
        &self,
        request: TypedReadRequest<'_, Properties>,
        cache: &ReadCache,
    ) -> Result<Option<Live>, DriverError> {
        let name = &request.properties.dashboard_name;
        let text = self.text_once(name, cache).await?;
        Ok(text.as_ref().as_ref().map(|text| read(name, text)))
    }

    async fn list(&self, cache: &ReadCache) -> Result<Vec<Live>, DriverError> {
        let names = self.names().await?;
        let texts = names.iter().map(|name| self.text_once(name, cache));
        let texts = try_join_all(texts).await?;
        let found = names.iter().zip(&texts);
        let found = found.filter_map(|(name, text)| {
            let live = read(name, text.as_ref().as_ref()?);
            let owner = live.tags.owner()?;
            (owner.system == self.cloudwatch.account.system()).then_some(live)
        });
        Ok(found.collect())
    }

    fn tag_store(&self) -> impl TagStore<Properties> {
        self
    }

    async fn create(
        &self,
        desired: Properties,
        owner: &Owner,
        tags: &Tags,
    ) -> Result<Live, DriverError> {
        let name = &desired.dashboard_name;
        self.claim(name, owner).await?;
        self.put(&desired, owner).await?;
        until(&format!("the dashboard `{name}` to exist"), LAG, || async {
            let found = self.text(name).await?;
            Ok(found.map(drop).ok_or_else(|| "no dashboard".to_owned()))
        })
        .await?;
        Ok(live(name, desired.dashboard_body.clone(), tags.clone()))
    }

    async fn update(
        &self,
        live: &mut Live,
        desired: &Properties,
        _: &Changes,
    ) -> Result<(), DriverError> {
        let owner = recorded::owner(live, &Tags::new())?;
        self.put(desired, &owner).await
    }

    async fn delete(&self, live: Live) -> Result<(), DriverError> {
        let call = self.cloudwatch.sdk.delete_dashboards();
        let call = call.dashboard_names(&live.id);
        CLOUDWATCH
            .delete(|| call.clone().send().done("cloudwatch:DeleteDashboards"))
            .await?;
        let name = format!("the dashboard `{}`", live.id);
        until_gone(&name, LAG, || self.text(&live.id)).await
    }
}

impl TagStore<Properties> for Dashboards {
    async fn tags(&self, live: &Live, _: Option<&Address>) -> Result<Option<Tags>, DriverError> {
        let text = self.text(&live.id).await?;
        Ok(text.map(|text| body::parse(&text).1))
    }

    async fn tag(&self, live: &Live, tags: &Tags) -> Result<(), DriverError> {
        let owner = recorded::owner(live, tags)?;
        self.put(&live.properties, &owner).await
    }
}
