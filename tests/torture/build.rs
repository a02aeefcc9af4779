//! Builds the library of faults that is preloaded into the host: C, because it stands in for functions of the C library,
//! and the house has no `unsafe` Rust. Elsewhere than on Linux it is empty, and the command says so.

use std::path::PathBuf;

fn main() {
    println!("cargo::rerun-if-changed=faults");
    let library = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo names it")).join("libfaults.so");
    if std::env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("linux") {
        compile(&library);
    } else {
        std::fs::write(&library, []).expect("the build directory can be written");
    }
    println!("cargo::rustc-env=FAULTS_LIBRARY={}", library.display());
}

fn compile(library: &PathBuf) {
    let mut command = cc::Build::new().opt_level(2).get_compiler().to_command();
    command.args(["-std=gnu11", "-Wall", "-Wextra", "-Werror", "-fPIC", "-shared", "-pthread"]);
    command.args(["faults/faults.c", "faults/journal.c", "-ldl"]).arg("-o").arg(library);
    let status = command.status().expect("a C compiler runs");
    assert!(status.success(), "{command:?} failed");
}
