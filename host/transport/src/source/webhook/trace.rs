//! W3C trace context of requests: passed on if it is well formed, and otherwise dropped.

/// `traceparent` if it is of version 00 and names a trace and a span.
pub(super) fn parent(header: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(header).ok()?;
    let parts: Vec<&str> = text.split('-').collect();
    let &[version, trace, span, flags] = parts.as_slice() else { return None };
    let hex =
        |part: &str, length| part.len() == length && part.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let named = |part: &str, length| hex(part, length) && part.bytes().any(|byte| byte != b'0');
    let valid = version == "00" && named(trace, 32) && named(span, 16) && hex(flags, 2);
    valid.then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_well_formed_parent_is_passed_on() {
        let good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        assert_eq!(parent(good.as_bytes()).as_deref(), Some(good));
        for bad in [
            "",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        ] {
            assert_eq!(parent(bad.as_bytes()), None, "{bad}");
        }
    }
}
