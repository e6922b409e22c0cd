//! The limits of a style that AWS enforces and emulators do not.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use model::types::cognito::ManagedLoginBranding;

use crate::kit::known::is_known;
use crate::kit::limits::{Checks, Limit};

const MODEL: &str = "the service model of Cognito's user pools";

pub(super) const LIMITS: &[Limit] = &[Limit::count("Assets", 0, 40, MODEL)];

/// The service model: a style is Cognito's own or one of settings and images, not both.
pub(super) fn check(style: &ManagedLoginBranding<String>, checks: &mut Checks) {
    let custom = style.settings.is_some() || !style.assets.is_empty();
    let own = style.use_cognito_provided_values == Some(true);
    checks.require(
        custom != own,
        "UseCognitoProvidedValues",
        if own {
            "is true; Settings and Assets are allowed without it alone"
        } else {
            "is not true; Settings or Assets are required without it"
        },
    );
    for (index, asset) in style.assets.iter().enumerate() {
        let bytes = asset.bytes.as_deref().filter(|bytes| is_known(bytes));
        checks.require(
            bytes.is_none_or(|bytes| BASE64.decode(bytes).is_ok()),
            &format!("Assets[{index}].Bytes"),
            "is not base64",
        );
    }
}
