//! Which names there are: flows, their targets and steps. A filter with a name that nobody knows is refused, because an
//! empty answer would read as "nothing is wrong"; and nothing is put back into the queue of a flow that isn't there.
//!
//! A name is known if it is in force, or if something is left of it: queued messages or dead letters. Without a running
//! host, what was last in force counts.

use std::collections::BTreeSet;

use gantry_core::{FlowName, TargetName};
use gantry_engine::known_flows::{FlowsInForce, KnownFlows, nearest};
use gantry_store::{DeadLetterGroup, Filter, GroupFilter, QueueFilter, StoreError};

use crate::services::Services;

/// Most groups that names are taken from, for a suggestion.
const GROUPS: usize = 1000;

/// A name that nobody knows.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnknownName {
    /// Of a flow.
    #[error("no flow `{flow}` is in force, and no message or dead letter is left of one{}", hint(meant))]
    Flow {
        /// The name.
        flow: FlowName,
        /// What was probably meant.
        meant: Option<String>,
    },
    /// Of a target.
    #[error("{} a target `{target}`, and no dead letter is left of one{}", owner(flow), hint(meant))]
    Target {
        /// The flow that was asked; none: all of them.
        flow: Option<FlowName>,
        /// The name.
        target: TargetName,
        /// What was probably meant.
        meant: Option<String>,
    },
    /// Of a step.
    #[error("{} a step `{step}`{}", owner(flow), hint(meant))]
    Step {
        /// The flow that was asked; none: all of them.
        flow: Option<FlowName>,
        /// The name.
        step: String,
        /// What was probably meant.
        meant: Option<String>,
    },
}

/// A flow that messages can't be put back into: nothing would ever take them from its queue.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "no flow `{0}` is in force, so nothing would take its messages from the queue: put a flow of this name in place (gantry \
     reload, or gantry run) and try again, or export its dead letters and import them at a host that has it"
)]
pub struct NoFlow(pub FlowName);

/// Names that a filter asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// Of a flow.
    pub flow: Option<FlowName>,
    /// Of a target.
    pub target: Option<TargetName>,
    /// Of a step.
    pub step: Option<String>,
}

impl Names {
    /// Those of a filter of dead letters.
    #[must_use]
    pub fn of(filter: &Filter) -> Self {
        Self { flow: filter.flow.clone(), target: filter.target.clone(), step: None }
    }
}

