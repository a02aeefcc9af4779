//! Binds a plugin to a step, or says why that can't be.

use std::sync::Arc;
use std::time::Duration;

use gantry_core::Grants;
use gantry_schema::Schema;
use serde_json::Value;

use super::context::StepContext;
use super::{LimitError, PrepareError, PrepareProblem, PreparedStep, StepConfig};
use crate::engine_error::EngineError;
use crate::guest::EnricherPre;
use crate::host;
use crate::host::log::rate::LogRate;
use crate::instance::Warm;
use crate::plugin::Plugin;
use crate::standing::{CLOCK, LOOKUP};
use crate::state::State;
use crate::wasi::folders::Folders;

/// Least memory a step may give: a small Rust guest starts with a little over one MiB.
const MIN_MEMORY_BYTES: usize = 64 << 10;
/// Shortest deadline a step may set: the ticker is not much more precise.
const MIN_DEADLINE: Duration = Duration::from_millis(10);
/// Longest deadline: a longer batch would block a thread and the shutdown.
const MAX_DEADLINE: Duration = Duration::from_secs(600);

impl Plugin {
    /// Binds the plugin to a step: checks its grants, validates its settings, and starts one instance as a test.
    ///
    /// # Errors
    /// When the plugin can't run in this step; the message names the place and how to fix it.
    pub fn prepare(&self, config: StepConfig) -> Result<PreparedStep, PrepareError> {
        let place = config.place.clone();
        self.bind(config).map_err(|problem| PrepareError { place, problem })
    }

    fn bind(&self, config: StepConfig) -> Result<PreparedStep, PrepareProblem> {
        self.check_limits(&config)?;
        self.check_grants(&config)?;
        let settings = self.check_settings(&config)?;
        let pre = self
            .link(&config.grants)
            .map_err(|error| PrepareProblem::Link { plugin: self.name(), source: EngineError::new(error) })?;
        let warm = Arc::new(Warm::new(config.reuse, Arc::clone(&self.shared().warm_limit)));
        let context = StepContext {
            flow: config.flow,
            step: config.step,
            plugin: self.reference().clone(),
            settings,
            folders: Folders::open(&config.grants.files)?,
            grants: config.grants,
            limits: config.limits,
            routes: config.routes,
            tables: config.tables,
            log: LogRate::default(),
        };
        let step = PreparedStep { shared: Arc::clone(self.shared()), context: Arc::new(context), pre, warm };
        match step.trial() {
            Ok(Ok(())) => Ok(step),
            Ok(Err(violations)) => Err(PrepareProblem::Settings { plugin: self.name(), violations }),
            Err(fault) => Err(PrepareProblem::Start { plugin: self.name(), fault: Box::new(fault) }),
        }
    }

    fn name(&self) -> String {
        self.reference().name.clone()
    }

    fn check_limits(&self, config: &StepConfig) -> Result<(), LimitError> {
        let limits = config.limits;
        let most = self.shared().max_memory_bytes;
        if !(MIN_MEMORY_BYTES..=most).contains(&limits.memory_bytes) {
            return Err(LimitError::Memory { bytes: limits.memory_bytes, least: MIN_MEMORY_BYTES, most });
        }
        if !(MIN_DEADLINE..=MAX_DEADLINE).contains(&limits.deadline) {
            let deadline = limits.deadline;
            return Err(LimitError::Deadline { deadline, shortest: MIN_DEADLINE, longest: MAX_DEADLINE });
        }
        if limits.output_bytes > most {
            return Err(LimitError::Output { bytes: limits.output_bytes, most });
        }
        Ok(())
    }

    fn check_grants(&self, config: &StepConfig) -> Result<(), PrepareProblem> {
        let granted = &config.grants;
        let ungranted = |import: &str| PrepareProblem::Ungranted {
            plugin: self.name(),
            import: import.to_owned(),
            grants: self.grants_line(granted),
        };
        if let Some(import) = self.import(LOOKUP).filter(|_| granted.lookup.is_empty()) {
            return Err(ungranted(import));
        }
        if let Some(import) = self.import(CLOCK).filter(|_| !granted.clock) {
            return Err(ungranted(import));
        }
        let wanted = self.manifest().wants.lookup.iter();
        let tables: Vec<_> = wanted.filter(|table| !granted.lookup.contains(*table)).cloned().collect();
        if tables.is_empty() {
            return Ok(());
        }
        let grants = self.grants_line(granted);
        Err(PrepareProblem::UngrantedTables { plugin: self.name(), tables, grants })
    }

    /// The line of configuration that grants what is granted already and what the plugin wants or imports.
    fn grants_line(&self, granted: &Grants) -> String {
        let mut tables = granted.lookup.clone();
        tables.extend(self.manifest().wants.lookup.iter().cloned());
        if tables.is_empty() && self.import(LOOKUP).is_some() {
            tables.insert("TABLE".to_owned());
        }
        let tables: Vec<_> = tables.iter().map(|table| format!("\"{table}\"")).collect();
        let lookup = (!tables.is_empty()).then(|| format!("lookup = [{}]", tables.join(", ")));
        let clock = (granted.clock || self.import(CLOCK).is_some()).then(|| "clock = true".to_owned());
        let parts: Vec<_> = [lookup, clock].into_iter().flatten().collect();
        format!("grants = {{ {} }}", parts.join(", "))
    }

    /// The settings as text for `configure`.
    fn check_settings(&self, config: &StepConfig) -> Result<String, PrepareProblem> {
        let empty = Value::Object(serde_json::Map::new());
        let settings = if config.settings.is_null() { &empty } else { &config.settings };
        // The contract says that settings are an object, even if the plugin's schema allows something else.
        let any_object = serde_json::json!({ "type": "object" });
        for schema in std::iter::once(&any_object).chain(&self.manifest().settings) {
            let schema =
                Schema::alone(schema).map_err(|source| PrepareProblem::Schema { plugin: self.name(), source })?;
            let violations = schema.check_value(settings);
            if !violations.is_empty() {
                return Err(PrepareProblem::Settings { plugin: self.name(), violations });
            }
        }
        Ok(settings.to_string())
    }

    /// Resolves the imports once, so that starting an instance resolves nothing. Only granted interfaces are linked.
    fn link(&self, grants: &Grants) -> wasmtime::Result<EnricherPre<State>> {
        let mut linker = self.shared().linker.clone();
        if !grants.lookup.is_empty() {
            host::lookup::link(&mut linker)?;
        }
        if grants.clock {
            host::clock::link(&mut linker)?;
        }
        EnricherPre::new(linker.instantiate_pre(self.component())?)
    }
}
