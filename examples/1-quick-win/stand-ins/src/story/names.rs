//! The names of the flows, and of the records in `data/` that the story treats individually.

/// The flow for the shop's orders.
pub(super) const ORDERS: &str = "shop-orders";
/// Its path.
pub(super) const WEBHOOK: &str = "/shop/orders";
/// The flow for the CRM's contacts.
pub(super) const CONTACTS: &str = "crm-customers";

/// Has a product number that doesn't exist; the correction is in `data/corrected/`.
pub(super) const CORRECTED_ORDER: &str = "S-24012";
/// Its customer is on credit hold at the ERP.
pub(super) const HELD_ORDER: &str = "S-24031";
/// That customer.
pub(super) const HELD_CUSTOMER: &str = "C-4021";
/// Why the ERP holds it.
pub(super) const HOLD_REASON: &str = "three invoices overdue";
/// Has no date, and is discarded.
pub(super) const SPOILT_ORDER: &str = "S-24039";
