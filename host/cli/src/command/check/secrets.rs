//! Warns of secrets that others can read or guess: files that more than their owner may read, and short tokens and shared
//! secrets of senders. Nothing of a secret is printed.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use gantry_config::{Code, Diagnostic, Flow, HostConfig, SecretRef};
use gantry_security::{process_environment, readable_by_others, resolve};

/// Fewest bytes of a token or shared secret: 128 bits, if all of them are random.
const FEWEST_BYTES: usize = 16;

/// What encodes the secrets of Standard Webhooks: base64 behind it.
const STANDARD_WEBHOOKS: &str = "whsec_";

/// A warning for each secret of these flows, and of the admin API, that is exposed or weak.
pub(super) fn check(flows: &[Flow], host: &HostConfig, host_file: &Path) -> Vec<Diagnostic> {
    let mut found: Vec<_> = flows.iter().flat_map(of_flow).collect();
    let token = host.admin_token.iter().flat_map(|token| [exposed(token, host_file), weak(token, host_file)]);
    found.extend(token.flatten());
    found
}

fn of_flow(flow: &Flow) -> Vec<Diagnostic> {
    let of_senders = flow.source.secrets();
    let of_targets = flow.targets.values().flat_map(|target| target.settings.secrets());
    // Several targets may share a file.
    let mut seen = BTreeSet::new();
    let all = of_senders.iter().copied().chain(of_targets).filter(|secret| seen.insert(secret.to_string()));
    let exposed = all.filter_map(|secret| exposed(secret, &flow.file)).collect::<Vec<_>>();
    exposed.into_iter().chain(of_senders.into_iter().filter_map(|secret| weak(secret, &flow.file))).collect()
}

/// A warning if the secret is in a file that others may read. A missing file is reported by `parts`.
fn exposed(secret: &SecretRef, file: &Path) -> Option<Diagnostic> {
    let SecretRef::File(path) = secret else { return None };
    let mode = readable_by_others(secret)?;
    let message = format!("`{secret}` can be read by other users than its owner: its mode is {mode:04o}");
    let help = format!("chmod 600 {}, as the user that the host runs as", path.display());
    Some(warning(Code::SecretExposed, file, message, help))
}

/// A warning if the secret is shorter than a random one is.
fn weak(secret: &SecretRef, file: &Path) -> Option<Diagnostic> {
    let value = resolve(secret, &process_environment).ok()?;
    let text = value.expose();
    let bytes =
        text.strip_prefix(STANDARD_WEBHOOKS).map_or(text.len(), |base64| base64.trim_end_matches('=').len() * 3 / 4);
    if bytes >= FEWEST_BYTES {
        return None;
    }
    let message = format!(
        "`{secret}` has {bytes} bytes, so that it can be guessed: at least {FEWEST_BYTES} random ones are needed"
    );
    Some(warning(Code::SecretWeak, file, message, "openssl rand -hex 32 draws one".to_owned()))
}

fn warning(code: Code, file: &Path, message: String, help: String) -> Diagnostic {
    Diagnostic::new(code, PathBuf::from(file), None, message, help)
}
