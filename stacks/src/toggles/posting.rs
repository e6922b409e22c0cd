//! What the functions that post to connections have in common: resources, permissions, pace.

use std::collections::BTreeMap;

use model::types::apigatewayv2::Api;
use model::types::iam::{Statement, Values};
use model::{Handle, Text};
use toggle_contract::{
    API_ID, API_STAGE, CONNECTIONS_TABLE, PRIVATE_ATTRIBUTES, TOGGLES_TABLE, receipt,
};

use super::tables::Tables;
use crate::description::{System, Toggles};
use crate::function::use_of_key;

/// The posts per second that one worker makes: a function of 256 MB has the processor for a few more.
const POSTS_OF_A_WORKER: i32 = 1_250;

/// The resources that all functions that send to clients refer to.
pub(super) struct Sender<'a> {
    pub(super) system: &'a System,
    pub(super) tables: &'a Tables,
    pub(super) api: &'a Handle<Api>,
    pub(super) pace: Pace,
}

impl Sender<'_> {
    /// The permission to post to connections and to close them. DELETE closes one that cannot be
    /// reached, so that its client reconnects.
    pub(super) fn posting(&self) -> Statement {
        let stage = &self.system.toggles.stage;
        let sockets = ["POST", "DELETE"].map(|verb| {
            let path = format!("/{stage}/{verb}/@connections/*");
            Text::regional_arn("execute-api", [self.api.id(), Text::Known(path)])
        });
        Statement::allow(["execute-api:ManageConnections"], sockets.to_vec())
    }

    /// The permission to write receipts, which are items of the connections table, and no others. Source:
    /// the DynamoDB developer guide, `Using IAM policy conditions for fine-grained access control`.
    pub(super) fn reporting(&self) -> Statement {
        let keys = Values(vec![Text::from(format!("{}*", receipt::PREFIX))]);
        let keys = BTreeMap::from([("dynamodb:LeadingKeys".to_owned(), keys)]);
        let table = self.tables.connections.arn();
        Statement {
            condition: BTreeMap::from([("ForAllValues:StringLike".to_owned(), keys)]),
            ..Statement::allow(["dynamodb:UpdateItem"], vec![table])
        }
    }

    /// The permission to use the key of the tables and queues. The second action is for messages to
    /// a queue. Source: the Amazon SQS developer guide, `Key management`.
    pub(super) fn use_of_key(&self) -> Option<Statement> {
        let actions = ["kms:Decrypt", "kms:GenerateDataKey"];
        use_of_key(self.system.toggles.kms_key.as_deref(), &actions)
    }

    pub(super) fn environment(&self) -> BTreeMap<String, Text> {
        let stage = self.system.toggles.stage.as_str();
        let mut environment = BTreeMap::from([
            (CONNECTIONS_TABLE.to_owned(), self.tables.connections.name()),
            (TOGGLES_TABLE.to_owned(), self.tables.toggles.name()),
            (API_ID.to_owned(), self.api.id()),
            (API_STAGE.to_owned(), Text::from(stage)),
        ]);
        environment.extend(private(&self.system.toggles));
        environment
    }
}

/// The variable with the attributes that clients are never sent, if there are any.
pub(crate) fn private(toggles: &Toggles) -> Option<(String, Text)> {
    let names = toggles.private.join(",");
    let is_some = !names.is_empty();
    is_some.then(|| (PRIVATE_ATTRIBUTES.to_owned(), Text::from(names)))
}

/// The posts per second of a fan-out, below the account's quota, which it shares with other APIs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pace {
    quota: i32,
    /// The concurrent workers of a large fan-out.
    pub(super) workers: i32,
}

impl Pace {
    /// The pace of a system. A function with reserved concurrency has no more workers than that, or
    /// Lambda would throttle them; an event source mapping has at least 2, and at most 1,000.
    pub(super) fn of(system: &System) -> Self {
        let quota = system.toggles.posts_quota(system.region.as_deref());
        let reserved = system.functions.reserved_concurrency.unwrap_or(1_000);
        let wanted = (quota + POSTS_OF_A_WORKER - 1) / POSTS_OF_A_WORKER;
        let workers = wanted.min(reserved).clamp(2, 1_000);
        Self { quota, workers }
    }

    /// The posts per second of a single sender.
    pub(super) fn posts(self) -> i32 {
        self.quota * 9 / 10
    }

    /// The posts per second of each of the workers.
    pub(super) fn posts_of_a_worker(self) -> i32 {
        self.posts() / self.workers
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pace(quota: i32, reserved: Option<i32>) -> (i32, i32, i32) {
        let mut system = System::new("acme".parse().expect("a name"));
        system.toggles.posts_per_second = Some(quota);
        system.functions.reserved_concurrency = reserved;
        let pace = Pace::of(&system);
        (pace.workers, pace.posts(), pace.posts_of_a_worker())
    }

    #[test]
    fn workers_share_nine_tenths_of_the_quota() {
        assert_eq!(pace(10_000, None), (8, 9_000, 1_125));
        assert_eq!(pace(2_500, None), (2, 2_250, 1_125));
        assert_eq!(pace(10_001, None), (9, 9_000, 1_000));
        assert_eq!(pace(100, None), (2, 90, 45));
        assert_eq!(pace(1_000_000, None), (800, 900_000, 1_125));
    }

    #[test]
    fn there_are_no_more_workers_than_reserved() {
        assert_eq!(pace(10_000, Some(5)), (5, 9_000, 1_800));
        assert_eq!(pace(10_000, Some(1)), (2, 9_000, 4_500));
        assert_eq!(pace(10_000, Some(100)), (8, 9_000, 1_125));
    }
}
