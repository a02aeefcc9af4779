//! Whether others may read a secret.

use std::os::unix::fs::PermissionsExt as _;

use gantry_config::SecretRef;

/// Permission of anyone but the owner to read.
const READ_BY_OTHERS: u32 = 0o044;

/// The mode of the file that the secret is in, if others than its owner may read it. None for a file that is missing.
#[must_use]
pub fn readable_by_others(secret: &SecretRef) -> Option<u32> {
    let SecretRef::File(path) = secret else { return None };
    let mode = std::fs::metadata(path).ok()?.permissions().mode() & 0o777;
    (mode & READ_BY_OTHERS != 0).then_some(mode)
}
