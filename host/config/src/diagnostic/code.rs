//! Kinds of mistakes. Their names are stable: scripts and the error catalogue rely on them.

use gantry_core::coded_enum;
use serde::Serialize;

/// Whether a mistake keeps the host from starting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// It does.
    Error,
    /// It does not, but is worth a second look.
    Warning,
}

coded_enum! {
    /// Which kind of mistake.
    pub enum Code {
        /// A file or directory can't be read, is empty, or is not UTF-8.
        Unreadable => "unreadable",
        /// The text is not TOML.
        Syntax => "syntax",
        /// A key that doesn't exist here.
        UnknownKey => "unknown_key",
        /// A required key is absent.
        MissingKey => "missing_key",
        /// For instance a number where a text belongs.
        WrongType => "wrong_type",
        /// None of the values or kinds that are possible here.
        UnknownChoice => "unknown_choice",
        /// A number, length or size outside its bounds.
        OutOfRange => "out_of_range",
        /// A text that can't be understood: a duration, a URL, a header name.
        InvalidValue => "invalid_value",
        /// A secret itself where a reference to it belongs.
        LiteralSecret => "literal_secret",
        /// Two things exclude each other: two flows of one name, two sources in one flow.
        Conflict => "conflict",
        /// A grant or a rule names a table that the flow doesn't declare.
        UnknownTable => "unknown_table",
        /// A target comes after another one that the flow doesn't have.
        UnknownTarget => "unknown_target",
        /// No target, or more than one, is the default.
        DefaultTarget => "default_target",
        /// A plugin, table or schema file does not exist.
        MissingFile => "missing_file",
        /// The host refuses a plugin: wrong world, ungranted import, settings against its schema.
        PluginRefused => "plugin_refused",
        /// A lookup table can't be read: not well formed, a key missing or repeated.
        TableRefused => "table_refused",
        /// A JSON Schema can't be used: not JSON, not a schema, a `$ref` that leads nowhere.
        SchemaRefused => "schema_refused",
        /// The flow doesn't say what it is for.
        PurposeIncomplete => "purpose_incomplete",
        /// Anyone may send messages to a source.
        Unverified => "unverified",
        /// Duplicates are recognised by a header that the sender's signature does not cover.
        UnsignedHeader => "unsigned_header",
        /// Messages or credentials would cross a network unencrypted.
        PlainHttp => "plain_http",
        /// The admin API is reachable from other machines.
        AdminExposed => "admin_exposed",
        /// A target does not answer at present, or its certificate is not accepted.
        TargetUnreachable => "target_unreachable",
        /// A secret that is referred to can't be found at present.
        SecretUnavailable => "secret_unavailable",
        /// A step grants its plugin files or variables that the plugin has no way to read.
        UnusedGrant => "unused_grant",
        /// A file with a secret can be read by other users than its owner.
        SecretExposed => "secret_exposed",
        /// Others may read or change what is in a directory of the host or of a source.
        DirectoryExposed => "directory_exposed",
        /// A token or shared secret is so short that it can be guessed.
        SecretWeak => "secret_weak",
        /// A text looks like a reference to a secret where none is resolved: it is used as it is written.
        UnresolvedReference => "unresolved_reference",
        /// The paths of two webhooks differ only by a slash at the end.
        SimilarPath => "similar_path",
        /// Two flows watch one directory for files, and a name may fit both.
        OverlappingPatterns => "overlapping_patterns",
        /// An alert is for a flow, or for flows of an owner, of which there are none.
        UnknownFlow => "unknown_flow",
        /// A golden case of a plugin expects a target that the flow doesn't have.
        UnknownRoute => "unknown_route",
        /// What was deployed to a step serves nothing any more: the step was removed or renamed.
        IdleDeployment => "idle_deployment",
        /// Nothing is left under a name that a flow states as its former one.
        UnknownFormer => "unknown_former",
    }
}

impl Code {
    /// Whether it keeps the host from starting.
    #[must_use]
    pub const fn severity(self) -> Severity {
        match self {
            Self::PurposeIncomplete
            | Self::Unverified
            | Self::UnsignedHeader
            | Self::PlainHttp
            | Self::AdminExposed
            | Self::TargetUnreachable
            | Self::SecretUnavailable
            | Self::UnusedGrant
            | Self::SecretExposed
            | Self::DirectoryExposed
            | Self::SecretWeak
            | Self::UnresolvedReference
            | Self::SimilarPath
            | Self::OverlappingPatterns
            | Self::UnknownFlow
            | Self::UnknownRoute
            | Self::IdleDeployment
            | Self::UnknownFormer => Severity::Warning,
            _ => Severity::Error,
        }
    }
}
