//! `AWS::Lambda::Permission`.

mod statement;
#[cfg(test)]
mod tests;
mod write;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use engine::{Attributes, Changes, DriverError, LiveTags, ReadCache};
use futures_util::future::try_join_all;
use model::types::lambda::Permission;
use model::{
    ADDRESS_TAG, Address, FINGERPRINT_TAG, Owner, SYSTEM_TAG, Tags, child_fingerprint_tag,
};
use serde::Deserialize;

use self::statement::PREFIX;
use super::functions::{Functions, name_of, tags};
use crate::Account;
use crate::account::error::failed;
use crate::kit::typed::{ResourceDriver, TypedLive, TypedReadRequest};

type Properties = Permission<String>;
type Live = TypedLive<Properties>;

/// The statements of a function's policy by their ids.
type Policy = BTreeMap<String, Properties>;

/// Reads and writes permissions: statements of a function's resource policy.
///
/// A permission's statement id is `frontage-` and its address' name; its record is a tag of the
/// function.
#[derive(Debug)]
pub(crate) struct Permissions {
    functions: Functions,
    /// One writer a function: concurrent `AddPermission` calls lose statements, an acknowledged bug
    /// of the API.
    writers: Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>,
}

/// Where a permission is looked for.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Identity {
    function_name: String,
}

impl Permissions {
    pub(crate) fn new(account: &Account) -> Self {
        Self {
            functions: Functions::new(account),
            writers: Mutex::default(),
        }
    }

    /// The lock of a function's writers.
    fn writer(&self, function: &str) -> Arc<tokio::sync::Mutex<()>> {
        let mut writers = self.writers.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(writers.entry(function.to_owned()).or_default())
    }

    /// The policy as it is now; empty if there is none, or no such function. MiniStack answers with
    /// an empty one where AWS answers 404.
    async fn policy(&self, function: &str) -> Result<Policy, DriverError> {
        let answer = self
            .functions
            .client
            .get_policy()
            .function_name(function)
            .send()
            .await;
        match answer.map_err(failed("lambda:GetPolicy")) {
            Ok(answer) => Ok(statement::parse(
                function,
                answer.policy().unwrap_or_default(),
            )),
            Err(error) if error.is("ResourceNotFoundException") => Ok(Policy::new()),
            Err(error) => Err(error),
        }
    }

    async fn read_policy(
        &self,
        function: &str,
        cache: &ReadCache,
    ) -> Result<Arc<Policy>, DriverError> {
        cache
            .once(format!("lambda:GetPolicy {function}"), || {
                self.policy(function)
            })
            .await
    }

    /// The tags of the function; none if there is no such function.
    async fn function_tags(
        &self,
        function: &str,
        cache: &ReadCache,
    ) -> Result<Option<Tags>, DriverError> {
        let found = self.functions.read(function, cache).await?;
        let Some(found) = found.as_ref() else {
            return Ok(None);
        };
        match tags(found) {
            Some(tags) => Ok(Some(tags)),
            None => self.list_tags(function).await.map(Some),
        }
    }

    async fn list_tags(&self, function: &str) -> Result<Tags, DriverError> {
        let answer = self
            .functions
            .client
            .list_tags()
            .resource(self.functions.arn(function))
            .send()
            .await;
        let answer = answer.map_err(failed("lambda:ListTags"))?;
        Ok(answer.tags.unwrap_or_default().into_iter().collect())
    }

    /// The permissions on one function of the system that may be Frontage's.
    async fn list_of(&self, function: &str, cache: &ReadCache) -> Result<Vec<Live>, DriverError> {
        let Some(tags) = self.function_tags(function, cache).await? else {
            return Ok(Vec::new());
        };
        let has_had_one = tags
            .keys()
            .any(|key| key.starts_with(&child_fingerprint_tag("")));
        if !has_had_one
            || tags.get(SYSTEM_TAG).map(String::as_str) != Some(self.functions.account.system())
        {
            return Ok(Vec::new());
        }
        let policy = self.read_policy(function, cache).await?;
        let ours = policy.iter().filter(|(id, _)| id.starts_with(PREFIX));
        Ok(ours
            .map(|(id, properties)| live(id, properties, orphan_tags(&tags, id)))
            .collect())
    }
}

