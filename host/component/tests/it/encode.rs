//! Core modules as compilers leave them, and what becomes of them.

use gantry_component::{EncodeError, contract, inspect, is_core_module, sizes};
use gantry_core::manifest::Wants;
use wasm_encoder::{
    CodeSection, CustomSection, EntityType, ExportKind, ExportSection, Function, FunctionSection, ImportSection,
    MemorySection, MemoryType, Module, TypeSection, ValType,
};

const CONFIGURE: &str = "gantry:plugin/transform@0.1.0#configure";
const PROCESS: &str = "gantry:plugin/transform@0.1.0#process";
const REALLOC: &str = "cabi_realloc";

fn encode(module: &[u8], wants: &Wants) -> Result<Vec<u8>, EncodeError> {
    gantry_component::encode(module, wants, None)
}

fn tables(names: &[&str]) -> Wants {
    Wants { lookup: names.iter().map(|&name| name.to_owned()).collect(), clock: false }
}

/// A module with these imports, all of the type `(i32) -> i32` unless it is the clock, and these exports.
fn module(imports: &[(&str, &str)], exports: &[&str]) -> Vec<u8> {
    const I32: ValType = ValType::I32;
    let mut types = TypeSection::new();
    types.ty().function([I32; 2], [I32]);
    types.ty().function([I32; 4], [I32]);
    types.ty().function([], [ValType::I64]);
    types.ty().function([I32; 5], []);
    let mut imported = ImportSection::new();
    for (module, name) in imports {
        let kind = if *name == "now-ms" {
            2
        } else if *name == "get" {
            3
        } else {
            0
        };
        imported.import(module, name, EntityType::Function(kind));
    }
    let mut functions = FunctionSection::new();
    let mut code = CodeSection::new();
    let mut exported = ExportSection::new();
    for (index, name) in (imports.len() as u32..).zip(exports) {
        functions.function(if *name == REALLOC { 1 } else { 0 });
        let mut body = Function::new([]);
        body.instructions().unreachable().end();
        code.function(&body);
        exported.export(name, ExportKind::Func, index);
    }
    exported.export("memory", ExportKind::Memory, 0);
    let memory = MemoryType { minimum: 1, maximum: None, memory64: false, shared: false, page_size_log2: None };
    let mut module = Module::new();
    module.section(&types).section(&imported).section(&functions).section(MemorySection::new().memory(memory));
    module.section(&exported).section(&code);
    module.finish()
}

#[test]
fn a_module_becomes_a_plugin_that_imports_only_what_it_uses() {
    let bytes = module(&[("gantry:plugin/clock@0.1.0", "now-ms")], &[CONFIGURE, PROCESS, REALLOC]);
    assert!(is_core_module(&bytes));
    let component = encode(&bytes, &Wants { clock: true, ..tables(&["products"]) }).unwrap();
    assert!(!is_core_module(&component));
    let found = inspect(&component).unwrap();
    assert_eq!(found.exports, ["gantry:plugin/transform@0.1.0"]);
    assert!(found.imports.contains(&"gantry:plugin/clock@0.1.0".to_owned()), "{:?}", found.imports);
    assert!(!found.imports.contains(&"gantry:plugin/lookup@0.1.0".to_owned()), "{:?}", found.imports);
}

#[test]
fn an_ability_that_is_not_wanted_is_refused_with_the_line_that_asks_for_it() {
    let refused = |import: (&str, &str), wants: &Wants| {
        let error = encode(&module(&[import], &[CONFIGURE, PROCESS, REALLOC]), wants).unwrap_err();
        assert!(matches!(error, EncodeError::Unwanted { .. }), "{error}");
        error.to_string()
    };
    assert!(refused(("gantry:plugin/clock@0.1.0", "now-ms"), &tables(&["t"])).contains("`clock = true` under [wants]"));
    let clock = Wants { clock: true, ..Wants::default() };
    assert!(refused(("gantry:plugin/lookup@0.1.0", "get"), &clock).contains("`lookup = [\"TABLE\"]` under [wants]"));
}

#[test]
fn what_bindings_say_of_a_wider_world_is_not_believed() {
    let mut bytes = module(&[], &[CONFIGURE, PROCESS, REALLOC]);
    let stated = CustomSection { name: "component-type:enricher".into(), data: b"not even readable"[..].into() };
    bytes.push(0);
    wasm_encoder::Encode::encode(&stated, &mut bytes);
    let found = inspect(&encode(&bytes, &Wants::default()).unwrap()).unwrap();
    assert_eq!(found.api, "0.1.0");
}

#[test]
fn a_missing_function_or_another_version_is_named() {
    let refused = |exports: &[&str]| encode(&module(&[], exports), &Wants::default()).unwrap_err();
    assert!(matches!(refused(&[CONFIGURE, REALLOC]), EncodeError::NoExport { function: "process" }));
    assert!(matches!(refused(&[]), EncodeError::NoExport { function: "configure" }));
    let later = ["gantry:plugin/transform@0.9.0#configure", "gantry:plugin/transform@0.9.0#process"];
    assert!(matches!(refused(&later), EncodeError::OtherApi { found } if found == "0.9.0"));
    assert!(matches!(refused(&[CONFIGURE, PROCESS]), EncodeError::Encoder(text) if text.contains("cabi_realloc")));
}

#[test]
fn a_symbol_that_no_library_has_is_named_and_damage_is_told_its_place() {
    let unlinked = module(&[("env", "strptime")], &[CONFIGURE, PROCESS, REALLOC]);
    let error = encode(&unlinked, &Wants::default()).unwrap_err().to_string();
    assert!(error.contains("`strptime` from `env`"), "{error}");
    let cut = &unlinked[..unlinked.len() - 3];
    assert!(matches!(encode(cut, &Wants::default()).unwrap_err(), EncodeError::Module(_)));
}

#[test]
fn the_contract_of_a_plugin_imports_only_what_it_wants() {
    let world = |wants: &Wants| contract(wants).split("world plugin").nth(1).unwrap().to_owned();
    assert!(!world(&Wants::default()).contains("lookup") && !world(&Wants::default()).contains("clock"));
    let all = world(&Wants { clock: true, ..tables(&["t"]) });
    assert!(all.contains("import lookup;") && all.contains("import clock;"), "{all}");
}

#[test]
fn code_and_data_are_added_up_over_nested_modules() {
    let bytes = module(&[], &[CONFIGURE, PROCESS, REALLOC]);
    let component = encode(&bytes, &Wants::default()).unwrap();
    let found = sizes(&component).unwrap();
    assert!(found.modules >= 1 && found.code > 0 && found.code < component.len(), "{found:?}");
    assert_eq!(found.data, 0);
}
