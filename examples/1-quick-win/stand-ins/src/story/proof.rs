//! The last check: every record that was accepted is at the ERP, once, or is a dead letter that says why it isn't.
//!
//! It asks both ends. The host says where each message stands; the ERP says what it has booked; neither is believed
//! alone.

use std::collections::BTreeMap;
use std::path::Path;

use super::accounting::Accounting;
use super::admin::DeadLetter;
use super::host::Host;
use super::{cast, screen};
use crate::crm;
use crate::erp::Kind;
use crate::shop::Accepted;

/// Where records ended.
#[derive(Debug, Default)]
pub(super) struct Ends {
    booked: usize,
    /// Dead letters by state.
    dead: BTreeMap<String, usize>,
    /// What can't be explained, in words.
    lost: Vec<String>,
}

/// Checks every order the shop was told is accepted.
pub(super) async fn orders(host: &Host, accounting: &Accounting, orders: &[Accepted]) -> anyhow::Result<Ends> {
    let (letters, mut ends) = (host.admin.dead_letters().await?, Ends::default());
    for order in orders {
        let state = host.admin.message(&order.message_id).await?.state;
        let letter = letters.iter().find(|letter| letter.id.starts_with(&order.message_id));
        let booked = accounting.find(Kind::SalesOrder, &order.number).await?.is_some();
        match (state.as_str(), booked, letter) {
            ("delivered", true, _) => ends.booked += 1,
            ("dead_lettered", false, Some(letter)) => ends.give_up(letter),
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
    let letters = host.admin.dead_letters().await?;
    let (contacts, mut ends) = (crm::contacts(export)?, Ends::default());
    for contact in &contacts {
        if accounting.find(Kind::Debtor, contact).await?.is_some() {
            ends.booked += 1;
        } else if let Some(letter) = letters.iter().find(|letter| letter.is_of(cast::CONTACTS, contact)) {
            ends.give_up(letter);
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
    /// Both together.
    pub(super) fn and(mut self, other: Self) -> Self {
        self.booked += other.booked;
        other.dead.into_iter().for_each(|(state, n)| *self.dead.entry(state).or_default() += n);
        self.lost.extend(other.lost);
        self
    }

    /// Says it in one sentence. True when nothing is unaccounted for.
    pub(super) fn conclude(&self) -> bool {
        let (booked, dead, lost) = (self.booked, self.dead.values().sum::<usize>(), self.lost.len());
        let all = booked + dead + lost;
        let text = format!("{all} records taken · {booked} at the ERP · {dead} dead letters, explained · {lost} lost");
        screen::verdict(lost == 0, &text);
        lost == 0
    }

    fn give_up(&mut self, letter: &DeadLetter) {
        *self.dead.entry(letter.state.clone()).or_default() += 1;
    }

    fn report(&self, what: &str, where_to: &str) {
        let dead: usize = self.dead.values().sum();
        let states: Vec<_> = self.dead.iter().map(|(state, n)| format!("{n} {state}")).collect();
        let letters = match dead {
            0 => "no dead letter".to_owned(),
            1 => format!("1 dead letter with its reason ({})", states.join(", ")),
            n => format!("{n} dead letters with their reasons ({})", states.join(", ")),
        };
        screen::check(self.lost.is_empty(), &format!("{what}: {} {where_to}, {letters}", self.booked));
        self.lost.iter().for_each(|lost| screen::check(false, &format!("unaccounted for: {lost}")));
    }
}
