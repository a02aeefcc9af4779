//! Alert targets: what is said of an alert, in the form its endpoint asks for, over one HTTP request.
//!
//! In the queue a notice is Gantry's own JSON. It gets its form here, and with it the secrets that some forms carry in
//! their body or URL, at the last moment: none of them is ever on disk, in a dead letter or in an answer of the API.

mod form;

use async_trait::async_trait;
use gantry_config::{AlertTarget, HttpTarget};
use gantry_core::alert::Notice;
use gantry_core::{Delivery, ErrorClass, Secret};
use gantry_security::{Environment, SecretError, resolve};

use super::http::{HttpSender, HttpTargetError};
use super::{Accepted, Failure, ProbeError, Request, Target};
use form::Form;

/// An alert target can't be built from its configuration.
#[derive(Debug, thiserror::Error)]
pub enum AlertTargetError {
    /// A secret that it needs.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// The URL behind a reference; it is not shown, since it is a secret.
    #[error("what `{0}` holds is not a URL that begins with `https://` or `http://`")]
    SecretUrl(String),
    /// The request.
    #[error(transparent)]
    Http(#[from] HttpTargetError),
}

/// Sends notices to one endpoint.
#[derive(Debug)]
pub(super) struct AlertSender {
    http: HttpSender,
    form: Form,
    /// What an endpoint may echo.
    secrets: Vec<Secret<String>>,
}

impl AlertSender {
    pub(super) fn new(
        config: &AlertTarget,
        concurrency: usize,
        env: Environment<'_>,
    ) -> Result<Self, AlertTargetError> {
        let form = Form::new(config, env)?;
        let mut secrets: Vec<_> = form.secret().cloned().into_iter().collect();
        let http = match &config.url {
            None => HttpSender::new(&config.http, concurrency, env)?,
            Some(reference) => {
                let url = resolve(reference, env)?;
                let unusable = || AlertTargetError::SecretUrl(reference.to_string());
                let parsed = url::Url::parse(url.expose()).ok();
                parsed.filter(|url| matches!(url.scheme(), "http" | "https")).ok_or_else(unusable)?;
                let http = HttpTarget { url: url.expose().clone(), ..config.http.clone() };
                secrets.push(url);
                // Its error would show the URL.
                HttpSender::new(&http, concurrency, env).map_err(|_| unusable())?
            }
        };
        Ok(Self { http, form, secrets })
    }

    fn redact(&self, text: String) -> String {
        self.secrets.iter().fold(text, |text, secret| text.replace(secret.expose(), "[secret]"))
    }
}

#[async_trait]
impl Target for AlertSender {
    async fn send(&self, request: Request<'_>) -> Result<Accepted, Failure> {
        let notice: Notice = serde_json::from_slice(&request.delivery.payload).map_err(|error| {
            Failure::without_answer(ErrorClass::Permanent, &format!("this is not what is said of an alert: {error}"))
        })?;
        let payload = self.form.body(&notice).into();
        let delivery = Delivery { payload, ..request.delivery.clone() };
        let sent = self.http.send(Request { delivery: &delivery, ..request }).await;
        match sent {
            Ok(Accepted { status, excerpt }) => Ok(Accepted { status, excerpt: self.redact(excerpt) }),
            Err(failure) => Err(Failure { excerpt: self.redact(failure.excerpt), ..failure }),
        }
    }

    async fn probe(&self) -> Result<(), ProbeError> {
        self.http.probe().await
    }
}
