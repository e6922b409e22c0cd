//! The messages of the queue of slices.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::connection::Connection;
use crate::receipts::Request;

/// The toggles that have changed, and the connections that are still to be sent their states.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// The toggles' ids. A message is a trigger, like a stream's record: the states are read later.
    pub toggles: BTreeSet<String>,
    /// The connections.
    #[serde(flatten)]
    pub recipients: Recipients,
    /// The receipts in which the message has a share, if there are any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<Request>,
}

/// Connections to send to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Recipients {
    /// Those in a part of the table.
    Segment(Segment),
    /// Those that were left over.
    Connections(Vec<Connection>),
    /// Those that a post may still reach, however late: they are to be closed.
    Doubtful(Vec<Connection>),
}

/// A segment of a parallel scan of the connections table, or the rest of one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Segment {
    /// Its number, from zero.
    pub index: u32,
    /// The number of segments.
    pub of: u32,
    /// The connection that it begins after: the key that `DynamoDB` returned with a page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

impl Segment {
    /// The whole table.
    #[must_use]
    pub const fn whole() -> Self {
        Self {
            index: 0,
            of: 1,
            after: None,
        }
    }

    /// Its rest after a page.
    #[must_use]
    pub const fn after(&self, key: String) -> Self {
        Self {
            index: self.index,
            of: self.of,
            after: Some(key),
        }
    }
}

/// One message for the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parcel {
    /// Messages of one group are delivered in order, to one invocation at a time.
    pub group: String,
    /// A message with an id that was stored in the last five minutes is dropped.
    pub id: String,
    /// The message.
    pub task: Task,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn task(recipients: Recipients) -> Task {
        Task {
            toggles: ["1", "2"].map(str::to_owned).into(),
            recipients,
            receipt: None,
        }
    }

    fn is_written_as(task: &Task, expected: &serde_json::Value) {
        assert_eq!(&serde_json::to_value(task).unwrap(), expected);
        let read: Task = serde_json::from_value(expected.clone()).unwrap();
        assert_eq!(&read, task);
    }

    #[test]
    fn a_task_names_its_toggles_and_a_segment_or_connections() {
        let segment = Segment {
            index: 5,
            of: 64,
            after: None,
        };
        is_written_as(
            &task(Recipients::Segment(segment.clone())),
            &json!({"toggles": ["1", "2"], "segment": {"index": 5, "of": 64}}),
        );
        is_written_as(
            &task(Recipients::Segment(segment.after("c".into()))),
            &json!({"toggles": ["1", "2"], "segment": {"index": 5, "of": 64, "after": "c"}}),
        );
        let awaited = Task {
            receipt: Some(Request {
                receipts: ["receipt:a".to_owned()].into(),
                message: "m".into(),
            }),
            ..task(Recipients::Segment(segment))
        };
        is_written_as(
            &awaited,
            &json!({"toggles": ["1", "2"], "segment": {"index": 5, "of": 64},
                "receipt": {"receipts": ["receipt:a"], "message": "m"}}),
        );
        let connection = Connection {
            id: "c".into(),
            endpoint: "https://e/live".into(),
            connected_at: 7,
            expiry: Some(9),
            context: None,
        };
        is_written_as(
            &task(Recipients::Connections(vec![connection])),
            &json!({"toggles": ["1", "2"], "connections": [{"connectionId": "c",
                "connectionEndpoint": "https://e/live", "connectedAt": 7, "expiry": 9}]}),
        );
    }
}
