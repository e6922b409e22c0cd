//! The queues: of slices, and of what could not be delivered.

use model::types::sqs::{Queue, RedrivePolicy};
use model::{Handle, StackBuilder, Text};

use super::posting::SEND_TIMEOUT;
use crate::description::Toggles;

/// The name of the queue of slices in its stack.
const SLICES: &str = "toggle-slices";

/// How often a slice is received before it goes to the dead letters: Lambda's recommendation for
/// queues that invoke functions is at least 5. Source: the Lambda developer guide, `Creating and
/// configuring an Amazon SQS event source mapping`.
const RECEIVES: i32 = 5;

/// The queue of slices, and its dead letters.
pub(super) struct Slices {
    pub(super) queue: Handle<Queue>,
    pub(super) dead_letters: Handle<Queue>,
}

/// A FIFO queue, in which the messages of one segment of the connections are in order and with one
/// worker at a time. They are hidden for six times as long as the function may run, as Lambda
/// recommends (same source as [`RECEIVES`]).
pub(super) fn slices(stack: &mut StackBuilder<'_>, settings: &Toggles) -> Slices {
    let letters = format!("{SLICES}-dead-letters");
    let dead_letters = Queue {
        message_retention_period: Some(settings.dead_letter_retention_days * 86_400),
        ..fifo(stack.physical_name(&letters), settings)
    };
    let dead_letters = stack.add(&letters, dead_letters);
    let queue = Queue {
        visibility_timeout: Some(6 * SEND_TIMEOUT),
        redrive_policy: Some(RedrivePolicy {
            dead_letter_target_arn: dead_letters.arn(),
            max_receive_count: RECEIVES,
        }),
        ..fifo(stack.physical_name(SLICES), settings)
    };
    Slices {
        queue: stack.add(SLICES, queue),
        dead_letters,
    }
}

fn fifo(name: String, settings: &Toggles) -> Queue {
    Queue {
        fifo_queue: Some(true),
        ..queue(name + ".fifo", settings)
    }
}

/// The queue of a function's records that were dropped.
pub(super) fn dead_letters(
    stack: &mut StackBuilder<'_>,
    function: &str,
    settings: &Toggles,
) -> Handle<Queue> {
    let name = format!("{function}-dead-letters");
    let queue = Queue {
        message_retention_period: Some(settings.dead_letter_retention_days * 86_400),
        ..queue(stack.physical_name(&name), settings)
    };
    stack.add(&name, queue)
}

fn queue(queue_name: String, settings: &Toggles) -> Queue {
    Queue {
        queue_name,
        kms_master_key_id: settings.kms_key.clone().map(Text::Known),
        ..Queue::default()
    }
}
