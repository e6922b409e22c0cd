//! How many calls a service takes per second, and which share of them it fails.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::call::Call;
use crate::{Fate, Refusal};

/// The calls per second of one account that any control plane would refuse: what reaches this is a
/// loop.
pub(crate) const GENEROUS: u32 = 500;

/// The services whose data planes take thousands of calls per second.
const FAST: [&str; 3] = ["dynamodb", "execute-api", "s3"];

/// The calls of each service in its current second.
#[derive(Debug, Default)]
pub(crate) struct Rates(BTreeMap<String, (Option<Instant>, u32)>);

/// The fates of calls of services of which each takes this many calls per second.
pub fn limited(per_second: u32) -> impl FnMut(&Call) -> Fate + Send + 'static {
    let mut rates = Rates::default();
    move |call| {
        let refused = rates.count(call, per_second, Instant::now());
        refused.map_or(Fate::Pass, Fate::Answer)
    }
}

/// The fates of calls of an account with AWS's own quotas, for all who use it together.
pub fn quotas() -> impl FnMut(&Call) -> Fate + Send + 'static {
    let mut rates = Rates::default();
    move |call| {
        let of = quota(call);
        let refused = of.and_then(|per_second| rates.count(call, per_second, Instant::now()));
        refused.map_or(Fate::Pass, Fate::Answer)
    }
}

/// The calls per second that an account has, from each service's page of quotas: API Gateway and
/// Certificate Manager 10, Lambda's control plane 15 but for `GetFunction`, Cognito 15, CloudWatch's
/// alarms 3, each call of CloudWatch Logs 5 (10 for the few that a run makes at once), Route 53 5.
/// CloudFront publishes none; it refuses some twenty of a hundred reads at once
/// (hashicorp/terraform-provider-aws#6197).
fn quota(call: &Call) -> Option<u32> {
    match call.service.as_str() {
        "lambda" if call.operation.starts_with("GET ") => None,
        "acm" | "apigateway" | "logs" => Some(10),
        "cloudfront" => Some(20),
        "cognito-idp" | "lambda" => Some(15),
        "monitoring" => Some(3),
        "route53" => Some(5),
        _ => None,
    }
}

/// The fates of calls of which this many in a hundred are throttled, whatever their rate: those of an
/// account that others use as well. The same in every run, and in no order.
pub fn throttling(percent: u64) -> impl FnMut(&Call) -> Fate + Send + 'static {
    of_a_share(percent, |service, _| throttled(service))
}

/// The fates of calls of which this many in a hundred fail with a 500 or a 503 of their service, and
/// never take effect. The same in every run, and in no order.
pub fn failing(percent: u64) -> impl FnMut(&Call) -> Fate + Send + 'static {
    of_a_share(percent, failed)
}

/// Refuses this many in a hundred calls. The refusal gets the service and a random number.
fn of_a_share(
    percent: u64,
    refusal: impl Fn(&str, u64) -> Refusal + Send + 'static,
) -> impl FnMut(&Call) -> Fate + Send + 'static {
    let mut state: u64 = 1;
    move |call| {
        // Knuth's linear congruential generator (The Art of Computer Programming, 3.3.4, MMIX).
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let number = state >> 33;
        if number % 100 < percent {
            Fate::Answer(refusal(&call.service, number / 100))
        } else {
            Fate::Pass
        }
    }
}

impl Rates {
    pub(crate) fn refuse(&mut self, call: &Call, per_second: u32) -> Option<Refusal> {
        let fast = FAST.contains(&call.service.as_str());
        if fast {
            None
        } else {
            self.count(call, per_second, Instant::now())
        }
    }

    fn count(&mut self, call: &Call, per_second: u32, now: Instant) -> Option<Refusal> {
        let (began, count) = self.0.entry(call.service.clone()).or_default();
        if began.is_none_or(|began| now.duration_since(began) >= Duration::from_secs(1)) {
            (*began, *count) = (Some(now), 0);
        }
        *count += 1;
        (*count > per_second).then(|| throttled(&call.service))
    }
}

