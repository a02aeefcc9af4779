//! The `gantry` command: parses its arguments, runs one command, prints errors, and exits with a code of
//! [`exit::Exit`].

mod args;
mod client;
mod coded;
mod command;
mod embedded;
mod exit;
mod layout;
mod logging;
mod output;
mod text;
mod time;
mod usage;
mod user_cache;

use clap::Parser as _;

/// The host allocates and frees on many threads: with jemalloc it handles a third more messages per second than with
/// glibc's allocator, in less memory (`docs/decisions/0030`).
#[cfg(all(feature = "jemalloc", not(target_env = "msvc")))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> std::process::ExitCode {
    let args = match args::Args::try_parse() {
        Ok(args) => args,
        Err(error) => return usage::report(&error),
    };
    args.command
        .run(&args.global.output())
        .map_or_else(|failure| failure.report(&args.global.output()), |()| exit::Exit::Ok.into())
}
