//! The catalogue: publishing and listing plugins. Without a running host, this process does what the host would do: it
//! applies the same checks and compiles the plugin in a separate process. The result stays in the data directory's
//! cache, so the host does not compile it again.

use std::time::Duration;

use bytes::Bytes;
use gantry_api::v1::{Catalogue, Code, PublishQuery, Published, SIGNATURES_HEADER, signatures_to_header};
use gantry_security::SignatureFile;
use reqwest::{Method, StatusCode, header};
use serde::Serialize;

use super::{Client, ClientError};

/// How long publishing may take, including compiling the plugin and waiting for other publications.
const PUBLISH_TIMEOUT: Duration = Duration::from_secs(600);

/// A component to be published.
pub(crate) struct Offer {
    pub(crate) bytes: Bytes,
    pub(crate) signatures: Option<SignatureFile>,
    pub(crate) by: String,
}

/// The result of publishing.
#[derive(Debug, Serialize)]
pub(crate) struct Publication {
    /// Whether it was not in the catalogue before.
    pub(crate) new: bool,
    /// The plugin in the catalogue.
    pub(crate) published: Published,
}

impl Client {
    /// Publishes a component.
    pub(crate) async fn publish(&self, offer: Offer) -> Result<Publication, ClientError> {
        let Offer { bytes, signatures, by } = offer;
        let request = self.transport.request(Method::POST, "plugins").query(&PublishQuery { by });
        let mut request = request.timeout(PUBLISH_TIMEOUT).header(header::CONTENT_TYPE, "application/wasm").body(bytes);
        if let Some(signatures) = &signatures {
            request = request.header(SIGNATURES_HEADER, signatures_to_header(&signatures.to_json()?));
        }
        let response = self.transport.send(request).await.map_err(too_large_as_refused_plugin)?;
        let new = response.status() == StatusCode::CREATED;
        Ok(Publication { new, published: self.transport.body(response).await? })
    }

    /// Every published plugin.
    pub(crate) async fn catalogue(&self) -> Result<Catalogue, ClientError> {
        self.transport.read("plugins").await
    }
}

/// Reports a component that is too large as a refused plugin, not as a wrong request.
fn too_large_as_refused_plugin(mut error: ClientError) -> ClientError {
    if let ClientError::Problem { problem, .. } = &mut error
        && problem.code == Code::TooLarge
    {
        problem.code = Code::PluginRefused;
    }
    error
}
