//! Attacks that no compiler would emit, made instruction by instruction, and what becomes of them.

use std::time::{Duration, Instant};

use gantry_core::manifest::Wants;
use gantry_sandbox::{FaultCode, Limits, StepConfig};
use wasm_encoder::{
    BlockType, CodeSection, ConstExpr, ElementSection, Elements, ExportKind, ExportSection, Function, FunctionSection,
    MemorySection, MemoryType, Module, RefType, StartSection, TableSection, TableType, TypeSection, ValType,
};

use crate::harness::{config, one, prepare, sandbox, step};

/// A plugin of one core module.
struct Made {
    /// Elements its table begins with.
    table: u64,
    /// What `process` does before it answers nothing.
    process: Function,
    /// What runs when the module is instantiated.
    start: Option<Function>,
}

/// A function that does nothing.
fn idle() -> Function {
    let mut body = Function::new([]);
    body.instructions().end();
    body
}

/// A function that never ends.
fn endless() -> Function {
    let mut body = Function::new([]);
    body.instructions().loop_(BlockType::Empty).br(0).end().end();
    body
}

/// Where what the host hands over is put: one thing over the other, since nobody reads it.
const INBOX: i32 = 4096;
/// Where an answer lies: an empty list, or success without a value, since memory begins as zeros.
const ANSWER: i32 = 64;

/// A function that ends with this address.
fn at(address: i32, mut body: Function) -> Function {
    body.instructions().i32_const(address).end();
    body
}

/// A function that ends with an answer.
fn answer(body: Function) -> Function {
    at(ANSWER, body)
}

impl Made {
    fn plugin(&self) -> Vec<u8> {
        let component = gantry_component::encode(&self.module(), &Wants::default(), None).unwrap();
        let manifest = gantry_component::plugin_toml("name = \"made\"\nversion = \"0.1.0\"\n").unwrap();
        gantry_component::embed(&component, &manifest).unwrap()
    }

    fn module(&self) -> Vec<u8> {
        const I32: ValType = ValType::I32;
        let mut types = TypeSection::new();
        types.ty().function([I32; 2], [I32]);
        types.ty().function([I32; 4], [I32]);
        types.ty().function([], []);
        let mut functions = FunctionSection::new();
        let mut bodies = CodeSection::new();
        let mut exports = ExportSection::new();
        let configure = answer(Function::new([]));
        let realloc = at(INBOX, Function::new([]));
        let start = self.start.clone().unwrap_or_else(idle);
        for (kind, body) in [(0, &configure), (0, &self.process), (1, &realloc), (2, &start)] {
            functions.function(kind);
            bodies.function(body);
        }
        exports.export("gantry:plugin/transform@0.1.0#configure", ExportKind::Func, 0);
        exports.export("gantry:plugin/transform@0.1.0#process", ExportKind::Func, 1);
        exports.export("cabi_realloc", ExportKind::Func, 2);
        exports.export("memory", ExportKind::Memory, 0);
        let memory = MemoryType { minimum: 2, maximum: None, memory64: false, shared: false, page_size_log2: None };
        let kind = RefType::FUNCREF;
        let table = TableType { element_type: kind, minimum: self.table, maximum: None, table64: false, shared: false };
        let mut elements = ElementSection::new();
        elements.active(Some(0), &ConstExpr::i32_const(0), Elements::Functions([3][..].into()));
        let mut module = Module::new();
        module.section(&types).section(&functions).section(TableSection::new().table(table));
        module.section(MemorySection::new().memory(memory)).section(&exports);
        if self.start.is_some() {
            module.section(&StartSection { function_index: 3 });
        }
        module.section(&elements).section(&bodies);
        module.finish()
    }
}

/// A `process` that grows its table by so many elements again and again, and traps when that fails.
fn grower(elements: i32) -> Function {
    let mut body = Function::new([]);
    let mut instructions = body.instructions();
    instructions.loop_(BlockType::Empty);
    instructions.ref_null(wasm_encoder::HeapType::FUNC).i32_const(elements).table_grow(0);
    instructions.i32_const(-1).i32_eq().if_(BlockType::Empty).unreachable().end();
    instructions.br(0).end();
    answer(body)
}

#[test]
fn a_table_that_grows_without_end_ends_at_the_limit() {
    for elements in [1_000, 60_000, i32::MAX] {
        let made = Made { table: 1, process: grower(elements), start: None };
        let fault = one(&step(&made.plugin()), "x").unwrap_err();
        assert_eq!(fault.code, FaultCode::Memory, "by {elements}: {fault}");
    }
}

#[test]
fn a_table_that_begins_beyond_the_limit_is_refused_at_load() {
    for elements in [70_000, 10_000_000] {
        let made = Made { table: elements, process: answer(Function::new([])), start: None };
        let error = sandbox().load(&made.plugin()).unwrap_err().to_string();
        assert!(error.contains("table"), "{error}");
    }
}

#[test]
fn a_loop_in_the_start_function_ends_at_the_deadline_before_any_message() {
    let made = Made { table: 1, process: answer(Function::new([])), start: Some(endless()) };
    let limits = Limits { deadline: Duration::from_millis(200), ..Limits::default() };
    let start = Instant::now();
    let error = prepare(&made.plugin(), StepConfig { limits, ..config() }).unwrap_err();
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    let source = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
    assert!(format!("{error} {source}").contains("still running after"), "{error}: {source}");
}

#[test]
fn no_answer_at_all_is_a_fault_and_not_a_loss() {
    let made = Made { table: 1, process: answer(Function::new([])), start: None };
    assert_eq!(one(&step(&made.plugin()), "x").unwrap_err().code, FaultCode::Output);
}
