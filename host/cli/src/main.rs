//! The `gantry` command: reads its arguments, runs one command, prints what went wrong, and exits with a code from
//! one table ([`exit::Exit`]).

mod args;
mod command;
mod desk;
mod exit;
mod kit;
mod logging;
mod output;
mod text;

use clap::Parser as _;

fn main() -> std::process::ExitCode {
    let args = args::Args::parse();
    args.command
        .run(&args.global.output())
        .map_or_else(|failure| failure.report(&args.global.output()), |()| exit::Exit::Ok.into())
}
