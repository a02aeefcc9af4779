//! Emits its settings. Refuses `{"refuse": true}` with a violation and never returns from `{"spin": true}`.

use std::sync::OnceLock;

use gantry_guest::{Behaviour, Message, Outcome, Violation, emit};

static SETTINGS: OnceLock<String> = OnceLock::new();

struct SettingsUser;

impl Behaviour for SettingsUser {
    fn configure(settings: &str) -> Result<(), Vec<Violation>> {
        let parsed: serde_json::Value = serde_json::from_str(settings).unwrap();
        if parsed["refuse"] == true {
            let text = "refused on purpose".to_owned();
            return Err(vec![Violation { path: "/refuse".to_owned(), code: "refused".to_owned(), text }]);
        }
        while parsed["spin"] == true {
            std::hint::black_box(());
        }
        SETTINGS.set(settings.to_owned()).expect("configured once");
        Ok(())
    }

    fn one(_: Message) -> Outcome {
        emit(SETTINGS.get().expect("configured first").as_str())
    }
}

gantry_guest::guest!(SettingsUser);
