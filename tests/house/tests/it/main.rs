//! Tests of the project's files: dependencies, sources, the book and the README.

mod book;
mod commands;
mod crates;
mod readme;
mod sdk;
mod sources;
mod threats;
