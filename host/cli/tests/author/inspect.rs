//! `gantry plugin inspect`, with and without a flow.
