//! `gantry plugin new`: creates a working plugin with a golden case, in the chosen language.
//!
//! The SDK's sources are copied into it unless a checkout is given, so that it builds without this repository and
//! without a published package.

mod files;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow, bail};
use clap::Args;
use serde_json::json;

use super::language::Language;
use crate::exit::{Exit, Failure, OrExit as _};
use crate::output::Output;
use files::Placeholders;

/// The folder for the SDK's sources, in the plugin's folder; the contract is placed next to them, as in the repository.
const VENDORED: &str = "gantry";

/// Create a new plugin
///
/// The new plugin maps a contact to a debtor; it has settings and a golden case that passes. The SDK's sources are
/// copied into `gantry/` in its folder, unless `--sdk` names a folder that contains them.
#[derive(Debug, Args)]
pub(crate) struct New {
    /// The plugin's name: a-z, 0-9 and `-`, starting with a letter
    #[arg(value_name = "NAME", value_parser = name)]
    name: String,
    /// The language
    #[arg(long, value_enum, value_name = "LANGUAGE")]
    lang: Language,
    /// The folder to create [default: NAME]
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// Use the SDKs in this folder (`sdk` in Gantry's sources) instead of copying one
    #[arg(long, value_name = "PATH")]
    sdk: Option<PathBuf>,
}

impl New {
    pub(crate) fn run(&self, output: &Output) -> Result<(), Failure> {
        let folder = self.dir.clone().unwrap_or_else(|| PathBuf::from(&self.name));
        require_empty(&folder).or_exit(Exit::Usage)?;
        let sdk = match &self.sdk {
            Some(sdk) => self.checkout(sdk, &folder).or_exit(Exit::Usage)?,
            // Some languages distinguish paths from package names by the leading dot.
            None => format!("./{VENDORED}/{}", self.lang.sdk().0),
        };
        let template = self.lang.template();
        let placeholders = Placeholders::new(&self.name, &sdk);
        let mut written = files::write_template(template, &folder, &placeholders)
            .with_context(|| format!("failed to write {}", folder.display()))?;
        if written == 0 {
            return Err(Failure::new(Exit::Internal, anyhow!("this gantry was built without {template}")));
        }
        if self.sdk.is_none() {
            let (sdk, needed) = self.lang.sdk();
            written += files::vendor(&[&[sdk], needed].concat(), &folder.join(VENDORED))
                .with_context(|| format!("failed to write {}", folder.join(VENDORED).display()))?;
        }
        let next = self.next(&folder, &sdk);
        let value = json!({ "plugin": self.name, "folder": folder, "files": written, "next": next });
        Ok(output.print(&value, || {
            let commands: String = next.iter().map(|command| format!("  {command}\n")).collect();
            format!("{} was created in {} ({written} files). Next:\n\n{commands}", self.name, folder.display())
        })?)
    }

    /// The path from the plugin's folder to the SDK in this checkout.
    fn checkout(&self, sdk: &Path, folder: &Path) -> anyhow::Result<String> {
        let below = self.lang.sdk().0.trim_start_matches("sdk/");
        let there = sdk.join(below);
        if !there.is_dir() {
            bail!("{} does not exist: `--sdk` must name the folder `sdk` of Gantry's sources", there.display());
        }
        Ok(files::relative(&std::path::absolute(folder)?, &there.canonicalize()?))
    }

    /// The commands to run next.
    fn next(&self, folder: &Path, sdk: &str) -> Vec<String> {
        let mut commands = vec![format!("cd {}", folder.display())];
        commands.extend(self.lang.preparation().iter().map(|command| command.replace("{{sdk}}", sdk)));
        commands.push("gantry plugin test .".to_owned());
        commands
    }
}

/// A name that is valid in every language and file system.
fn name(text: &str) -> Result<String, String> {
    let starts_well = text.starts_with(|c: char| c.is_ascii_lowercase());
    let safe = text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if starts_well && safe && !text.ends_with('-') && text.len() <= 64 {
        return Ok(text.to_owned());
    }
    Err("a plugin's name is 1 to 64 characters of a-z, 0-9 and `-`, starts with a letter and does not end with `-`: \
         for instance order-to-erp"
        .to_owned())
}

fn require_empty(folder: &Path) -> anyhow::Result<()> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries.count(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => 0,
        Err(error) => return Err(error).with_context(|| format!("{} can't be a plugin's folder", folder.display())),
    };
    if entries > 0 {
        bail!("{} is not empty: choose another folder with `--dir DIR`, or another name", folder.display());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_safe_in_every_language_and_path() {
        for good in ["a", "order-to-erp", "v2-orders"] {
            assert_eq!(name(good).as_deref(), Ok(good));
        }
        for bad in ["", "-a", "a-", "Order", "2orders", "a_b", "a/b", "ä", &"a".repeat(65)] {
            assert!(name(bad).is_err_and(|text| text.contains("a-z, 0-9 and `-`")), "{bad}");
        }
    }
}
