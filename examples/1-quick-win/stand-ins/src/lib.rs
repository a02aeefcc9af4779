//! The outside world of the quick-win example, and the story they play with a Gantry host between them.
//!
//! The shop, the CRM and the ERP know nothing of Gantry: they speak HTTP, webhooks and CSV like any other system.
//! Only [`story`] knows both sides. It starts the real `gantry` program, lets the systems meet, repairs what went
//! wrong with the commands an operator would type, and proves at the end that nothing was lost.

pub mod crm;
pub mod erp;
pub mod http;
pub mod shop;
pub mod story;
