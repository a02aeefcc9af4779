//! Finds a running host although the host's file has mistakes: by its runtime file, if `--data` names the directory or the
//! host says that it was started with that very file. A stopped host is not found this way: its store is opened by what the
//! file says.

use gantry_config::{HostConfig, SecretRef};

use super::runtime_file::RuntimeFile;
use super::transport::Transport;
use crate::args::HostArgs;

/// The settings by which the running host is reached; none if there is no such host.
pub(super) async fn running(host: &HostArgs) -> Option<HostConfig> {
    let file = host.file()?;
    let salvaged = HostConfig::salvage(file);
    let config = host.in_directory(salvaged.unwrap_or_default()).ok()?;
    let running = RuntimeFile::read(&config.data_dir)?;
    let is_its_file = running.config.as_deref() == std::path::absolute(file).ok().as_deref();
    if host.data.is_none() && !is_its_file {
        return None;
    }
    let config = HostConfig { admin_token: running.token.as_deref().and_then(reference), ..config };
    Transport::to_host(&config).await.ok().flatten().map(|_| config)
}

/// A reference as it is written.
fn reference(text: &str) -> Option<SecretRef> {
    match text.split_once(':')? {
        ("env", name) => Some(SecretRef::Env(name.to_owned())),
        ("file", path) => Some(SecretRef::File(path.into())),
        _ => None,
    }
}
