//! The files of one run: a working directory of its own, and copies of the example's files for this run.
//!
//! The shipped flow files contain fixed ports and directories, so that they can be read and checked as they are. A run
//! needs free ports and a temporary directory, so it uses copies in which exactly those are replaced.

use std::fs::{File, TryLockError};
use std::io::Write as _;
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The ERP's address in the flow files as shipped.
const SHIPPED_ERP: &str = "127.0.0.1:18090";
/// The working directory, seen from the repository, in the files as shipped.
const SHIPPED_WORK: &str = "target/example-1-quick-win/";

/// The directories of one run. Holds the lock that excludes a second run.
#[derive(Debug)]
pub(super) struct Stage {
    /// `examples/1-quick-win`
    example: PathBuf,
    /// Everything this run writes.
    work: PathBuf,
    /// The secrets that the host shares with the other systems.
    pub(super) secrets: Secrets,
    _lock: File,
}

/// Random for every run.
#[derive(Debug)]
pub(super) struct Secrets {
    /// The shop signs with it: `whsec_…`.
    pub(super) shop: String,
    /// The host shows it to the ERP.
    pub(super) erp: String,
}

impl Stage {
    /// Locks the working directory for this run.
    pub(super) fn take(example: &Path, work: &Path) -> anyhow::Result<Self> {
        let example = example.canonicalize().with_context(|| format!("there is no {}", example.display()))?;
        std::fs::create_dir_all(work).with_context(|| format!("failed to make {}", work.display()))?;
        let work = work.canonicalize()?;
        let lock = lock(&work)?;
        Ok(Self { example, work, secrets: Secrets::draw()?, _lock: lock })
    }

    /// Removes the files of an earlier run.
    pub(super) fn clear(&self) -> anyhow::Result<()> {
        for entry in std::fs::read_dir(&self.work)? {
            let entry = entry?;
            match entry.file_type()?.is_dir() {
                true => std::fs::remove_dir_all(entry.path())?,
                false if entry.file_name() == "lock" => {}
                false => std::fs::remove_file(entry.path())?,
            }
        }
        let parts = ["flows", "inbox/crm", "data"];
        Ok(parts.iter().try_for_each(|part| std::fs::create_dir_all(self.work.join(part)))?)
    }

    /// Copies the host file and the flows, changed for this run.
    pub(super) fn set(&self, erp: SocketAddr) -> anyhow::Result<()> {
        self.fit("gantry.toml", "../../", erp)?;
        let flows = std::fs::read_dir(self.example.join("flows"))?;
        let mut names: Vec<_> = flows.map(|entry| Ok(entry?.file_name())).collect::<std::io::Result<_>>()?;
        names.retain(|name| Path::new(name).extension().is_some_and(|extension| extension == "toml"));
        ensure!(!names.is_empty(), "there are no flows in {}", self.example.display());
        names.iter().try_for_each(|name| self.fit(&format!("flows/{}", name.display()), "../../../", erp))
    }

    /// Writes a file with environment variables for a shell: secrets, addresses, and where the programs and the data are.
    pub(super) fn note(&self, gantry: &Path, erp: SocketAddr, intake: &str, admin: &str) -> anyhow::Result<()> {
        let programs = gantry.canonicalize()?;
        let programs = programs.parent().unwrap_or(Path::new("/")).display();
        let Secrets { shop, erp: token } = &self.secrets;
        let text = format!(
            "export PATH=\"{programs}:$PATH\" GANTRY_DATA='{}'\n\
             export SHOP_SECRET='{shop}' ERP_TOKEN='{token}'\n\
             export ERP='http://{erp}' INTAKE='http://{intake}' ADMIN='http://{admin}'\n",
            self.work("data").display()
        );
        let mut file = File::options().write(true).create_new(true).mode(0o600).open(self.work("env"))?;
        file.write_all(text.as_bytes()).context("failed to write the file with the secrets")
    }

    /// A file of the example.
    pub(super) fn example(&self, path: &str) -> PathBuf {
        self.example.join(path)
    }

    /// A file or directory of this run.
    pub(super) fn work(&self, path: &str) -> PathBuf {
        self.work.join(path)
    }

    /// Replaces the shipped ports and directories in one file. `up` is the path from the file's directory to the
    /// repository.
    fn fit(&self, file: &str, up: &str, erp: SocketAddr) -> anyhow::Result<()> {
        let repository = self.example.join("../..").canonicalize()?;
        let shipped =
            std::fs::read_to_string(self.example.join(file)).with_context(|| format!("failed to read {file}"))?;
        let fitted = shipped
            .replace(&format!("\"{up}{SHIPPED_WORK}"), &format!("\"{}/", self.work.display()))
            .replace(&format!("\"{up}"), &format!("\"{}/", repository.display()))
            .replace("\"../data/", &format!("\"{}/data/", self.example.display()))
            .replace(SHIPPED_ERP, &erp.to_string());
        if fitted == shipped {
            bail!("{file} names none of the places that a run replaces");
        }
        std::fs::write(self.work.join(file), fitted).with_context(|| format!("failed to write {file}"))
    }
}

impl Secrets {
    fn draw() -> anyhow::Result<Self> {
        let mut shop = [0; 24];
        let mut erp = [0; 24];
        getrandom::fill(&mut shop).and_then(|()| getrandom::fill(&mut erp)).context("no random bytes")?;
        Ok(Self { shop: format!("whsec_{}", STANDARD.encode(shop)), erp: STANDARD.encode(erp) })
    }
}

fn lock(work: &Path) -> anyhow::Result<File> {
    let file = File::options().create(true).truncate(false).write(true).open(work.join("lock"))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => bail!("another run of this example is under way in {}", work.display()),
        Err(TryLockError::Error(error)) => Err(error).context("failed to lock the working directory"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
    }

    #[test]
    fn a_run_clears_what_an_earlier_one_left_and_names_no_shipped_place() {
        let work = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(work.path().join("data/store")).unwrap();
        std::fs::write(work.path().join("env"), "old").unwrap();
        let stage = Stage::take(&example(), work.path()).unwrap();
        stage.clear().unwrap();
        stage.set("127.0.0.1:4711".parse().unwrap()).unwrap();
        assert!(!work.path().join("data/store").exists());
        for file in ["gantry.toml", "flows/shop-orders.toml", "flows/crm-customers.toml"] {
            let text = std::fs::read_to_string(stage.work(file)).unwrap();
            assert!(!text.contains("\"../") && !text.contains(SHIPPED_ERP), "{file}: {text}");
        }
    }

    #[test]
    fn a_second_run_in_the_same_directory_is_kept_out_until_the_first_has_ended() {
        let work = tempfile::tempdir().unwrap();
        let first = Stage::take(&example(), work.path()).unwrap();
        let error = Stage::take(&example(), work.path()).unwrap_err();
        assert!(error.to_string().contains("another run"), "{error}");
        drop(first);
        Stage::take(&example(), work.path()).unwrap();
    }
}
