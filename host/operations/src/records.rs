//! A read-only view of the store, with or without a running host.

use std::sync::Arc;

use gantry_core::{
    Clock as _, DeadLetter, DeadLetterId, DeadLetterState, FlowName, History, JobId, MessageId, PluginVersion,
    Revision, SystemClock,
};
use gantry_engine::withdrawn::Withdrawer;
use gantry_observe::status::StatusReport;
use gantry_store::{
    AuditFilter, AuditId, AuditPage, DeadLetterCounts, DeadLetterGroup, DeadLetterPage, DeadLetterSummary, DedupeValue,
    Filter, GroupFilter, Job, Page, Published, QualityFilter, QualityReport, QueueFilter, QueuePage, QueuedPage,
    StoreError,
};

use crate::names::{Names, NamesError};
use crate::services::Services;
use crate::waits::{Explainer, Wait, Waiting};

/// The store and the catalogue, for reading; cheap to clone.
#[derive(Clone)]
pub struct Records {
    services: Arc<Services>,
}

impl Records {
    pub(crate) const fn new(services: Arc<Services>) -> Self {
        Self { services }
    }

    /// What needs somebody, as far as the store without a host tells.
    pub async fn status(&self) -> Result<StatusReport, StoreError> {
        gantry_observe::status::at_rest(&self.services.store, SystemClock.now()).await
    }

    /// The services that are read from.
    pub(crate) fn services(&self) -> &Services {
        &self.services
    }

    /// Refuses names that nobody knows: an empty answer to them would read as "nothing is wrong".
    pub async fn check_names(&self, names: &Names) -> Result<(), NamesError> {
        self.services.check_names(names).await
    }

    /// The dead letters that pass the filter, whole.
    pub async fn dead_letters(&self, filter: Filter, page: Page) -> Result<DeadLetterPage<DeadLetter>, StoreError> {
        let filter = self.services.with_present_fingerprint(filter).await?;
        self.services.store.dead_letters(filter, page).await
    }

    /// The dead letters that pass the filter, without payloads.
    pub async fn dead_letter_summaries(
        &self,
        filter: Filter,
        page: Page,
    ) -> Result<DeadLetterPage<DeadLetterSummary>, StoreError> {
        let filter = self.services.with_present_fingerprint(filter).await?;
        self.services.store.dead_letter_summaries(filter, page).await
    }

    /// How many dead letters pass the filter, by state.
    pub async fn count_dead_letters(&self, filter: Filter) -> Result<DeadLetterCounts, StoreError> {
        let filter = self.services.with_present_fingerprint(filter).await?;
        self.services.store.count_dead_letters(filter).await
    }

    /// One dead letter, whole.
    pub async fn dead_letter(&self, id: DeadLetterId) -> Result<Option<DeadLetter>, StoreError> {
        self.services.store.dead_letter(id).await
    }

    /// The dead letters of a message, without payloads.
    pub async fn dead_letters_of(&self, message: MessageId) -> Result<Vec<DeadLetterSummary>, StoreError> {
        self.services.store.dead_letters_of(message).await
    }

    /// Every payload a dead letter had, oldest first.
    pub async fn dead_letter_revisions(&self, id: DeadLetterId) -> Result<Option<Vec<Revision>>, StoreError> {
        self.services.store.dead_letter_revisions(id).await
    }

    /// The groups that pass the filter, each with an open dead letter as its sample.
    pub async fn dead_letter_groups(&self, filter: GroupFilter) -> Result<Vec<DeadLetterGroup>, StoreError> {
        let mut groups = self.services.store.dead_letter_groups(filter).await?;
        for group in &mut groups {
            self.renew_sample(group).await?;
        }
        Ok(groups)
    }

    /// One group, with an open dead letter as its sample.
    pub async fn dead_letter_group(&self, fingerprint: &str) -> Result<Option<DeadLetterGroup>, StoreError> {
        let mut found = self.services.store.dead_letter_group(fingerprint).await?;
        if let Some(group) = &mut found {
            self.renew_sample(group).await?;
        }
        Ok(found)
    }

