//! Reloads, and mistakes in files.

use gantry_api::v1;
use gantry_config as config;
use gantry_control::changes;
use gantry_control::reload;

use super::{Convert, alike};

alike! {
    reload::ReloadReport => v1::ReloadReport { at, trigger, result, changes, diagnostics, restart }
    reload::Trigger => v1::ReloadTrigger [Api, Signal, Watch]
    reload::ReloadResult => v1::ReloadResult [Applied, Unchanged, Refused]
    changes::Changes => v1::ReloadChanges { added, changed, removed, unchanged, broken, settings }
    config::SettingChange => v1::SettingChange { setting, from, to }
    changes::Removed => v1::RemovedFlow { flow, waiting, taken_over_by }
    config::Severity => v1::DiagnosticSeverity [Error, Warning]
    config::Code => v1::DiagnosticCode [
        Unreadable, Syntax, UnknownKey, MissingKey, WrongType, UnknownChoice, OutOfRange, InvalidValue, LiteralSecret,
        Conflict, UnknownTable, UnknownTarget, DefaultTarget, MissingFile, PluginRefused, TableRefused, SchemaRefused,
        PurposeIncomplete, Unverified, UnsignedHeader, PlainHttp, AdminExposed, TargetUnreachable, SecretUnavailable,
        UnusedGrant, SecretExposed, DirectoryExposed, SecretWeak, UnresolvedReference, SimilarPath, OverlappingPatterns,
        UnknownFlow,
        UnknownRoute, IdleDeployment, UnknownFormer,
    ]
}

impl Convert<v1::Diagnostics> for config::Diagnostics {
    fn convert(self) -> v1::Diagnostics {
        v1::Diagnostics(self.into_iter().map(config::Diagnostic::convert).collect())
    }
}

// The text around the mistake is not sent: it may contain confidential settings.
impl Convert<v1::Diagnostic> for config::Diagnostic {
    fn convert(self) -> v1::Diagnostic {
        v1::Diagnostic {
            file: self.file.display().to_string(),
            line: self.line,
            column: self.column,
            severity: self.severity.convert(),
            code: self.code.convert(),
            message: self.message,
            help: self.help,
        }
    }
}
