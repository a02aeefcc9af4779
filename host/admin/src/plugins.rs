//! `/v1/plugins`: publishes, lists and shows plugins of the catalogue.

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, QueryRejection};
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use gantry_api::v1::{Catalogue, Code, PublishQuery, Published, SIGNATURES_HEADER, signatures_from_header};
use gantry_control::publish::MAX_COMPONENT_BYTES;
use gantry_core::PluginVersion;
use gantry_operations::Publish;
use gantry_security::SignatureFile;
use gantry_store::Publication;

use crate::convert::Convert as _;
use crate::extract::{self, Place};
use crate::problem::{self, ProblemResponse};
use crate::state::Admin;

/// Publishes the component in the body: 201 if it is new, 200 if the same bytes were already published.
#[utoipa::path(post, path = "/v1/plugins", tag = "plugins", operation_id = "publish_plugin",
    params(PublishQuery, ("gantry-signatures" = Option<String>, Header, description = "a FILE.wasm.sig, in base64")),
    request_body(content_type = "application/wasm", description = "the component"),
    responses((status = 201, description = "the plugin was published", body = Published),
              (status = 200, description = "the same bytes were already published", body = Published),
              problem::BadRequest, problem::Untrusted, problem::Taken, problem::TooLarge, problem::PluginRefused,
              problem::CatalogueFailed))]
pub(crate) async fn publish(
    State(admin): State<Admin>,
    query: Result<Query<PublishQuery>, QueryRejection>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<(StatusCode, Json<Published>), ProblemResponse> {
    let query = extract::query(query)?;
    let bytes = body.map_err(|error| match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => too_large(),
        _ => ProblemResponse::bad_request(error.body_text()),
    })?;
    if bytes.len() > MAX_COMPONENT_BYTES {
        return Err(too_large());
    }
    let signatures = signatures(&headers)?;
    let published = admin.execute(&query.by, Publish { bytes, signatures }).await?;
    let status = if matches!(published, Publication::New(_)) { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(published.published().clone().convert())))
}

/// Lists every published plugin.
#[utoipa::path(get, path = "/v1/plugins", tag = "plugins", operation_id = "list_plugins",
    responses((status = 200, description = "by name, then in the order of publication", body = Catalogue)))]
pub(crate) async fn list(State(admin): State<Admin>) -> Result<Json<Catalogue>, ProblemResponse> {
    Ok(Json(Catalogue { plugins: admin.records().plugins().await?.convert() }))
}

/// Returns one published plugin.
#[utoipa::path(get, path = "/v1/plugins/{name}/{version}", tag = "plugins", operation_id = "show_plugin",
    params(("name" = String, Path, description = "The plugin's name"), ("version" = String, Path, description = "Its version")),
    responses((status = 200, description = "the plugin", body = Published), problem::BadRequest, problem::NotFound))]
pub(crate) async fn show(
    State(admin): State<Admin>,
    Place((name, version)): Place<(String, String)>,
) -> Result<Json<Published>, ProblemResponse> {
    let plugin: PluginVersion =
        format!("{name}@{version}").parse().map_err(|error: gantry_core::manifest::InvalidPluginVersion| {
            ProblemResponse::bad_request(error.to_string())
        })?;
    let published = admin.records().plugin(&plugin).await?;
    let published = published.ok_or_else(|| ProblemResponse::not_found("plugin", plugin))?;
    Ok(Json(published.convert()))
}

/// The signatures in the request's header, if there are any.
fn signatures(headers: &HeaderMap) -> Result<Option<SignatureFile>, ProblemResponse> {
    let Some(value) = headers.get(SIGNATURES_HEADER) else { return Ok(None) };
    let Some(file) = signatures_from_header(value.as_bytes()) else {
        let detail = "the header Gantry-Signatures is not base64: it must hold the content of a FILE.wasm.sig, encoded with `base64 -w0`";
        return Err(ProblemResponse::bad_request(detail));
    };
    let read = SignatureFile::read(&file);
    read.map(Some).map_err(|error| ProblemResponse::bad_request(format!("the header Gantry-Signatures: {error}")))
}

fn too_large() -> ProblemResponse {
    ProblemResponse::new(Code::TooLarge, format!("a component may have at most {} MiB", MAX_COMPONENT_BYTES >> 20))
}
