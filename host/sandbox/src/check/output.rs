//! Checks outputs: their number, size and target, and that no name or header can be misread by a target.

use bytes::Bytes;
use gantry_core::{Headers, Output, TargetName, escape};

use super::Breach;
use crate::guest::types::{Output as GuestOutput, PayloadResult};
use crate::step::context::StepContext;

/// Most headers of one output.
const HEADERS: usize = 64;
/// Most bytes of one header's value; many servers take 8 KiB for all headers together.
const HEADER_BYTES: usize = 4 << 10;
/// Most bytes of a content type, a header's name or an idempotency key: they travel as headers.
const TOKEN_BYTES: usize = 255;
/// Most bytes of an ordering key.
const KEY_BYTES: usize = 1 << 10;
/// How much of a refused text is shown.
const SHOWN_BYTES: usize = 64;

/// All outputs of one message, or the first breach.
pub(super) fn outputs(outputs: Vec<GuestOutput>, step: &StepContext) -> Result<Vec<Output>, Breach> {
    let limits = step.limits;
    if outputs.len() > limits.outputs {
        return Err(Breach::Outputs { count: outputs.len(), limit: limits.outputs });
    }
    if outputs.iter().map(size).sum::<usize>() > limits.output_bytes {
        return Err(Breach::Bytes { limit: limits.output_bytes });
    }
    outputs.into_iter().enumerate().map(|(position, output)| read(position, output, step)).collect()
}

/// Bytes of payload and headers.
fn size(output: &GuestOutput) -> usize {
    let headers: usize = output.headers.iter().map(|(name, value)| name.len() + value.len()).sum();
    headers + bytes_of(&output.payload)
}

fn bytes_of(payload: &PayloadResult) -> usize {
    match payload {
        PayloadResult::Text(text) => text.len(),
        PayloadResult::Bytes(bytes) => bytes.len(),
    }
}

fn read(position: usize, output: GuestOutput, step: &StepContext) -> Result<Output, Breach> {
    let breach = |text: String| Breach::Output { position, text };
    check_token("content type", &output.content_type).map_err(breach)?;
    if let Some(key) = &output.idempotency_key {
        check_token("idempotency key", key).map_err(breach)?;
    }
    if let Some(key) = output.key.as_ref().filter(|key| key.len() > KEY_BYTES || key.chars().any(char::is_control)) {
        return Err(breach(format!("a key of {} bytes, too long or with control characters", key.len())));
    }
    Ok(Output {
        route: output.route.map(|route| granted(position, &route, step)).transpose()?,
        key: output.key,
        idempotency_key: output.idempotency_key,
        content_type: output.content_type,
        headers: headers(output.headers).map_err(breach)?,
        payload: match output.payload {
            PayloadResult::Text(text) => Bytes::from(text),
            PayloadResult::Bytes(bytes) => Bytes::from(bytes),
        },
    })
}

/// The target of this name, if the flow has it.
fn granted(position: usize, route: &str, step: &StepContext) -> Result<TargetName, Breach> {
    let target = route.parse().ok().filter(|target| step.routes.contains(target));
    target.ok_or_else(|| Breach::Route {
        position,
        route: escape(route, TOKEN_BYTES),
        targets: step.routes.iter().map(|target| format!("`{target}`")).collect::<Vec<_>>().join(", "),
    })
}

/// Headers that mean the same in HTTP as here: a line break in one would begin another one.
fn headers(headers: Vec<(String, String)>) -> Result<Headers, String> {
    if headers.len() > HEADERS {
        return Err(format!("{} headers; at most {HEADERS}", headers.len()));
    }
    for (name, value) in &headers {
        if name.is_empty() || name.len() > TOKEN_BYTES || !name.bytes().all(is_token) {
            return Err(format!("a header named `{}`, which no header may be", escape(name, TOKEN_BYTES)));
        }
        if value.len() > HEADER_BYTES || value.chars().any(|c| c.is_control() && c != '\t') {
            return Err(format!("a value of header `{name}` that is too long or holds control characters"));
        }
    }
    Ok(headers.into_iter().collect())
}

/// Characters of a header's name (RFC 9110, `tchar`).
const fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(byte, b'!' | b'#'..=b'\'' | b'*' | b'+' | b'-' | b'.' | b'^'..=b'`' | b'|' | b'~')
}

/// Whether a text may be part of a header: printable ASCII, not empty, not too long.
fn check_token(what: &str, text: &str) -> Result<(), String> {
    let is_printable = text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic());
    if text.is_empty() || text.len() > TOKEN_BYTES || !is_printable {
        return Err(format!(
            "the {what} `{}`: use 1 to {TOKEN_BYTES} printable ASCII characters",
            escape(text, SHOWN_BYTES)
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(name: &str, value: &str) -> Vec<(String, String)> {
        vec![(name.to_owned(), value.to_owned())]
    }

    #[test]
    fn a_header_that_could_begin_another_is_refused() {
        for (name, value) in
            [("x-a", "b\r\nx-c: d"), ("x a", "b"), ("x:a", "b"), ("", "b"), ("x-a", "\u{0}"), ("ä", "b")]
        {
            assert!(headers(pair(name, value)).is_err(), "{name:?} {value:?}");
        }
        assert!(headers(pair("X-Origin", "Größe\t5")).unwrap().get("x-origin").is_some());
    }

    #[test]
    fn what_travels_in_a_header_is_printable_ascii() {
        assert!(check_token("key", "order 17/3").is_ok());
        for bad in ["", "a\nb", "é", &"x".repeat(256)] {
            assert!(check_token("key", bad).is_err(), "{bad:?}");
        }
    }
}
