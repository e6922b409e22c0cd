//! The calls about topics.

use crate::kit::calls::Calls;
use crate::kit::calls::Purpose::{Change, Create, Delete};

/// A topic.
const TOPIC: &str = "sns:{region}:{account}:{name}";

/// The calls about topics.
pub(crate) const CALLS: &[Calls] = &[
    Calls::reading("*", &["sns:ListTopics"]),
    Calls::reading(
        TOPIC,
        &["sns:GetTopicAttributes", "sns:ListTagsForResource"],
    ),
    Calls::to(&[Create], TOPIC, &["sns:CreateTopic"]),
    Calls::to(
        &[Create, Change],
        TOPIC,
        &["sns:SetTopicAttributes", "sns:TagResource"],
    ),
    Calls::to(&[Change], TOPIC, &["sns:UntagResource"]),
    Calls::to(&[Delete], TOPIC, &["sns:DeleteTopic"]),
];
