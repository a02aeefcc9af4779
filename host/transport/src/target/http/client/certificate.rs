//! What is wrong with a certificate, in a sentence that says what to do.

use std::time::{Duration, SystemTime};

use rustls::pki_types::UnixTime;
use rustls::{CertificateError, OtherError};

/// `host` is what the certificate was asked for.
pub(super) fn text(error: &CertificateError, host: &str) -> String {
    match error {
        CertificateError::Expired => expired(""),
        CertificateError::ExpiredContext { not_after, .. } => expired(&format!(" on {}", date(*not_after))),
        CertificateError::NotValidYet => not_yet_valid(""),
        CertificateError::NotValidYetContext { not_before, .. } => {
            not_yet_valid(&format!(" before {}", date(*not_before)))
        }
        CertificateError::NotValidForName => wrong_name("other names", host),
        CertificateError::NotValidForNameContext { presented, .. } => wrong_name(&names(presented), host),
        CertificateError::UnknownIssuer => {
            "the certificate is not trusted: nobody known here has issued it; state the certificate of its authority as \
             `ca` of the target, or add it to the certificates of this machine (`SSL_CERT_FILE`)"
                .to_owned()
        }
        CertificateError::Revoked => {
            "the certificate was revoked by its authority: the target needs a new one".to_owned()
        }
        CertificateError::BadSignature => {
            "the certificate's signature is not its authority's: another authority may have the same name in `ca`"
                .to_owned()
        }
        CertificateError::Other(OtherError(inner)) => match inner.downcast_ref() {
            Some(error) => of_webpki(error),
            None => format!("the certificate is not accepted: {error}"),
        },
        other => format!("the certificate is not accepted: {other}"),
    }
}

fn of_webpki(error: &webpki::Error) -> String {
    match error {
        webpki::Error::CaUsedAsEndEntity => {
            "the certificate is not trusted: it is one of an authority (CA), as many that are signed by themselves, and a \
             server must have one of its own; make it with `basicConstraints=CA:FALSE` and state it, or the certificate \
             of its authority, as `ca` of the target"
                .to_owned()
        }
        webpki::Error::UnsupportedCertVersion => {
            "the certificate is of an old version: it must be X.509 version 3, with its names as subjectAltName".to_owned()
        }
        other => format!("the certificate is not accepted: {other}"),
    }
}

fn expired(when: &str) -> String {
    format!("the certificate has expired{when}: the target needs a new one, unless the clock of this machine is wrong")
}

fn not_yet_valid(when: &str) -> String {
    format!("the certificate is not valid{when}, by the clock of this machine: check the clock")
}

fn wrong_name(presented: &str, host: &str) -> String {
    format!(
        "the certificate is for {presented} and not for {host}: use its name in `url`, or have a certificate for {host} \
         made"
    )
}

/// A few names, without their types.
fn names(presented: &[String]) -> String {
    const SHOWN: usize = 5;
    match presented {
        [] => "no name at all".to_owned(),
        few if few.len() <= SHOWN => few.join(", "),
        many => format!("{} and {} more", many[..SHOWN].join(", "), many.len() - SHOWN),
    }
}

fn date(time: UnixTime) -> String {
    httpdate::fmt_http_date(SystemTime::UNIX_EPOCH + Duration::from_secs(time.as_secs()))
}
