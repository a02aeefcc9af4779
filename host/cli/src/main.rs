//! The `gantry` command: reads its arguments, runs one command, prints what went wrong, and exits with a code from
//! one table ([`exit::Exit`]).

mod args;
mod client;
mod command;
mod exit;
mod kit;
mod logging;
mod output;
mod text;

use clap::Parser as _;

/// The host allocates and frees on many threads at once: a third more messages a second than with glibc's allocator, in
/// less memory (`docs/decisions/0030`).
#[cfg(all(feature = "jemalloc", not(target_env = "msvc")))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> std::process::ExitCode {
    let args = args::Args::parse();
    args.command
        .run(&args.global.output())
        .map_or_else(|failure| failure.report(&args.global.output()), |()| exit::Exit::Ok.into())
}
