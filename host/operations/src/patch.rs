//! What a JSON Patch would make of the dead letters that pass a filter: the preview of a job that edits them. Reads, and
//! changes nothing.

use gantry_control::patch::{PatchPreview, PayloadPatch};
use gantry_core::DeadLetterState;
use gantry_store::{Filter, Page};

use crate::error::OperationError;
use crate::records::Records;

/// Dead letters read at once, whole.
const PAGE: usize = 100;

impl Records {
    /// What a patch would do to the dead letters that pass the filter now. Reads them all.
    pub async fn preview_patch(&self, filter: Filter, patch: &str) -> Result<PatchPreview, OperationError> {
        let patch = PayloadPatch::read(patch)?;
        let filter = self.services().check_filter(filter).await?;
        let mut preview = PatchPreview::default();
        for state in [DeadLetterState::Open, DeadLetterState::Acknowledged] {
            if filter.state.is_some_and(|asked| asked != state) {
                continue;
            }
            let of_state = Filter { state: Some(state), ..filter.clone() };
            let mut page = Page::first(PAGE);
            loop {
                let found = self.dead_letters(of_state.clone(), page).await?;
                found.dead_letters.into_iter().for_each(|dead_letter| preview.add(&patch, dead_letter));
                let Some(next) = found.next else { break };
                page.after = Some(next);
            }
        }
        Ok(preview)
    }
}
