//! The source of the flows that deliver alerts: the host itself. By it such a flow is told from those of files.

use gantry_config::{Label, SourceSettings};

/// The source of these flows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AlertSource;

impl SourceSettings for AlertSource {
    fn label(&self) -> Label {
        Label { kind: "alerts".to_owned(), place: String::new() }
    }

    fn is_about_the_host(&self) -> bool {
        true
    }
}
