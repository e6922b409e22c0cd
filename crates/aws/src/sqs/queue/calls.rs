//! The calls about queues.

use crate::kit::calls::Calls;
use crate::kit::calls::Purpose::{Change, Create, Delete};

/// A queue.
const QUEUE: &str = "sqs:{region}:{account}:{name}";

/// The calls about queues.
pub(crate) const CALLS: &[Calls] = &[
    Calls::reading("*", &["sqs:ListQueues"]),
    Calls::reading(
        QUEUE,
        &[
            "sqs:GetQueueAttributes",
            "sqs:GetQueueUrl",
            "sqs:ListQueueTags",
        ],
    ),
    Calls::to(&[Create], QUEUE, &["sqs:CreateQueue"]),
    Calls::to(
        &[Create, Change],
        QUEUE,
        &["sqs:SetQueueAttributes", "sqs:TagQueue"],
    ),
    Calls::to(&[Change], QUEUE, &["sqs:UntagQueue"]),
    Calls::to(&[Delete], QUEUE, &["sqs:DeleteQueue"]),
];
