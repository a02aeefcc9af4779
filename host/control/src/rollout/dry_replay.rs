//! What a replay would come to with the flows in force: the messages of dead letters run through the steps, and nothing is
//! sent, counted or changed.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use gantry_core::dead_letter::fingerprint;
use gantry_core::{
    DeadLetter, DeadLetterId, DeadLetterState, Delivery, Envelope, FlowName, Headers, Replay, TargetName, Violation,
};
use gantry_engine::transformer::DryRun;
use gantry_store::{Filter, Page};

use super::deployer::Deployer;
use super::error::DeployError;
use crate::patch::PayloadPatch;

/// Dead letters read at once, whole.
const PAGE: usize = 100;

/// Which replay to try.
#[derive(Clone, Debug)]
pub struct DryReplay {
    /// These dead letters; if there are none, those that pass the filter and are open or acknowledged.
    pub dead_letters: Vec<DeadLetterId>,
    /// Which dead letters.
    pub filter: Filter,
    /// What their payloads are edited to before.
    pub edit: DryEdit,
    /// Most dead letters to examine.
    pub most: usize,
}

/// An edit of the payloads that are tried.
#[derive(Clone, Debug)]
pub enum DryEdit {
    /// None: they are tried as they are.
    None,
    /// This one takes their place.
    Payload(Bytes),
    /// A patch.
    Patch(PayloadPatch),
}

/// What a replay would come to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DryReplayReport {
    /// How many dead letters would be replayed.
    pub total: u64,
    /// How many of them were examined.
    pub examined: u64,
    /// How many of those would fail again.
    pub failing: u64,
    /// The outcomes, those of most dead letters first.
    pub outcomes: Vec<DryOutcome>,
    /// What would be sent for the first dead letter that would be delivered.
    pub sample: Option<DrySample>,
}

/// One outcome of a dry run, and how many dead letters have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DryOutcome {
    /// What would happen.
    pub kind: DryOutcomeKind,
    /// The flow.
    pub flow: FlowName,
    /// Where they would be sent, or the target whose schema they break.
    pub targets: Vec<TargetName>,
    /// The code; empty for what would be delivered.
    pub code: String,
    /// The reason of the sample, as text.
    pub text: String,
    /// The rules that the sample breaks.
    pub violations: Vec<Violation>,
    /// The group that they would be in, if they would fail.
    pub fingerprint: Option<String>,
    /// How many dead letters.
    pub dead_letters: u64,
    /// One of them.
    pub sample: DeadLetterId,
}

/// What would happen to a dead letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DryOutcomeKind {
    /// It would be sent.
    Delivered,
    /// It would deliberately not be passed on.
    Skipped,
    /// A plugin would ask for another run.
    Postponed,
    /// Its data would break rules.
    Invalid,
    /// A plugin would reject it, or fail on it.
    Refused,
    /// Its flow is not in force, or can't run.
    NoFlow,
    /// The patch does not apply to it, so that it would stay as it is.
    NotApplicable,
}

/// What would be sent for a dead letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DrySample {
    /// The dead letter.
    pub dead_letter: DeadLetterId,
    /// What would be sent.
    pub deliveries: Vec<DryDelivery>,
}

/// What would be sent to a target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DryDelivery {
    /// The target.
    pub target: TargetName,
    /// Media type.
    pub content_type: String,
    /// The headers that the plugins made.
    pub headers: Headers,
    /// The body of the request.
    pub payload: Bytes,
}

/// What outcomes are told apart by.
type Key = (FlowName, DryOutcomeKind, Vec<TargetName>, String, Option<String>);

#[derive(Default)]
struct Tally {
    report: DryReplayReport,
    outcomes: BTreeMap<Key, DryOutcome>,
}

impl DryEdit {
    /// The payload to try for a dead letter; the error says why the edit does not apply.
    fn of(&self, dead_letter: &DeadLetter) -> Result<Bytes, String> {
        match self {
            Self::None => Ok(dead_letter.received.payload.clone()),
            Self::Payload(payload) => Ok(payload.clone()),
            Self::Patch(patch) => patch.apply(&dead_letter.received.payload),
        }
    }
}