/// The error of each service for too many calls, from its botocore model: `Throttling` where the
/// model lists none, as CloudFront and IAM answer (hashicorp/terraform-provider-aws#6197).
fn throttled(service: &str) -> Refusal {
    let (status, code) = match service {
        "apigateway" | "lambda" => (429, "TooManyRequestsException"),
        "cognito-idp" => (400, "TooManyRequestsException"),
        "codeartifact" => (429, "ThrottlingException"),
        "acm" | "dynamodb" | "logs" => (400, "ThrottlingException"),
        "sqs" => (400, "RequestThrottled"),
        "tagging" => (400, "ThrottledException"),
        "s3" => return Refusal::new(503, "SlowDown", "Please reduce your request rate."),
        _ => (400, "Throttling"),
    };
    Refusal::new(status, code, "Rate exceeded")
}

/// A failure of a service, every other time a 503. Those with a code of their own have it from
/// their botocore model, or from the errors of their API reference (`DynamoDB`, S3); the others answer with
/// the common errors that each service's API reference lists.
fn failed(service: &str, number: u64) -> Refusal {
    let message = "The service failed; try again.";
    if number % 2 == 1 {
        return Refusal::new(503, "ServiceUnavailable", message);
    }
    let code = match service {
        "codeartifact" => "InternalServerException",
        "cognito-idp" => "InternalErrorException",
        "dynamodb" => "InternalServerError",
        "iam" => "ServiceFailure",
        "lambda" => "ServiceException",
        "logs" => "ServiceUnavailableException",
        "monitoring" => "InternalServiceError",
        "s3" | "sns" => "InternalError",
        "tagging" => "InternalServiceException",
        _ => "InternalFailure",
    };
    Refusal::new(500, code, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake::{call, operation};

    #[test]
    fn a_second_has_so_many_calls_per_service() {
        let mut rates = Rates::default();
        let began = Instant::now();
        let cloudfront = call("cloudfront", "GET /2020-05-31/distribution", "").call();
        let lambda = call("lambda", "GET /2015-03-31/functions", "").call();
        let mut code = |call: &Call, after: u64| {
            let refused = rates.count(call, 2, began + Duration::from_millis(after));
            refused.map_or("passes", |refusal| refusal.code)
        };
        assert_eq!(code(&cloudfront, 0), "passes");
        assert_eq!(code(&cloudfront, 10), "passes");
        assert_eq!(code(&cloudfront, 999), "Throttling");
        assert_eq!(code(&lambda, 999), "passes");
        assert_eq!(code(&cloudfront, 1_000), "passes");
    }

    #[test]
    fn an_account_has_the_quotas_of_each_service() {
        let mut fate = quotas();
        let mut passed = |call: &Call| {
            let fates = (0..100).map(|_| fate(call));
            fates.filter(|fate| matches!(fate, Fate::Pass)).count()
        };
        let zones = call("route53", "GET /2013-04-01/hostedzone", "").call();
        assert!((5..10).contains(&passed(&zones)));
        let tables = operation("dynamodb", "CreateTable", "{}").call();
        assert_eq!(passed(&tables), 100);
    }

    #[test]
    fn a_share_of_the_calls_is_throttled() {
        let mut fate = throttling(30);
        let call = call("cloudfront", "GET /2020-05-31/distribution", "").call();
        let refused = (0..1000).filter(|_| matches!(fate(&call), Fate::Answer(_)));
        assert!((250..350).contains(&refused.count()));
    }

    #[test]
    fn a_share_of_the_calls_fails_with_either_status() {
        let mut fate = failing(10);
        let call = call("s3", "GET /bucket/key", "").call();
        let mut failed = Vec::new();
        for _ in 0..1000 {
            if let Fate::Answer(refusal) = fate(&call) {
                failed.push((refusal.status, refusal.code));
            }
        }
        assert!((70..130).contains(&failed.len()), "{}", failed.len());
        for wanted in [(500, "InternalError"), (503, "ServiceUnavailable")] {
            let count = failed.iter().filter(|of| **of == wanted).count();
            assert!(count > failed.len() / 4, "{wanted:?}: {count}");
        }
    }

    #[test]
    fn a_fast_service_has_no_default() {
        let mut rates = Rates::default();
        let item = operation("dynamodb", "PutItem", "{}").call();
        assert!((0..3).all(|_| rates.refuse(&item, 1).is_none()));
        let table = operation("logs", "CreateLogGroup", "{}").call();
        let refused = (0..2).find_map(|_| rates.refuse(&table, 1));
        assert_eq!(refused.unwrap().code, "ThrottlingException");
    }
}
