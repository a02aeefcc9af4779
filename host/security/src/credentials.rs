//! How the host authenticates itself to a target: by one header, which is built once and marked sensitive so that nothing
//! prints it, or by a signature of each request.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gantry_config::{Auth, SecretRef};
use gantry_core::{Secret, Timestamp};
use http::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};

use crate::resolve::{Environment, SecretError, describe, resolve};
use crate::sign::{self, InvalidKey};

/// The headers of a signed request.
const ID: &str = "webhook-id";
const TIMESTAMP: &str = "webhook-timestamp";
const SIGNATURE: &str = "webhook-signature";

/// The credentials can't be built.
#[derive(Debug, thiserror::Error)]
pub enum CredentialsError {
    /// The secret can't be resolved.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// The secret holds a character no header may hold.
    #[error("`{reference}` holds a character that can't be sent in a header")]
    Unsendable {
        /// The reference.
        reference: String,
    },
    /// The header's name is no header name.
    #[error("`{name}` is not a header name")]
    HeaderName {
        /// As configured.
        name: String,
    },
    /// The secret is not a signing key.
    #[error("`{reference}` can't sign: {problem}")]
    Unsignable {
        /// The reference.
        reference: String,
        /// What a key must be.
        problem: InvalidKey,
    },
    /// RFC 7617 can't carry it.
    #[error("a user name for basic authentication can't hold a colon")]
    ColonInUser,
}

/// The credentials for every request to one target.
#[derive(Clone, Debug)]
pub struct Credentials {
    proof: Option<Proof>,
    signing: Option<Secret<String>>,
}

#[derive(Clone, Debug)]
struct Proof {
    name: HeaderName,
    value: HeaderValue,
    /// The forms in which the secret leaves the host: they are removed from what a target echoes.
    revealing: Vec<Secret<String>>,
}

impl Credentials {
    /// Resolves what `auth` refers to.
    pub fn new(auth: &Auth, env: Environment<'_>) -> Result<Self, CredentialsError> {
        let proof = match auth {
            Auth::None => return Ok(Self { proof: None, signing: None }),
            Auth::StandardWebhooks(secret) => {
                let signing = resolve(secret, env)?;
                signature(signing.expose(), "", Timestamp::default(), b"")
                    .map_err(|problem| CredentialsError::Unsignable { reference: describe(secret), problem })?;
                return Ok(Self { proof: None, signing: Some(signing) });
            }
            Auth::Bearer(token) => Proof::new(AUTHORIZATION, "Bearer ", token, env, str::to_owned)?,
            Auth::Basic { user, .. } if user.contains(':') => return Err(CredentialsError::ColonInUser),
            Auth::Basic { user, password } => Proof::new(AUTHORIZATION, "Basic ", password, env, |password| {
                STANDARD.encode(format!("{user}:{password}"))
            })?,
            Auth::Header { name, value } => Proof::new(header_name(name)?, "", value, env, str::to_owned)?,
        };
        Ok(Self { proof: Some(proof), signing: None })
    }

    /// Puts the credentials into a request, in place of any header of that name.
    pub fn apply(&self, headers: &mut HeaderMap) {
        if let Some(proof) = &self.proof {
            headers.insert(proof.name.clone(), proof.value.clone());
        }
    }

    /// Signs a request with this id, time and body, if the target's requests are to be signed.
    pub fn sign(&self, headers: &mut HeaderMap, id: &str, at: Timestamp, body: &[u8]) {
        let Some(secret) = &self.signing else { return };
        // This can't fail: the key has signed once already, in `new`.
        let Ok(signature) = signature(secret.expose(), id, at, body) else { return };
        for (name, value) in [(ID, id), (TIMESTAMP, &sign::webhook_timestamp(at)), (SIGNATURE, &signature)] {
            // With an id that no header can hold, the request stays unsigned, and the target refuses it.
            if let Ok(value) = HeaderValue::from_str(value) {
                headers.insert(name, value);
            }
        }
    }

    /// Removes the secret from a target's answer: some targets echo what they are sent.
    #[must_use]
    pub fn redact(&self, text: String) -> String {
        let revealing = self.proof.iter().flat_map(|proof| &proof.revealing).chain(&self.signing);
        revealing.fold(text, |text, secret| match text.contains(secret.expose()) {
            true => text.replace(secret.expose(), "[secret]"),
            false => text,
        })
    }
}

