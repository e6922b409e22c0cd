//! Alarms: what failed, is throttled or lags, and the topic that they notify.
//!
//! Each metric is one that AWS documents: `Using CloudWatch metrics with Lambda` in the Lambda
//! developer guide, and `Available CloudWatch metrics for Amazon SQS` in the SQS developer guide.
//! AWS sends no data while nothing happens, which is not a failure.

use model::types::cloudwatch::{Alarm, Dimension};
use model::types::dynamodb::Table;
use model::types::lambda::Function;
use model::types::sns::{Subscription, Topic, mark};
use model::types::sqs::Queue;
use model::{Handle, StackBuilder, Text};
use toggle_contract::NAMES;

use toggle_contract::{BROKEN_RULES, METRIC_DIMENSION, METRICS};

use super::queues::Slices;
use crate::description::Alarms;
use crate::stream::Streamed;

/// Milliseconds that a record of a stream may wait for its function: some fan-outs.
const RECORD_AGE: f64 = 60_000.0;

/// Seconds that a slice may wait for its turn. A fan-out to a million connections takes two minutes
/// at 10,000 posts per second, and seven and a half at 2,500.
const SLICE_AGE: f64 = 600.0;

/// What the alarms of a stack are on.
#[derive(Default)]
pub(crate) struct Watched<'a> {
    /// The functions that no stream invokes, by their names in the stack.
    pub(crate) functions: Vec<(&'a str, &'a Handle<Function>)>,
    /// The functions that streams invoke, with their dead letters.
    pub(crate) streamed: Vec<(&'a str, &'a Streamed)>,
    /// The queue of slices, with its dead letters, if it is in the stack.
    pub(crate) slices: Option<&'a Slices>,
    /// The table of the toggles, if what the functions say of their rules is in the stack.
    pub(crate) rules: Option<&'a Handle<Table>>,
}

/// Adds the alarms, unless there is no topic that they could notify: then they are not wanted.
pub(crate) fn alarms(
    stack: &mut StackBuilder<'_>,
    topic: Option<&Handle<Topic>>,
    watched: &Watched<'_>,
) {
    let Some(topic) = topic else {
        return;
    };
    let all = functions(watched)
        .chain(letters(watched))
        .chain(age(watched))
        .chain(rules(watched));
    for (name, alarm) in all {
        add_alarm(stack, topic, &name, alarm);
    }
}

/// Adds an alarm that notifies a topic of its Region, and that is quiet without data unless it says
/// otherwise.
pub(crate) fn add_alarm(
    stack: &mut StackBuilder<'_>,
    topic: &Handle<Topic>,
    name: &str,
    alarm: Alarm,
) {
    let quiet = || Some("notBreaching".to_owned());
    let alarm = Alarm {
        alarm_name: name_in(stack, alarm.region.as_deref(), name),
        treat_missing_data: alarm.treat_missing_data.or_else(quiet),
        alarm_actions: vec![topic.arn()],
        ok_actions: vec![topic.arn()],
        ..alarm
    };
    stack.add(name, alarm);
}

/// The physical name of what is in the system's Region, or in another one where it meets those of the
/// system that is applied there.
fn name_in(stack: &StackBuilder<'_>, region: Option<&str>, name: &str) -> Text {
    match region {
        None => Text::from(stack.physical_name(name)),
        Some(_) => stack.account_wide_name(name),
    }
}

/// Adds the topic with its subscriptions, if alarms are wanted.
pub(crate) fn topic(stack: &mut StackBuilder<'_>, settings: &Alarms) -> Option<Handle<Topic>> {
    let topic = Topic {
        kms_master_key_id: settings.kms_key.clone().map(Text::Known),
        ..Topic::default()
    };
    let wanted = settings.enabled;
    wanted.then(|| subscribed(stack, "alarms", topic, &settings.emails))
}

/// Adds a topic with its subscriptions. An address's subscription is named by its mark, so that one that
/// is no longer described is told from those that others added.
pub(crate) fn subscribed(
    stack: &mut StackBuilder<'_>,
    name: &str,
    topic: Topic,
    addresses: &[String],
) -> Handle<Topic> {
    let topic = Topic {
        topic_name: name_in(stack, topic.region.as_deref(), name),
        ..topic
    };
    let topic = stack.add(name, topic);
    for address in addresses {
        let subscription = Subscription {
            topic_arn: topic.arn(),
            protocol: "email".to_owned(),
            endpoint: Text::from(address.as_str()),
            raw_message_delivery: None,
            filter_policy: None,
            filter_policy_scope: None,
            redrive_policy: None,
        };
        let name = format!("{name}-{}", mark("email", address));
        stack.add(&name, subscription);
    }
    topic
}

