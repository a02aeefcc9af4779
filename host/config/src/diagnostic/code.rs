//! Kinds of mistakes. Their names are stable: scripts and the error catalogue rely on them.

use std::fmt;

use serde::{Serialize, Serializer};

/// Whether a mistake keeps the host from starting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// It does.
    Error,
    /// It does not, but is worth a second look.
    Warning,
}

macro_rules! codes {
    ($(#[doc = $doc:literal] $variant:ident = $name:literal, $severity:ident;)*) => {
        /// Which kind of mistake.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Code { $(#[doc = $doc] $variant,)* }

        impl Code {
            /// Every code, in the order of the catalogue.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The code as reports and scripts spell it.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// What it stands for, in a sentence: the catalogue's text.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $doc.trim_ascii(),)* }
            }

            /// Whether it keeps the host from starting.
            #[must_use]
            pub const fn severity(self) -> Severity {
                match self { $(Self::$variant => Severity::$severity,)* }
            }
        }
    };
}

codes! {
    /// A file or directory can't be read, is empty, or is not UTF-8.
    Unreadable = "unreadable", Error;
    /// The text is not TOML.
    Syntax = "syntax", Error;
    /// A key that doesn't exist here.
    UnknownKey = "unknown_key", Error;
    /// A required key is absent.
    MissingKey = "missing_key", Error;
    /// For instance a number where a text belongs.
    WrongType = "wrong_type", Error;
    /// None of the values or kinds that are possible here.
    UnknownChoice = "unknown_choice", Error;
    /// A number, length or size outside its bounds.
    OutOfRange = "out_of_range", Error;
    /// A text that can't be understood: a duration, a URL, a header name.
    InvalidValue = "invalid_value", Error;
    /// A secret itself where a reference to it belongs.
    LiteralSecret = "literal_secret", Error;
    /// Two things exclude each other: two flows of one name, two sources in one flow.
    Conflict = "conflict", Error;
    /// A grant or a rule names a table that the flow doesn't declare.
    UnknownTable = "unknown_table", Error;
    /// No target, or more than one, is the default.
    DefaultTarget = "default_target", Error;
    /// A plugin, table or schema file does not exist.
    MissingFile = "missing_file", Error;
    /// The host refuses a plugin: wrong world, ungranted import, settings against its schema.
    PluginRefused = "plugin_refused", Error;
    /// A lookup table can't be read: not well formed, a key missing or repeated.
    TableRefused = "table_refused", Error;
    /// A JSON Schema can't be used: not JSON, not a schema, a `$ref` that leads nowhere.
    SchemaRefused = "schema_refused", Error;
    /// The flow doesn't say what it is for.
    PurposeIncomplete = "purpose_incomplete", Warning;
    /// Anyone may send messages to a source.
    Unverified = "unverified", Warning;
    /// Messages or credentials would cross a network unencrypted.
    PlainHttp = "plain_http", Warning;
    /// The admin API is reachable from other machines.
    AdminExposed = "admin_exposed", Warning;
    /// A target does not answer at present.
    TargetUnreachable = "target_unreachable", Warning;
    /// A secret that is referred to can't be found at present.
    SecretUnavailable = "secret_unavailable", Warning;
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}
