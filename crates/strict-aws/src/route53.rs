//! Rules of Route 53.

use std::collections::BTreeMap;

use crate::Refusal;
use crate::call::{Answer, Call};
use crate::memory::Account;
use crate::xml::text;

/// The creations of health checks, by their references.
pub(crate) type HealthChecks = BTreeMap<String, Creation>;

/// The creation of a health check.
#[derive(Debug)]
pub(crate) struct Creation {
    /// The id that was assigned.
    id: String,
    /// The whole request.
    sent: String,
    /// Whether the check was deleted since.
    deleted: bool,
}

/// The reference of a deleted health check cannot be used again, and that of another one only with the
/// same settings (botocore's description of `CreateHealthCheck`). The message is from
/// hashicorp/terraform#8679.
pub(crate) fn used_reference(call: &Call, account: &Account) -> Option<Refusal> {
    let sent = created(call)?;
    let earlier = account.health_checks.get(&text(sent, "CallerReference")?)?;
    let message =
        "A different health check has already been created with the specified caller reference.";
    (earlier.deleted || earlier.sent != sent)
        .then(|| Refusal::new(409, "HealthCheckAlreadyExists", message))
}

/// Remembers the references of health checks.
pub(crate) fn note(call: &Call, answer: &Answer, account: &mut Account) {
    let checks = &mut account.health_checks;
    if let Some(sent) = created(call) {
        let reference = text(sent, "CallerReference");
        if let Some((reference, id)) = reference.zip(text(answer.text(), "HealthCheck/Id")) {
            let sent = sent.to_owned();
            let deleted = false;
            checks.insert(reference, Creation { id, sent, deleted });
        }
    }
    if let ("DELETE", [_, "healthcheck", id]) = (call.route().0, call.route().1.as_slice())
        && call.service == "route53"
    {
        let deleted = checks.values_mut().filter(|check| check.id == *id);
        deleted.for_each(|check| check.deleted = true);
    }
}

/// The request of a creation.
fn created(call: &Call) -> Option<&str> {
    let (method, path) = call.route();
    let is_creation = method == "POST" && matches!(path.as_slice(), [_, "healthcheck"]);
    (call.service == "route53" && is_creation).then(|| call.text())
}

#[cfg(test)]
mod tests {
    use crate::fake::{Request, call};
    use crate::memory::Memory;

    fn create(reference: &str, port: u16) -> Request {
        let body = format!(
            "<CreateHealthCheckRequest><CallerReference>{reference}</CallerReference><HealthCheckConfig><Port>{port}\
             </Port></HealthCheckConfig></CreateHealthCheckRequest>"
        );
        call("route53", "POST /2013-04-01/healthcheck", body)
    }

    #[test]
    fn a_reference_is_used_once() {
        let memory = Memory::default();
        let made = "<CreateHealthCheckResponse><HealthCheck><Id>c1</Id></HealthCheck></CreateHealthCheckResponse>";
        create("a", 443).done(&memory, "", made);
        assert_eq!(create("b", 443).code(&memory), "passes");
        assert_eq!(create("a", 443).code(&memory), "passes");
        assert_eq!(create("a", 80).code(&memory), "HealthCheckAlreadyExists");
        let gone = "DELETE /2013-04-01/healthcheck/c1";
        call("route53", gone, "").done(&memory, "", "");
        assert_eq!(create("a", 443).code(&memory), "HealthCheckAlreadyExists");
    }
}
