//! The settings of a webhook, and how its table is interpreted.

use std::ops::{Range, RangeInclusive};
use std::time::Duration;

use gantry_config::kind::SourceSettings;
use gantry_config::table::{At, PathText};
use gantry_config::{Code, Dedupe, Label, Lower, SecretRef, SourceKind, ValueFrom, Verify};
use gantry_security::{Environment, Verifier};

use super::form::Form;
use super::refused::Refused;
use super::split::Split;
use super::table::{FormChoice, IdempotencyKeyTable, SplitTable, WebhookTable};
use super::verify;
use crate::source::{OpenSource, SourceLacks};

const MAX_BYTES: usize = 1 << 20;
const MAX_BYTES_BOUNDS: RangeInclusive<u64> = 1..=(1 << 30);
const TIMEOUT: Duration = Duration::from_secs(10);
const WINDOW: Duration = Duration::from_secs(24 * 60 * 60);
const SPLIT_MESSAGES: u32 = 1000;

/// Headers that prove who sends: they must not be kept with a message.
const CREDENTIAL_HEADERS: [&str; 8] = [
    "authorization",
    "proxy-authorization",
    "cookie",
    "webhook-signature",
    "svix-signature",
    "x-hub-signature",
    "x-hub-signature-256",
    "x-shopify-hmac-sha256",
];

/// An HTTP endpoint that takes messages in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    /// Path on the host's intake listener; begins with `/`.
    pub path: String,
    /// How a sender is verified.
    pub verify: Verify,
    /// Longest body; a longer one is refused with 413.
    pub max_bytes: usize,
    /// Longest time from the first header to the last byte of the body; a slower request is refused with 408.
    pub timeout: Duration,
    /// Where the ordering key is found.
    pub key: Option<ValueFrom>,
    /// How duplicates are recognised.
    pub dedupe: Option<Dedupe>,
    /// What the header `Idempotency-Key` means; none: nothing.
    pub idempotency: Option<Idempotency>,
    /// Whether a request with the same signature as one before is a new message.
    pub accept_replays: bool,
    /// Request headers kept with the message, beside `content-type`; never credentials or signatures.
    pub keep_headers: Vec<String>,
    /// The media type of all messages, whatever the sender says; none: as the sender says.
    pub content_type: Option<String>,
    /// How forms are unwrapped; none: not.
    pub form: Option<Form>,
    /// How arrays are taken apart; none: not.
    pub split: Option<Split>,
    /// Whether messages are held to a JSON Schema.
    pub has_schema: bool,
}

/// How the header `Idempotency-Key` is honoured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Idempotency {
    /// Whether a request without it is refused.
    pub required: bool,
    /// How long a key is remembered.
    pub window: Duration,
}

/// The kind `webhook`.
pub(crate) struct Kind;

impl SourceKind for Kind {
    type Table = WebhookTable;
    type Settings = Webhook;

    const NAME: &'static str = "webhook";
    const ABOUT: &'static str = "HTTP POST to the host.";

    fn intake(table: &WebhookTable, _lower: &Lower<'_>) -> Option<At<String>> {
        table.path.clone()
    }

    fn schema(table: &WebhookTable) -> Option<&At<PathText>> {
        table.schema.as_ref()
    }

    fn lower(raw: WebhookTable, lower: &mut Lower<'_>) -> Option<Webhook> {
        let path = raw.path.and_then(|path| listening_path(path, lower));
        let verify = raw.verify.and_then(|verify| verify::lower(verify, lower));
        let max_bytes = lower.memory_or(raw.max_bytes.as_ref(), MAX_BYTES, MAX_BYTES_BOUNDS);
        let timeout = lower.duration_or(raw.timeout.as_ref(), TIMEOUT);
        let key = lower.value_from(raw.key);
        let dedupe_span = raw.dedupe.as_ref().map(|dedupe| dedupe.span.clone());
        let dedupe = lower.dedupe(raw.dedupe);
        warn_of_unsigned(verify.as_ref(), dedupe.as_ref().and_then(Option::as_ref).zip(dedupe_span), lower);
        let idempotency = raw.idempotency_key.map_or(Some(None), |raw| idempotency(&raw, lower).map(Some));
        let keep_headers: Vec<_> =
            raw.keep_headers.unwrap_or_default().iter().map(|name| kept_header(name, lower)).collect();
        let content_type = raw.content_type.map_or(Some(None), |text| media_type(text, lower).map(Some));
        let split = raw.split.map_or(Some(None), |raw| split(raw, idempotency.as_ref(), lower).map(Some));
        Some(Webhook {
            path: path?,
            verify: verify?,
            max_bytes: max_bytes?,
            timeout: timeout?,
            key: key?,
            dedupe: dedupe?,
            idempotency: idempotency?,
            accept_replays: raw.accept_replays.unwrap_or(false),
            keep_headers: keep_headers.into_iter().collect::<Option<_>>()?,
            content_type: content_type?,
            form: raw.form.map(FormChoice::into),
            split: split?,
            has_schema: raw.schema.is_some(),
        })
    }
}

