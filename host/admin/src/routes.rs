//! Every route of the admin API and the API's description: new routes are added here.
//!
//! A route is a handler with `#[utoipa::path(…)]` above it, which states method, path, parameters and answers, and one
//! line in [`open`] or [`guarded`]. The description is generated from the same lines, so it includes every route; a
//! test compares it with `docs/reference/openapi.json` (`UPDATE_DOCS=1` writes that file).

use axum::Json;
use gantry_api::v1::{Code, GroupAction, Order, Problem, QueueOrder, TargetCommand};
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{InfoBuilder, OpenApi, OpenApiBuilder, PathItem};
use utoipa::{PartialSchema as _, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::problem::described;
use crate::state::Admin;
use crate::{
    alerts, audit, dead_letters, dedupe, deployments, dry_replay, flows, groups, imports, jobs, messages, observe,
    plugins, quality, queue, reload, status, targets,
};

/// Name of the authentication scheme in the description.
const TOKEN: &str = "admin_token";

/// Routes that need no token.
pub(crate) fn open() -> OpenApiRouter<Admin> {
    OpenApiRouter::new()
        .routes(routes!(observe::healthz))
        .routes(routes!(observe::readyz))
        .routes(routes!(observe::metrics))
}

/// Routes that need the admin token: all begin with `/v1`.
pub(crate) fn guarded() -> OpenApiRouter<Admin> {
    OpenApiRouter::new()
        .routes(routes!(openapi_json))
        .routes(routes!(status::status))
        .routes(routes!(flows::list))
        .routes(routes!(flows::close_intake))
        .routes(routes!(flows::open_intake))
        .routes(routes!(reload::last, reload::reload))
        .routes(routes!(dead_letters::list))
        .routes(routes!(dead_letters::summaries))
        .routes(routes!(dead_letters::count))
        .routes(routes!(imports::import))
        .routes(routes!(dry_replay::dry_run))
        .routes(routes!(dead_letters::show))
        .routes(routes!(dead_letters::revisions))
        .routes(routes!(dead_letters::replay))
        .routes(routes!(dead_letters::discard))
        .routes(routes!(dead_letters::acknowledge))
        .routes(routes!(groups::list))
        .routes(routes!(groups::show))
        .routes(routes!(groups::change))
        .routes(routes!(quality::report))
        .routes(routes!(jobs::list, jobs::start))
        .routes(routes!(jobs::preview))
        .routes(routes!(jobs::show))
        .routes(routes!(jobs::cancel))
        .routes(routes!(jobs::hold))
        .routes(routes!(jobs::resume))
        .routes(routes!(messages::show))
        .routes(routes!(queue::list))
        .routes(routes!(queue::count))
        .routes(routes!(queue::export))
        .routes(routes!(queue::withdraw))
        .routes(routes!(queue::discard))
        .routes(routes!(queue::transfer))
        .routes(routes!(audit::list))
        .routes(routes!(dedupe::list))
        .routes(routes!(dedupe::release))
        .routes(routes!(alerts::list))
        .routes(routes!(alerts::test))
        .routes(routes!(targets::list))
        .routes(routes!(targets::command))
        .routes(routes!(plugins::list, plugins::publish))
        .routes(routes!(plugins::show))
        .routes(routes!(deployments::list, deployments::begin))
        .routes(routes!(deployments::show))
        .routes(routes!(deployments::approve))
        .routes(routes!(deployments::roll_back))
        .routes(routes!(deployments::reset))
        .routes(routes!(deployments::dry_run))
}

/// The description of the whole API.
#[must_use]
pub fn openapi() -> OpenApi {
    let mut paths = open().into_openapi();
    let mut guarded = guarded().into_openapi();
    guarded.paths.paths.values_mut().flat_map(operations).for_each(guard);
    paths.merge(guarded);
    let info = InfoBuilder::new()
        .title("Gantry admin API")
        .description(Some(
            "Health, metrics, flows, messages and dead letters of one host. Errors are problem+json (RFC 9457).",
        ))
        .version(env!("CARGO_PKG_VERSION"))
        .build();
    let mut api = OpenApiBuilder::new().info(info).paths(paths.paths).components(paths.components).build();
    let components = api.components.get_or_insert_default();
    components.schemas.insert(Problem::name().into_owned(), Problem::schema());
    // These occur only in paths, where the router doesn't collect schemas.
    components.schemas.insert(<GroupAction as ToSchema>::name().into_owned(), GroupAction::schema());
    components.schemas.insert(<Order as ToSchema>::name().into_owned(), Order::schema());
    components.schemas.insert(<QueueOrder as ToSchema>::name().into_owned(), QueueOrder::schema());
    components.schemas.insert(<TargetCommand as ToSchema>::name().into_owned(), TargetCommand::schema());
    let mut named = Vec::new();
    Problem::schemas(&mut named);
    components.schemas.extend(named);
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("`admin.token` of the configuration, or else the file `admin.token` in the data directory"))
        .build();
    components.add_security_scheme(TOKEN, SecurityScheme::Http(bearer));
    api
}

/// Adds what all routes with a token have in common.
fn guard(operation: &mut Operation) {
    operation.security = Some(vec![SecurityRequirement::new::<_, [&str; 0], &str>(TOKEN, [])]);
    let answers = &mut operation.responses.responses;
    for codes in [&[Code::Unauthorized][..], &[Code::StoreUnavailable, Code::Stopping]] {
        answers.entry(codes[0].status().as_str().to_owned()).or_insert_with(|| described(codes));
    }
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.put, &mut item.post, &mut item.delete, &mut item.patch].into_iter().flatten()
}

/// Returns this description.
#[utoipa::path(get, path = "/v1/openapi.json", tag = "description", operation_id = "openapi",
    responses((status = 200, description = "OpenAPI 3.1", body = Object)))]
async fn openapi_json() -> Json<OpenApi> {
    Json(openapi())
}
