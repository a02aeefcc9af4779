//! How long `GET /healthz` waits while plugins use every core: p99 of the real binary with nothing to do, beside as many
//! threads that only count, and under guests that never return. An orchestrator that waits too long kills a healthy host.
//!
//! The counting threads are the baseline: on few cores any running thread makes others wait. Guests cost more than that
//! only if their ratio is above that of the threads, which would mean that they block the async runtime.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use gantry_e2e::{FlowText, HostProcess, guest};

/// Requests of one round, and rounds of each kind, which take turns; the median round counts.
const REQUESTS: usize = 1_000;
const ROUNDS: usize = 5;
/// Flows whose guest never returns; more than cores, so that none is ever free.
const FLOWS: usize = 8;
/// Messages for each: a batch of them spins for four deadlines, and then they come back.
const MESSAGES: usize = 100;

#[tokio::main]
async fn main() {
    let idle = host(false).await;
    let loaded = host(true).await;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let mut figures = [const { Vec::new() }; 3];
    for _ in 0..ROUNDS {
        figures[0].push(round(idle.admin));
        figures[1].push(beside_counting(cores, || round(idle.admin)));
        figures[2].push(under_load(&loaded));
    }
    let [idle, counting, guests] = figures.map(median);
    println!("GET /healthz, {REQUESTS} requests one after the other, median of {ROUNDS} rounds, {cores} cores\n");
    println!("{:<36} {:>8} {:>8} {:>8}", "", "p50 ms", "p99 ms", "p99");
    for (name, [p50, p99]) in
        [("nothing else", idle), ("threads that count", counting), ("guests that never return", guests)]
    {
        println!("{name:<36} {p50:>8.2} {p99:>8.2} {:>7.1}x", p99 / idle[1]);
    }
}

/// A host with flows whose guests spin, where there is load.
async fn host(load: bool) -> HostProcess {
    let dir = tempfile::tempdir().expect("a temporary directory").keep();
    std::fs::create_dir(dir.join("flows")).expect("a writable directory");
    for number in 0..if load { FLOWS } else { 1 } {
        let name = format!("f{number}");
        FlowText::new(&name)
            .step(guest("spin"), "")
            .target_at("t", "http://127.0.0.1:9/", "")
            .write(&dir.join("flows"));
    }
    HostProcess::start(&dir).await
}

/// A round while every flow has messages to spin on.
fn under_load(host: &HostProcess) -> [f64; 2] {
    for flow in 0..FLOWS {
        let mut stream = TcpStream::connect(host.intake).expect("the host listens");
        for _ in 0..MESSAGES {
            let request = format!("POST /f{flow} HTTP/1.1\r\nhost: bench\r\ncontent-length: 4\r\n\r\nspin");
            stream.write_all(request.as_bytes()).expect("the host reads");
            read_answer(&mut stream, b"HTTP/1.1 202");
        }
    }
    round(host.admin)
}

/// p50 and p99 in ms.
fn round(admin: SocketAddr) -> [f64; 2] {
    let mut stream = TcpStream::connect(admin).expect("the host listens");
    stream.set_nodelay(true).expect("a TCP socket");
    let mut waits: Vec<Duration> = (0..REQUESTS)
        .map(|_| {
            let sent_at = Instant::now();
            stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: bench\r\n\r\n").expect("the host reads");
            read_answer(&mut stream, b"HTTP/1.1 200");
            sent_at.elapsed()
        })
        .collect();
    waits.sort_unstable();
    [waits[REQUESTS / 2], waits[REQUESTS * 99 / 100]].map(|wait| wait.as_secs_f64() * 1e3)
}

/// An answer is shorter than what is read at once.
fn read_answer(stream: &mut TcpStream, beginning: &[u8]) {
    let mut answer = [0; 4096];
    let length = stream.read(&mut answer).expect("the host answers");
    assert!(answer[..length].starts_with(beginning), "{}", String::from_utf8_lossy(&answer[..length]));
}

/// Does the work while so many threads count.
fn beside_counting<T>(threads: usize, work: impl FnOnce() -> T) -> T {
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    assert!((0..1_000_000_u32).map(std::hint::black_box).all(|number| number < 1_000_000));
                }
            });
        }
        let result = work();
        done.store(true, Ordering::Relaxed);
        result
    })
}

/// The round with the middle p99.
fn median(mut rounds: Vec<[f64; 2]>) -> [f64; 2] {
    rounds.sort_by(|one, other| one[1].total_cmp(&other[1]));
    rounds[rounds.len() / 2]
}
