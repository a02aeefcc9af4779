//! The plugin run natively: its golden cases.

mod golden;