fn functions<'w>(watched: &'w Watched<'_>) -> impl Iterator<Item = (String, Alarm)> + use<'w> {
    let streamed = watched.streamed.iter();
    let streamed = streamed.map(|(name, of)| (*name, &of.function));
    let all = watched.functions.iter().copied().chain(streamed);
    let failures = all.flat_map(|(name, function)| {
        [("Errors", "fails"), ("Throttles", "is throttled")].map(|(metric, what)| {
            let alarm = Alarm {
                alarm_description: Some(format!("The function {name} {what}: read its log")),
                statistic: Some("Sum".to_owned()),
                ..lasting(of_function(metric, function))
            };
            (format!("{name}-{}", metric.to_lowercase()), alarm)
        })
    });
    let ages = watched.streamed.iter().map(|(name, of)| {
        let alarm = Alarm {
            alarm_description: Some(format!(
                "Changes wait for the function {name}, so {}: read its log",
                lateness(name)
            )),
            threshold: RECORD_AGE,
            ..lasting(of_function("IteratorAge", &of.function))
        };
        (format!("{name}-iterator-age"), alarm)
    });
    failures.chain(ages)
}

fn letters<'w>(watched: &'w Watched<'_>) -> impl Iterator<Item = (String, Alarm)> + use<'w> {
    let streamed = watched.streamed.iter();
    let streamed = streamed.map(|(name, of)| (*name, &of.dead_letters));
    let slices = watched.slices.iter();
    let slices = slices.map(|slices| ("toggle-slices", &slices.dead_letters));
    streamed.chain(slices).map(|(of, queue)| {
        let alarm = Alarm {
            alarm_description: Some(loss(of)),
            ..of_queue("ApproximateNumberOfMessagesVisible", queue)
        };
        (format!("{of}-dead-letters-alarm"), alarm)
    })
}

/// What it means that changes wait for a function.
fn lateness(function: &str) -> &'static str {
    match function {
        of if of == NAMES.toggle_history => "the history lacks them",
        of if of == NAMES.toggle_clock => "windows open and close late",
        _ => "clients are late",
    }
}

/// What it means that there are dead letters, and what to do.
fn loss(of: &str) -> String {
    if of == NAMES.toggle_history {
        return format!(
            "Changes that {of} could not record are in its dead-letter queue, and not in the history: fix the cause, \
             then delete the messages"
        );
    }
    if of == NAMES.toggle_clock {
        return format!(
            "Wake-ups or changes that {of} could not handle are in its dead-letter queue, so windows open or close \
             up to a day late: fix the cause, run `frontage toggles resend`, then delete the messages"
        );
    }
    format!(
        "What {of} could not deliver is in its dead-letter queue: fix the cause, run `frontage toggles resend \
         --wait`, then delete the messages"
    )
}

fn age(watched: &Watched<'_>) -> Option<(String, Alarm)> {
    let queue = &watched.slices?.queue;
    let alarm = Alarm {
        alarm_description: Some(
            "Slices of a fan-out wait, so clients are late: read the log of toggle-slice"
                .to_owned(),
        ),
        threshold: SLICE_AGE,
        ..lasting(of_queue("ApproximateAgeOfOldestMessage", queue))
    };
    Some(("toggle-slices-age".to_owned(), alarm))
}

/// The alarm once it lasts: three of five minutes. What AWS retries by itself passes before that.
fn lasting(alarm: Alarm) -> Alarm {
    Alarm {
        evaluation_periods: 5,
        datapoints_to_alarm: Some(3),
        ..alarm
    }
}

/// A broken rule is found when its toggle is sent: so often that one minute says all.
fn rules(watched: &Watched<'_>) -> Option<(String, Alarm)> {
    let table = watched.rules?;
    let alarm = Alarm {
        alarm_description: Some(
            "A toggle with a broken rule was sent as off: the functions' logs name it, `frontage toggles explain ID` \
             says why"
                .to_owned(),
        ),
        statistic: Some("Sum".to_owned()),
        ..alarm(METRICS, BROKEN_RULES, METRIC_DIMENSION, table.name())
    };
    Some(("toggle-rules-broken".to_owned(), alarm))
}

fn of_function(metric: &str, function: &Handle<Function>) -> Alarm {
    alarm("AWS/Lambda", metric, "FunctionName", function.name())
}

fn of_queue(metric: &str, queue: &Handle<Queue>) -> Alarm {
    alarm("AWS/SQS", metric, "QueueName", queue.name())
}

/// An alarm as soon as a metric's maximum of a minute is above 0.
fn alarm(namespace: &str, metric: &str, dimension: &str, value: Text) -> Alarm {
    Alarm {
        namespace: namespace.to_owned(),
        metric_name: metric.to_owned(),
        dimensions: vec![Dimension {
            name: dimension.to_owned(),
            value,
        }],
        statistic: Some("Maximum".to_owned()),
        ..Alarm::default()
    }
}
