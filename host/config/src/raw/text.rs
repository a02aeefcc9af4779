//! Texts with a form of their own. Here they are only texts; [`crate::lower`] understands them. The patterns help
//! editors and are no stricter than the lowering.

use std::ops::Deref;

use schemars::JsonSchema;
use serde::Deserialize;

macro_rules! text {
    ($(#[$attribute:meta])* $vis:vis $name:ident) => {
        #[derive(Clone, Debug, Deserialize, JsonSchema)]
        #[serde(transparent)]
        #[schemars(inline)]
        $(#[$attribute])*
        $vis struct $name(String);

        impl Deref for $name {
            type Target = str;

            fn deref(&self) -> &str {
                &self.0
            }
        }
    };
}

text! {
    /// A length of time.
    #[schemars(extend("format" = "duration", "examples" = ["500ms", "2s", "24h", "7d"]))]
    pub DurationText
}

text! {
    /// A number of bytes.
    #[schemars(extend("format" = "size", "pattern" = r"^[0-9]+ *(B|kB|MB|GB|TB|KiB|MiB|GiB|TiB)?$", "examples" = ["512KiB", "1MiB"]))]
    pub SizeText
}

text! {
    /// A name: 1 to 64 characters of `a-z`, `0-9`, `-` and `_`.
    #[schemars(extend("format" = "name", "pattern" = "^[a-z0-9_-]{1,64}$"))]
    pub NameText
}

text! {
    /// Where a secret is found; never the secret itself.
    #[schemars(extend("format" = "secret", "pattern" = "^(env|file):.+$", "examples" = ["env:ERP_TOKEN", "file:/run/secrets/erp"], "writeOnly" = true))]
    pub SecretText
}

text! {
    /// A JSON Pointer (RFC 6901).
    #[schemars(extend("format" = "json-pointer", "pattern" = "^/", "examples" = ["/customer/id"]))]
    pub PointerText
}

text! {
    /// A path, relative to the directory of the file that states it.
    #[schemars(extend("format" = "path"))]
    pub PathText
}

text! {
    /// A public key.
    #[schemars(extend("format" = "public-key", "pattern" = "^ed25519:[A-Za-z0-9+/=]+$"))]
    pub(crate) PublicKeyText
}

text! {
    /// A name, or with `*` for any characters, many.
    #[schemars(extend("format" = "name-pattern", "pattern" = "^[a-z0-9_*-]{1,64}$", "examples" = ["order-to-erp", "order-*", "*"]))]
    pub(crate) PatternText
}

text! {
    /// A moment, or a day in UTC, which counts to its end.
    #[schemars(extend("format" = "moment", "examples" = ["2027-06-30", "2027-06-30T12:00:00Z"]))]
    pub(crate) MomentText
}