impl DryOutcomeKind {
    /// Whether the dead letter would be open again.
    #[must_use]
    pub const fn is_failure(self) -> bool {
        matches!(self, Self::Postponed | Self::Invalid | Self::Refused | Self::NoFlow)
    }
}

impl Deployer {
    /// Tries a replay with the flows in force.
    pub async fn dry_replay(&self, dry_replay: DryReplay) -> Result<DryReplayReport, DeployError> {
        let mut tally = Tally::default();
        if dry_replay.dead_letters.is_empty() {
            self.try_filter(&dry_replay, &mut tally).await?;
        } else {
            tally.report.total = dry_replay.dead_letters.len() as u64;
            for ids in dry_replay.dead_letters[..dry_replay.most.min(dry_replay.dead_letters.len())].chunks(PAGE) {
                let mut found = Vec::with_capacity(ids.len());
                for id in ids {
                    let dead_letter = self.steps().shared.store.dead_letter(*id).await?;
                    found.push(dead_letter.ok_or(DeployError::NoDeadLetter(*id))?);
                }
                self.try_all(found, &dry_replay.edit, &mut tally).await?;
            }
        }
        Ok(tally.finish())
    }

    async fn try_filter(&self, dry_replay: &DryReplay, tally: &mut Tally) -> Result<(), DeployError> {
        let store = self.steps().shared.store.clone();
        for state in [DeadLetterState::Open, DeadLetterState::Acknowledged] {
            if dry_replay.filter.state.is_some_and(|asked| asked != state) {
                continue;
            }
            let filter = Filter { state: Some(state), ..dry_replay.filter.clone() };
            tally.report.total += store.count_dead_letters(filter.clone()).await?.of(state);
            let mut after = None;
            loop {
                let room = dry_replay.most.saturating_sub(usize::try_from(tally.report.examined).unwrap_or(usize::MAX));
                if room == 0 {
                    break;
                }
                let page = store.dead_letters(filter.clone(), Page { after, ..Page::first(PAGE.min(room)) }).await?;
                self.try_all(page.dead_letters, &dry_replay.edit, tally).await?;
                after = page.next;
                if after.is_none() {
                    break;
                }
            }
        }
        Ok(())
    }

    /// Runs these dead letters, each flow's in batches of its own.
    async fn try_all(
        &self,
        dead_letters: Vec<DeadLetter>,
        edit: &DryEdit,
        tally: &mut Tally,
    ) -> Result<(), DeployError> {
        let mut by_flow: BTreeMap<FlowName, Vec<DeadLetter>> = BTreeMap::new();
        for mut dead_letter in dead_letters {
            match edit.of(&dead_letter) {
                Ok(payload) => {
                    dead_letter.received.payload = payload;
                    by_flow.entry(dead_letter.flow.clone()).or_default().push(dead_letter);
                }
                Err(why) => tally.add_not_applicable(&dead_letter, why),
            }
        }
        for (name, dead_letters) in by_flow {
            let flow = match self.steps().running(&name).await {
                Ok(flow) => flow,
                Err(error @ (DeployError::NoFlow(_) | DeployError::Broken(_))) => {
                    dead_letters.iter().for_each(|dead_letter| tally.add_without_flow(dead_letter, &error));
                    continue;
                }
                Err(error) => return Err(error),
            };
            for batch in dead_letters.chunks(flow.batch_messages) {
                let envelopes: Vec<_> = batch.iter().map(envelope).collect();
                let transformer = Arc::clone(&flow.transformer);
                let ran = self.steps().compute(move || transformer.dry_run(&envelopes)).await;
                let results = ran.ok_or(DeployError::Stopping)?;
                batch.iter().zip(results).for_each(|(dead_letter, result)| tally.add(dead_letter, result));
            }
        }
        Ok(())
    }
}

