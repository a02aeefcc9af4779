//! Why a file is not a plugin that this host can run. Each message says what was found and how to fix it.

use gantry_core::manifest::API_VERSION;

/// The file is not a component this host can use.
#[derive(Debug, thiserror::Error)]
pub enum ComponentError {
    /// The bytes don't begin like WebAssembly.
    #[error("not a WebAssembly file: {found}")]
    NotWasm {
        /// What the beginning looks like.
        found: &'static str,
    },
    /// A core module: the step that makes it a component is missing.
    #[error(
        "a core WebAssembly module, not a component: `gantry plugin build DIR --component FILE` makes one of it, or build \
         it for the target wasm32-wasip2"
    )]
    CoreModule,
    /// WebAssembly of a version this host doesn't know.
    #[error("neither a component nor a module this host knows (version word {version:#010x})")]
    UnknownEncoding {
        /// Bytes 4 to 7 of the file, little-endian.
        version: u32,
    },
    /// Truncated or damaged.
    #[error("truncated or invalid at byte {offset}: {text}")]
    Invalid {
        /// Where in the file.
        offset: usize,
        /// What the validator found.
        text: String,
    },
    /// A component, but of another world.
    #[error(
        "a component of another world: it does not export `{wanted}`{}. A plugin is built with an SDK: `gantry plugin new \
         NAME --lang LANGUAGE` writes one to begin with",
        .exports.iter().fold(String::from("; it exports nothing"), list)
    )]
    OtherWorld {
        /// The interface a plugin must export.
        wanted: &'static str,
        /// What it exports instead.
        exports: Vec<String>,
    },
    /// Built against a version of the contract this host doesn't speak.
    #[error(
        "built against gantry:plugin@{found}; this host speaks {API_VERSION}: take the SDK of this version and run \
         `gantry plugin build DIR` again"
    )]
    OtherApi {
        /// The version it exports.
        found: String,
    },
    /// Larger than any plugin needs to be.
    #[error("{size} bytes, more than the {limit} a plugin may have")]
    TooBig {
        /// Size of the file.
        size: usize,
        /// The cap.
        limit: usize,
    },
    /// Something about the manifest.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// Something about the golden cases it carries.
    #[error(transparent)]
    Cases(#[from] CasesError),
}

/// Golden cases can't be put into a component, or read from it.
#[derive(Debug, thiserror::Error)]
pub enum CasesError {
    /// Longer than cases need to be.
    #[error(
        "the golden cases are {size} bytes, more than the {limit} a component may carry: shorten them with `repeat` and \
         `times`, or leave them out with `gantry plugin build DIR --without-cases`"
    )]
    TooBig {
        /// What they come to.
        size: usize,
        /// The cap.
        limit: usize,
    },
    /// More than anybody would wait for.
    #[error(
        "{count} golden cases, more than the {limit} a component may carry: put several messages into one case, or leave \
         them out with `gantry plugin build DIR --without-cases`"
    )]
    TooMany {
        /// How many there are.
        count: usize,
        /// The cap.
        limit: usize,
    },
    /// More than one section, so that two readers could disagree.
    #[error("{0} sections of golden cases in the component instead of one: build it again with `gantry plugin build`")]
    Repeated(usize),
    /// The section isn't a JSON list of cases.
    #[error("the golden cases in the component can't be read: {0}")]
    Json(#[source] serde_json::Error),
}

/// A core module that can't be made a component.
#[derive(Debug, thiserror::Error)]
pub enum EncodeError {
    /// Truncated or damaged.
    #[error(transparent)]
    Module(#[from] ComponentError),
    /// It imports an ability that its `plugin.toml` doesn't ask for.
    #[error(
        "the module imports {import}, which plugin.toml does not ask for: add `{line}` under [wants], or don't call it"
    )]
    Unwanted {
        /// The interface, with its version.
        import: String,
        /// What would ask for it.
        line: &'static str,
    },
    /// It imports what neither the contract nor WASI has.
    #[error(
        "the module imports `{name}` from `{module}`, which nothing provides: a plugin may import gantry:plugin/log, \
         lookup and clock, and the first preview of WASI; is a library missing when it is linked?"
    )]
    Unknown {
        /// The module it imports from.
        module: String,
        /// What it imports.
        name: String,
    },
    /// It lacks a function every plugin has.
    #[error(
        "the module does not export `{function}` of gantry:plugin/transform@{API_VERSION}: use the SDK's entry point \
         and keep the linker from dropping it; `gantry plugin new NAME --lang LANGUAGE` writes a plugin that does"
    )]
    NoExport {
        /// The function.
        function: &'static str,
    },
    /// Built against a version of the contract this host doesn't speak.
    #[error(
        "the module is built against gantry:plugin@{found}; this host speaks {API_VERSION}: take the SDK of this version \
         and run `gantry plugin build DIR` again"
    )]
    OtherApi {
        /// The version it names.
        found: String,
    },
    /// It doesn't follow the canonical ABI.
    #[error("the module can't be made a component: {0}")]
    Encoder(String),
}

/// The manifest is missing, or doesn't say what it must.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// No manifest in the component.
    #[error("no manifest in the component: build it with `gantry plugin build`, which embeds `plugin.toml`")]
    Missing,
    /// More than one, so that two readers could disagree.
    #[error("{0} manifests in the component instead of one: embed it again with `gantry plugin build`")]
    Repeated(usize),
    /// The section isn't the JSON of a manifest.
    #[error("the manifest in the component can't be read: {0}")]
    Json(#[source] serde_json::Error),
    /// `plugin.toml` can't be read.
    #[error("plugin.toml can't be read: {0}")]
    Toml(#[source] Box<toml::de::Error>),
    /// The manifest can't be written as JSON.
    #[error("the manifest can't be written: {0}")]
    Encode(#[source] serde_json::Error),
    /// For another version of the contract.
    #[error(
        "the manifest says api = \"{found}\"; this host speaks {API_VERSION}: take the SDK of this version, change the \
         line in plugin.toml and run `gantry plugin build DIR` again"
    )]
    Api {
        /// The version it states.
        found: String,
    },
    /// A name outside the rules.
    #[error("the manifest's {what} `{found}` is not a name: use 1 to 64 characters of a-z, 0-9, `-` and `_`")]
    Name {
        /// Which of its names.
        what: &'static str,
        /// What it says.
        found: String,
    },
    /// Not a semantic version.
    #[error("the manifest's version `{found}` is not a semantic version such as 1.2.0")]
    Version {
        /// What it says.
        found: String,
    },
    /// The settings' schema is no JSON Schema.
    #[error("the manifest's settings must be a JSON Schema: an object, `true` or `false`")]
    Settings,
}

/// `; it exports a, b`, or that there is nothing to list.
fn list(so_far: String, name: &String) -> String {
    if so_far.ends_with("nothing") { format!("; it exports {name}") } else { format!("{so_far}, {name}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_world_lists_what_it_exports() {
        let text = |exports: &[&str]| {
            let exports = exports.iter().map(|&e| e.to_owned()).collect();
            ComponentError::OtherWorld { wanted: "w", exports }.to_string()
        };
        assert!(text(&[]).contains("it exports nothing."));
        assert!(text(&["a"]).contains("it exports a."));
        assert!(text(&["a", "b"]).contains("it exports a, b."));
    }
}
