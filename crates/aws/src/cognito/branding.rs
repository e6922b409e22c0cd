//! `AWS::Cognito::ManagedLoginBranding`.

use std::sync::Arc;

use aws_sdk_cognitoidentityprovider::types::{
    AssetCategoryType, AssetExtensionType, AssetType, ColorSchemeModeType, ManagedLoginBrandingType,
};
use aws_smithy_types::Blob;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use engine::{Changes, DriverError, LiveTags, ReadCache, Selection};
use model::types::cognito::{Asset, ManagedLoginBranding};
use model::{Address, FINGERPRINT_TAG, Owner, Tags};
use serde::Deserialize;
use serde_json::{Value, json};

use super::pools::{Pools, child, deleted, gone, is_absent, orphan_tags, record, whole, written};
use super::{document, limits};
use crate::Account;
use crate::kit::call::Call as _;
use crate::kit::limits::Checks;
use crate::kit::typed::{OrphanSearch, ResourceDriver, TypedLive, TypedReadRequest};
use crate::kit::wait::WaitPolicy;

pub(super) type Properties = ManagedLoginBranding<String>;
type Live = TypedLive<Properties>;

/// Reads and writes styles of managed login. A client has one.
///
/// MiniStack has none, and its sign-in page needs none. There the record in the pool's tags stands
/// for the style.
#[derive(Debug)]
pub(crate) struct Brandings(Pools);

/// What finds a style again.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Identity {
    user_pool_id: String,
    client_id: String,
}

/// What Cognito says about a client's style.
#[derive(Debug)]
enum Style {
    There(Box<ManagedLoginBrandingType>),
    Absent,
    /// The emulator has no styles.
    Unknown,
}

impl Brandings {
    pub(crate) fn new(account: &Account) -> Self {
        Self(Pools::new(account))
    }

    async fn describe(&self, pool_id: &str, client_id: &str) -> Result<Style, DriverError> {
        let call = self
            .0
            .client
            .describe_managed_login_branding_by_client()
            .user_pool_id(pool_id)
            .client_id(client_id);
        match call
            .send()
            .sent("cognito-idp:DescribeManagedLoginBrandingByClient")
            .await
        {
            Err(error) if is_absent(&error) => Ok(Style::Absent),
            Err(error) if self.0.lacks(&error) => Ok(Style::Unknown),
            answer => Ok(answer?
                .managed_login_branding
                .map_or(Style::Absent, |style| Style::There(Box::new(style)))),
        }
    }

    async fn style(
        &self,
        pool_id: &str,
        client_id: &str,
        cache: &ReadCache,
    ) -> Result<Arc<Style>, DriverError> {
        let key = format!("cognito-idp:DescribeManagedLoginBrandingByClient {pool_id}/{client_id}");
        cache.once(key, || self.describe(pool_id, client_id)).await
    }

    /// The style's id, new or found: another attempt may have made it, and its answer was lost.
    async fn make(&self, desired: &Properties) -> Result<String, DriverError> {
        let assets = assets(desired)?;
        let created = written(|| async {
            self.0
                .client
                .create_managed_login_branding()
                .user_pool_id(&desired.user_pool_id)
                .client_id(&desired.client_id)
                .set_use_cognito_provided_values(
                    desired.use_cognito_provided_values.filter(|values| *values),
                )
                .set_settings(desired.settings.as_ref().map(document::from_json))
                .set_assets(assets.clone())
                .send()
                .sent("cognito-idp:CreateManagedLoginBranding")
                .await
        })
        .await;
        match created {
            Err(error) if self.0.lacks(&error) => Ok(desired.client_id.clone()),
            Err(error) if error.is("ManagedLoginBrandingExistsException") => {
                self.take_up(desired, error).await
            }
            created => id(created?.managed_login_branding.as_ref()),
        }
    }

    /// Makes a style that is there already, in a pool that is ours, what is wanted.
    async fn take_up(
        &self,
        desired: &Properties,
        error: DriverError,
    ) -> Result<String, DriverError> {
        let Style::There(style) = self
            .describe(&desired.user_pool_id, &desired.client_id)
            .await?
        else {
            return Err(error);
        };
        let id = id(Some(&style))?;
        self.put(&id, desired).await?;
        Ok(id)
    }

