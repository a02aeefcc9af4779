//! `quick-win`: one program for the shop, the CRM, the ERP and the story they play.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use clap::{Parser, Subcommand};
use gantry_example_quick_win::erp::{Erp, FaultPlan, Settings};
use gantry_example_quick_win::shop::{Shop, read_orders};
use gantry_example_quick_win::story::{Options, play};
use gantry_example_quick_win::{crm, http};
use tokio::signal::unix::{SignalKind, signal};

/// The outside world of Gantry's quick-win example.
#[derive(Parser)]
#[command(name = "quick-win")]
struct Arguments {
    #[command(subcommand)]
    part: Part,
}

#[derive(Subcommand)]
enum Part {
    /// Play the whole story, with a real host
    Story {
        /// The `gantry` program
        #[arg(long)]
        gantry: PathBuf,
        /// The example's folder
        #[arg(long)]
        example: PathBuf,
        /// A directory for this run; what is in it is thrown away
        #[arg(long)]
        work: PathBuf,
        /// Leave everything running at the end, until Ctrl-C
        #[arg(long)]
        stay: bool,
    },
    /// Be the ERP
    Erp {
        /// Where to listen
        #[arg(long, default_value = "127.0.0.1:18090")]
        listen: SocketAddr,
        /// The token callers must show
        #[arg(long, env = "ERP_TOKEN", hide_env_values = true)]
        token: String,
        /// Do nothing wrong
        #[arg(long)]
        calm: bool,
        /// Refuse this customer's orders; may be repeated
        #[arg(long, value_name = "CUSTOMER")]
        hold: Vec<String>,
    },
    /// Be the shop: send orders as signed webhooks
    Shop {
        /// The webhook's address
        #[arg(long)]
        url: String,
        /// What to sign with: `whsec_…`
        #[arg(long, env = "SHOP_SECRET", hide_env_values = true)]
        secret: String,
        /// Send every Nth order twice
        #[arg(long, value_name = "N")]
        repeat_every: Option<NonZeroUsize>,
        /// Orders as NDJSON, one a line
        orders: PathBuf,
    },
    /// Be the CRM: drop an export into a watched directory, all at once
    Crm {
        /// The watched directory
        #[arg(long)]
        inbox: PathBuf,
        /// The export
        export: PathBuf,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    let part = Arguments::parse().part;
    let outcome = tokio::select! {
        outcome = run(part) => outcome,
        // Dropping the future stops whatever it has started.
        code = stop_signal() => return code,
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("\nquick-win: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(part: Part) -> anyhow::Result<bool> {
    match part {
        Part::Story { gantry, example, work, stay } => play(&Options { gantry, example, work, stay }).await,
        Part::Erp { listen, token, calm, hold } => {
            let faults = if calm { FaultPlan::none() } else { FaultPlan::default() };
            let holds = hold.into_iter().map(|customer| (customer, "overdue".to_owned())).collect();
            let erp = Erp::start(Settings { listen, token, faults, holds }).await.context("failed to open the ERP")?;
            println!("the ERP listens on http://{}", erp.address());
            std::future::pending().await
        }
        Part::Shop { url, secret, repeat_every, orders } => {
            let shop = Shop { url, secret, repeat_every, pace: Duration::ZERO };
            for order in shop.send(&http::client()?, &read_orders(&orders)?).await? {
                println!("{} {}", order.number, order.message_id);
            }
            Ok(true)
        }
        Part::Crm { inbox, export } => {
            let (file, contacts) = crm::drop_export(&export, &inbox)?;
            println!("{contacts} contacts in {}", file.display());
            Ok(true)
        }
    }
}

/// Waits for a signal. Returns the exit code for it.
async fn stop_signal() -> ExitCode {
    let (Ok(mut interrupt), Ok(mut terminate)) = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
    else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = interrupt.recv() => ExitCode::from(130),
        _ = terminate.recv() => ExitCode::from(143),
    }
}
