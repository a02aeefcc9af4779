//! The ERP's books: debtors and sales orders, and what was booked under which idempotency key.
//!
//! A repeated key gets the first answer again and books nothing. Other data under a known key is the same debtor, but
//! it is refused for a sales order. A customer on credit hold can't order until the hold is released.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::Serialize;
use serde_json::Value;

/// Where a sales order has its number in the shop.
const ORDER_NUMBER: &str = "/external_number";
/// Where a sales order has its customer.
const ORDER_CUSTOMER: &str = "/customer_number";
/// Where a debtor has its number in the CRM.
const DEBTOR_NUMBER: &str = "/external_number";

/// The two kinds of record the ERP takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A customer.
    Debtor,
    /// An order.
    SalesOrder,
}

/// The ERP's answer to a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Booking {
    /// Booked under this number of the ERP.
    New(String),
    /// Booked before, under this number.
    Repeat(String),
    /// A debtor that is already known under this number, with other data.
    Merged(String),
    /// Not acceptable, and why.
    Refused(String),
}

/// One booked record.
#[derive(Clone, Debug, Serialize)]
pub struct Record {
    /// The ERP's own number.
    pub number: String,
    /// The idempotency key it came with.
    pub idempotency_key: String,
    /// The record as it came.
    pub body: Value,
}

/// All records, and what must be known about them.
#[derive(Debug, Default)]
pub struct Books {
    debtors: BTreeMap<String, Record>,
    sales_orders: BTreeMap<String, Record>,
    /// Idempotency key to the ERP's number and the body that came first.
    keys: HashMap<String, (String, Value)>,
    /// Customer number to the reason of the hold.
    holds: BTreeMap<String, String>,
}

impl Kind {
    /// Where records of this kind live, below the ERP's address.
    #[must_use]
    pub const fn path(self) -> &'static str {
        match self {
            Self::Debtor => "debtors",
            Self::SalesOrder => "sales-orders",
        }
    }

    const fn external_number(self) -> &'static str {
        match self {
            Self::Debtor => DEBTOR_NUMBER,
            Self::SalesOrder => ORDER_NUMBER,
        }
    }
}

impl Books {
    /// Empty books with a credit hold on each of these customers.
    pub fn with_holds(holds: impl IntoIterator<Item = (String, String)>) -> Self {
        Self { holds: holds.into_iter().collect(), ..Self::default() }
    }

    /// Books a record, once.
    pub fn book(&mut self, kind: Kind, key: &str, body: Value) -> Booking {
        match self.keys.get(key) {
            Some((number, first)) if *first == body => return Booking::Repeat(number.clone()),
            Some((number, _)) if kind == Kind::Debtor => {
                let number = number.clone();
                return self.merge(number, &body);
            }
            Some(_) => return Booking::Refused(format!("idempotency key `{key}` was used for something else")),
            None => {}
        }
        let Some(external) = text_at(&body, kind.external_number()) else {
            return Booking::Refused(format!("`{}` is missing", kind.external_number()));
        };
        if self.records(kind).contains_key(&external) {
            return Booking::Refused(format!("`{external}` is booked already, under another idempotency key"));
        }
        if let (Kind::SalesOrder, Some(reason)) = (kind, self.hold_on(&body)) {
            return Booking::Refused(reason);
        }
        let number = self.next_number(kind);
        let record = Record { number: number.clone(), idempotency_key: key.to_owned(), body: body.clone() };
        self.keys.insert(key.to_owned(), (number.clone(), body));
        self.records_mut(kind).insert(external, record);
        Booking::New(number)
    }

    /// The record with this number of the shop or the CRM.
    #[must_use]
    pub fn find(&self, kind: Kind, external: &str) -> Option<&Record> {
        self.records(kind).get(external)
    }

    /// How many records of this kind there are.
    #[must_use]
    pub fn count(&self, kind: Kind) -> usize {
        self.records(kind).values().map(|record| &record.number).collect::<BTreeSet<_>>().len()
    }

    /// Releases a customer's credit hold. Returns whether there was one.
    pub fn release_hold(&mut self, customer: &str) -> bool {
        self.holds.remove(customer).is_some()
    }

    /// From now on the debtor is also found by this record's number.
    fn merge(&mut self, number: String, body: &Value) -> Booking {
        let known = self.debtors.values().find(|debtor| debtor.number == number).cloned();
        if let (Some(known), Some(external)) = (known, text_at(body, DEBTOR_NUMBER)) {
            self.debtors.entry(external).or_insert(known);
        }
        Booking::Merged(number)
    }

    fn hold_on(&self, order: &Value) -> Option<String> {
        let customer = text_at(order, ORDER_CUSTOMER)?;
        self.holds.get(&customer).map(|reason| format!("customer {customer} is on credit hold: {reason}"))
    }

    fn next_number(&self, kind: Kind) -> String {
        match kind {
            Kind::Debtor => format!("D-{}", 70_001 + self.count(kind)),
            Kind::SalesOrder => format!("SO-{}", 500_001 + self.count(kind)),
        }
    }

    const fn records(&self, kind: Kind) -> &BTreeMap<String, Record> {
        match kind {
            Kind::Debtor => &self.debtors,
            Kind::SalesOrder => &self.sales_orders,
        }
    }

    const fn records_mut(&mut self, kind: Kind) -> &mut BTreeMap<String, Record> {
        match kind {
            Kind::Debtor => &mut self.debtors,
            Kind::SalesOrder => &mut self.sales_orders,
        }
    }
}

fn text_at(body: &Value, pointer: &str) -> Option<String> {
    match body.pointer(pointer)? {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
