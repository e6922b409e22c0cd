//! The few AWS calls that the measurements need, unsigned: the emulator checks no signatures.

use serde_json::Value;

use crate::http::Connection;
use crate::outcome::Outcome;

/// Calls an operation of a JSON protocol, such as `DynamoDB_20120810.PutItem`.
pub(crate) async fn call(
    connection: &mut Connection,
    target: &str,
    body: &Value,
) -> Outcome<Value> {
    let service = if target.starts_with("DynamoDB") {
        "dynamodb"
    } else {
        "logs"
    };
    let headers = format!(
        "content-type: application/x-amz-json-1.0\r\nx-amz-target: {target}\r\nauthorization: AWS4-HMAC-SHA256 \
         Credential={ACCESS_KEY}/20260101/{REGION}/{service}/aws4_request, SignedHeaders=host, Signature=0\r\n"
    );
    let (status, answer) = connection
        .post("/", &headers, &serde_json::to_vec(body)?)
        .await?;
    if status != 200 {
        return Err(format!("{target}: {status} {}", String::from_utf8_lossy(&answer)).into());
    }
    Ok(serde_json::from_slice(&answer)?)
}

/// The access key for everything that is measured. Its digits are the account in the emulator.
pub(crate) const ACCESS_KEY: &str = "111122223333";
/// The Region for everything that is measured.
pub(crate) const REGION: &str = "eu-west-1";
