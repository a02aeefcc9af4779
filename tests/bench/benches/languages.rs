//! What a language costs: the mapping `order-to-erp` in every language, beside the same mapping as native Rust.
//!
//! `UPDATE_DOCS=1 cargo bench -p gantry-bench --bench languages` writes the table into `docs/reference/languages.md`.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Instant;

use gantry_bench::mapping::{WARM, median, native, native_round, orders, run, sandbox_round, step};
use gantry_languages::{built, language};
use gantry_sandbox::{CacheConfig, Plugin, Reuse, Sandbox, SandboxConfig};

/// Rounds of each measurement; the median counts.
const ROUNDS: usize = 5;
/// Messages that a warm instance gets before its memory is measured again.
const MANY: usize = 20_000;
const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference/languages.md");
const BEGIN: &str = "<!-- what the benchmark prints -->\n";
const END: &str = "<!-- until here -->";

/// Language, as people write it; its name for the tools; the plugin's folder.
const SIBLINGS: [(&str, Option<&str>, &str); 7] = [
    ("Rust", None, "plugins/order-to-erp"),
    ("C", Some("c"), "plugins/order-to-erp-c"),
    ("C++", Some("cpp"), "plugins/order-to-erp-cpp"),
    ("Go", Some("go"), "plugins/order-to-erp-go"),
    ("JavaScript", Some("js"), "plugins/order-to-erp-js"),
    ("TypeScript", Some("ts"), "plugins/order-to-erp-ts"),
    ("Python", Some("python"), "plugins/order-to-erp-python"),
];

fn main() {
    let table = table().expect("writing to a string can't fail");
    println!("{table}");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        update(&table);
    }
}

fn table() -> Result<String, std::fmt::Error> {
    let native = native();
    let baseline = || median((0..ROUNDS).map(|_| native_round(&native, 100)).collect());
    let mut table = String::new();
    writeln!(
        table,
        "| language | component | compile | load from cache | start | fresh, 1 | fresh, 100 | warm, 1 | warm, 100 | × native | memory | after {MANY} |"
    )?;
    writeln!(table, "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|")?;
    writeln!(table, "| native Rust | | | | | | | {:.1} | {:.1} | 1.0× | | |", native_round(&native, 1), baseline())?;
    for (name, tools, folder) in SIBLINGS {
        if tools.is_none_or(|tools| language(tools).is_some()) {
            row(&mut table, name, folder, baseline())?;
        }
    }
    Ok(table)
}

fn row(table: &mut String, name: &str, folder: &str, baseline: f64) -> std::fmt::Result {
    let bytes = std::fs::read(built(folder)).expect("a component");
    let (compile, load) = loads(&bytes);
    let plugin = plugin(&bytes, SandboxConfig::default());
    let fresh = step(&plugin, Reuse::Fresh);
    let warm = step(&plugin, WARM);
    let measured = |step, count| {
        let orders = orders(count);
        median((0..ROUNDS).map(|_| sandbox_round(step, &orders)).collect())
    };
    let fresh_one = measured(&fresh, 1);
    let warm_one = measured(&warm, 1);
    let fresh_many = measured(&fresh, 100);
    let warm_many = measured(&warm, 100);
    let (first, grown) = memory(&plugin);
    writeln!(
        table,
        "| {name} | {} | {compile:.0} ms | {load:.1} ms | {:.0} | {fresh_one:.1} | {fresh_many:.1} | {warm_one:.1} | {warm_many:.1} | {:.1}× | {} | {} |",
        size(bytes.len()),
        (fresh_one - warm_one).max(0.0),
        warm_many / baseline,
        size(first),
        size(grown),
    )
}

fn plugin(bytes: &[u8], config: SandboxConfig) -> Plugin {
    Sandbox::new(config).expect("a sandbox").load(bytes).expect("a plugin")
}

/// Milliseconds to compile, and to load what was compiled before.
fn loads(bytes: &[u8]) -> (f64, f64) {
    let directory = tempfile::tempdir().expect("a directory for the cache");
    let key = gantry_core::Secret::new([7; 32]);
    let cache = CacheConfig { dir: directory.path().to_owned(), key, max_bytes: CacheConfig::MAX_BYTES };
    let sandbox = Sandbox::new(SandboxConfig { cache: Some(cache), ..SandboxConfig::default() }).expect("a sandbox");
    let timed = || {
        let began = Instant::now();
        sandbox.load(bytes).expect("a plugin");
        began.elapsed().as_secs_f64() * 1e3
    };
    (timed(), timed())
}

/// Linear memory with one batch, and of one warm instance after many messages.
fn memory(plugin: &Plugin) -> (usize, usize) {
    let warm = step(plugin, WARM);
    let orders = orders(100);
    let first = run(&warm, &orders).peak_memory_bytes;
    (first, (0..MANY / 100).map(|_| run(&warm, &orders).peak_memory_bytes).max().unwrap_or(first))
}

#[expect(clippy::cast_precision_loss, reason = "sizes of files and memories")]
fn size(bytes: usize) -> String {
    let kib = bytes as f64 / 1024.0;
    if kib < 1000.0 { format!("{kib:.0} KiB") } else { format!("{:.1} MiB", kib / 1024.0) }
}

fn update(table: &str) {
    let page = std::fs::read_to_string(Path::new(PAGE)).expect("the page is there");
    let (before, rest) = page.split_once(BEGIN).expect("the page has a place for the table");
    let (_, after) = rest.split_once(END).expect("the table's place ends");
    std::fs::write(PAGE, format!("{before}{BEGIN}\n{table}\n{END}{after}")).expect("a writable page");
}
