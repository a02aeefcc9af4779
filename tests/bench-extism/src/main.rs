//! An Extism host that measures one round for each line it reads, such as `reused 1` or `fresh 100`: how the instance is
//! used, and how many messages a call has. It answers with the microseconds per message.
//!
//! The first argument is the plugin, the second a file with the order. Compiled once; a fresh instance is one of the
//! compiled plugin, which is the cheapest Extism offers. WASI is off, as the plugin needs none.

use std::hint::black_box;
use std::io::{BufRead as _, Write as _};
use std::time::{Duration, Instant};

use extism::{CompiledPlugin, Manifest, Plugin, PluginBuilder, Wasm};

/// How long a round lasts; as in the other benchmarks.
const ROUND: Duration = Duration::from_millis(200);

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let plugin = arguments.next().ok_or("no plugin")?;
    let order = arguments.next().ok_or("no order")?;
    let order = std::fs::read_to_string(order)?;
    // A deadline, as every plugin has in Gantry.
    let manifest = Manifest::new([Wasm::data(std::fs::read(plugin)?)]).with_timeout(Duration::from_secs(1));
    let compiled = PluginBuilder::new(manifest).with_wasi(false).compile()?;
    let mut reused = Plugin::new_from_compiled(&compiled)?;
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let (use_, count) = line.split_once(' ').ok_or("not a round")?;
        let count: usize = count.parse()?;
        let orders = vec![order.as_str(); count].join("\n");
        let microseconds = match use_ {
            "reused" => round(count, || call(&mut reused, &orders, count))?,
            _ => round(count, || call(&mut fresh(&compiled)?, &orders, count))?,
        };
        println!("{microseconds}");
        std::io::stdout().flush()?;
    }
    Ok(())
}

fn fresh(compiled: &CompiledPlugin) -> Result<Plugin, extism::Error> {
    Plugin::new_from_compiled(compiled)
}

/// One call, of which every message must come out.
fn call(plugin: &mut Plugin, orders: &str, count: usize) -> Result<(), extism::Error> {
    let answer: &str = plugin.call("map", orders)?;
    assert_eq!(black_box(answer).lines().count(), count);
    Ok(())
}

fn round(count: usize, mut work: impl FnMut() -> Result<(), extism::Error>) -> Result<f64, extism::Error> {
    let start = Instant::now();
    let mut times = 0_usize;
    while start.elapsed() < ROUND {
        work()?;
        times += 1;
    }
    Ok(start.elapsed().as_secs_f64() * 1e6 / (times * count) as f64)
}
