//! Files that are no plugins, and what they are told.

use gantry_component::ComponentError;
use gantry_sandbox::{FaultCode, LoadError};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::harness::sandbox;

#[test]
fn a_file_that_is_no_component_is_refused_with_what_it_is() {
    let error = sandbox().load(b"(module)").unwrap_err();
    assert!(matches!(error, LoadError::Component(ComponentError::NotWasm { .. })));
}

#[test]
fn a_damaged_component_is_refused_wherever_the_damage_is() {
    let guest = gantry_guests::ECHO;
    for position in (9..guest.len()).step_by(guest.len() / 40) {
        let mut damaged = guest.to_vec();
        damaged[position] ^= 0x55;
        // Damage in a name or a constant makes another, valid plugin; what matters is that nothing panics.
        if let Ok(plugin) = sandbox().load(&damaged) {
            assert_ne!(plugin.reference().digest, gantry_core::Digest::of(guest));
        }
    }
}

#[test]
fn a_plugin_is_known_by_the_name_and_version_of_its_manifest_and_the_digest_of_its_bytes() {
    let plugin = sandbox().load(gantry_guests::LOOKUP_USER).unwrap();
    assert_eq!(plugin.reference().to_string(), "lookup-user@0.1.0");
    assert_eq!(plugin.reference().digest, gantry_core::Digest::of(gantry_guests::LOOKUP_USER));
    assert_eq!(plugin.manifest().wants.lookup, ["products"]);
}

#[test]
fn every_fault_code_is_a_countable_word() {
    for code in FaultCode::ALL.map(FaultCode::name) {
        assert!(code.starts_with("plugin-") && code.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'), "{code}");
    }
}

#[test]
fn a_component_too_big_is_refused_before_it_is_read() {
    let error = sandbox().load(&vec![0; gantry_component::MAX_COMPONENT_BYTES + 1]).unwrap_err();
    assert!(matches!(error, LoadError::Component(ComponentError::TooBig { .. })), "{error}");
}

proptest! {
    // Each case may compile a component: as many as a few seconds hold. `tests/fuzz` goes on from here.
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_truncated_component_is_an_error(length in 0..gantry_guests::ECHO.len()) {
        prop_assert!(sandbox().load(&gantry_guests::ECHO[..length]).is_err());
    }

    #[test]
    fn a_component_with_flipped_bits_is_another_plugin_or_an_error(flips in vec((0..gantry_guests::ECHO.len(), 0..8_u8), 1..8)) {
        let mut bytes = gantry_guests::ECHO.to_vec();
        flips.into_iter().for_each(|(position, bit)| bytes[position] ^= 1 << bit);
        if let Ok(plugin) = sandbox().load(&bytes) {
            prop_assert_eq!(&plugin.reference().digest, &gantry_core::Digest::of(&bytes));
        }
    }
}
