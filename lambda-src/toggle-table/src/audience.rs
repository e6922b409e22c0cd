//! Who is affected by a toggle at this moment: the connections, each evaluated.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;
use toggle_contract::receipt::PREFIX;
use toggle_contract::{CONNECTION_CONTEXT, CONNECTION_EXPIRY, CONNECTION_KEY};
use toggle_rules::{Rule, evaluate};

use crate::call::failed;
use crate::draft::{Item, is_toggle};
use crate::error::TogglesError;
use crate::patch::Patch;
use crate::rules::{Found, typed};
use crate::store::Store;
use crate::write::now_ms;

/// What a toggle is for the connections.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// How many there are.
    pub connections: u64,
    /// For how many it is on.
    pub on: u64,
    /// For how many it is which variant; empty without variants. Those for whom it is off are `off`.
    pub variants: BTreeMap<String, u64>,
}

/// What a toggle is for the connections now, and what it would be.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Audience {
    /// As it is.
    pub now: Counts,
    /// With a change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub then: Option<Counts>,
}

/// The table of connections.
#[derive(Clone, Debug)]
pub struct Connections {
    client: Client,
    table: String,
}

/// The contexts of some connections, each with how many have it.
type Contexts = BTreeMap<Option<String>, u64>;

impl Connections {
    /// The table of this name.
    #[must_use]
    pub const fn new(client: Client, table: String) -> Self {
        Self { client, table }
    }

    /// Reads all connections, without receipts and what has expired, page by page: 1 MB at a time.
    async fn each_page(&self, mut with: impl FnMut(Contexts)) -> Result<(), TogglesError> {
        let now = AttributeValue::N((now_ms() / 1_000).to_string());
        let scan = self.client.scan().table_name(&self.table);
        let mut pages = scan
            .projection_expression("#context")
            .filter_expression(
                "NOT begins_with(#key, :receipt) AND (attribute_not_exists(#expiry) OR #expiry > :now)",
            )
            .expression_attribute_names("#context", CONNECTION_CONTEXT)
            .expression_attribute_names("#key", CONNECTION_KEY)
            .expression_attribute_names("#expiry", CONNECTION_EXPIRY)
            .expression_attribute_values(":receipt", AttributeValue::S(PREFIX.to_owned()))
            .expression_attribute_values(":now", now)
            .into_paginator()
            .send();
        while let Some(page) = pages.next().await {
            let page = page.map_err(failed("dynamodb:Scan"))?;
            let mut contexts = Contexts::new();
            for item in page.items() {
                let context = item.get(CONNECTION_CONTEXT).and_then(|of| of.as_s().ok());
                *contexts.entry(context.cloned()).or_default() += 1;
            }
            with(contexts);
        }
        Ok(())
    }
}

impl Store {
    /// What a toggle is for the connections of this moment, and what it would be with a patch. One that does not
    /// exist is off.
    ///
    /// # Errors
    /// [`TogglesError::Rule`] if the patch would break its rules.
    pub async fn audience(
        &self,
        connections: &Connections,
        id: &str,
        patch: Option<&Patch>,
    ) -> Result<Audience, TogglesError> {
        let at_ms = now_ms();
        let before = self.read(id).await?;
        let before = Some(before).filter(is_toggle).unwrap_or_default();
        let now = self.compiled(id, &before, at_ms).await?;
        let then = match patch {
            Some(patch) => {
                let after = patch.draft(id, &before).applied(id, &before);
                self.check_rules(id, &after).await?;
                Some(self.compiled(id, &after, at_ms).await?)
            }
            None => None,
        };
        let mut audience = Audience {
            then: then.as_ref().map(|_| Counts::default()),
            ..Audience::default()
        };
        let count = |contexts: Contexts| {
            for (context, connections) in contexts {
                let context = context.as_deref();
                audience.now.add(&now, context, connections);
                if let (Some(counts), Some(rule)) = (&mut audience.then, &then) {
                    counts.add(rule, context, connections);
                }
            }
        };
        connections.each_page(count).await?;
        Ok(audience)
    }

    async fn compiled(&self, id: &str, item: &Item, at_ms: u64) -> Result<Rule, TogglesError> {
        let item = typed(item);
        let found: Found = self.referenced(&item).await?.found;
        Ok(Rule::of(id, &item, &|id: &str| found.get(id), at_ms))
    }
}

impl Counts {
    fn add(&mut self, rule: &Rule, context: Option<&str>, connections: u64) {
        self.connections += connections;
        let Some(evaluation) = evaluate([rule], context).pop() else {
            return;
        };
        if rule.is_on(evaluation.answer) {
            self.on += connections;
        }
        if !rule.variants().is_empty() {
            let name = rule.name(evaluation.answer).to_owned();
            *self.variants.entry(name).or_default() += connections;
        }
    }
}

#[cfg(test)]
mod tests {
    use fake_aws::FakeAws;
    use serde_json::json;

    use super::*;
    use crate::fake::{store, table};
    use crate::value::AttributeText;

    #[tokio::test]
    async fn connections_are_counted_as_they_are_and_as_they_would_be() {
        let first = json!({"Items": [
            {"context": {"S": r#"{"targetingKey":"1","groups":["beta"]}"#}},
            {"context": {"S": r#"{"targetingKey":"2","groups":[]}"#}},
            {},
        ], "LastEvaluatedKey": {"connectionId": {"S": "c"}}});
        let rest =
            json!({"Items": [{}, {"context": {"S": r#"{"targetingKey":"1","groups":["beta"]}"#}}]});
        let live = json!({"Item": {"featureId": {"S": "1"}, "isActive": {"BOOL": true}, "revision": {"N": "5"}}});
        let (first, rest, live) = (first.to_string(), rest.to_string(), live.to_string());
        let answers = [
            ("GetItem", 200, &*live),
            ("Scan", 200, &*first),
            ("Scan", 200, &*rest),
        ];
        let fake = FakeAws::new(answers);
        let connections = Connections::new(table(&fake), "connections".to_owned());
        let mut patch = Patch::default();
        let targeting = r#"{"if": [{"in": ["beta", {"var": "groups"}]}, "big", null]}"#;
        patch.set_rule("targeting", Some(targeting.to_owned()));
        patch.set_variants([("big".to_owned(), "5".parse::<AttributeText>().unwrap())]);
        let audience = store(&fake)
            .audience(&connections, "1", Some(&patch))
            .await
            .unwrap();
        assert_eq!(
            serde_json::to_value(&audience).unwrap(),
            json!({
                "now": {"connections": 5, "on": 5, "variants": {}},
                "then": {"connections": 5, "on": 2, "variants": {"big": 2, "off": 3}},
            })
        );
        fake.assert_used();

        let fake = FakeAws::new([("GetItem", 200, "{}"), ("Scan", 200, &*rest)]);
        let connections = Connections::new(table(&fake), "connections".to_owned());
        let audience = store(&fake)
            .audience(&connections, "none", None)
            .await
            .unwrap();
        assert_eq!(
            (audience.now.connections, audience.now.on, audience.then),
            (2, 0, None)
        );
    }
}
