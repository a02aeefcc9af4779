//! How often which rule was broken.

use gantry_admin::convert::Convert as _;
use gantry_api::v1::{Part, QualityFilter, QualityReport};

use super::{Desk, DeskError};

impl Desk {
    /// What was broken in a span of time.
    pub(crate) async fn quality(&self, filter: &QualityFilter) -> Result<QualityReport, DeskError> {
        match self {
            Self::Running(remote) => remote.query("quality", (filter, &Part::default())).await,
            Self::AtRest(store) => Ok(store.quality(filter.clone().convert()).await?.convert()),
        }
    }
}
