//! Emits what it finds around it: environment, arguments, files, sleep, the order of a hash map; what the clock and the
//! random bytes were when it started; and on a message that holds `time` or `chance`, what they are now.

use std::collections::HashMap;
use std::sync::OnceLock;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use gantry_guest::{Behaviour, Message, Outcome, Violation, emit, holds};

/// Clock and random bytes at the start.
static START: OnceLock<(u64, u64)> = OnceLock::new();

struct Ambient;

impl Behaviour for Ambient {
    fn configure(_: &str) -> Result<(), Vec<Violation>> {
        START.set((wall_ms(), chance())).expect("configured once");
        Ok(())
    }

    fn one(message: Message) -> Outcome {
        let before = Instant::now();
        std::thread::sleep(Duration::from_secs(3600));
        let map: HashMap<u32, ()> = (0..20).map(|key| (key, ())).collect();
        let (start_ms, start_random) = START.get().expect("configured first");
        let found = serde_json::json!({
            "env": std::env::vars().count(),
            "args": std::env::args().count(),
            "file": std::fs::read_to_string("/etc/hostname").is_ok(),
            "directory": std::fs::read_dir("/").is_ok(),
            "write": std::fs::write("gantry.txt", "x").is_ok(),
            "stdin": std::io::read_to_string(std::io::stdin()).unwrap_or_default(),
            "start_ms": start_ms,
            "start_random": start_random,
            "wall_ms": holds(&message, "time").then(wall_ms),
            "random": holds(&message, "chance").then(chance),
            "insecure": wasip2::random::insecure::get_insecure_random_u64(),
            "time_passes": before.elapsed() > Duration::ZERO,
            "an_hour_ago": before.checked_sub(Duration::from_secs(3600)).is_some(),
            "order": map.into_keys().collect::<Vec<_>>(),
        });
        emit(found.to_string())
    }
}

fn wall_ms() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as u64
}

fn chance() -> u64 {
    wasip2::random::random::get_random_u64()
}

gantry_guest::guest!(Ambient);
