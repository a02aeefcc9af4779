//! The names under which the admin API answers. A web page can make a browser send requests here under a name of its own
//! that resolves to this machine (DNS rebinding), and read the answers; so only names are taken that no stranger has:
//! addresses, `localhost`, and those that the operator states.

use std::net::{IpAddr, Ipv6Addr};

/// Whether requests for this `Host` are answered.
pub(crate) fn is_taken(host: &str, stated: &[String]) -> bool {
    let name = without_port(host);
    let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
    is_address(&name) || name == "localhost" || name.ends_with(".localhost") || stated.contains(&name)
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) && !name.ends_with(':') => name,
        _ => host,
    }
}

/// An address needs no name to be resolved, so that nobody can turn it to another machine.
fn is_address(name: &str) -> bool {
    match name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        Some(inner) => inner.parse::<Ipv6Addr>().is_ok(),
        None => name.parse::<IpAddr>().is_ok_and(|address| address.is_ipv4()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_localhost_and_stated_names_are_taken_and_no_others() {
        let stated = ["gantry.internal".to_owned()];
        for host in [
            "127.0.0.1",
            "127.0.0.1:8081",
            "10.0.0.7:80",
            "[::1]:8081",
            "[2001:db8::1]",
            "localhost",
            "LocalHost:8081",
            "app.localhost",
            "gantry.internal:443",
            "Gantry.Internal.",
        ] {
            assert!(is_taken(host, &stated), "{host}");
        }
        for host in
            ["evil.example", "evil.example:8081", "", ":80", "127.0.0.1.evil.example", "localhost.evil.example", "::1"]
        {
            assert!(!is_taken(host, &stated), "{host}");
        }
    }
}
