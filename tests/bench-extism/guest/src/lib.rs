//! The mapping `order-to-erp` as an Extism plugin: an order in, a sales order out, one message a call, or several parted
//! by line breaks.
//!
//! The table of products is built in, so that Extism pays for no call to its host; the Gantry plugin asks for each
//! order's rows. Otherwise it is the same Rust code, built with the same options.

use std::sync::OnceLock;

use extism_pdk::{FnResult, plugin_fn};
use gantry_sdk::host::Host;
use gantry_sdk::message::{Message, Payload};
use gantry_sdk::outcome::Outcome;
use gantry_sdk::plugin::Plugin;

/// The golden case whose order is measured, with its table.
const CASE: &str = include_str!("../../../../plugins/order-to-erp/cases/complete-order.json");

static PLUGIN: OnceLock<Plugin> = OnceLock::new();

/// Maps orders, one a line.
#[plugin_fn]
pub fn map(orders: String) -> FnResult<String> {
    let plugin = PLUGIN.get_or_init(configured);
    let mut answer = String::new();
    for order in orders.lines() {
        let Outcome::Emit(outputs) = plugin.process_one(Message::json(order)) else { continue };
        for output in outputs {
            if let Payload::Text(text) = output.payload {
                answer.push_str(&text);
                answer.push('\n');
            }
        }
    }
    Ok(answer)
}

fn configured() -> Plugin {
    let case: serde_json::Value = serde_json::from_str(CASE).unwrap_or_default();
    let rows = case["tables"]["products"].as_object().cloned().unwrap_or_default();
    let Ok(plugin) = Plugin::configure(order_to_erp::map, "{}", Host::new().table("products", rows)) else {
        unreachable!("the default settings are valid")
    };
    plugin
}
