//! What an operator does with dead letters, with the commands that an operator would use: look at them, replay with a
//! correction, replay after a change in the target system, discard with a reason.

use anyhow::Context as _;

use super::accounting::Accounting;
use super::host::{Host, command_line, short};
use super::names::{CORRECTED_ORDER, HELD_CUSTOMER, HELD_ORDER, SPOILT_ORDER};
use super::stage::Stage;
use super::{screen, settle};
use crate::erp::Kind;
use crate::shop::Accepted;

/// Everything an operator needs.
#[derive(Clone, Copy)]
pub(super) struct Operator<'a> {
    pub(super) host: &'a Host,
    pub(super) stage: &'a Stage,
    pub(super) accounting: &'a Accounting,
    /// What the shop has sent.
    pub(super) orders: &'a [Accepted],
}

impl Operator<'_> {
    /// Lists the open dead letters and shows one of them.
    pub(super) async fn look(&self) -> anyhow::Result<()> {
        screen::step("What is open?");
        screen::command(&format!(". {}", short(&self.stage.work("env"))), "");
        self.run(&["dlq", "list", "--state", "open"]).await?;
        screen::gap();
        screen::step("One of them");
        let dead_letter = self.dead_letter_of(CORRECTED_ORDER).await?;
        self.run(&["dlq", "show", &dead_letter]).await
    }

    /// A mistake in the shop: replayed with a corrected payload.
    pub(super) async fn correct(&self) -> anyhow::Result<()> {
        screen::gap();
        screen::step(&format!(
            "{CORRECTED_ORDER} names a product nobody sells. The shop has corrected it: replay the correction"
        ));
        let dead_letter = self.dead_letter_of(CORRECTED_ORDER).await?;
        let payload = short(&self.stage.example(&format!("data/corrected/{CORRECTED_ORDER}.json")));
        self.run(&["dlq", "replay", &dead_letter, "--payload", &payload]).await?;
        self.arrived(CORRECTED_ORDER, &dead_letter).await
    }

    /// A customer on credit hold: accounting releases it, and the same message goes out again.
    pub(super) async fn release(&self) -> anyhow::Result<()> {
        screen::gap();
        screen::step(&format!(
            "{HELD_ORDER} was refused by the ERP: credit hold. Accounting releases it: replay it as it is"
        ));
        let dead_letter = self.dead_letter_of(HELD_ORDER).await?;
        self.accounting.release_hold(HELD_CUSTOMER).await?;
        self.run(&["dlq", "replay", &dead_letter]).await?;
        self.arrived(HELD_ORDER, &dead_letter).await
    }

    /// A cancelled order: discarded, with a reason that stays on record.
    pub(super) async fn discard(&self) -> anyhow::Result<()> {
        screen::gap();
        screen::step(&format!("{SPOILT_ORDER} has no date, and its customer has cancelled it meanwhile: discard it"));
        let dead_letter = self.dead_letter_of(SPOILT_ORDER).await?;
        self.run(&["dlq", "discard", &dead_letter, "--reason", "cancelled by the customer", "--yes"]).await
    }

    /// The whole life of one message: received, refused, replayed, booked.
    pub(super) async fn history(&self) -> anyhow::Result<()> {
        screen::gap();
        screen::step(&format!("What happened to {HELD_ORDER}?"));
        self.run(&["message", "show", self.message_of(HELD_ORDER)?]).await
    }

    async fn run(&self, arguments: &[&str]) -> anyhow::Result<()> {
        let output = self.host.command(arguments).await?;
        screen::command(&command_line(arguments), &output);
        Ok(())
    }

    async fn arrived(&self, order: &str, dead_letter: &str) -> anyhow::Result<()> {
        settle::replayed(self.host, dead_letter).await?;
        let number = self.accounting.find(Kind::SalesOrder, order).await?;
        let number = number.with_context(|| format!("order {order} was replayed but is not at the ERP"))?;
        screen::gap();
        screen::check(true, &format!("{order} is at the ERP, as {number}"));
        Ok(())
    }

    fn message_of(&self, order: &str) -> anyhow::Result<&str> {
        let found = self.orders.iter().find(|accepted| accepted.number == order);
        Ok(&found.with_context(|| format!("the shop has no order {order}"))?.message_id)
    }

    async fn dead_letter_of(&self, order: &str) -> anyhow::Result<String> {
        let message = self.message_of(order)?;
        let dead_letters = self.host.admin.dead_letters().await?;
        let dead_letter = dead_letters.into_iter().find(|dead_letter| dead_letter.id.starts_with(message));
        Ok(dead_letter.with_context(|| format!("order {order} is no dead letter"))?.id)
    }
}
