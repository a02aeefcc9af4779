//! The configuration of each flow that was last in force, kept in the data directory: for a start at which a flow can't
//! run, because somebody has edited its file, or replaced a table or a plugin, and made a mistake.
//!
//! A copy consists of the flow's file and of what that names and the host reads: plugins, tables, schemas, certificates.
//! Secrets are references and are never copied; nor are folders that files are taken from or written to. A copy is written
//! to a directory of its own, and the record that names the directory is replaced at the end: a crash leaves the copy of
//! before. A copy whose files are not what was in force is not used.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use gantry_config::{Flow, KeptFiles, Kinds, load_kept};
use gantry_core::{Digest, FlowName, Timestamp, text_without_mark};
use serde::{Deserialize, Serialize};

use crate::fingerprint::Fingerprint;

/// The directory of the copies, in the data directory.
const DIRECTORY: &str = "last-good";

/// The end of a record's name.
const RECORD: &str = "json";

/// A configuration that was in force.
#[derive(Clone, Debug)]
pub struct LastGood {
    /// The flow, as it was: it names the copies of its files.
    pub flow: Flow,
    /// When it came into force.
    pub at: Timestamp,
}

/// The copies in a data directory.
#[derive(Clone, Debug)]
pub struct LastGoodFiles {
    directory: PathBuf,
}

/// What is known of one copy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Record {
    /// The flow's file.
    file: PathBuf,
    /// The text of that file.
    text: String,
    /// When it came into force.
    at: Timestamp,
    /// The digest of every other file.
    files: BTreeMap<PathBuf, Digest>,
    /// The directory of the copies, beside the record.
    copies: String,
}

/// A copy can't be used.
#[derive(Debug, thiserror::Error)]
pub enum LastGoodError {
    /// It can't be read.
    #[error("the copy can't be read")]
    Read(#[from] io::Error),
    /// The record is damaged.
    #[error("its record is damaged")]
    Record(#[from] serde_json::Error),
    /// A file is not what was in force.
    #[error("the copy of {} is damaged", .0.display())]
    Damaged(PathBuf),
    /// This version of Gantry reads the flow differently.
    #[error("its file is not read as it was: {0}")]
    Configuration(String),
}

impl LastGoodFiles {
    /// The copies in this data directory. Creates nothing.
    #[must_use]
    pub fn of(data_dir: &Path) -> Self {
        Self { directory: data_dir.join(DIRECTORY) }
    }

    /// Whether there is any copy.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.names().is_empty()
    }

    /// The copy of the flow of this file, or else of the first of these names that has one: the flow's own and its former ones.
    pub fn find(&self, file: &Path, names: &[&FlowName], kinds: &Kinds) -> Result<Option<LastGood>, LastGoodError> {
        let records = self.names().into_iter().filter_map(|name| self.read(&name));
        if let Some(record) = records.into_iter().find(|record| record.file == file) {
            return self.load(record, kinds).map(Some);
        }
        for name in names {
            match fs::read(self.record(name)) {
                Ok(bytes) => return self.load(serde_json::from_slice(&bytes)?, kinds).map(Some),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(None)
    }

    fn load(&self, record: Record, kinds: &Kinds) -> Result<LastGood, LastGoodError> {
        let kept = KeptFiles::below(self.directory.join(&record.copies));
        for (file, digest) in &record.files {
            if Digest::of(&fs::read(kept.copy_of(file))?) != *digest {
                return Err(LastGoodError::Damaged(file.clone()));
            }
        }
        let flow = load_kept(&record.text, &record.file, kept, kinds);
        let flow = flow.map_err(|found| LastGoodError::Configuration(found.to_string()))?;
        Ok(LastGood { flow, at: record.at })
    }

    /// Keeps what has come into force, unless that is what is kept already. Without an effect if a file was replaced since
    /// the flow was loaded: what is kept was in force.
    pub(crate) fn keep(&self, flow: &Flow, fingerprint: &Fingerprint, at: Timestamp) -> io::Result<()> {
        let Some(text) = text_of(flow)? else { return Ok(()) };
        let record = Record {
            file: flow.file.clone(),
            text,
            at,
            files: fingerprint.configuration(),
            copies: format!("{}-{}", flow.name, at.0),
        };
        let before = self.read(&flow.name);
        if before
            .as_ref()
            .is_some_and(|before| Record { at, copies: record.copies.clone(), ..before.clone() } == record)
        {
            return Ok(());
        }
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&self.directory)?;
        let directory = self.directory.join(&record.copies);
        let copies = KeptFiles::below(directory.clone());
        for (file, digest) in &record.files {
            let bytes = fs::read(file)?;
            if Digest::of(&bytes) != *digest {
                return fs::remove_dir_all(&directory).or_else(if_missing);
            }
            let copy = copies.copy_of(file);
            if let Some(parent) = copy.parent() {
                fs::DirBuilder::new().recursive(true).mode(0o700).create(parent)?;
            }
            write(&copy, &bytes)?;
        }
        let draft = self.directory.join(format!("{}.part", flow.name));
        write(&draft, &serde_json::to_vec(&record)?)?;
        fs::rename(&draft, self.record(&flow.name))?;
        self.remove_copies(&flow.name, Some(&record.copies))
    }

    /// Forgets the copies of all other flows.
    pub(crate) fn keep_only(&self, flows: &BTreeSet<FlowName>) -> io::Result<()> {
        for gone in self.names().into_iter().filter(|name| !flows.contains(name)) {
            fs::remove_file(self.record(&gone)).or_else(if_missing)?;
            self.remove_copies(&gone, None)?;
        }
        Ok(())
    }

    fn read(&self, flow: &FlowName) -> Option<Record> {
        serde_json::from_slice(&fs::read(self.record(flow)).ok()?).ok()
    }

    /// Removes the directories of a flow's copies, but for one.
    fn remove_copies(&self, flow: &FlowName, but: Option<&str>) -> io::Result<()> {
        for entry in fs::read_dir(&self.directory)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let is_of_flow =
                name.rsplit_once('-').is_some_and(|(of, at)| of == flow.as_str() && at.parse::<u64>().is_ok());
            if is_of_flow && Some(name.as_str()) != but && entry.file_type()?.is_dir() {
                fs::remove_dir_all(entry.path())?;
            }
        }
        Ok(())
    }

    fn record(&self, flow: &FlowName) -> PathBuf {
        self.directory.join(format!("{flow}.{RECORD}"))
    }

    /// The flows with a record.
    fn names(&self) -> BTreeSet<FlowName> {
        let entries = fs::read_dir(&self.directory).into_iter().flatten().flatten();
        let records =
            entries.map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|end| end == RECORD));
        records.filter_map(|path| path.file_stem()?.to_str()?.parse().ok()).collect()
    }
}

