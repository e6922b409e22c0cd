//! The calls about subscriptions.

use crate::kit::calls::Calls;
use crate::kit::calls::Purpose::{Change, Create, Delete};

/// A topic.
const TOPIC: &str = "sns:{region}:{account}:{name}";

/// The calls about subscriptions.
pub(crate) const CALLS: &[Calls] = &[
    Calls::reading("*", &["sns:GetSubscriptionAttributes", "sns:ListTopics"]),
    Calls::reading(
        TOPIC,
        &[
            "sns:GetTopicAttributes",
            "sns:ListSubscriptionsByTopic",
            "sns:ListTagsForResource",
        ],
    ),
    Calls::to(&[Create], TOPIC, &["sns:Subscribe"]),
    Calls::to(&[Create, Change], "*", &["sns:SetSubscriptionAttributes"]),
    Calls::to(&[Create, Change, Delete], TOPIC, &["sns:TagResource"]),
    Calls::to(&[Create, Change, Delete], TOPIC, &["sns:UntagResource"]),
    Calls::to(&[Create, Delete], "*", &["sns:Unsubscribe"]),
];
