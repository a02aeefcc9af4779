//! Alert targets: notifications of alerts, in the format of their endpoint, each in one HTTP request.
//!
//! In the queue a notification is Gantry's own JSON. Here, at the last moment, it gets the format of its endpoint, and the
//! secrets that some formats have in body or URL. So no secret is ever on disk, in a dead letter or in an answer of the
//! API.

mod form;

use std::sync::Arc;

use async_trait::async_trait;
use gantry_config::{AlertTarget, AlertUrl};
use gantry_core::alert::Notification;
use gantry_core::{Delivery, ErrorClass, Secret};
use gantry_security::{SecretError, resolve};

use super::http::{HttpSender, HttpTarget, HttpTargetError};
use super::{Accepted, BuildError, Failure, OpenTarget, ProbeError, Request, Target, TargetContext};
use form::Form;

/// An alert target can't be built from its configuration.
#[derive(Debug, thiserror::Error)]
pub(super) enum AlertTargetError {
    /// A secret that it needs.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// The URL behind a reference is wrong. It is not shown, because it is a secret.
    #[error("what `{0}` holds is not a URL that begins with `https://` or `http://`")]
    SecretUrl(String),
    /// The request.
    #[error(transparent)]
    Http(#[from] HttpTargetError),
}

impl AlertTargetError {
    /// Whether only a secret is missing.
    const fn lacks_secret(&self) -> bool {
        match self {
            Self::Secret(_) => true,
            Self::SecretUrl(_) => false,
            Self::Http(error) => error.lacks_secret(),
        }
    }
}

/// The host makes these targets itself, from the alerts of its file.
impl OpenTarget for AlertTarget {
    fn open(&self, concurrency: usize, context: TargetContext<'_>) -> Result<Arc<dyn Target>, BuildError> {
        match AlertSender::new(self, concurrency, context) {
            Ok(sender) => Ok(Arc::new(sender)),
            Err(error) if error.lacks_secret() => Err(BuildError::Secret(error.into())),
            Err(error) => Err(BuildError::Settings(error.into())),
        }
    }
}

/// Sends notifications to one endpoint.
struct AlertSender {
    http: HttpSender,
    form: Form,
    /// The secrets that an endpoint might echo.
    secrets: Vec<Secret<String>>,
}

impl AlertSender {
    fn new(config: &AlertTarget, concurrency: usize, context: TargetContext<'_>) -> Result<Self, AlertTargetError> {
        let form = Form::new(config, context.env)?;
        let mut secrets: Vec<_> = form.secret().cloned().into_iter().collect();
        let http = match &config.url {
            AlertUrl::Open(url) => HttpSender::new(&request(config, url), concurrency, context)?,
            AlertUrl::Secret(reference) => {
                let url = resolve(reference, context.env)?;
                let unusable = || AlertTargetError::SecretUrl(reference.to_string());
                let parsed = url::Url::parse(url.expose()).ok();
                parsed.filter(|url| matches!(url.scheme(), "http" | "https")).ok_or_else(unusable)?;
                // Its error would contain the URL.
                let http = HttpSender::new(&request(config, url.expose()), concurrency, context);
                secrets.push(url);
                http.map_err(|_| unusable())?
            }
        };
        Ok(Self { http, form, secrets })
    }

    fn redact(&self, text: String) -> String {
        self.secrets.iter().fold(text, |text, secret| text.replace(secret.expose(), "[secret]"))
    }

    fn redact_all(&self, headers: Vec<(String, String)>) -> Vec<(String, String)> {
        headers.into_iter().map(|(name, value)| (name, self.redact(value))).collect()
    }
}

fn request(config: &AlertTarget, url: &str) -> HttpTarget {
    HttpTarget {
        headers: config.headers.clone(),
        auth: config.auth.clone(),
        timeout: config.timeout,
        ..HttpTarget::to(url)
    }
}

#[async_trait]
impl Target for AlertSender {
    async fn send(&self, request: Request<'_>) -> Result<Accepted, Failure> {
        let notification: Notification = serde_json::from_slice(&request.delivery.payload).map_err(|error| {
            Failure::without_answer(ErrorClass::Permanent, &format!("this is not what is said of an alert: {error}"))
        })?;
        let payload = self.form.body(&notification).into();
        let delivery = Delivery { payload, ..request.delivery.clone() };
        let sent = self.http.send(Request { delivery: &delivery, ..request }).await;
        match sent {
            Ok(accepted) => Ok(Accepted {
                headers: self.redact_all(accepted.headers),
                excerpt: self.redact(accepted.excerpt),
                ..accepted
            }),
            Err(failure) => Err(Failure {
                headers: self.redact_all(failure.headers),
                excerpt: self.redact(failure.excerpt),
                ..failure
            }),
        }
    }

    async fn probe(&self) -> Result<(), ProbeError> {
        self.http.probe().await
    }
}
