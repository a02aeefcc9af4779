//! The part of the admin API's client that is about the catalogue.

use std::time::Duration;

use gantry_admin::api::{Catalogue, PublishQuery, SIGNATURES_HEADER, signatures_to_header};
use gantry_admin::problem::Problem;
use gantry_store::{Publication, Published};
use reqwest::StatusCode;

use super::super::plugins::Offer;
use super::{DeskError, Remote};

/// How long publishing may take: the plugin is compiled in it, and others may be before it.
const PUBLISH_TIMEOUT: Duration = Duration::from_secs(600);

/// Codes that are about the plugin, and not about the request or the host.
const REFUSALS: [&str; 4] = ["plugin-refused", "plugin-untrusted", "version-taken", "too-large"];

impl Remote {
    pub(in crate::desk) async fn publish(&self, offer: Offer) -> Result<Publication, DeskError> {
        let unreachable = |error: reqwest::Error| DeskError::Unreachable {
            address: self.address.clone(),
            problem: error.to_string(),
        };
        let mut request = self
            .client
            .post(self.url("plugins"))
            .query(&PublishQuery { by: offer.by })
            .timeout(PUBLISH_TIMEOUT)
            .bearer_auth(self.token.expose())
            .header(reqwest::header::CONTENT_TYPE, "application/wasm")
            .body(offer.bytes);
        if let Some(signatures) = &offer.signatures {
            let header = signatures_to_header(signatures).map_err(|error| DeskError::Refused(error.to_string()))?;
            request = request.header(SIGNATURES_HEADER, header);
        }
        let response = request.send().await.map_err(unreachable)?;
        match response.status() {
            StatusCode::CREATED => Ok(Publication::New(response.json().await.map_err(unreachable)?)),
            StatusCode::OK => Ok(Publication::Known(response.json().await.map_err(unreachable)?)),
            _ => {
                let problem: Problem = response.json().await.map_err(unreachable)?;
                Err(match REFUSALS.contains(&problem.code.as_str()) {
                    true => DeskError::PluginRefused(problem.detail),
                    false => DeskError::Refused(problem.detail),
                })
            }
        }
    }

    pub(in crate::desk) async fn catalogue(&self) -> Result<Vec<Published>, DeskError> {
        let request = self.client.get(self.url("plugins"));
        Ok(self.answer::<Catalogue>(request, "catalogue", "").await?.plugins)
    }
}
