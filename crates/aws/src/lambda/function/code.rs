//! The record of the sources that a function's code was built from.
//!
//! Lambda reports the SHA-256 of the zip that it runs, which depends on the compiler that built it. A
//! tag states which sources that zip was built from. It names the zip as well, so code that somebody
//! else uploaded is not taken for those sources.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::Tags;
use sha2::{Digest as _, Sha256};

/// The tag of a function: the digest of the sources, and the SHA-256 of the zip in Base64, as Lambda
/// reports it; of the 256 characters that AWS allows, 109.
const CODE_TAG: &str = "frontage:code";

/// The record of a zip that was built from some sources.
pub(super) fn record(source: &str, zip: &[u8]) -> Tags {
    let sha256 = STANDARD.encode(Sha256::digest(zip));
    Tags::from([(CODE_TAG.to_owned(), format!("{source} {sha256}"))])
}

/// The sources of the zip with this SHA-256, as far as the function's tags record them. What is
/// returned otherwise is no digest, and so differs from each.
pub(super) fn recorded(tags: Option<&Tags>, sha256: &str) -> String {
    let record = tags.and_then(|tags| tags.get(CODE_TAG)?.split_once(' '));
    match record {
        Some((source, of)) if of == sha256 => source.to_owned(),
        _ => format!("(not recorded: SHA-256 {sha256})"),
    }
}
