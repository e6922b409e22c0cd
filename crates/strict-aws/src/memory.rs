//! What the rules know of an emulator's accounts.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::call::{Answer, Call};
use crate::rate::{GENEROUS, Rates};
use crate::{
    Refusal, apigateway, cloudfront, codebuild, codepipeline, cognito, events, lambda, logs,
    route53, s3,
};

/// A rule of AWS: the refusal of a call, or `None` if the rule allows it.
type Rule = fn(&Call, &Account) -> Option<Refusal>;

/// Every rule. The first that refuses a call answers it.
const RULES: &[Rule] = &[
    apigateway::deployment_in_use,
    apigateway::deployment_of_its_own,
    apigateway::logs_of_http,
    apigateway::protocol,
    cloudfront::quota,
    cloudfront::long_content_security_policy,
    cloudfront::used_reference,
    cloudfront::claimed_alias,
    cloudfront::popular,
    cloudfront::version,
    cloudfront::enabled,
    cloudfront::in_use,
    codebuild::invalid_input,
    codepipeline::structure,
    cognito::reserved_domain,
    cognito::tags,
    cognito::unknown_provider,
    events::has_targets,
    lambda::mapping_exists,
    lambda::reserved_variables,
    logs::reserved_name,
    route53::used_reference,
    s3::bucket_name,
];

/// The services whose responses are remembered.
const REMEMBERED: &[fn(&Call, &Answer, &mut Account)] = &[
    apigateway::note,
    cloudfront::note,
    cognito::note,
    cognito::note_providers,
    events::note,
    lambda::note,
    route53::note,
];

/// What passed to one emulator, per account.
///
/// Only accounts with a number of 12 digits are remembered: a test has such an account for itself,
/// from its beginning. In an account that tests share nothing can be counted, so there only those
/// rules apply that need no memory.
#[derive(Debug, Default)]
pub struct Memory(Mutex<BTreeMap<String, Account>>);

/// What passed to one account.
#[derive(Debug, Default)]
pub(crate) struct Account {
    pub(crate) apigateway: apigateway::Stages,
    pub(crate) cloudfront: cloudfront::Resources,
    pub(crate) cognito: cognito::Tags,
    pub(crate) providers: cognito::Providers,
    pub(crate) mappings: lambda::Mappings,
    pub(crate) targets: events::Targets,
    pub(crate) health_checks: route53::HealthChecks,
    rates: Rates,
}

impl Memory {
    /// The refusal of a call that is one too many for this second.
    pub(crate) fn throttle(&self, call: &Call) -> Option<Refusal> {
        let mut accounts = self.accounts();
        let account = accounts.entry(call.account.clone()).or_default();
        let own = is_own(&call.account);
        own.then(|| account.rates.refuse(call, GENEROUS)).flatten()
    }

    /// AWS's refusal of a call, if a rule refuses it.
    pub(crate) fn refuse(&self, call: &Call) -> Option<Refusal> {
        let accounts = self.accounts();
        let nothing = Account::default();
        let account = accounts.get(&call.account).unwrap_or(&nothing);
        RULES.iter().find_map(|rule| rule(call, account))
    }

    /// Whether rules need the response to a call.
    pub(crate) fn needs(call: &Call) -> bool {
        let services = [
            "apigateway",
            "cloudfront",
            "cognito-idp",
            "events",
            "lambda",
            "route53",
        ];
        services.contains(&call.service.as_str()) && is_own(&call.account) && call.writes()
    }

    /// Remembers a call that took effect.
    pub(crate) fn note(&self, call: &Call, answer: &Answer) {
        if !answer.status.is_success() || !is_own(&call.account) {
            return;
        }
        let mut accounts = self.accounts();
        let account = accounts.entry(call.account.clone()).or_default();
        for note in REMEMBERED {
            note(call, answer, account);
        }
    }

    fn accounts(&self) -> MutexGuard<'_, BTreeMap<String, Account>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_own(account: &str) -> bool {
    account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit())
}
