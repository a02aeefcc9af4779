//! What an operator does with dead letters, with the commands an operator would type: look, fix and replay, let the
//! other side learn and replay, give up with a reason.

use anyhow::Context as _;

use super::accounting::Accounting;
use super::cast::{CORRECTED_ORDER, HELD_CUSTOMER, HELD_ORDER, SPOILT_ORDER};
use super::host::{Host, command_line, short};
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
    /// Lists what is open and looks at one letter.
    pub(super) async fn look(&self) -> anyhow::Result<()> {
        screen::step("What is open?");
        screen::command(&format!(". {}", short(&self.stage.work("env"))), "");
        self.run(&["dlq", "list", "--state", "open"]).await?;
        screen::gap();
        screen::step("One of them");
        let letter = self.letter_of(CORRECTED_ORDER).await?;
        self.run(&["dlq", "show", &letter]).await
    }

    /// A slip in the shop: replayed with a corrected payload.
    pub(super) async fn correct(&self) -> anyhow::Result<()> {
        screen::gap();
        screen::step(&format!(
            "{CORRECTED_ORDER} names a product nobody sells. The shop has corrected it: replay the correction"
        ));
        let letter = self.letter_of(CORRECTED_ORDER).await?;
        let payload = short(&self.stage.example(&format!("data/corrected/{CORRECTED_ORDER}.json")));
        self.run(&["dlq", "replay", &letter, "--payload", &payload]).await?;
        self.arrived(CORRECTED_ORDER, &letter).await
    }

    /// A customer on credit hold: accounting releases it, and the same message goes out again.
    pub(super) async fn release(&self) -> anyhow::Result<()> {
        screen::gap();
        screen::step(&format!(
            "{HELD_ORDER} was refused by the ERP: credit hold. Accounting releases it: replay it as it is"
        ));
        let letter = self.letter_of(HELD_ORDER).await?;
        self.accounting.release_hold(HELD_CUSTOMER).await?;
        self.run(&["dlq", "replay", &letter]).await?;
        self.arrived(HELD_ORDER, &letter).await
    }

    /// An order nobody wants any more: given up, and the reason stays on record.
    pub(super) async fn discard(&self) -> anyhow::Result<()> {
        screen::gap();
        screen::step(&format!("{SPOILT_ORDER} has no date, and its customer has cancelled it meanwhile: discard it"));
        let letter = self.letter_of(SPOILT_ORDER).await?;
        self.run(&["dlq", "discard", &letter, "--reason", "cancelled by the customer", "--yes"]).await
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

    async fn arrived(&self, order: &str, letter: &str) -> anyhow::Result<()> {
        settle::replayed(self.host, letter).await?;
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

    async fn letter_of(&self, order: &str) -> anyhow::Result<String> {
        let message = self.message_of(order)?;
        let letters = self.host.admin.dead_letters().await?;
        let letter = letters.into_iter().find(|letter| letter.id.starts_with(message));
        Ok(letter.with_context(|| format!("order {order} is no dead letter"))?.id)
    }
}
