//! Mistakes in files, each with its position.

use gantry_core::coded_enum;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// All mistakes in all files, ordered by file and line.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct Diagnostics(pub Vec<Diagnostic>);

/// One mistake or warning.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Diagnostic {
    /// The file, as named on the command line or found in a directory.
    pub file: String,
    /// Line, from 1; none if it concerns the whole file.
    pub line: Option<usize>,
    /// Column in characters, from 1.
    pub column: Option<usize>,
    /// Error or warning.
    pub severity: DiagnosticSeverity,
    /// A stable code for the kind of mistake.
    #[schema(value_type = String)]
    pub code: DiagnosticCode,
    /// What is wrong.
    pub message: String,
    /// How to fix it; may be empty.
    pub help: String,
}

coded_enum! {
    /// Error or warning.
    #[derive(ToSchema)]

    pub enum DiagnosticSeverity {
        /// The host does not start.
        Error => "error",
        /// The host starts, but something may be wrong.
        Warning => "warning",
    }
}

coded_enum! {
    /// The kind of mistake.
    pub enum DiagnosticCode {
        /// A file or directory can't be read, is empty, or is not UTF-8.
        Unreadable => "unreadable",
        /// The text is not TOML.
        Syntax => "syntax",
        /// A key that doesn't exist here.
        UnknownKey => "unknown_key",
        /// A required key is absent.
        MissingKey => "missing_key",
        /// A value of the wrong type, for instance a number instead of a text.
        WrongType => "wrong_type",
        /// Not one of the possible values or kinds.
        UnknownChoice => "unknown_choice",
        /// A number, length or size outside its bounds.
        OutOfRange => "out_of_range",
        /// A text that can't be understood: a duration, a URL, a header name.
        InvalidValue => "invalid_value",
        /// A secret itself instead of a reference to it.
        LiteralSecret => "literal_secret",
        /// Two things exclude each other, for instance two flows with the same name, or two sources in one flow.
        Conflict => "conflict",
        /// A grant or a rule names a table that the flow doesn't declare.
        UnknownTable => "unknown_table",
        /// A target comes after another one that the flow doesn't have.
        UnknownTarget => "unknown_target",
        /// No target, or more than one, is the default.
        DefaultTarget => "default_target",
        /// A plugin, table or schema file does not exist.
        MissingFile => "missing_file",
        /// The host refuses a plugin: wrong world, ungranted import, or settings that violate its schema.
        PluginRefused => "plugin_refused",
        /// A lookup table can't be used: it is not well formed, or a key is missing or repeated.
        TableRefused => "table_refused",
        /// A JSON Schema can't be used: it is not JSON, not a schema, or has a `$ref` without a target.
        SchemaRefused => "schema_refused",
        /// The flow has no complete `[purpose]`.
        PurposeIncomplete => "purpose_incomplete",
        /// A source accepts messages from anyone.
        Unverified => "unverified",
        /// Duplicates are recognised by a header that the sender's signature does not cover.
        UnsignedHeader => "unsigned_header",
        /// Messages or credentials would cross a network unencrypted.
        PlainHttp => "plain_http",
        /// The admin API is reachable from other machines.
        AdminExposed => "admin_exposed",
        /// A target does not answer now.
        TargetUnreachable => "target_unreachable",
        /// A referenced secret can't be found now.
        SecretUnavailable => "secret_unavailable",
        /// A step grants files or variables that its plugin has no way to read.
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
        /// A golden case of a plugin expects a target that the flow does not have.
        UnknownRoute => "unknown_route",
        /// What was deployed to a step serves nothing any more: the step was removed or renamed.
        IdleDeployment => "idle_deployment",
        /// Nothing is left under a name that a flow states as its former one.
        UnknownFormer => "unknown_former",
        _ => Unknown,
    }
}
