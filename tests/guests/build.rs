//! Builds the guests under `wasm/` for wasm32-wasip2, embeds a manifest into each, and writes the constants that
//! `src/lib.rs` includes.
//!
//! They are built into a target directory of their own: cargo holds a lock on the one it is using now.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use gantry_core::Manifest;

const TARGET: &str = "wasm32-wasip2";

fn main() {
    for input in ["wasm/Cargo.toml", "wasm/Cargo.lock", "wasm/src", "wasm/examples", "manifests", "../../wit"] {
        println!("cargo::rerun-if-changed={input}");
    }
    if let Err(fault) = build() {
        println!("cargo::error={fault}");
        std::process::exit(1);
    }
}

fn build() -> Result<(), String> {
    let out = PathBuf::from(variable("OUT_DIR")?);
    let target_dir = out.join("target");
    require_target()?;
    compile(&target_dir)?;
    let mut names = guests()?;
    names.sort();
    for name in &names {
        let built = target_dir.join(TARGET).join("release/examples").join(format!("{name}.wasm"));
        let plain = fs::read(&built).map_err(|error| format!("{}: {error}", built.display()))?;
        let plugin = gantry_component::embed(&plain, &manifest(name)?).map_err(|error| format!("{name}: {error}"))?;
        write(&out.join(format!("{name}.wasm")), &plugin)?;
    }
    write(&out.join("guests.rs"), source(&names)?.as_bytes())
}

/// Cargo's own message for a missing target is a page about `core` that can't be found.
fn require_target() -> Result<(), String> {
    let asked = Command::new(variable("RUSTC")?).args(["--print", "target-libdir", "--target", TARGET]).output();
    let libdir = asked.map_err(|error| format!("can't run rustc: {error}"))?.stdout;
    let libdir = String::from_utf8_lossy(&libdir);
    if Path::new(libdir.trim()).is_dir() {
        return Ok(());
    }
    Err(format!(
        "the Rust target {TARGET} is missing: run `tests/install-wasm-target.sh` or `rustup target add {TARGET}`"
    ))
}

fn compile(target_dir: &Path) -> Result<(), String> {
    let mut cargo = Command::new(variable("CARGO")?);
    cargo.args(["build", "--quiet", "--release", "--locked", "--examples", "--target", TARGET]);
    cargo.arg("--manifest-path").arg(Path::new(&variable("CARGO_MANIFEST_DIR")?).join("wasm/Cargo.toml"));
    cargo.arg("--target-dir").arg(target_dir);
    // What is meant for the host's build must not reach the guests'.
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PROFILE_") || text.contains("RUSTFLAGS") || text.contains("RUSTC_W") {
            cargo.env_remove(&name);
        }
    }
    cargo.env_remove("CARGO_BUILD_TARGET");
    let built = cargo.output().map_err(|error| format!("can't run cargo: {error}"))?;
    if built.status.success() {
        return Ok(());
    }
    eprintln!("{}", String::from_utf8_lossy(&built.stderr));
    Err("the guests under tests/guests/wasm don't build; cargo's messages are above".to_owned())
}

/// Names of all guests: one example each.
fn guests() -> Result<Vec<String>, String> {
    let entries = fs::read_dir("wasm/examples").map_err(|error| format!("wasm/examples: {error}"))?;
    entries.map(stem).collect()
}

fn stem(entry: std::io::Result<fs::DirEntry>) -> Result<String, String> {
    let path = entry.map_err(|error| error.to_string())?.path();
    Ok(path.file_stem().unwrap_or_default().to_string_lossy().into_owned())
}

/// `manifests/NAME.toml` where the guest wants something, else one that wants nothing.
fn manifest(name: &str) -> Result<Manifest, String> {
    let path = format!("manifests/{name}.toml");
    let text = fs::read_to_string(&path)
        .unwrap_or_else(|_| format!("name = \"{}\"\nversion = \"0.1.0\"\n", name.replace('_', "-")));
    gantry_component::plugin_toml(&text).map_err(|error| format!("{path}: {error}"))
}

/// A constant for each guest, documented with the guest's own first paragraph, and the macro that names them all.
fn source(names: &[String]) -> Result<String, String> {
    let mut source = String::new();
    for name in names {
        let path = format!("wasm/examples/{name}.rs");
        let code = fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))?;
        for line in code.lines().map_while(|line| line.strip_prefix("//!")) {
            source.push_str(&format!("///{line}\n"));
        }
        let constant = name.to_uppercase();
        source.push_str(&format!(
            "pub const {constant}: &[u8] = include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{name}.wasm\"));\n\n"
        ));
    }
    let all: Vec<_> = names.iter().map(|name| format!("(\"{name}\", {})", name.to_uppercase())).collect();
    source.push_str(&format!(
        "/// Every guest with its name.\npub const ALL: &[(&str, &[u8])] = &[{}];\n\n",
        all.join(", ")
    ));
    source.push_str(&format!(
        "/// Hands the names of all guests to a macro; with one that asks for a module of that name, a guest without a\n\
         /// test does not compile.\n\
         #[macro_export]\nmacro_rules! foreach_guest {{\n    ($mac:ident) => {{\n        $mac! {{ {} }}\n    }};\n}}\n",
        names.join(" ")
    ));
    Ok(source)
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), String> {
    fs::write(path, bytes).map_err(|error| format!("{}: {error}", path.display()))
}

fn variable(name: &str) -> Result<String, String> {
    env::var(name).map_err(|_| format!("{name} is not set; cargo sets it for build scripts"))
}