    async fn put(&self, id: &str, desired: &Properties) -> Result<(), DriverError> {
        let assets = assets(desired)?;
        let updated = written(|| async {
            self.0
                .client
                .update_managed_login_branding()
                .user_pool_id(&desired.user_pool_id)
                .managed_login_branding_id(id)
                .set_use_cognito_provided_values(desired.use_cognito_provided_values)
                .set_settings(desired.settings.as_ref().map(document::from_json))
                .set_assets(assets.clone())
                .send()
                .done("cognito-idp:UpdateManagedLoginBranding")
                .await
        })
        .await;
        updated.or_else(|error| {
            if self.0.lacks(&error) {
                Ok(())
            } else {
                Err(error)
            }
        })
    }

    async fn remove(&self, pool_id: &str, id: &str) -> Result<(), DriverError> {
        let removed = deleted(|| async {
            let call = self
                .0
                .client
                .delete_managed_login_branding()
                .user_pool_id(pool_id);
            call.managed_login_branding_id(id)
                .send()
                .done("cognito-idp:DeleteManagedLoginBranding")
                .await
        })
        .await;
        removed.or_else(|error| {
            if self.0.lacks(&error) {
                Ok(())
            } else {
                Err(error)
            }
        })
    }
}

fn id(style: Option<&ManagedLoginBrandingType>) -> Result<String, DriverError> {
    let id = style.and_then(ManagedLoginBrandingType::managed_login_branding_id);
    id.map(str::to_owned)
        .ok_or_else(|| DriverError::internal("a style of managed login has no id"))
}

fn assets(desired: &Properties) -> Result<Option<Vec<AssetType>>, DriverError> {
    let assets = desired.assets.iter().map(|asset| {
        let bytes = asset
            .bytes
            .as_ref()
            .map(|bytes| BASE64.decode(bytes).map(Blob::new))
            .transpose();
        let bytes = bytes
            .map_err(|_| DriverError::Invalid(format!("the {} is not base64", asset.category)))?;
        whole(
            AssetType::builder()
                .category(AssetCategoryType::from(asset.category.as_str()))
                .color_mode(ColorSchemeModeType::from(asset.color_mode.as_str()))
                .extension(AssetExtensionType::from(asset.extension.as_str()))
                .set_bytes(bytes)
                .set_resource_id(asset.resource_id.clone())
                .build(),
        )
    });
    let assets = assets.collect::<Result<Vec<_>, _>>()?;
    Ok((!assets.is_empty()).then_some(assets))
}

fn properties(pool_id: &str, client_id: &str, style: &ManagedLoginBrandingType) -> Properties {
    let asset = |asset: &AssetType| Asset {
        category: asset.category().as_str().to_owned(),
        color_mode: asset.color_mode().as_str().to_owned(),
        extension: asset.extension().as_str().to_owned(),
        bytes: asset.bytes().map(|bytes| BASE64.encode(bytes.as_ref())),
        resource_id: asset.resource_id().map(str::to_owned),
    };
    ManagedLoginBranding {
        user_pool_id: pool_id.to_owned(),
        client_id: client_id.to_owned(),
        use_cognito_provided_values: Some(style.use_cognito_provided_values),
        settings: style.settings().map(document::to_json),
        assets: style.assets().iter().map(asset).collect(),
    }
}

/// A picture is stated by its bytes or by its id, and Cognito answers with both.
fn compare_as_stated(live: &mut [Asset], wanted: &[Asset]) {
    for asset in live {
        let same = |wanted: &&Asset| {
            wanted.category == asset.category && wanted.color_mode == asset.color_mode
        };
        let Some(wanted) = wanted.iter().find(same) else {
            continue;
        };
        if wanted.resource_id.is_none() {
            asset.resource_id = None;
        } else if wanted.bytes.is_none() {
            asset.bytes = None;
        }
    }
}

fn live(pool_id: &str, client_id: &str, style: &ManagedLoginBrandingType, tags: LiveTags) -> Live {
    let id = style.managed_login_branding_id().unwrap_or_default();
    child(
        pool_id,
        ("ManagedLoginBrandingId", id),
        properties(pool_id, client_id, style),
        tags,
    )
}

