//! TLS as libpq's `sslmode` means it: `require` encrypts and verifies nothing, `verify-ca` verifies the authority,
//! `verify-full` the host name too.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{WebPkiServerVerifier, verify_server_name};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::connection_string::{ConnectionString, SslMode};

/// Why no TLS configuration could be made.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    #[error("cannot read the certificates in `{file}`")]
    RootCertificate { file: String },
    #[error("found no trusted certificate authority on this machine")]
    NoAuthority,
    #[error("cannot configure TLS")]
    Configuration(#[source] Error),
}

pub(crate) fn connector(connection: &ConnectionString, mode: SslMode) -> Result<MakeRustlsConnect, TlsError> {
    let provider = Arc::new(ring::default_provider());
    let root = connection.ssl_root_certificate();
    // As libpq: with an authority at hand, `require` verifies it too.
    let verify_authority = match mode {
        SslMode::VerifyCa | SslMode::VerifyFull => true,
        SslMode::Require => root.is_some(),
        SslMode::Disable | SslMode::Allow | SslMode::Prefer => false,
    };
    let mut trusted = Vec::new();
    let authority = if verify_authority {
        let roots = Arc::new(roots(root.as_deref(), &mut trusted)?);
        let verifier = WebPkiServerVerifier::builder_with_provider(roots, Arc::clone(&provider)).build();
        Some(verifier.map_err(|error| TlsError::Configuration(Error::General(error.to_string())))?)
    } else {
        None
    };
    let verifier =
        Verifier { authority, trusted, host_name: mode == SslMode::VerifyFull, provider: Arc::clone(&provider) };
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(TlsError::Configuration)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}

fn roots(file: Option<&str>, trusted: &mut Vec<CertificateDer<'static>>) -> Result<RootCertStore, TlsError> {
    let mut roots = RootCertStore::empty();
    match file {
        Some(file) if file != "system" => {
            let unreadable = || TlsError::RootCertificate { file: file.to_owned() };
            for certificate in CertificateDer::pem_file_iter(file).map_err(|_| unreadable())? {
                let certificate = certificate.map_err(|_| unreadable())?;
                roots.add(certificate.clone()).map_err(|_| unreadable())?;
                trusted.push(certificate);
            }
            if roots.is_empty() {
                return Err(unreadable());
            }
        }
        _ => {
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            if roots.is_empty() {
                return Err(TlsError::NoAuthority);
            }
        }
    }
    Ok(roots)
}

/// Verifies as much as the mode asks for.
#[derive(Debug)]
struct Verifier {
    authority: Option<Arc<WebPkiServerVerifier>>,
    /// The certificates of `sslrootcert`.
    trusted: Vec<CertificateDer<'static>>,
    host_name: bool,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let Some(authority) = &self.authority else { return Ok(ServerCertVerified::assertion()) };
        // A self-signed certificate is its own authority: libpq takes it, webpki would not.
        if self.trusted.iter().any(|trusted| trusted == end_entity) {
            if self.host_name {
                verify_server_name(&ParsedCertificate::try_from(end_entity)?, server_name)?;
            }
            return Ok(ServerCertVerified::assertion());
        }
        match authority.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now) {
            // The name is what is checked last, so this error means that the authority is right.
            Err(Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) if !self.host_name => Ok(ServerCertVerified::assertion()),
            other => other,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
