//! The part of the admin API's client that is about the catalogue.

use std::time::Duration;

use gantry_api::v1::{Catalogue, Code, Problem, PublishQuery, Published, SIGNATURES_HEADER, signatures_to_header};
use reqwest::StatusCode;

use super::super::plugins::{Offer, Publication};
use super::{DeskError, Remote};

/// How long publishing may take: the plugin is compiled in it, and others may be before it.
const PUBLISH_TIMEOUT: Duration = Duration::from_secs(600);

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
            let file = signatures.to_json().map_err(|error| DeskError::Refused(error.to_string()))?;
            request = request.header(SIGNATURES_HEADER, signatures_to_header(&file));
        }
        let response = request.send().await.map_err(unreachable)?;
        match response.status() {
            StatusCode::CREATED => {
                Ok(Publication { new: true, published: response.json().await.map_err(unreachable)? })
            }
            StatusCode::OK => Ok(Publication { new: false, published: response.json().await.map_err(unreachable)? }),
            _ => {
                let problem: Problem = response.json().await.map_err(unreachable)?;
                Err(match problem.code {
                    Code::PluginRefused | Code::PluginUntrusted | Code::VersionTaken | Code::TooLarge => {
                        DeskError::PluginRefused(problem.detail)
                    }
                    _ => DeskError::Refused(problem.detail),
                })
            }
        }
    }

    pub(in crate::desk) async fn catalogue(&self) -> Result<Vec<Published>, DeskError> {
        let request = self.client.get(self.url("plugins"));
        Ok(self.answer::<Catalogue>(request, "catalogue", "").await?.plugins)
    }
}
