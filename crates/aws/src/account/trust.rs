//! The certificate authorities that are trusted: the operating system's, or those of a file that
//! `AWS_CA_BUNDLE` or the profile's `ca_bundle` names, which replace them as in the AWS CLI.

use std::fmt;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use aws_config::profile::ProfileSet;
use aws_smithy_http_client::tls::{TlsContext, TrustStore};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};

use super::connection::AccountError;
use super::variables::Variables;

/// The certificate authorities that are trusted.
#[derive(Clone, Default)]
pub(super) struct Trust {
    /// In place of the operating system's.
    bundle: Option<Arc<[CertificateDer<'static>]>>,
    /// Made when it is needed: reading the operating system's certificates takes time.
    tls: Arc<OnceLock<Arc<ClientConfig>>>,
}

impl fmt::Debug for Trust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trust")
            .field("bundle", &self.bundle.as_ref().map(|bundle| bundle.len()))
            .finish_non_exhaustive()
    }
}

impl Trust {
    /// What the environment or else the profile says.
    ///
    /// # Errors
    /// [`AccountError::CaBundle`], if the file cannot be read or contains no usable certificate.
    pub(super) fn new(
        variables: &Variables,
        profiles: Option<&ProfileSet>,
    ) -> Result<Self, AccountError> {
        let variable = variables.get("AWS_CA_BUNDLE");
        let profile = || profiles?.get("ca_bundle").filter(|file| !file.is_empty());
        match (variable, profile()) {
            (Some(file), _) => Self::read(file, "AWS_CA_BUNDLE"),
            (None, Some(file)) => Self::read(file, "the profile's ca_bundle"),
            (None, None) => Ok(Self::default()),
        }
    }

    fn read(file: &str, setting: &'static str) -> Result<Self, AccountError> {
        let error = |reason: String| AccountError::CaBundle {
            file: file.to_owned(),
            setting,
            reason,
        };
        let text = std::fs::read(Path::new(file)).map_err(|reason| error(reason.to_string()))?;
        let bundle: Vec<_> = CertificateDer::pem_slice_iter(&text)
            .collect::<Result<_, _>>()
            .map_err(|reason| error(format!("it is not in the PEM format: {reason}")))?;
        // The SDK's client panics at a certificate that it cannot use, of which large bundles have
        // some.
        let bundle: Vec<_> = bundle.into_iter().filter(usable).collect();
        if bundle.is_empty() {
            return Err(error("it contains no usable certificate".to_owned()));
        }
        Ok(Self {
            bundle: Some(bundle.into()),
            tls: Arc::default(),
        })
    }

    /// What the SDK's HTTP client needs.
    pub(super) fn context(&self) -> TlsContext {
        let Some(bundle) = &self.bundle else {
            return TlsContext::default();
        };
        let store = bundle
            .iter()
            .fold(TrustStore::empty(), |store, certificate| {
                store.with_pem_certificate(pem(certificate))
            });
        let context = TlsContext::builder().with_trust_store(store).build();
        context.unwrap_or_default()
    }

    /// What other TLS clients need.
    pub(super) fn tls(&self) -> Result<Arc<ClientConfig>, rustls::Error> {
        if let Some(tls) = self.tls.get() {
            return Ok(Arc::clone(tls));
        }
        let mut roots = RootCertStore::empty();
        match &self.bundle {
            Some(bundle) => roots.add_parsable_certificates(bundle.iter().cloned()),
            None => roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs),
        };
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Arc::clone(self.tls.get_or_init(|| Arc::new(tls))))
    }
}

fn usable(certificate: &CertificateDer<'static>) -> bool {
    RootCertStore::empty().add(certificate.clone()).is_ok()
}

fn pem(certificate: &CertificateDer<'_>) -> String {
    let text = BASE64_STANDARD.encode(certificate);
    format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n")
}
