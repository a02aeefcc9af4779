//! `gantry:plugin/lookup`: rows of the tables the step grants.
//!
//! Lookups block the guest's thread, so [`Tables`](crate::Tables) must answer from memory. The size of a question and of
//! its answer is bounded here, because the limit on linear memory doesn't cover what the host allocates for an answer.

use wasmtime::component::{HasSelf, Linker};

use crate::guest::gantry::plugin::lookup;
use crate::state::State;
use crate::tables::TableError;

/// Most keys of one call: enough for every line of a batch of orders.
const MAX_KEYS: usize = 10_000;
/// Most bytes of rows in one answer.
const MAX_ANSWER_BYTES: usize = 8 << 20;
/// Keys looked up at once, so that an answer that grows too large is noticed early.
const KEYS_AT_ONCE: usize = 256;

pub(crate) fn link(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    lookup::add_to_linker::<State, HasSelf<State>>(linker, |state| state)
}

impl lookup::Host for State {
    fn get(
        &mut self,
        table: String,
        keys: Vec<String>,
    ) -> wasmtime::Result<Result<Vec<Option<String>>, lookup::Error>> {
        Ok(self.rows(&table, &keys).map_err(|error| match error {
            TableError::UnknownTable => lookup::Error::UnknownTable,
            TableError::Unavailable => lookup::Error::Unavailable,
            TableError::Other(text) => lookup::Error::Other(text),
        }))
    }
}

impl State {
    fn rows(&self, table: &str, keys: &[String]) -> Result<Vec<Option<String>>, TableError> {
        if !self.step.grants.lookup.contains(table) {
            return Err(TableError::UnknownTable);
        }
        if keys.len() > MAX_KEYS {
            return Err(TableError::Other(format!("{} keys in one call; at most {MAX_KEYS}", keys.len())));
        }
        let mut rows = Vec::with_capacity(keys.len());
        let mut bytes = 0;
        for keys in keys.chunks(KEYS_AT_ONCE) {
            let found = self.step.tables.get(table, keys)?;
            bytes += found.iter().flatten().map(String::len).sum::<usize>();
            if bytes > MAX_ANSWER_BYTES {
                return Err(TableError::Other(format!("the rows are larger than {MAX_ANSWER_BYTES} bytes")));
            }
            rows.extend(found);
        }
        Ok(rows)
    }
}
