//! What a hostile plugin costs its neighbour: the messages per second of a normal step, alone and beside each attack, and
//! the host's peak memory. One thread runs the neighbour and one the attack, as two flows of one host would.
//!
//! The first row is the baseline: a thread that only counts, without a sandbox. On few cores the neighbour shares them
//! with any other thread; an attack costs more than that only if its share is below 1. The share is its ratio, divided
//! by the ratio of the first row.
//!
//! Memory is compared with what one attacking call may use: its linear memory, and twice what may cross to the host at
//! once, because the host holds an answer twice: as it came, and as it passes it on.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use gantry_bench::mapping::{median, messages, run};
use gantry_core::{Clock as _, Message, Place, SystemClock};
use gantry_sandbox::{
    Grants, Invocation, Limits, PreparedStep, Reuse, Sandbox, SandboxConfig, StepConfig, TableError, Tables,
};

/// Each guest that attacks, and the message that makes it.
const ATTACKS: &[(&str, &[u8], &str)] = &[
    ("spin", gantry_guests::SPIN, "spin"),
    ("trap", gantry_guests::TRAP_ON, "poison"),
    ("stack overflow", gantry_guests::TRAP_ON, "deep"),
    ("memory bomb", gantry_guests::MEMORY_BOMB, "bomb"),
    ("handle flood", gantry_guests::HANDLE_FLOOD, "flood"),
    ("lift bomb", gantry_guests::LIFT_BOMB, "bomb"),
    ("exit", gantry_guests::EXITER, "exit"),
    ("log flood", gantry_guests::CALL_FLOOD, "log"),
    ("random flood", gantry_guests::CALL_FLOOD, "random"),
    ("print flood", gantry_guests::CALL_FLOOD, "print"),
    ("huge output", gantry_guests::OUTCOMES, r#"{"emit": [{"bytes": 30000000}]}"#),
];
/// Linear memory of the attacker, the default of a step, and what may cross to the host, in MiB.
const BOUND_MIB: usize = 64 + 2 * 16;
/// How long one measurement lasts.
const ROUND: Duration = Duration::from_millis(300);
/// Measurements of each kind; the median counts.
const ROUNDS: usize = 5;
/// Messages of one batch, the neighbour's and the attacker's.
const BATCH: usize = 100;

struct NoTables;

impl Tables for NoTables {
    fn get(&self, _: &str, _: &[String]) -> Result<Vec<Option<String>>, TableError> {
        Err(TableError::UnknownTable)
    }
}

fn main() {
    let sandbox = Sandbox::new(SandboxConfig::default()).expect("a sandbox");
    let neighbour = step(&sandbox, gantry_guests::ECHO);
    println!("bound: {BOUND_MIB} MiB above what the host has before the attack\n");
    println!(
        "{:<15} {:>12} {:>12} {:>7} {:>7} {:>9} {:>7}",
        "attack", "alone/s", "beside it/s", "ratio", "share", "grew MiB", "within"
    );
    let busy = measure("(a busy thread)", &neighbour, None, count_to_a_million);
    for (name, guest, word) in ATTACKS {
        let attacker = step(&sandbox, guest);
        let messages = messages(BATCH, "text/plain", word);
        measure(name, &neighbour, Some(busy), || attack(&attacker, &messages));
    }
}

/// Measures the neighbour alone and beside the attack in turn, so that a slower machine slows both. Returns the ratio.
fn measure(name: &str, neighbour: &PreparedStep, busy: Option<f64>, attack: impl Fn() + Sync) -> f64 {
    reset_peak();
    let before = status_mib("VmRSS:");
    let mut alone = Vec::new();
    let mut beside = Vec::new();
    for _ in 0..ROUNDS {
        alone.push(rate(neighbour));
        beside.push(beside_it(&attack, || rate(neighbour)));
    }
    let alone = median(alone);
    let beside = median(beside);
    let ratio = beside / alone;
    let grew = status_mib("VmHWM:").saturating_sub(before);
    let share = ratio / busy.unwrap_or(ratio);
    let within = if grew <= BOUND_MIB { "yes" } else { "NO" };
    println!("{name:<15} {alone:>12.0} {beside:>12.0} {ratio:>6.2}x {share:>6.2}x {grew:>9} {within:>7}");
    ratio
}

fn count_to_a_million() {
    assert!((0..1_000_000_u32).map(std::hint::black_box).all(|number| number < 1_000_000));
}

fn step(sandbox: &Sandbox, guest: &[u8]) -> PreparedStep {
    let config = StepConfig {
        flow: "bench".parse().expect("a name"),
        step: "step".into(),
        place: Place::whole("bench"),
        settings: serde_json::Value::Null,
        grants: Grants::default(),
        limits: Limits { deadline: Duration::from_millis(100), ..Limits::default() },
        reuse: Reuse::Fresh,
        routes: BTreeSet::new(),
        tables: Arc::new(NoTables),
    };
    sandbox.load(guest).expect("a plugin").prepare(config).expect("a step")
}

/// Messages a second of the neighbour; each must come out.
fn rate(neighbour: &PreparedStep) -> f64 {
    let messages = messages(BATCH, "text/plain", "a message of no consequence");
    let start = Instant::now();
    let mut batches = 0;
    while start.elapsed() < ROUND {
        run(neighbour, &messages);
        batches += 1;
    }
    f64::from(batches) * BATCH as f64 / start.elapsed().as_secs_f64()
}

/// One hostile batch, of which nothing may come out.
fn attack(attacker: &PreparedStep, messages: &[Message]) {
    let batch: Vec<_> = messages.iter().map(|message| Invocation { message, attempt: 1 }).collect();
    let run = attacker.run(&batch, SystemClock.now());
    assert!(run.outcomes.iter().all(Result::is_err), "the attack succeeded");
}

/// Does the work while another thread attacks without pause.
fn beside_it<T>(attack: impl Fn() + Sync, work: impl FnOnce() -> T) -> T {
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                attack();
            }
        });
        let result = work();
        done.store(true, Ordering::Relaxed);
        result
    })
}

/// Resets the peak memory of this process on Linux; does nothing elsewhere.
fn reset_peak() {
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}

/// A value of this process's memory in `/proc/self/status`, in MiB; 0 except on Linux.
fn status_mib(line: &str) -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let found = status.lines().find_map(|found| found.strip_prefix(line));
    found.and_then(|found| found.trim().trim_end_matches(" kB").parse::<usize>().ok()).unwrap_or_default() >> 10
}
