//! One file per command, nouns before verbs: `gantry plugin inspect`, `gantry dlq list`.

mod alert;
mod audit;
mod check;
pub(crate) mod compile_component;
mod completions;
mod config;
mod dedupe;
mod deploy;
mod dlq;
mod flow;
mod key;
mod message;
mod plugin;
mod quality;
mod queue;
mod reload;
mod run;
mod status;
mod target;

use clap::Subcommand;

use crate::exit::Failure;
use crate::output::Output;

/// A command.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Run(run::Run),
    Status(status::Status),
    Reload(reload::Reload),
    Check(check::Check),
    #[command(subcommand)]
    Config(config::Config),
    #[command(subcommand)]
    Dlq(Box<dlq::Dlq>),
    #[command(subcommand)]
    Queue(Box<queue::Queue>),
    #[command(subcommand)]
    Dedupe(dedupe::Dedupe),
    #[command(subcommand)]
    Message(message::Message),
    #[command(subcommand)]
    Plugin(plugin::Plugin),
    #[command(subcommand)]
    Deploy(deploy::Deploy),
    #[command(subcommand)]
    Flow(flow::Flow),
    Quality(quality::Quality),
    #[command(subcommand)]
    Key(key::Key),
    #[command(subcommand)]
    Target(target::Target),
    #[command(subcommand)]
    Alert(alert::Alert),
    #[command(subcommand)]
    Audit(audit::Audit),
    Completions(completions::Completions),
    #[command(hide = true)]
    CompileComponent(compile_component::CompileComponent),
}

impl Command {
    pub(crate) fn run(&self, output: &Output) -> Result<(), Failure> {
        if !self.writes_for_others() {
            rustix::process::umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
        }
        match self {
            Self::Run(run) => run.run(output),
            Self::Status(status) => status.run(output),
            Self::Reload(reload) => reload.run(output),
            Self::Check(check) => check.run(output),
            Self::Config(config) => config.run(output),
            Self::Dlq(dlq) => dlq.run(output),
            Self::Queue(queue) => queue.run(output),
            Self::Dedupe(dedupe) => dedupe.run(output),
            Self::Message(message) => message.run(output),
            Self::Plugin(plugin) => plugin.run(output),
            Self::Deploy(deploy) => deploy.run(output),
            Self::Flow(flow) => flow.run(output),
            Self::Quality(quality) => quality.run(output),
            Self::Key(key) => key.run(output),
            Self::Target(target) => target.run(output),
            Self::Alert(alert) => alert.run(output),
            Self::Audit(audit) => audit.run(output),
            Self::Completions(completions) => completions.run(output),
            Self::CompileComponent(compile) => compile.run(),
        }
    }

    /// Whether others shall use what it writes: sources, components and public keys. What the other commands write may hold
    /// messages and tokens, and is for the user alone.
    const fn writes_for_others(&self) -> bool {
        match self {
            Self::Key(_) => true,
            Self::Plugin(plugin) => plugin.is_for_authors(),
            _ => false,
        }
    }
}
