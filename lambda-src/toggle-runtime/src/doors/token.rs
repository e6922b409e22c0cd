//! The verification of a user pool's token.
//!
//! Id and access tokens are both accepted, as Amazon Verified Permissions does (its user guide, `Client
//! and audience validation for Amazon Cognito`): both name the client, an access token is what is meant
//! for APIs, and only an id token has the user's attributes unless the pool changes its tokens.

use jsonwebtoken::crypto::{CryptoProvider, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{Error, ErrorKind};
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::signature::{self, Verifier};
use jsonwebtoken::{
    Algorithm, AlgorithmFamily, DecodingKey, DecodingKeyKind, Validation, decode, decode_header,
    get_current_timestamp,
};
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use serde_json::{Map, Value};
use toggle_contract::doors::{Login, SUBJECT};

/// How far the clocks of Cognito and Lambda may differ, in seconds.
const LEEWAY: u64 = 5;

/// The claims of a verified token.
pub type Claims = Map<String, Value>;

/// Why a token is not valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Invalid {
    /// It is no JSON web token, or lacks what each has.
    #[error("the token is malformed")]
    Malformed,
    /// It is signed by another algorithm than RS256, or not at all.
    #[error("the token is not signed with RS256")]
    Algorithm,
    /// The user pool has no such key.
    #[error("the token's key is not the user pool's")]
    Key,
    /// The signature is wrong.
    #[error("the token's signature is wrong")]
    Signature,
    /// Its time is over.
    #[error("the token has expired")]
    Expired,
    /// Its time has not begun.
    #[error("the token is not valid yet")]
    Early,
    /// Another user pool issued it.
    #[error("the token is of another issuer")]
    Issuer,
    /// It is neither an id nor an access token.
    #[error("the token is not an id or access token")]
    Use,
    /// It is for another client.
    #[error("the token is for another client")]
    Audience,
}

impl From<Error> for Invalid {
    fn from(error: Error) -> Self {
        match error.kind() {
            ErrorKind::InvalidAlgorithm => Self::Algorithm,
            ErrorKind::InvalidSignature => Self::Signature,
            ErrorKind::ExpiredSignature => Self::Expired,
            ErrorKind::ImmatureSignature => Self::Early,
            ErrorKind::InvalidIssuer => Self::Issuer,
            _ => Self::Malformed,
        }
    }
}

/// The id of the key that a token says it is signed with. Nothing is verified.
pub(super) fn key_id(token: &str) -> Result<String, Invalid> {
    let header = decode_header(token)?;
    if header.alg != Algorithm::RS256 {
        return Err(Invalid::Algorithm);
    }
    header.kid.ok_or(Invalid::Malformed)
}

/// The claims of a token that a key has signed, for the client of a user pool. Source of the rules: the
/// Amazon Cognito developer guide, `Verifying JSON web tokens`.
pub(super) fn verify(token: &str, key: &Jwk, login: &Login) -> Result<Claims, Invalid> {
    // The first one stays.
    let _ = PROVIDER.install_default();
    let mut validation = Validation::new(Algorithm::RS256);
    validation.leeway = LEEWAY;
    validation.validate_nbf = true;
    validation.set_issuer(&[&login.issuer]);
    validation.set_required_spec_claims(&["exp", "iss", SUBJECT]);
    // An access token's is not the client.
    validation.validate_aud = false;
    let key = DecodingKey::from_jwk(key).map_err(|_| Invalid::Key)?;
    let claims = decode::<Claims>(token, &key, &validation)?.claims;
    check_use(&claims, &login.client_id)?;
    check_issued(&claims)?;
    Ok(claims)
}

fn check_use(claims: &Claims, client_id: &str) -> Result<(), Invalid> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    let client = match text("token_use") {
        Some("id") => text("aud"),
        Some("access") => text("client_id"),
        _ => return Err(Invalid::Use),
    };
    if client == Some(client_id) {
        Ok(())
    } else {
        Err(Invalid::Audience)
    }
}

fn check_issued(claims: &Claims) -> Result<(), Invalid> {
    let Some(at) = claims.get("iat") else {
        return Ok(());
    };
    match at.as_u64() {
        Some(at) if at <= get_current_timestamp() + LEEWAY => Ok(()),
        Some(_) => Err(Invalid::Early),
        None => Err(Invalid::Malformed),
    }
}

/// RS256 by ring, and nothing else: Cognito signs with it alone.
static PROVIDER: CryptoProvider = CryptoProvider {
    signer_factory: |_, _| Err(ErrorKind::InvalidAlgorithm.into()),
    verifier_factory: |algorithm, key| match (algorithm, key.family()) {
        (Algorithm::RS256, AlgorithmFamily::Rsa) => Ok(Box::new(Rs256(key.clone()))),
        _ => Err(ErrorKind::InvalidAlgorithm.into()),
    },
    key_utils: KeyUtils::new_unimplemented(),
};

struct Rs256(DecodingKey);

impl Verifier<Vec<u8>> for Rs256 {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), signature::Error> {
        let DecodingKeyKind::RsaModulusExponent { n, e } = self.0.kind() else {
            return Err(signature::Error::new());
        };
        RsaPublicKeyComponents { n, e }
            .verify(&RSA_PKCS1_2048_8192_SHA256, message, signature)
            .map_err(|_| signature::Error::new())
    }
}

impl JwtVerifier for Rs256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::RS256
    }
}