/// The message as a replay would put it into the queue.
fn envelope(dead_letter: &DeadLetter) -> Envelope {
    let message = dead_letter.received.clone();
    let received =
        Envelope::received(message, dead_letter.flow.clone(), dead_letter.source.clone(), dead_letter.received_at);
    Envelope {
        dedupe_key: dead_letter.dedupe_key.clone(),
        traceparent: dead_letter.traceparent.clone(),
        replay: Some(Replay { dead_letter: dead_letter.id }),
        ..received
    }
}

impl Tally {
    fn add(&mut self, dead_letter: &DeadLetter, result: DryRun) {
        let outcome = match result {
            DryRun::Deliver(deliveries) => {
                self.show(dead_letter.id, &deliveries);
                let mut targets: Vec<_> = deliveries.into_iter().map(|delivery| delivery.target).collect();
                targets.sort();
                targets.dedup();
                DryOutcome { targets, ..DryOutcome::new(DryOutcomeKind::Delivered, dead_letter) }
            }
            DryRun::Skip(fault) => DryOutcome {
                code: fault.code,
                text: fault.text,
                ..DryOutcome::new(DryOutcomeKind::Skipped, dead_letter)
            },
            DryRun::RunAgain(fault) => DryOutcome {
                code: fault.code,
                text: fault.text,
                ..DryOutcome::new(DryOutcomeKind::Postponed, dead_letter)
            },
            DryRun::GiveUp { stage, reason, target } => {
                let is_invalid = !reason.violations.is_empty();
                let kind = if is_invalid { DryOutcomeKind::Invalid } else { DryOutcomeKind::Refused };
                let fingerprint = fingerprint(&dead_letter.flow, stage, target.as_ref(), &reason);
                DryOutcome {
                    targets: target.into_iter().collect(),
                    code: reason.code,
                    text: reason.text,
                    violations: reason.violations,
                    fingerprint: Some(fingerprint),
                    ..DryOutcome::new(kind, dead_letter)
                }
            }
        };
        self.count(outcome);
    }

    fn add_without_flow(&mut self, dead_letter: &DeadLetter, error: &DeployError) {
        self.count(DryOutcome { text: error.to_string(), ..DryOutcome::new(DryOutcomeKind::NoFlow, dead_letter) });
    }

    fn add_not_applicable(&mut self, dead_letter: &DeadLetter, why: String) {
        self.count(DryOutcome { text: why, ..DryOutcome::new(DryOutcomeKind::NotApplicable, dead_letter) });
    }

    fn count(&mut self, outcome: DryOutcome) {
        self.report.examined += 1;
        self.report.failing += u64::from(outcome.kind.is_failure());
        let DryOutcome { flow, kind, targets, code, fingerprint, .. } = &outcome;
        let key = (flow.clone(), *kind, targets.clone(), code.clone(), fingerprint.clone());
        self.outcomes.entry(key).or_insert(outcome).dead_letters += 1;
    }

    /// Keeps what would be sent for the first.
    fn show(&mut self, dead_letter: DeadLetterId, deliveries: &[Delivery]) {
        self.report.sample.get_or_insert_with(|| DrySample {
            dead_letter,
            deliveries: deliveries.iter().map(DryDelivery::of).collect(),
        });
    }

    fn finish(self) -> DryReplayReport {
        let mut outcomes: Vec<_> = self.outcomes.into_values().collect();
        outcomes.sort_by_key(|outcome| std::cmp::Reverse(outcome.dead_letters));
        DryReplayReport { outcomes, ..self.report }
    }
}

impl DryOutcome {
    fn new(kind: DryOutcomeKind, sample: &DeadLetter) -> Self {
        Self {
            kind,
            flow: sample.flow.clone(),
            targets: Vec::new(),
            code: String::new(),
            text: String::new(),
            violations: Vec::new(),
            fingerprint: None,
            dead_letters: 0,
            sample: sample.id,
        }
    }
}

impl DryDelivery {
    fn of(delivery: &Delivery) -> Self {
        Self {
            target: delivery.target.clone(),
            content_type: delivery.content_type.clone(),
            headers: delivery.headers.clone(),
            payload: delivery.payload.clone(),
        }
    }
}
