//! Schemas of ids, names, times and payloads for the API's description. They are never serialised: a field with a type
//! of `gantry_core` names its schema here with `#[schema(value_type = …)]`.

use std::borrow::Cow;

use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, Schema, Type};
use utoipa::openapi::{RefOr, SchemaFormat};
use utoipa::{PartialSchema, ToSchema};

/// Payload bytes in JSON.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum Payload {
    /// The bytes as text: they are valid UTF-8.
    Text(String),
    /// The bytes in Base64: they are not text.
    Base64(String),
}

/// Milliseconds since the Unix epoch, UTC.
pub struct Timestamp;

impl PartialSchema for Timestamp {
    fn schema() -> RefOr<Schema> {
        let number = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(0));
        let number = number.format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)));
        number.description(Some("Milliseconds since the Unix epoch, UTC.")).into()
    }
}

impl ToSchema for Timestamp {
    fn name() -> Cow<'static, str> {
        "Timestamp".into()
    }
}

macro_rules! texts {
    ($($type:ident, $format:literal, $description:literal, $example:literal;)*) => {
        $(
            #[doc = $description]
            pub struct $type;

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
    DeadLetterId, "", "The message's id, followed by `.POSITION` if one delivery failed.", "019a0c4e-7a52-7c3e-9d0f-3b1f0a6e4c11.0";
    Digest, "", "`sha256:` and 64 hex digits.", "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    KeyName, "", "A key: 1 to 64 characters of a-z, 0-9, `-` and `_`.", "acme";
    KeyId, "", "The first eight bytes of the SHA-256 of the public key, as 16 hex digits.", "3f1b0a6e4c117a52";
    SignatureBytes, "base64", "64 bytes in base64.", "";
    FlowName, "", "A flow: 1 to 64 characters of a-z, 0-9, `-` and `_`.", "orders";
    TargetName, "", "A target: 1 to 64 characters of a-z, 0-9, `-` and `_`.", "erp";
}

/// The schema of a text.
fn text(description: &str, format: &str, example: &str) -> RefOr<Schema> {
    let text = ObjectBuilder::new().schema_type(Type::String).description(Some(description)).examples([example]);
    if format.is_empty() { text.into() } else { text.format(Some(SchemaFormat::Custom(format.to_owned()))).into() }
}
