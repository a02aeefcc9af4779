//! Reading a component, before anything is compiled, must accept or refuse any bytes, and neither panic nor hang.
//!
//! Begin with real plugins in `corpus/inspect`: `gantry plugin build` makes some.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(found) = gantry_component::inspect(bytes) {
        assert_eq!(found.size, bytes.len());
    }
    if let Ok(cases) = gantry_component::cases(bytes) {
        assert!(cases.len() <= gantry_component::MAX_CASES);
    }
});