/// The text of a flow's file; none if that is not what was loaded any more.
fn text_of(flow: &Flow) -> io::Result<Option<String>> {
    let bytes = fs::read(&flow.file)?;
    let text = String::from_utf8(bytes).ok().map(|text| text_without_mark(&text).to_owned());
    Ok(text.filter(|text| gantry_config::version_of(text) == flow.version))
}

/// Writes a file that only its owner reads, to the disk.
fn write(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut open = fs::OpenOptions::new();
    let mut written = open.write(true).create(true).truncate(true).mode(0o600).open(file)?;
    written.write_all(bytes)?;
    written.sync_all()
}

fn if_missing(error: io::Error) -> io::Result<()> {
    if error.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(error) }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    const FLOW: &str = r#"[flow]
name = "orders"
[source.webhook]
path = "/orders"
verify = "none"
schema = "schemas/order.json"
[table.prices]
file = "prices.csv"
key = "sku"
[target.erp.http]
url = "http://erp.example"
auth = { bearer = "file:token" }
"#;

    /// A flow in a directory of its own, with a schema, another that this one refers to, a table and a secret.
    struct Bench {
        dir: tempfile::TempDir,
        files: LastGoodFiles,
    }

    impl Bench {
        fn new() -> Self {
            let dir = tempfile::tempdir().unwrap();
            fs::create_dir_all(dir.path().join("flows/schemas")).unwrap();
            let bench = Self { files: LastGoodFiles::of(&dir.path().join("data")), dir };
            bench.write("orders.toml", FLOW);
            bench.write("prices.csv", "sku,name\n1,a\n");
            bench.write("schemas/order.json", r##"{"properties": {"sku": {"$ref": "sku.json"}}}"##);
            bench.write("schemas/sku.json", r#"{"type": "string"}"#);
            bench.write("schemas/other-credentials.json", r#"{"private": "key"}"#);
            bench.write("token", "s3cret");
            bench
        }

        fn file(&self) -> PathBuf {
            self.dir.path().join("flows/orders.toml")
        }

        fn write(&self, name: &str, text: &str) {
            fs::write(self.dir.path().join("flows").join(name), text).unwrap();
        }

        fn flow(&self) -> Flow {
            gantry_config::load_flows(&[self.file()], &gantry_transport::kinds()).unwrap().0.remove(0)
        }

        fn keep(&self, at: u64) {
            let flow = self.flow();
            let fingerprint = Fingerprint::of(&flow, gantry_engine::overrides::OverrideDigest::default());
            self.files.keep(&flow, &fingerprint, Timestamp(at)).unwrap();
        }

        fn find(&self) -> Option<LastGood> {
            self.files.find(&self.file(), &[&"orders".parse().unwrap()], &gantry_transport::kinds()).unwrap()
        }

        /// Everything below the directory of the copies.
        fn kept(&self) -> Vec<PathBuf> {
            let mut found = Vec::new();
            let mut folders = vec![self.files.directory.clone()];
            while let Some(folder) = folders.pop() {
                for entry in fs::read_dir(folder).unwrap() {
                    let path = entry.unwrap().path();
                    if path.is_dir() { folders.push(path) } else { found.push(path) }
                }
            }
            found
        }
    }

    #[test]
    fn a_flow_is_found_as_it_was_whatever_became_of_its_files() {
        let bench = Bench::new();
        assert!(bench.files.is_empty() && bench.find().is_none());
        let before = bench.flow();
        bench.keep(7);
        bench.write("prices.csv", "");
        bench.write("schemas/sku.json", "no JSON");
        bench.write("orders.toml", "no TOML");
        let LastGood { flow, at } = bench.find().unwrap();
        assert_eq!((flow.version, flow.file, at), (before.version, before.file, Timestamp(7)));
        assert_eq!(fs::read_to_string(&flow.tables["prices"].file).unwrap(), "sku,name\n1,a\n");
        let schema = flow.input_schema.unwrap();
        assert!(!schema.check_value(&serde_json::json!({"sku": 1})).is_empty(), "what it refers to is a copy as well");
        let secret = flow.targets.values().flat_map(|target| target.settings.secrets()).next().unwrap().to_string();
        assert!(secret.contains("flows/token"), "a secret stays where it is: {secret}");
    }

    #[test]
    fn no_secret_is_copied_and_only_the_owner_reads_the_copies() {
        let bench = Bench::new();
        bench.keep(7);
        let kept = bench.kept();
        assert_eq!(kept.len(), 4, "{kept:?}");
        for file in &kept {
            assert_eq!(fs::metadata(file).unwrap().permissions().mode() & 0o077, 0, "{file:?}");
            let text = fs::read_to_string(file).unwrap();
            assert!(!text.contains("s3cret") && !text.contains("private"), "{file:?}");
        }
    }

    #[test]
    fn the_same_configuration_keeps_its_time_and_another_replaces_it() {
        let bench = Bench::new();
        bench.keep(7);
        bench.keep(8);
        assert_eq!(bench.find().unwrap().at, Timestamp(7));
        bench.write("prices.csv", "sku,name\n1,b\n");
        bench.keep(9);
        let found = bench.find().unwrap();
        assert_eq!((found.at, bench.kept().len()), (Timestamp(9), 4), "nothing is left of the one before");
        bench.files.keep_only(&BTreeSet::new()).unwrap();
        assert!(bench.find().is_none() && bench.kept().is_empty());
    }

    #[test]
    fn a_flow_whose_file_has_another_name_as_well_is_found_by_its_former_one() {
        let bench = Bench::new();
        bench.keep(7);
        let names: [FlowName; 2] = ["shop".parse().unwrap(), "orders".parse().unwrap()];
        let file = bench.dir.path().join("flows/shop.toml");
        let find = |names: &[&FlowName]| bench.files.find(&file, names, &gantry_transport::kinds()).unwrap();
        assert_eq!(find(&[&names[0], &names[1]]).unwrap().flow.name, names[1]);
        assert!(find(&[&names[0]]).is_none());
    }

    #[test]
    fn a_damaged_copy_is_not_used() {
        let bench = Bench::new();
        bench.keep(7);
        let table = bench.find().unwrap().flow.tables["prices"].file.clone();
        fs::write(table, "sku,name\n").unwrap();
        let name = "orders".parse().unwrap();
        let found = bench.files.find(&bench.file(), &[&name], &gantry_transport::kinds());
        assert!(matches!(found, Err(LastGoodError::Damaged(_))), "{found:?}");
    }

    #[test]
    fn what_was_replaced_since_it_was_loaded_is_not_kept() {
        let bench = Bench::new();
        let flow = bench.flow();
        let fingerprint = Fingerprint::of(&flow, gantry_engine::overrides::OverrideDigest::default());
        bench.write("prices.csv", "sku,name\n");
        bench.files.keep(&flow, &fingerprint, Timestamp(7)).unwrap();
        assert!(bench.find().is_none());
        bench.write("prices.csv", "sku,name\n1,a\n");
        bench.write("orders.toml", "no TOML");
        bench.files.keep(&flow, &fingerprint, Timestamp(7)).unwrap();
        assert!(bench.find().is_none());
    }
}