impl Proof {
    fn new(
        name: HeaderName,
        scheme: &str,
        reference: &SecretRef,
        env: Environment<'_>,
        encode: impl FnOnce(&str) -> String,
    ) -> Result<Self, CredentialsError> {
        let secret = resolve(reference, env)?;
        let encoded = encode(secret.expose());
        let mut value = HeaderValue::from_str(&format!("{scheme}{encoded}"))
            .map_err(|_| CredentialsError::Unsendable { reference: describe(reference) })?;
        value.set_sensitive(true);
        Ok(Self { name, value, revealing: vec![Secret::new(encoded), secret] })
    }
}

/// `v1,…`, or `v1a,…` with a private key.
fn signature(secret: &str, id: &str, at: Timestamp, body: &[u8]) -> Result<String, InvalidKey> {
    match secret.starts_with("whsk_") {
        true => sign::standard_ed25519(secret, id, at, body),
        false => sign::standard(secret, id, at, body),
    }
}

fn header_name(name: &str) -> Result<HeaderName, CredentialsError> {
    name.parse().map_err(|_| CredentialsError::HeaderName { name: name.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(name: &str) -> Option<std::ffi::OsString> {
        Some(if name == "BAD" { "a\u{7}b".into() } else { "s3cret".into() })
    }

    fn header_for(auth: &Auth) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, HeaderValue::from_static("a guest's forgery"));
        Credentials::new(auth, &env).unwrap().apply(&mut headers);
        headers
    }

    #[test]
    fn bearer_and_basic_replace_what_is_there_and_are_marked_sensitive() {
        let secret = SecretRef::Env("S".into());
        let bearer = header_for(&Auth::Bearer(secret.clone()));
        assert_eq!(bearer[AUTHORIZATION], "Bearer s3cret");
        assert!(bearer[AUTHORIZATION].is_sensitive());
        assert!(!format!("{bearer:?}").contains("s3cret"));
        let basic = header_for(&Auth::Basic { user: "erp".into(), password: secret });
        assert_eq!(basic[AUTHORIZATION], "Basic ZXJwOnMzY3JldA==");
        assert_eq!(basic.get_all(AUTHORIZATION).iter().count(), 1);
    }

    #[test]
    fn a_header_of_its_own_carries_the_bare_key() {
        let auth = Auth::Header { name: "X-Api-Key".into(), value: SecretRef::Env("S".into()) };
        assert_eq!(header_for(&auth)["x-api-key"], "s3cret");
    }

    #[test]
    fn a_secret_that_a_target_echoes_is_taken_out_in_either_form() {
        let auth = Auth::Basic { user: "erp".into(), password: SecretRef::Env("S".into()) };
        let credentials = Credentials::new(&auth, &env).unwrap();
        let echo = "got Basic ZXJwOnMzY3JldA== which is s3cret".to_owned();
        assert_eq!(credentials.redact(echo), "got Basic [secret] which is [secret]");
    }

    #[test]
    fn a_request_is_signed_as_standard_webhooks_specifies() {
        let env = |name: &str| match name {
            "S" => Some("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".into()),
            _ => Some("whsec_no base64".into()),
        };
        let credentials = Credentials::new(&Auth::StandardWebhooks(SecretRef::Env("S".into())), &env).unwrap();
        let mut headers = HeaderMap::new();
        let at = Timestamp(1_614_265_330_000);
        credentials.sign(&mut headers, "msg_p5jXN8AQM9LWM0D4loKWxJek", at, br#"{"test": 2432232314}"#);
        assert_eq!(headers["webhook-signature"], "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        assert_eq!(headers["webhook-id"], "msg_p5jXN8AQM9LWM0D4loKWxJek");
        assert_eq!(headers["webhook-timestamp"], "1614265330");
        assert!(!credentials.redact("MfKQ whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".into()).contains("ILPZ"));
        let wrong = Credentials::new(&Auth::StandardWebhooks(SecretRef::Env("T".into())), &env).unwrap_err();
        assert_eq!(wrong.to_string(), "`env:T` can't sign: a signing key must be base64");
    }

    #[test]
    fn a_secret_that_no_header_can_hold_is_refused_without_being_shown() {
        let error = Credentials::new(&Auth::Bearer(SecretRef::Env("BAD".into())), &env).unwrap_err();
        assert_eq!(error.to_string(), "`env:BAD` holds a character that can't be sent in a header");
    }
}
