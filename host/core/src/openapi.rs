//! How identities and names look in the admin API's description: texts, each with its form and an example.
//!
//! Types that are written as they are built derive their description where they are defined; these here have a text
//! form of their own.

use std::borrow::Cow;

use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::openapi::{RefOr, SchemaFormat};
use utoipa::{PartialSchema, ToSchema};

use crate::id::{DeadLetterId, Digest, FlowName, JobId, KeyName, MessageId, TargetName};
use crate::signature::{KeyId, SignatureBytes};

/// A text of this form.
fn text(description: &str, format: &str, example: &str) -> RefOr<Schema> {
    let text = ObjectBuilder::new().schema_type(Type::String).description(Some(description)).examples([example]);
    if format.is_empty() { text.into() } else { text.format(Some(SchemaFormat::Custom(format.to_owned()))).into() }
}

macro_rules! texts {
    ($($type:ident, $format:literal, $description:literal, $example:literal;)*) => {
        $(
            impl PartialSchema for $type {
                fn schema() -> RefOr<Schema> {
                    text($description, $format, $example)
                }
            }

            impl ToSchema for $type {
                fn name() -> Cow<'static, str> {
                    stringify!($type).into()
                }
            }
        )*
    };
}

texts! {
    MessageId, "uuid", "A message's identity.", "019a0c4e-7a52-7c3e-9d0f-3b1f0a6e4c11";
    JobId, "uuid", "A job's identity.", "019a0c4e-7a52-7c3e-9d0f-3b1f0a6e4c22";
    DeadLetterId, "", "The message's id, with `.POSITION` behind it where one delivery failed.", "019a0c4e-7a52-7c3e-9d0f-3b1f0a6e4c11.0";
    Digest, "", "`sha256:` and 64 hex digits.", "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    KeyName, "", "A key: 1 to 64 characters of a-z, 0-9, `-` and `_`.", "acme";
    KeyId, "", "The first eight bytes of the SHA-256 of the public key, as 16 hex digits.", "3f1b0a6e4c117a52";
    SignatureBytes, "base64", "64 bytes in base64.", "";
    FlowName, "", "A flow: 1 to 64 characters of a-z, 0-9, `-` and `_`.", "orders";
    TargetName, "", "A target: 1 to 64 characters of a-z, 0-9, `-` and `_`.", "erp";
}
