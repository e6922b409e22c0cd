//! Which pages of other origins may call an HTTP API.

use aws_sdk_apigatewayv2::types::Cors as SdkCors;
use model::types::apigatewayv2::Cors;

/// What is the same as no configuration.
pub(super) fn none() -> Cors {
    Cors {
        allow_credentials: Some(false),
        max_age: Some(0),
        ..Cors::default()
    }
}

/// States the defaults. Origins and headers are compared in lower case and methods in upper case, as
/// API Gateway shows them (terraform-provider-aws compares them without regard to case).
pub(super) fn normalise(cors: &mut Cors) {
    set(&mut cors.allow_origins, str::to_ascii_lowercase);
    set(&mut cors.allow_methods, str::to_ascii_uppercase);
    set(&mut cors.allow_headers, str::to_ascii_lowercase);
    set(&mut cors.expose_headers, str::to_ascii_lowercase);
    cors.allow_credentials.get_or_insert(false);
    cors.max_age.get_or_insert(0);
}

fn set(texts: &mut Vec<String>, cased: impl Fn(&str) -> String) {
    for text in &mut *texts {
        *text = cased(text);
    }
    texts.sort();
    texts.dedup();
}

pub(super) fn read(cors: &SdkCors) -> Cors {
    Cors {
        allow_origins: cors.allow_origins().to_vec(),
        allow_methods: cors.allow_methods().to_vec(),
        allow_headers: cors.allow_headers().to_vec(),
        expose_headers: cors.expose_headers().to_vec(),
        allow_credentials: cors.allow_credentials(),
        max_age: cors.max_age(),
    }
}

/// Each member, and empty lists too: what an update leaves out could stay.
pub(super) fn write(cors: &Cors) -> SdkCors {
    SdkCors::builder()
        .set_allow_origins(Some(cors.allow_origins.clone()))
        .set_allow_methods(Some(cors.allow_methods.clone()))
        .set_allow_headers(Some(cors.allow_headers.clone()))
        .set_expose_headers(Some(cors.expose_headers.clone()))
        .set_allow_credentials(cors.allow_credentials)
        .set_max_age(cors.max_age)
        .build()
}
