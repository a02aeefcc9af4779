//! Emits what it finds around it: environment, arguments, files, time, sleep, random bytes, the order of a hash map.

use std::collections::HashMap;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use gantry_guest::{Behaviour, Message, Outcome, emit};

struct Ambient;

impl Behaviour for Ambient {
    fn one(_: Message) -> Outcome {
        let before = Instant::now();
        std::thread::sleep(Duration::from_secs(3600));
        let map: HashMap<u32, ()> = (0..20).map(|key| (key, ())).collect();
        let found = serde_json::json!({
            "env": std::env::vars().count(),
            "args": std::env::args().count(),
            "file": std::fs::read_to_string("/etc/hostname").is_ok(),
            "directory": std::fs::read_dir("/").is_ok(),
            "write": std::fs::write("gantry.txt", "x").is_ok(),
            "stdin": std::io::read_to_string(std::io::stdin()).unwrap_or_default(),
            "wall_ms": SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as u64,
            "time_passes": before.elapsed() > Duration::ZERO,
            "random": wasip2::random::random::get_random_u64(),
            "order": map.into_keys().collect::<Vec<_>>(),
        });
        emit(found.to_string())
    }
}

gantry_guest::guest!(Ambient);
