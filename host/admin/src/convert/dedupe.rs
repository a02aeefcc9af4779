//! Values by which duplicates are recognised.

use gantry_api::v1;
use gantry_store as store;

use super::{Convert, alike};

alike! {
    store::DedupeValue => v1::DedupeValue { flow, value, message, state, expires_at }
}
