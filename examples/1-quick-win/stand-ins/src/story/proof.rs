//! The last check: every accepted record is at the ERP, once, or is a dead letter with a reason.
//!
//! It compares both ends: the host's state of each message, and what the ERP has booked.

use std::collections::BTreeMap;
use std::path::Path;

use super::accounting::Accounting;
use super::admin::DeadLetter;
use super::host::Host;
use super::{names, screen};
use crate::crm;
use crate::erp::Kind;
use crate::shop::Accepted;

/// Where records ended.
#[derive(Debug, Default)]
pub(super) struct Ends {
    booked: usize,
    /// Dead letters by state.
    dead: BTreeMap<String, usize>,
    /// Records that are neither booked nor dead letters, described in words.
    lost: Vec<String>,
}

/// Checks every order that was accepted.
pub(super) async fn orders(host: &Host, accounting: &Accounting, orders: &[Accepted]) -> anyhow::Result<Ends> {
    let dead_letters = host.admin.dead_letters().await?;
    let mut ends = Ends::default();
    for order in orders {
        let state = host.admin.message(&order.message_id).await?.state;
        let dead_letter = dead_letters.iter().find(|dead_letter| dead_letter.id.starts_with(&order.message_id));
        let booked = accounting.find(Kind::SalesOrder, &order.number).await?.is_some();
        match (state.as_str(), booked, dead_letter) {
            ("delivered", true, _) => ends.booked += 1,
            ("dead_lettered", false, Some(dead_letter)) => ends.give_up(dead_letter),
            (state, booked, _) => ends.lost.push(format!("{}: {state}, booked: {booked}", order.number)),
        }
    }
    let booked = accounting.stats().await?.sales_orders;
    if booked != ends.booked {
        ends.lost.push(format!("the ERP has {booked} sales orders"));
    }
    ends.report(&format!("{} orders were accepted", orders.len()), "at the ERP, each once");
    Ok(ends)
}

/// Checks every contact of the export.
pub(super) async fn contacts(host: &Host, accounting: &Accounting, export: &Path) -> anyhow::Result<Ends> {
    let dead_letters = host.admin.dead_letters().await?;
    let contacts = crm::contacts(export)?;
    let mut ends = Ends::default();
    for contact in &contacts {
        if accounting.find(Kind::Debtor, contact).await?.is_some() {
            ends.booked += 1;
        } else if let Some(dead_letter) =
            dead_letters.iter().find(|dead_letter| dead_letter.is_of(names::CONTACTS, contact))
        {
            ends.give_up(dead_letter);
        } else {
            ends.lost.push(contact.clone());
        }
    }
    let merged = accounting.stats().await?.merged;
    let known = format!("known to the ERP, {merged} of them under two numbers");
    ends.report(&format!("{} contacts were exported", contacts.len()), &known);
    Ok(ends)
}

impl Ends {
    /// The sum of both.
    pub(super) fn and(mut self, other: Self) -> Self {
        self.booked += other.booked;
        other.dead.into_iter().for_each(|(state, n)| *self.dead.entry(state).or_default() += n);
        self.lost.extend(other.lost);
        self
    }

    /// Prints the sum in one sentence. Returns whether nothing is lost.
    pub(super) fn conclude(&self) -> bool {
        let booked = self.booked;
        let dead = self.dead.values().sum::<usize>();
        let lost = self.lost.len();
        let all = booked + dead + lost;
        let text = format!("{all} records taken · {booked} at the ERP · {dead} dead letters, explained · {lost} lost");
        screen::verdict(lost == 0, &text);
        lost == 0
    }

    fn give_up(&mut self, dead_letter: &DeadLetter) {
        *self.dead.entry(dead_letter.state.clone()).or_default() += 1;
    }

    fn report(&self, what: &str, where_to: &str) {
        let dead: usize = self.dead.values().sum();
        let states: Vec<_> = self.dead.iter().map(|(state, n)| format!("{n} {state}")).collect();
        let dead_letters = match dead {
            0 => "no dead letter".to_owned(),
            1 => format!("1 dead letter with its reason ({})", states.join(", ")),
            n => format!("{n} dead letters with their reasons ({})", states.join(", ")),
        };
        screen::check(self.lost.is_empty(), &format!("{what}: {} {where_to}, {dead_letters}", self.booked));
        self.lost.iter().for_each(|lost| screen::check(false, &format!("unaccounted for: {lost}")));
    }
}
