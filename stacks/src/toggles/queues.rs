//! The queues: of slices, and of what could not be delivered.

use model::types::sqs::{Queue, RedrivePolicy};
use model::{Handle, StackBuilder};

use crate::description::Toggles;
use crate::stream::{STREAM_TIMEOUT, queue};

/// The name of the queue of slices in its stack.
const SLICES: &str = "toggle-slices";

/// How often a slice is received before it goes to the dead letters: Lambda's recommendation for
/// queues that invoke functions is at least 5. Source: the Lambda developer guide, `Creating and
/// configuring an Amazon SQS event source mapping`.
const RECEIVES: i32 = 5;

/// The queue of slices, and its dead letters.
pub(crate) struct Slices {
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
        visibility_timeout: Some(6 * STREAM_TIMEOUT),
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