impl ResourceDriver for Brandings {
    type Properties = Properties;
    const ORPHANS: OrphanSearch = OrphanSearch::IfShown("cognito-idp");

    /// A style without settings and pictures is Cognito's own.
    fn normalise(&self, style: &mut Properties) {
        style
            .settings
            .take_if(|settings| settings.is_null() || *settings == json!({}));
        let own = style.settings.as_ref().is_none_or(Value::is_null) && style.assets.is_empty();
        style.use_cognito_provided_values.get_or_insert(own);
        style.assets.sort_by(|one, other| {
            (&one.category, &one.color_mode, &one.extension).cmp(&(
                &other.category,
                &other.color_mode,
                &other.extension,
            ))
        });
    }

    fn check(&self, properties: &Properties, checks: &mut Checks) {
        checks.add(limits::branding(properties));
    }

    async fn read(
        &self,
        request: TypedReadRequest<'_, Properties>,
        cache: &ReadCache,
    ) -> Result<Option<Live>, DriverError> {
        let Identity {
            user_pool_id,
            client_id,
        } = &request.properties;
        let Some(pool) = self.0.pool(user_pool_id, cache).await?.as_ref().clone() else {
            return Ok(None);
        };
        let tags = record(&pool, request.address);
        match self.style(user_pool_id, client_id, cache).await?.as_ref() {
            Style::There(style) => {
                let mut live = live(user_pool_id, client_id, style, tags);
                compare_as_stated(&mut live.properties.assets, &request.properties.assets);
                Ok(Some(live))
            }
            Style::Unknown
                if tags
                    .known()
                    .is_some_and(|tags| tags.contains_key(FINGERPRINT_TAG)) =>
            {
                let properties = request.properties;
                Ok(Some(child(
                    user_pool_id,
                    ("ManagedLoginBrandingId", client_id),
                    properties,
                    tags,
                )))
            }
            Style::Absent | Style::Unknown => Ok(None),
        }
    }

    async fn list(&self, cache: &ReadCache) -> Result<Vec<Live>, DriverError> {
        let mut listed = Vec::new();
        for pool in self.0.owned(None, cache).await? {
            let pool_id = pool.id().unwrap_or_default();
            let clients = self.0.clients(pool_id, cache).await?;
            for client_id in clients.iter().filter_map(|client| client.client_id()) {
                if let Style::There(style) = self.style(pool_id, client_id, cache).await?.as_ref() {
                    listed.push(live(
                        pool_id,
                        client_id,
                        style,
                        orphan_tags(&pool, "branding", client_id),
                    ));
                }
            }
        }
        Ok(listed)
    }

    async fn tags(&self, live: &Live, address: Option<&Address>) -> Result<Tags, DriverError> {
        self.0.reread_record(live).await
    }

    async fn create(
        &self,
        desired: Properties,
        owner: &Owner,
        tags: &Tags,
    ) -> Result<Live, DriverError> {
        self.0.put_record(&desired.user_pool_id, tags).await?;
        let id = self.make(&desired).await?;
        let pool_id = desired.user_pool_id.clone();
        Ok(child(
            &pool_id,
            ("ManagedLoginBrandingId", &id),
            desired,
            LiveTags::Read(tags.clone()),
        ))
    }

    async fn update(
        &self,
        live: Live,
        desired: Properties,
        changes: &Changes,
    ) -> Result<Live, DriverError> {
        if !changes.is_empty() {
            self.put(live.attribute("ManagedLoginBrandingId")?, &desired)
                .await?;
        }
        Ok(TypedLive {
            properties: desired,
            ..live
        })
    }

    async fn tag(&self, live: &Live, tags: &Tags) -> Result<(), DriverError> {
        self.0.retag_record(live, tags).await
    }

    async fn delete(&self, live: Live) -> Result<(), DriverError> {
        let Properties {
            user_pool_id,
            client_id,
            ..
        } = &live.properties;
        self.remove(user_pool_id, live.attribute("ManagedLoginBrandingId")?)
            .await?;
        gone(
            &format!("the style of the client {client_id}"),
            WaitPolicy::seconds(60),
            || async {
                let style = self.describe(user_pool_id, client_id).await?;
                Ok(Some(()).filter(|()| matches!(style, Style::There(_))))
            },
        )
        .await?;
        self.0.remove_record(&live).await
    }
}