impl SourceSettings for Webhook {
    fn label(&self) -> Label {
        Label { kind: "webhook".to_owned(), place: self.path.clone() }
    }

    fn intake(&self) -> Option<String> {
        Some(self.path.clone())
    }

    fn secrets(&self) -> Vec<&SecretRef> {
        self.verify.secrets()
    }

    fn refusals(&self) -> &'static [&'static str] {
        &Refused::REASONS
    }
}

/// It doesn't run by itself: one server serves the webhooks of all flows.
impl OpenSource for Webhook {
    fn check(&self, env: Environment<'_>) -> Result<(), SourceLacks> {
        let problem = "the webhook can't verify its senders";
        Verifier::new(&self.verify, env).map(drop).map_err(|source| SourceLacks { problem, source: source.into() })
    }
}

fn listening_path(path: At<String>, lower: &mut Lower<'_>) -> Option<String> {
    let is_plain = path.value.chars().all(|c| c.is_ascii_alphanumeric() || "/-_.~".contains(c));
    if path.value.starts_with('/') && is_plain {
        return Some(path.value);
    }
    let help = "it begins with `/` and has letters, digits, `-`, `_`, `.` and `~`: \"/shop/orders\"";
    lower.invalid(&path.span, format!("`{}` is not a path to listen on", path.value), help);
    None
}

/// Warns of a header that anybody who has recorded a request can change, so that the request is no duplicate any more.
fn warn_of_unsigned(verify: Option<&Verify>, dedupe: Option<(&Dedupe, Range<usize>)>, lower: &mut Lower<'_>) {
    if let Some((Dedupe { by: ValueFrom::Header(name), .. }, span)) = dedupe
        && verify.is_some_and(|verify| verify.leaves_unsigned(name))
    {
        let message =
            format!("the sender's signature does not cover `{name}`: who has recorded a request can change it");
        let help = "recognise duplicates by something in the payload";
        lower.report(Code::UnsignedHeader, &span, message, help);
    }
}

fn kept_header(name: &At<String>, lower: &mut Lower<'_>) -> Option<String> {
    let kept = lower.header_name(&name.value, &name.span)?;
    if !CREDENTIAL_HEADERS.contains(&kept.as_str()) {
        return Some(kept);
    }
    lower.invalid(&name.span, format!("`{kept}` is a credential and is never kept with a message"), "leave it out");
    None
}

fn media_type(text: At<String>, lower: &mut Lower<'_>) -> Option<String> {
    let mut parts = text.value.split(';').next().unwrap_or_default().trim().split('/');
    let is_token = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'*');
    let has_both = parts.next().is_some_and(is_token) && parts.next().is_some_and(is_token) && parts.next().is_none();
    if has_both && text.value.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return Some(text.value);
    }
    let help = "it has a type and a subtype: \"application/json\", \"text/csv; charset=utf-8\"";
    lower.invalid(&text.span, format!("`{}` is not a media type", text.value), help);
    None
}

fn split(raw: At<SplitTable>, idempotency: Option<&Option<Idempotency>>, lower: &mut Lower<'_>) -> Option<Split> {
    if idempotency.is_some_and(Option::is_some) {
        let message = "an idempotency key stands for one message, and this source takes several from a request";
        let help = "leave `idempotency_key` out, and recognise duplicates by `dedupe`";
        lower.report(Code::Conflict, &raw.span, message, help);
        return None;
    }
    let pointer = match raw.value.pointer {
        None => String::new(),
        Some(At { span, value }) => lower.pointer(&value, &span)?,
    };
    Some(Split { pointer, max_messages: raw.value.max_messages.unwrap_or(SPLIT_MESSAGES) as usize })
}

fn idempotency(raw: &IdempotencyKeyTable, lower: &mut Lower<'_>) -> Option<Idempotency> {
    let window = lower.duration_or(raw.window.as_ref(), WINDOW)?;
    Some(Idempotency { required: raw.required.unwrap_or(true), window })
}
