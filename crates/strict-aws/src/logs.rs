//! Rules of CloudWatch Logs.

use crate::Refusal;
use crate::call::Call;
use crate::memory::Account;

/// "Log group names can't start with the string `aws/`" (botocore's description of `CreateLogGroup`,
/// which lists `InvalidParameterException`). No report quotes the message.
pub(crate) fn reserved_name(call: &Call, _: &Account) -> Option<Refusal> {
    if call.service != "logs" || call.operation != "CreateLogGroup" {
        return None;
    }
    let sent = call.json();
    let name = sent["logGroupName"].as_str()?;
    let message = "Log groups starting with AWS/ are reserved for AWS.";
    (name.to_lowercase().starts_with("aws/"))
        .then(|| Refusal::new(400, "InvalidParameterException", message))
}

#[cfg(test)]
mod tests {
    use crate::fake::operation;
    use crate::memory::Memory;

    #[test]
    fn a_groups_name_does_not_start_like_aws_own() {
        let code = |name: &str| {
            let body = format!(r#"{{"logGroupName":"{name}"}}"#);
            operation("logs", "CreateLogGroup", body).code(&Memory::default())
        };
        assert_eq!(code("aws/lambda/f"), "InvalidParameterException");
        assert_eq!(code("/aws/lambda/f"), "passes");
    }
}
