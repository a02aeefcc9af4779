//! What the steps in force would make of messages, without delivering, counting or writing anything.

use gantry_core::{Delivery, Envelope, Fault, Reason, Stage, TargetName};

use super::Transformer;
use crate::dead_letter::kind_of;
use crate::state::{Failure, Verdict};

/// What would become of a message.
#[derive(Clone, Debug)]
pub enum DryRun {
    /// These would be sent.
    Deliver(Vec<Delivery>),
    /// It would deliberately not be passed on.
    Skip(Fault),
    /// A plugin would ask for another run, or fail in a way that may be temporary.
    RunAgain(Fault),
    /// It would be a dead letter.
    GiveUp {
        /// Of this stage.
        stage: Stage,
        /// Because of this.
        reason: Reason,
        /// The target, if what would be sent there breaks its schema.
        target: Option<TargetName>,
    },
}

impl Transformer {
    /// Runs the messages through all steps as one batch. Blocks.
    #[must_use]
    pub fn dry_run(&self, envelopes: &[Envelope]) -> Vec<DryRun> {
        let borrowed: Vec<_> = envelopes.iter().collect();
        let conclusions = self.transform(&borrowed, None);
        let concluded = envelopes.iter().zip(conclusions);
        concluded
            .map(|(envelope, conclusion)| match conclusion.into_verdict() {
                (Verdict::Deliver, deliveries) => DryRun::Deliver(deliveries),
                (Verdict::Skip(fault), _) => DryRun::Skip(fault),
                (Verdict::RunAgain { fault, .. }, _) => DryRun::RunAgain(fault),
                (Verdict::GiveUp(failure), _) => given_up(envelope, failure),
            })
            .collect()
    }
}

fn given_up(envelope: &Envelope, failure: Failure) -> DryRun {
    let kind = kind_of(&failure, &envelope.message.payload);
    let Failure { stage, reason, output, .. } = failure;
    DryRun::GiveUp { stage, reason: Reason { kind, ..reason }, target: output.map(|output| output.target) }
}