fn live(id: &str, properties: &Properties, tags: Tags) -> Live {
    let function = &properties.function_name;
    TypedLive {
        id: format!("{function}/{id}"),
        properties: properties.clone(),
        attributes: attributes(function, id),
        tags: LiveTags::Read(tags),
    }
}

fn attributes(function: &str, statement_id: &str) -> Attributes {
    let attributes = [("FunctionName", function), ("StatementId", statement_id)];
    attributes
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

/// The record that the function keeps of a permission at an address.
fn recorded_tags(function: &Tags, address: &str, id: &str) -> Tags {
    let mut tags = Tags::from([(ADDRESS_TAG.to_owned(), address.to_owned())]);
    tags.extend(
        function
            .get(SYSTEM_TAG)
            .map(|system| (SYSTEM_TAG.to_owned(), system.clone())),
    );
    let fingerprint = function.get(&child_fingerprint_tag(statement::address_name(id)));
    tags.extend(fingerprint.map(|fingerprint| (FINGERPRINT_TAG.to_owned(), fingerprint.clone())));
    tags
}

/// The record of a permission that the model may not have: it stands below its function's address.
fn orphan_tags(function: &Tags, id: &str) -> Tags {
    let parent = function.get(ADDRESS_TAG).map_or("", String::as_str);
    recorded_tags(function, &format!("{parent}.permission.{id}"), id)
}

fn normalise(permission: &mut Properties) {
    permission.function_name = name_of(&permission.function_name).to_owned();
    permission.principal = statement::principal(&permission.principal);
}

impl ResourceDriver for Permissions {
    type Properties = Properties;

    fn normalise(&self, permission: &mut Properties) {
        normalise(permission);
    }

    async fn read(
        &self,
        request: TypedReadRequest<'_, Properties>,
        cache: &ReadCache,
    ) -> Result<Option<Live>, DriverError> {
        let function = name_of(&request.properties.function_name);
        let (tags, policy) = tokio::try_join!(
            self.function_tags(function, cache),
            self.read_policy(function, cache)
        )?;
        let id = statement::id(request.address.name());
        let (Some(tags), Some(properties)) = (tags, policy.get(&id)) else {
            return Ok(None);
        };
        Ok(Some(live(
            &id,
            properties,
            recorded_tags(&tags, &request.address.to_string(), &id),
        )))
    }

    async fn list(&self, cache: &ReadCache) -> Result<Vec<Live>, DriverError> {
        let functions = self.functions.hinted(cache).await?;
        let lists = try_join_all(
            functions
                .iter()
                .map(|function| self.list_of(function, cache)),
        )
        .await?;
        Ok(lists.into_iter().flatten().collect())
    }

    async fn tags(&self, live: &Live, address: Option<&Address>) -> Result<Tags, DriverError> {
        let tags = self.list_tags(live.attribute("FunctionName")?).await?;
        let address = live
            .tags
            .known()
            .and_then(|tags| tags.get(ADDRESS_TAG))
            .map_or("", String::as_str);
        Ok(recorded_tags(
            &tags,
            address,
            live.attribute("StatementId")?,
        ))
    }

    async fn create(
        &self,
        desired: Properties,
        owner: &Owner,
        tags: &Tags,
    ) -> Result<Live, DriverError> {
        let address = tags
            .get(ADDRESS_TAG)
            .and_then(|address| address.parse::<model::Address>().ok());
        let address = address
            .ok_or_else(|| DriverError::internal("a permission is created without an address"))?;
        let id = statement::id(address.name());
        statement::check(&id, &desired)?;
        self.record(&desired.function_name, &id, tags).await?;
        self.add(&id, &desired).await?;
        Ok(live(&id, &desired, tags.clone()))
    }

    async fn update(&self, _: Live, _: Properties, _: &Changes) -> Result<Live, DriverError> {
        Err(DriverError::internal(
            "a permission has nothing that changes in place",
        ))
    }

    async fn tag(&self, live: &Live, tags: &Tags) -> Result<(), DriverError> {
        self.record(
            live.attribute("FunctionName")?,
            live.attribute("StatementId")?,
            tags,
        )
        .await
    }

    async fn delete(&self, live: Live) -> Result<(), DriverError> {
        let (function, id) = (
            live.attribute("FunctionName")?,
            live.attribute("StatementId")?,
        );
        self.remove(function, id).await?;
        self.forget(function, id).await
    }
}
