//! The story: a shop and a CRM send to an ERP, through a Gantry host.
//!
//! It has six parts: start the systems, send, watch, sum up, repair what went wrong, prove that nothing was lost. It
//! uses the host only through the `gantry` program and the admin API, as an operator would.

mod accounting;
mod admin;
mod host;
mod leftover;
mod names;
mod proof;
mod repair;
mod screen;
mod settle;
mod stage;
mod summary;

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use reqwest::{Client, StatusCode};

use self::accounting::Accounting;
use self::host::{Host, short};
use self::proof::Ends;
use self::repair::Operator;
use self::stage::Stage;
use crate::erp::{Erp, FaultPlan, Settings};
use crate::shop::{Accepted, Order, Shop};
use crate::{crm, http, shop};

/// The CRM's export, in the example.
const EXPORT: &str = "data/crm-contacts.json";

/// What the story needs.
#[derive(Clone, Debug)]
pub struct Options {
    /// The `gantry` program.
    pub gantry: PathBuf,
    /// `examples/1-quick-win`
    pub example: PathBuf,
    /// A directory for this run alone; what is in it is thrown away.
    pub work: PathBuf,
    /// Leave everything running at the end, until the process is told to stop.
    pub stay: bool,
}

/// Plays the story. Returns whether nothing was lost and every success criterion was met.
pub async fn play(options: &Options) -> anyhow::Result<bool> {
    let begun = Instant::now();
    screen::title(
        "Gantry · quick win",
        "A shop and a CRM meet an ERP. Between them: sandboxed plugins and a durable queue.",
    );
    let client = http::client()?;
    let stage = Stage::take(&options.example, &options.work)?;
    leftover::stop(&stage.work("data"), &client).await?;
    stage.clear()?;
    let erp = open_erp(&stage).await?;
    stage.set(erp.address())?;
    let url = format!("http://{}", erp.address());
    let token = stage.secrets.erp.clone();
    let accounting = Accounting { client: client.clone(), erp: url, token };
    let host = start(options, &stage, &client, &erp).await?;
    let performed = perform(&host, &stage, &client, &accounting).await;
    let (criteria_met, ends) = performed.map_err(|error| host.explain(&error))?;
    if options.stay {
        stay(&stage).await;
    }
    let stopped = host.stop().await?;
    screen::check(stopped.success(), &format!("SIGTERM: the host drained and ended, {stopped}"));
    let complete = ends.conclude();
    let seconds = begun.elapsed().as_secs_f64();
    let work = short(&stage.work(""));
    screen::text(&format!(
        "{seconds:.1} s. What the host wrote is in {work}; `run.sh --stay` keeps everything running.\n"
    ));
    Ok(criteria_met && complete && stopped.success())
}

/// Everything from the first message to the proof. Returns whether the criteria were met, and where the records ended.
async fn perform(host: &Host, stage: &Stage, client: &Client, accounting: &Accounting) -> anyhow::Result<(bool, Ends)> {
    screen::act(2, "A customer export and a morning of orders");
    let contacts = export(stage)?;
    let orders = send(host, stage, client).await?;

    screen::act(3, "Through the plugins into the ERP");
    let expected = BTreeMap::from([(names::ORDERS, orders.len() as u64), (names::CONTACTS, contacts as u64)]);
    let flows = settle::all(host, &expected).await?;

    screen::act(4, "What came of it");
    summary::counts(&flows);
    screen::gap();
    summary::faults(&accounting.stats().await?);
    screen::gap();
    let criteria_met = summary::criteria(&flows);

    screen::act(5, "The dead letters: look, fix, replay");
    let operator = Operator { host, stage, accounting, orders: &orders };
    operator.look().await?;
    operator.correct().await?;
    operator.release().await?;
    operator.discard().await?;
    operator.history().await?;

    screen::act(6, "Was anything lost?");
    let orders = proof::orders(host, accounting, &orders).await?;
    let contacts = proof::contacts(host, accounting, &stage.example(EXPORT)).await?;
    Ok((criteria_met, orders.and(contacts)))
}

async fn open_erp(stage: &Stage) -> anyhow::Result<Erp> {
    let holds = vec![(names::HELD_CUSTOMER.to_owned(), names::HOLD_REASON.to_owned())];
    let listen = ([127, 0, 0, 1], 0).into();
    let token = stage.secrets.erp.clone();
    Erp::start(Settings { listen, token, faults: FaultPlan::default(), holds }).await.context("failed to open the ERP")
}

async fn start(options: &Options, stage: &Stage, client: &Client, erp: &Erp) -> anyhow::Result<Host> {
    screen::act(1, "Four systems");
    let begun = Instant::now();
    let host = Host::start(&options.gantry, stage, client).await?;
    stage.note(&options.gantry, erp.address(), &host.intake, host.admin.address())?;
    screen::labelled("CRM", "exports its contacts into a directory, in whatever form people typed them");
    screen::labelled("shop", "sends its orders as signed webhooks, some of them twice");
    screen::labelled(
        "ERP",
        &format!("http://{}: closed for maintenance at first, later easily overrun", erp.address()),
    );
    let ready = begun.elapsed().as_secs_f64();
    screen::labelled("Gantry", &format!("http://{} takes webhooks; ready after {ready:.1} s\n", host.intake));
    summary::purposes(&host.admin.flows().await?);
    Ok(host)
}

fn export(stage: &Stage) -> anyhow::Result<usize> {
    let (file, contacts) = crm::drop_export(&stage.example(EXPORT), &stage.work("inbox/crm"))?;
    screen::labelled("CRM", &format!("{contacts} contacts dropped as {}", short(&file)));
    Ok(contacts)
}

async fn send(host: &Host, stage: &Stage, client: &Client) -> anyhow::Result<Vec<Accepted>> {
    let url = format!("http://{}{}", host.intake, names::WEBHOOK);
    let orders = shop::read_orders(&stage.example("data/orders.ndjson"))?;
    let pace = Duration::from_millis(20);
    let shop = Shop { url, secret: stage.secrets.shop.clone(), repeat_every: NonZeroUsize::new(15), pace };
    refuse_forgery(&shop, client).await?;
    let accepted = shop.send(client, &orders).await?;
    let repeated = accepted.iter().filter(|order| order.copies > 1).count();
    let text = format!("{} orders sent and accepted; {repeated} of them twice, under the same id", accepted.len());
    screen::labelled("shop", &text);
    Ok(accepted)
}

/// An order that was not signed with the secret is refused.
async fn refuse_forgery(shop: &Shop, client: &Client) -> anyhow::Result<()> {
    let forger = Shop { secret: "whsec_bm90IHRoZSBzaG9wJ3Mgc2VjcmV0".to_owned(), ..shop.clone() };
    let order = Order { number: "S-666".to_owned(), body: r#"{"order_number":"S-666"}"#.to_owned() };
    let status = forger.offer(client, &order).await?.status();
    ensure!(status == StatusCode::UNAUTHORIZED, "a forged order was answered with {status}");
    screen::labelled("forger", "1 forged order sent; refused at the door with 401");
    Ok(())
}

/// Leaves everything running until the process is told to stop.
async fn stay(stage: &Stage) {
    screen::act(7, "Yours now");
    screen::text("Everything is still running. In another terminal, for instance:\n");
    screen::text(&format!(". {}", short(&stage.work("env"))));
    screen::text("gantry dlq list\n   curl $ADMIN/metrics\n   curl $ERP/stats");
    screen::text("\n   Ctrl-C ends it.\n");
    std::future::pending::<()>().await;
}
