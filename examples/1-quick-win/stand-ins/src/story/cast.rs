//! Who has a speaking part: the flows, and the records in `data/` that the story treats by name.

/// The flow that takes the shop's orders.
pub(super) const ORDERS: &str = "shop-orders";
/// Where it takes them.
pub(super) const WEBHOOK: &str = "/shop/orders";
/// The flow that takes the CRM's contacts.
pub(super) const CONTACTS: &str = "crm-customers";

/// Names a product nobody sells; `data/corrected/` holds what the shop meant.
pub(super) const CORRECTED_ORDER: &str = "S-24012";
/// Its customer is on credit hold at the ERP.
pub(super) const HELD_ORDER: &str = "S-24031";
/// That customer.
pub(super) const HELD_CUSTOMER: &str = "C-4021";
/// Why the ERP holds it.
pub(super) const HOLD_REASON: &str = "three invoices overdue";
/// Has no date.
pub(super) const SPOILT_ORDER: &str = "S-24039";
