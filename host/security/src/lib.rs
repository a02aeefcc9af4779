//! Everything that handles key material: secrets by reference, verification of webhooks, credentials for targets, the
//! keys that the host generates for itself, and signatures of plugins.
//!
//! Promise 6 is kept here: a secret enters as [`gantry_core::Secret`], leaves only as a header marked sensitive, and
//! no error, `Debug` or refusal of this crate contains one. Comparisons of secrets take constant time. The crate reads
//! the files and the environment it is given, and opens no connection.

pub mod admin_token;
pub mod credentials;
pub mod data_dir;
mod key_file;
pub mod plugin_signature;
pub mod plugin_trust;
pub mod readable;
pub mod resolve;
pub mod sign;
pub mod signing_key;
pub mod verify;

pub use admin_token::AdminToken;
pub use credentials::{Credentials, CredentialsError};
pub use data_dir::{ExposedData, create_data_dir, exposed_data};
pub use key_file::{KeyFileError, cache_key};
pub use plugin_signature::{SignatureFile, SignatureFileError};
pub use plugin_trust::{Distrust, Trust, Untrusted};
pub use readable::readable_by_others;
pub use resolve::{Environment, SecretError, process_environment, resolve};
pub use signing_key::{PrivateKey, SigningKeyError, load_public};
pub use verify::{Refusal, Signed, Verifier, VerifierError};
