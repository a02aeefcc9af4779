//! The ERP as its own users use it: they look up records and release credit holds.

use anyhow::ensure;
use reqwest::{Client, StatusCode};
use serde_json::Value;

use crate::erp::{Kind, Stats};

/// A user of the ERP in accounting.
#[derive(Debug)]
pub(super) struct Accounting {
    pub(super) client: Client,
    /// `http://…` of the ERP.
    pub(super) erp: String,
    pub(super) token: String,
}

impl Accounting {
    /// The ERP's number for a record of the shop or the CRM, if the ERP has it.
    pub(super) async fn find(&self, kind: Kind, external: &str) -> anyhow::Result<Option<String>> {
        let url = format!("{}/{}/{external}", self.erp, kind.path());
        let answer = self.client.get(url).bearer_auth(&self.token).send().await?;
        if answer.status() == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        let record: Value = answer.error_for_status()?.json().await?;
        Ok(record["number"].as_str().map(str::to_owned))
    }

    /// Lets a customer order again.
    pub(super) async fn release_hold(&self, customer: &str) -> anyhow::Result<()> {
        let url = format!("{}/credit-holds/{customer}", self.erp);
        let answer = self.client.delete(url).bearer_auth(&self.token).send().await?;
        ensure!(answer.status().is_success(), "there is no credit hold on {customer}: {}", answer.status());
        Ok(())
    }

    /// What the ERP has seen so far.
    pub(super) async fn stats(&self) -> anyhow::Result<Stats> {
        Ok(self.client.get(format!("{}/stats", self.erp)).send().await?.json().await?)
    }
}
