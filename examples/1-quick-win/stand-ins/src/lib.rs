//! The external systems of the quick-win example, and the story that connects them through a Gantry host.
//!
//! The shop, the CRM and the ERP know nothing about Gantry: they use HTTP, webhooks and files like any other system.
//! Only [`story`] knows both sides. It starts the real `gantry` program, has the systems exchange data, repairs what went
//! wrong with the commands that an operator would use, and proves at the end that nothing was lost.

pub mod crm;
pub mod erp;
pub mod http;
pub mod shop;
pub mod story;
