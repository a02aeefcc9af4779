//! Components that are small, valid, and expensive to compile.
//!
//! Each is a plugin by its exports, so that it gets as far as the compiler; the bomb is one more function.

use gantry_core::manifest::Wants;
use wasm_encoder::{
    BlockType, CodeSection, ExportKind, ExportSection, Function, FunctionSection, MemorySection, MemoryType, Module,
    TypeSection, ValType,
};

/// A function whose every local is changed inside so many loops nested in each other: each loop merges each local, so
/// the compiler's work is the product of the two while the file is their sum.
pub(crate) fn nested_loops(locals: u32, depth: u32) -> Vec<u8> {
    let mut body = Function::new([(locals, ValType::I32)]);
    for _ in 0..depth {
        body.instructions().loop_(BlockType::Empty);
    }
    for local in 0..locals {
        body.instructions().local_get(local).i32_const(1).i32_add().local_set(local);
    }
    for _ in 0..depth {
        body.instructions().local_get(0).br_if(0).end();
    }
    body.instructions().end();
    plugin("nested-loops", &body)
}

/// One function of so many steps, each a load and a store that can't be left out.
pub(crate) fn one_large_function(steps: u32) -> Vec<u8> {
    let mut body = Function::new([]);
    let at = |offset: u32| wasm_encoder::MemArg { offset: offset.into(), align: 2, memory_index: 0 };
    for step in 0..steps {
        let mut body = body.instructions();
        body.i32_const(0).i32_const(4).i32_load(at(step % 60_000)).i32_const(7).i32_mul().i32_store(at(step % 50_000));
    }
    body.instructions().end();
    plugin("one-large-function", &body)
}

/// A plugin with this function beside its exports.
fn plugin(name: &str, body: &Function) -> Vec<u8> {
    let component = gantry_component::encode(&module(body), &Wants::default(), None).unwrap();
    let manifest = gantry_component::plugin_toml(&format!("name = \"{name}\"\nversion = \"0.1.0\"\n")).unwrap();
    gantry_component::embed(&component, &manifest).unwrap()
}

fn module(body: &Function) -> Vec<u8> {
    const I32: ValType = ValType::I32;
    let mut types = TypeSection::new();
    types.ty().function([I32; 2], [I32]);
    types.ty().function([I32; 4], [I32]);
    types.ty().function([], []);
    let mut functions = FunctionSection::new();
    let mut code = CodeSection::new();
    let mut exports = ExportSection::new();
    let exported = ["gantry:plugin/transform@0.1.0#configure", "gantry:plugin/transform@0.1.0#process", "cabi_realloc"];
    for (index, (name, kind)) in (0..).zip(exported.into_iter().zip([0, 0, 1])) {
        functions.function(kind);
        let mut trap = Function::new([]);
        trap.instructions().unreachable().end();
        code.function(&trap);
        exports.export(name, ExportKind::Func, index);
    }
    functions.function(2);
    code.function(body);
    exports.export("memory", ExportKind::Memory, 0);
    // Exported, so that no encoder drops it as unused.
    exports.export("bomb", ExportKind::Func, 3);
    let memory = MemoryType { minimum: 2, maximum: None, memory64: false, shared: false, page_size_log2: None };
    let mut module = Module::new();
    module.section(&types).section(&functions).section(MemorySection::new().memory(memory));
    module.section(&exports).section(&code);
    module.finish()
}
