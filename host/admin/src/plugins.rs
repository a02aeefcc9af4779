//! `/v1/plugins`: publish a plugin to the catalogue, list it, look at one.

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use gantry_api::v1::{Catalogue, Code, PublishQuery, Published, SIGNATURES_HEADER, signatures_from_header};
use gantry_control::publish::PublishError;
use gantry_core::PluginVersion;
use gantry_runtime::HostHandle;
use gantry_security::SignatureFile;
use gantry_store::{CatalogueError, Publication};

use crate::asked;
use crate::convert::Convert as _;
use crate::problem::{self, ProblemResponse};

/// Takes the component in the body: 201 when it is new, 200 when these bytes were there already.
#[utoipa::path(post, path = "/v1/plugins", tag = "plugins", operation_id = "publish_plugin",
    params(PublishQuery, ("gantry-signatures" = Option<String>, Header, description = "a FILE.wasm.sig, in base64")),
    request_body(content_type = "application/wasm", description = "the component"),
    responses((status = 201, description = "the plugin is in the catalogue", body = Published),
              (status = 200, description = "these bytes were there already", body = Published),
              problem::BadRequest, problem::Untrusted, problem::Taken, problem::TooLarge, problem::PluginRefused,
              problem::CatalogueFailed))]
pub(crate) async fn publish(
    State(host): State<HostHandle>,
    query: Result<Query<PublishQuery>, QueryRejection>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<(StatusCode, Json<Published>), ProblemResponse> {
    let query = asked::understood(query)?;
    let bytes = body.map_err(|error| match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => too_large(),
        _ => ProblemResponse::bad_request(error.body_text()),
    })?;
    let signatures = signatures(&headers)?;
    let published = host.publisher().publish(bytes, signatures, &query.by).await.map_err(|error| refused(&error))?;
    let status = if matches!(published, Publication::New(_)) { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(published.published().clone().convert())))
}

/// Every published plugin.
#[utoipa::path(get, path = "/v1/plugins", tag = "plugins", operation_id = "list_plugins",
    responses((status = 200, description = "by name, and then as they were published", body = Catalogue)))]
pub(crate) async fn list(State(host): State<HostHandle>) -> Result<Json<Catalogue>, ProblemResponse> {
    let plugins = host.publisher().catalogue().list().await.map_err(|error| ProblemResponse::store(&error))?;
    Ok(Json(Catalogue { plugins: plugins.convert() }))
}

/// One published plugin.
#[utoipa::path(get, path = "/v1/plugins/{name}/{version}", tag = "plugins", operation_id = "show_plugin",
    params(("name" = String, Path, description = "The plugin's name"), ("version" = String, Path, description = "Its version")),
    responses((status = 200, description = "the plugin", body = Published), problem::BadRequest, problem::NotFound))]
pub(crate) async fn show(
    State(host): State<HostHandle>,
    Path((name, version)): Path<(String, String)>,
) -> Result<Json<Published>, ProblemResponse> {
    let plugin: PluginVersion =
        format!("{name}@{version}").parse().map_err(|error: gantry_core::manifest::InvalidPluginVersion| {
            ProblemResponse::bad_request(error.to_string())
        })?;
    let published =
        host.publisher().catalogue().published(&plugin).await.map_err(|error| ProblemResponse::store(&error))?;
    let published = published.ok_or_else(|| ProblemResponse::not_found("plugin", plugin))?;
    Ok(Json(published.convert()))
}

/// The signatures that came with the request, if any did.
fn signatures(headers: &HeaderMap) -> Result<Option<SignatureFile>, ProblemResponse> {
    let Some(value) = headers.get(SIGNATURES_HEADER) else { return Ok(None) };
    let Some(file) = signatures_from_header(value.as_bytes()) else {
        let detail = "the header Gantry-Signatures is not base64: it holds a FILE.wasm.sig, as `base64 -w0` prints it";
        return Err(ProblemResponse::bad_request(detail));
    };
    let read = SignatureFile::read(&file);
    read.map(Some).map_err(|error| ProblemResponse::bad_request(format!("the header Gantry-Signatures: {error}")))
}

fn refused(error: &PublishError) -> ProblemResponse {
    let detail = error.to_string();
    match error {
        PublishError::Refused(_) | PublishError::Cases(_) => ProblemResponse::new(Code::PluginRefused, detail),
        PublishError::Signatures(_) => ProblemResponse::bad_request(detail),
        PublishError::Untrusted(_) => ProblemResponse::new(Code::PluginUntrusted, detail),
        PublishError::Catalogue(CatalogueError::Taken { .. }) => ProblemResponse::new(Code::VersionTaken, detail),
        PublishError::Catalogue(CatalogueError::Store(error)) => ProblemResponse::store(error),
        PublishError::Catalogue(error) => {
            tracing::error!(%error, "the catalogue failed to keep a plugin");
            let detail = "the plugin's file can't be written; the host's log says why";
            ProblemResponse::new(Code::CatalogueFailed, detail)
        }
        PublishError::Stopped(_) => ProblemResponse::new(Code::Stopping, detail),
    }
}

fn too_large() -> ProblemResponse {
    ProblemResponse::new(Code::TooLarge, "a component may have 32 MiB")
}
