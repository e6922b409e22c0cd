//! Rules of S3. Buckets are named in the path, as clients do whose endpoint is an address.

use crate::Refusal;
use crate::call::Call;
use crate::memory::Account;

/// From "General purpose bucket naming rules" in the user guide. `sthree-` includes
/// `sthree-configurator`.
const PREFIXES: [&str; 3] = ["xn--", "sthree-", "amzn-s3-demo-"];
const SUFFIXES: [&str; 5] = ["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"];

/// A bucket's name keeps S3's rules: 3 to 63 lower-case letters, digits, dots and hyphens, a letter
/// or digit at each end, no two dots in sequence, no address, and nothing that is reserved. The
/// error is in S3's list of error codes.
pub(crate) fn bucket_name(call: &Call, _: &Account) -> Option<Refusal> {
    if call.service != "s3" {
        return None;
    }
    let (method, path) = call.route();
    let ("PUT", [name]) = (method, path.as_slice()) else {
        return None;
    };
    // Otherwise a part of a bucket's configuration is written.
    if !matches!(call.query.as_str(), "" | "x-id=CreateBucket") || is_valid(name) {
        return None;
    }
    let message = "The specified bucket is not valid.";
    Some(Refusal::new(400, "InvalidBucketName", message))
}

fn is_valid(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = name.as_bytes();
    (3..=63).contains(&bytes.len())
        && bytes
            .iter()
            .all(|byte| plain(*byte) || matches!(byte, b'.' | b'-'))
        && bytes.first().is_some_and(|byte| plain(*byte))
        && bytes.last().is_some_and(|byte| plain(*byte))
        && !name.contains("..")
        && name.parse::<std::net::Ipv4Addr>().is_err()
        && !PREFIXES.iter().any(|prefix| name.starts_with(prefix))
        && !SUFFIXES.iter().any(|suffix| name.ends_with(suffix))
}

#[cfg(test)]
mod tests {
    use crate::fake::call;
    use crate::memory::Memory;

    #[test]
    fn a_buckets_name_is_not_one_of_aws() {
        let code = |line: &str| call("s3", line, "").code(&Memory::default());
        for name in [
            "sthree-fruit",
            "amzn-s3-demo-fruit",
            "xn--fruit",
            "fruit-s3alias",
            "fruit--ol-s3",
            "fruit.mrap",
            "fruit--x-s3",
            "fruit--table-s3",
            "Fruit",
            "fr",
            "fruit-",
            "fruit..bowl",
            "192.168.5.4",
        ] {
            assert_eq!(code(&format!("PUT /{name}")), "InvalidBucketName", "{name}");
            assert_eq!(
                code(&format!("PUT /{name}/")),
                "InvalidBucketName",
                "{name}"
            );
        }
        assert_eq!(code("PUT /acme-shell-44ab545e8facbd90"), "passes");
        assert_eq!(code("PUT /sthree-fruit/key"), "passes");
        assert_eq!(code("PUT /sthree-fruit?policy="), "passes");
    }
}