    /// Replaces a sample that is not open any more, because it was corrected or discarded, by one that is.
    async fn renew_sample(&self, group: &mut DeadLetterGroup) -> Result<(), StoreError> {
        if group.counts.open == 0 || group.counts.total() == group.counts.open {
            return Ok(());
        }
        let store = &self.services.store;
        let sample = match group.sample {
            Some(sample) => store.dead_letters_of(sample.message).await?.into_iter().find(|letter| letter.id == sample),
            None => None,
        };
        if sample.is_some_and(|sample| sample.state == DeadLetterState::Open) {
            return Ok(());
        }
        let fingerprint = Some(group.fingerprint.clone());
        let open = Filter { fingerprint, state: Some(DeadLetterState::Open), ..Filter::default() };
        let page = store.dead_letter_summaries(open, Page::first(1)).await?;
        group.sample = page.dead_letters.first().map(|letter| letter.id);
        Ok(())
    }

    /// All jobs that are kept, newest first.
    pub async fn jobs(&self) -> Result<Vec<Job>, StoreError> {
        self.services.store.jobs().await
    }

    /// One job.
    pub async fn job(&self, id: JobId) -> Result<Option<Job>, StoreError> {
        self.services.store.job(id).await
    }

    /// The values by which duplicates are recognised.
    pub async fn dedupe_values(&self, flow: Option<FlowName>, limit: usize) -> Result<Vec<DedupeValue>, StoreError> {
        self.services.store.dedupe_values(flow, limit).await
    }

    /// One value by which duplicates are recognised.
    pub async fn dedupe_value(&self, flow: FlowName, value: String) -> Result<Option<DedupeValue>, StoreError> {
        self.services.store.dedupe_value(flow, value).await
    }

    /// What happened to a message.
    pub async fn history(&self, id: MessageId) -> Result<Option<History>, StoreError> {
        self.services.store.history(id).await
    }

    /// The messages in the queue that pass the filter, and why each waits.
    pub async fn queued(&self, filter: QueueFilter, page: QueuePage) -> Result<QueuedPage<Waiting>, StoreError> {
        let filter = self.services.completed(filter).await?;
        let QueuedPage { messages, next } = self.services.store.queued(filter, page).await?;
        let explainer = Explainer::new(self.services.host.as_ref());
        Ok(QueuedPage { messages: messages.into_iter().map(|message| explainer.explain(message)).collect(), next })
    }

    /// How many messages in the queue pass the filter.
    pub async fn count_queued(&self, filter: QueueFilter) -> Result<u64, StoreError> {
        self.services.store.count_queued(self.services.completed(filter).await?).await
    }

    /// Why a message waits, if it is in the queue.
    pub async fn wait(&self, id: MessageId) -> Result<Option<Wait>, StoreError> {
        let message = self.services.store.queued_message(id).await?;
        let explainer = Explainer::new(self.services.host.as_ref());
        Ok(message.map(|message| explainer.explain(message).wait))
    }

    /// The messages in the queue that pass the filter, as the dead letters that they would be if they were withdrawn.
    pub async fn export_queued(
        &self,
        filter: QueueFilter,
        page: QueuePage,
        by: String,
    ) -> Result<QueuedPage<DeadLetter>, StoreError> {
        let store = &self.services.store;
        let reason = "exported".to_owned();
        let withdrawer = Withdrawer { by, reason, now: SystemClock.now() };
        let filter = self.services.completed(filter).await?;
        let QueuedPage { messages, next } = store.queued_envelopes(filter, page).await?;
        let mut dead_letters = Vec::new();
        for mut envelope in messages {
            let made = withdrawer.dead_letters(&mut envelope);
            match envelope.replay.filter(|_| made.is_empty()) {
                None => dead_letters.extend(made),
                Some(replay) => {
                    let before = store.dead_letter(replay.dead_letter).await?;
                    dead_letters.extend(before.map(|found| DeadLetter { state: DeadLetterState::Open, ..found }));
                }
            }
        }
        Ok(QueuedPage { messages: dead_letters, next })
    }

    /// Which rules were broken, and how many times.
    pub async fn quality(&self, filter: QualityFilter) -> Result<QualityReport, StoreError> {
        self.services.store.quality(filter).await
    }

    /// Every published plugin.
    pub async fn plugins(&self) -> Result<Vec<Published>, StoreError> {
        self.services.catalogue.list().await
    }

    /// One published plugin.
    pub async fn plugin(&self, plugin: &PluginVersion) -> Result<Option<Published>, StoreError> {
        self.services.catalogue.published(plugin).await
    }

    /// Who changed what, newest first.
    pub async fn audit(
        &self,
        filter: AuditFilter,
        before: Option<AuditId>,
        limit: usize,
    ) -> Result<AuditPage, StoreError> {
        self.services.store.audit(filter, before, limit).await
    }
}