/// Names can't be checked, or are unknown.
#[derive(Debug, thiserror::Error)]
pub enum NamesError {
    /// One is unknown.
    #[error(transparent)]
    Unknown(#[from] UnknownName),
    /// Messages can't be put back.
    #[error(transparent)]
    NoFlow(#[from] NoFlow),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Services {
    /// The flows in force, or those that were when the host stopped; none if that was never recorded.
    pub(crate) async fn in_force(&self) -> Result<Option<FlowsInForce>, StoreError> {
        match &self.host {
            Some(host) => Ok(Some(host.flows.names())),
            None => KnownFlows::new(self.store.clone()).read().await,
        }
    }

    /// Of these flows those that are not in force. Empty if nobody knows what is.
    pub(crate) async fn missing(&self, flows: BTreeSet<FlowName>) -> Result<Vec<FlowName>, StoreError> {
        let in_force = self.in_force().await?;
        Ok(flows.into_iter().filter(|flow| in_force.as_ref().is_some_and(|known| !known.contains_key(flow))).collect())
    }

    /// Refuses to put messages into the queue of a flow that isn't in force.
    pub(crate) async fn check_in_force(&self, flow: &FlowName) -> Result<(), NamesError> {
        match self.missing(BTreeSet::from([flow.clone()])).await?.pop() {
            Some(flow) => Err(NoFlow(flow).into()),
            None => Ok(()),
        }
    }

    /// The same for all pending dead letters that pass a filter.
    pub(crate) async fn check_all_in_force(&self, filter: &Filter) -> Result<(), NamesError> {
        let of_flow = GroupFilter { flow: filter.flow.clone(), limit: Some(GROUPS), ..GroupFilter::default() };
        let groups = self.store.dead_letter_groups(of_flow).await?;
        for flow in self.missing(groups.into_iter().map(|group| group.flow).collect()).await? {
            let of_missing = Filter { flow: Some(flow.clone()), ..filter.clone() };
            let counts = self.store.count_dead_letters(of_missing).await?;
            if counts.open + counts.acknowledged > 0 {
                return Err(NoFlow(flow).into());
            }
        }
        Ok(())
    }

    /// The filter with the flows whose only target is the one that it asks for: whatever they have queued goes there.
    pub(crate) async fn completed(&self, filter: QueueFilter) -> Result<QueueFilter, StoreError> {
        let Some(target) = &filter.target else { return Ok(filter) };
        let in_force = self.in_force().await?.unwrap_or_default();
        let only = in_force.into_iter().filter(|(_, parts)| parts.targets.iter().eq([target]));
        let only_target_of = only.map(|(flow, _)| flow).collect();
        Ok(QueueFilter { only_target_of, ..filter })
    }

    /// Refuses names that nobody knows.
    pub(crate) async fn check_names(&self, names: &Names) -> Result<(), NamesError> {
        let Names { flow, target, step } = names;
        let in_force = self.in_force().await?.unwrap_or_default();
        if let Some(flow) = flow.as_ref().filter(|flow| !in_force.contains_key(*flow)) {
            self.check_left_behind(flow, &in_force).await?;
        }
        let asked = in_force.iter().filter(|(name, _)| flow.as_ref().is_none_or(|flow| flow == *name));
        let parts: Vec<_> = asked.map(|(_, parts)| parts).collect();
        if let Some(target) = target.as_ref().filter(|target| !parts.iter().any(|of| of.targets.contains(*target))) {
            let known = parts.iter().flat_map(|of| &of.targets);
            self.check_target(flow.as_ref(), target, known.map(ToString::to_string).collect()).await?;
        }
        if let Some(step) = step.as_ref().filter(|step| !parts.iter().any(|of| of.steps.contains(*step))) {
            let known = parts.iter().flat_map(|of| &of.steps).map(String::as_str);
            let meant = nearest(step, known).map(str::to_owned);
            return Err(UnknownName::Step { flow: flow.clone(), step: step.clone(), meant }.into());
        }
        Ok(())
    }

    /// Whether something is left of a flow that isn't in force.
    async fn check_left_behind(&self, flow: &FlowName, in_force: &FlowsInForce) -> Result<(), NamesError> {
        let queued: Vec<_> = self.store.flows();
        let has_messages = queued.contains(flow) && self.store.backlog(flow).messages > 0;
        let of_flow = GroupFilter { flow: Some(flow.clone()), limit: Some(1), ..GroupFilter::default() };
        if has_messages || !self.store.dead_letter_groups(of_flow).await?.is_empty() {
            return Ok(());
        }
        let groups = self.groups().await?;
        let left = groups.iter().map(|group| group.flow.as_str()).chain(queued.iter().map(FlowName::as_str));
        let meant =
            nearest(flow.as_str(), in_force.keys().map(FlowName::as_str).chain(left).filter(|it| *it != flow.as_str()));
        Err(UnknownName::Flow { flow: flow.clone(), meant: meant.map(str::to_owned) }.into())
    }

    /// Whether dead letters are left of a target that isn't in force.
    async fn check_target(
        &self,
        flow: Option<&FlowName>,
        target: &TargetName,
        mut known: BTreeSet<String>,
    ) -> Result<(), NamesError> {
        let of_target =
            GroupFilter { flow: flow.cloned(), target: Some(target.clone()), limit: Some(1), ..GroupFilter::default() };
        if !self.store.dead_letter_groups(of_target).await?.is_empty() {
            return Ok(());
        }
        let groups = self.groups().await?;
        let of_flow = groups.iter().filter(|group| flow.is_none_or(|flow| *flow == group.flow));
        known.extend(of_flow.filter_map(|group| group.target.as_ref()).map(ToString::to_string));
        let meant = nearest(target.as_str(), known.iter().map(String::as_str)).map(str::to_owned);
        Err(UnknownName::Target { flow: flow.cloned(), target: target.clone(), meant }.into())
    }

    async fn groups(&self) -> Result<Vec<DeadLetterGroup>, StoreError> {
        self.store.dead_letter_groups(GroupFilter { limit: Some(GROUPS), ..GroupFilter::default() }).await
    }
}

fn hint(meant: &Option<String>) -> String {
    meant.as_ref().map(|meant| format!("; did you mean `{meant}`?")).unwrap_or_default()
}

fn owner(flow: &Option<FlowName>) -> String {
    flow.as_ref().map_or_else(|| "no flow in force has".to_owned(), |flow| format!("the flow `{flow}` does not have"))
}
