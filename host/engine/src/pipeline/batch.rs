//! The messages of a batch on their way through the steps, and which answer belongs to which message.

use gantry_core::{Breach, Digest, Message, TimelineEntry};
use gantry_sandbox::Invocation;

use super::part::Part;
use crate::server::{Answer, Question};
use crate::state::Verdict;

/// Messages that go through the steps together, in the order in which they were leased.
pub(crate) struct Batch<'m> {
    items: Vec<Item<'m>>,
}

/// One message, and what the steps so far made of it.
pub(crate) struct Item<'m> {
    message: &'m Message,
    /// Which run through the steps this is, from 1.
    run: u32,
    progress: Progress,
    /// The broken rules that did not end it.
    warnings: Vec<Breach>,
    /// What the plugins logged about it.
    timeline: Vec<TimelineEntry>,
}

/// What the steps found about a message, beside the verdict.
#[derive(Default)]
pub(crate) struct Findings {
    /// The broken rules that did not end it.
    pub(crate) warnings: Vec<Breach>,
    /// What the plugins logged about it.
    pub(crate) timeline: Vec<TimelineEntry>,
}

/// How far a message has come.
pub(crate) enum Progress {
    /// The next step gets these parts; `made_by` are the components that made them, in the order of the steps.
    Undecided { parts: Vec<Part>, made_by: Vec<Digest> },
    /// Later steps don't get it.
    Decided(Verdict),
}

impl<'m> Batch<'m> {
    /// A batch of these messages.
    pub(crate) fn of(items: impl Iterator<Item = Item<'m>>) -> Self {
        Self { items: items.collect() }
    }

    /// The messages, in the same order.
    pub(crate) fn into_items(self) -> Vec<Item<'m>> {
        self.items
    }

    /// Every undecided message.
    pub(crate) fn undecided(&mut self) -> impl Iterator<Item = &mut Item<'m>> {
        self.items.iter_mut().filter(|item| matches!(item.progress, Progress::Undecided { .. }))
    }

    /// The questions to the next step: one for every part of every undecided message.
    pub(crate) fn questions(&self) -> Vec<Question<'_>> {
        self.items.iter().flat_map(Item::questions).collect()
    }

    /// Distributes the answers to [`Self::questions`]: gives each undecided message, its parts, and the answers to
    /// them. The caller then decides on the message or sets the parts with which it continues.
    pub(crate) fn distribute(
        &mut self,
        answers: Vec<Answer>,
    ) -> impl Iterator<Item = (&mut Item<'m>, Vec<Part>, Vec<Answer>)> {
        let mut answers = answers.into_iter();
        self.undecided().map(move |item| {
            let parts = item.take_parts();
            let own = answers.by_ref().take(parts.len()).collect();
            (item, parts, own)
        })
    }
}

impl<'m> Item<'m> {
    /// A message before the first step.
    pub(crate) fn first(message: &'m Message, run: u32) -> Self {
        let progress = Progress::Undecided { parts: vec![Part::first(message)], made_by: Vec::new() };
        Self { message, run, progress, warnings: Vec::new(), timeline: Vec::new() }
    }

    /// A message that goes to no step.
    pub(crate) const fn decided(message: &'m Message, run: u32, verdict: Verdict, warnings: Vec<Breach>) -> Self {
        Self { message, run, progress: Progress::Decided(verdict), warnings, timeline: Vec::new() }
    }

    /// Which run through the steps this is, from 1.
    pub(crate) const fn run(&self) -> u32 {
        self.run
    }

    /// How far it came, and what was found about it.
    pub(crate) fn into_progress(self) -> (Progress, Findings) {
        (self.progress, Findings { warnings: self.warnings, timeline: self.timeline })
    }

    /// The parts that the next step would get; none once it is decided.
    pub(crate) fn into_parts(self) -> Vec<Part> {
        match self.progress {
            Progress::Undecided { parts, .. } => parts,
            Progress::Decided(_) => Vec::new(),
        }
    }

    /// The parts that the next step would get; none once it is decided.
    pub(crate) fn parts(&self) -> &[Part] {
        match &self.progress {
            Progress::Undecided { parts, .. } => parts,
            Progress::Decided(_) => &[],
        }
    }

    /// Whether it was decided that it ends as a dead letter.
    pub(crate) const fn is_given_up(&self) -> bool {
        matches!(self.progress, Progress::Decided(Verdict::GiveUp(_)))
    }

    /// Adds broken rules that don't end it.
    pub(crate) fn warn(&mut self, breaches: impl IntoIterator<Item = Breach>) {
        self.warnings.extend(breaches);
    }

    /// Adds an entry to its timeline.
    pub(crate) fn note(&mut self, entry: TimelineEntry) {
        self.timeline.push(entry);
    }

    /// Keeps only the wanted parts.
    pub(crate) fn retain_parts(&mut self, wanted: impl FnMut(&Part) -> bool) {
        if let Progress::Undecided { parts, .. } = &mut self.progress {
            parts.retain(wanted);
        }
    }

    /// The next step gets these parts, which this component made.
    pub(crate) fn continue_with(&mut self, next: Vec<Part>, component: Option<Digest>) {
        if let Progress::Undecided { parts, made_by } = &mut self.progress {
            *parts = next;
            made_by.extend(component);
        }
    }

    /// Decides on it: later steps don't get it. Returns the components that made its parts.
    pub(crate) fn decide(&mut self, verdict: Verdict) -> Vec<Digest> {
        match std::mem::replace(&mut self.progress, Progress::Decided(verdict)) {
            Progress::Undecided { made_by, .. } => made_by,
            Progress::Decided(_) => Vec::new(),
        }
    }

    fn take_parts(&mut self) -> Vec<Part> {
        match &mut self.progress {
            Progress::Undecided { parts, .. } => std::mem::take(parts),
            Progress::Decided(_) => Vec::new(),
        }
    }

    fn questions(&self) -> impl Iterator<Item = Question<'_>> {
        self.parts().iter().map(|part| Question {
            owner: self.message,
            invocation: Invocation { message: part.message(), attempt: self.run },
        })
    }
}
