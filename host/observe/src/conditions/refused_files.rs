//! Files that a source refused and nobody has dealt with: those that lie in the directory for refused files, with a report
//! beside each. The directory itself is what counts, so a restart changes nothing.
//!
//! A file that changed after it was read has no report. It is counted, for as long as the host runs.
//!
//! Directories may be on a share that hangs. They are read on a thread of their own, and what was last read counts.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use gantry_core::alert::{AlertKind, Level};
use gantry_core::{FlowName, Timestamp, counted};
use gantry_engine::active_flows::ActiveFlow;
use serde_json::json;
use tokio::task::JoinHandle;

use super::window::Window;
use super::{Conditions, Found};
use crate::shell::quoted;

/// How long a refused file is news.
pub(super) const REFUSED_FOR: Duration = Duration::from_secs(24 * 60 * 60);

/// How long the first look may take: later ones are not waited for.
const FIRST_LOOK: Duration = Duration::from_secs(2);

/// What the alert of changed files is about.
pub(super) const CHANGED: &str = "changed";

/// What ends the name of a report.
const REPORT: &str = ".error.txt";

/// The refused files of flows.
#[derive(Default)]
pub(super) struct RefusedFiles {
    found: BTreeMap<FlowName, Refused>,
    looking: Option<JoinHandle<BTreeMap<FlowName, Refused>>>,
    has_looked: bool,
    changed: BTreeMap<FlowName, Window>,
}

/// What lies in one directory.
#[derive(Clone, Debug)]
struct Refused {
    directory: PathBuf,
    /// Files refused within a day.
    count: usize,
    first: Timestamp,
    last: Timestamp,
}

impl RefusedFiles {
    /// Looks at the directories of these flows, and forgets flows that are gone.
    pub(super) async fn look(&mut self, entries: &[&ActiveFlow], now: Timestamp) {
        self.changed.retain(|flow, _| entries.iter().any(|entry| entry.flow.name == *flow));
        if self.looking.is_none() {
            let directories = directories(entries);
            if directories.is_empty() {
                self.found.clear();
                return;
            }
            self.looking = Some(tokio::task::spawn_blocking(move || all(directories, now)));
        }
        let Some(looking) = &mut self.looking else { return };
        let wait = if self.has_looked { Duration::ZERO } else { FIRST_LOOK };
        let looked = tokio::time::timeout(wait, looking).await;
        self.has_looked = true;
        if let Ok(found) = looked {
            self.looking = None;
            self.found = found.unwrap_or_default();
        }
    }
}

impl Conditions {
    pub(super) fn observe_refused_files(&mut self, files: &RefusedFiles) {
        for (flow, Refused { directory, count, first, last }) in &files.found {
            let what = if *count == 1 { "1 file was".to_owned() } else { format!("{count} files were") };
            let place = directory.display();
            self.add(Found {
                kind: AlertKind::FileRefused,
                flow: Some(flow),
                about: None,
                level: Level::On,
                summary: format!(
                    "{what} refused by flow `{flow}` within the last day, and nothing of it sent: see {place}"
                ),
                details: json!({ "files": count, "directory": directory, "last": last.to_string() }),
                next: format!("cat {}/*{REPORT}", quoted(directory)),
                since: Some(*first),
            });
        }
    }
}

impl Conditions {
    pub(super) fn observe_changed_files(&mut self, files: &mut RefusedFiles, entry: &ActiveFlow, now: Timestamp) {
        let flow = &entry.flow.name;
        if entry.flow.source.refused_files().is_none() {
            return;
        }
        let window = files.changed.entry(flow.clone()).or_default();
        let count = window.rise(entry.metrics.refused("changed_file"), now, REFUSED_FOR);
        if count == 0 {
            return;
        }
        let what = counted(count, "file");
        self.add(Found {
            kind: AlertKind::FileRefused,
            flow: Some(flow),
            about: Some(CHANGED),
            level: Level::On,
            summary: format!(
                "{what} of flow `{flow}` changed after being read within the last day: what was added is not taken in"
            ),
            details: json!({ "files": count }),
            next: format!("gantry check {}", quoted(&entry.flow.file)),
            since: window.began(),
        });
    }
}

fn directories(entries: &[&ActiveFlow]) -> Vec<(FlowName, PathBuf)> {
    let with = entries.iter().filter_map(|entry| Some((entry, entry.flow.source.refused_files()?)));
    with.map(|(entry, directory)| (entry.flow.name.clone(), directory.to_path_buf())).collect()
}

fn all(directories: Vec<(FlowName, PathBuf)>, now: Timestamp) -> BTreeMap<FlowName, Refused> {
    directories.into_iter().filter_map(|(flow, directory)| Some((flow, refused_in(&directory, now)?))).collect()
}

fn refused_in(directory: &Path, now: Timestamp) -> Option<Refused> {
    let entries = std::fs::read_dir(directory).ok()?.filter_map(Result::ok);
    let reports = entries.filter(|entry| entry.file_name().as_encoded_bytes().ends_with(REPORT.as_bytes()));
    let written = reports.filter_map(|entry| entry.metadata().ok()?.modified().ok()).map(timestamp);
    let recent: Vec<_> = written.filter(|at| now.since(*at) < REFUSED_FOR).collect();
    let first = *recent.iter().min()?;
    let last = *recent.iter().max()?;
    Some(Refused { directory: directory.to_path_buf(), count: recent.len(), first, last })
}

fn timestamp(at: SystemTime) -> Timestamp {
    let since = at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Timestamp(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_file_is_news_for_a_day_or_until_its_report_is_gone() {
        let dir = tempfile::tempdir().unwrap();
        let now = timestamp(SystemTime::now());
        assert!(refused_in(&dir.path().join("missing"), now).is_none());
        std::fs::write(dir.path().join("bad.csv"), "x").unwrap();
        assert!(refused_in(dir.path(), now).is_none(), "the report counts, not the file");
        let report = dir.path().join("bad.csv.error.txt");
        std::fs::write(&report, "line 7").unwrap();
        assert_eq!(refused_in(dir.path(), now).unwrap().count, 1);
        assert!(refused_in(dir.path(), now.after(REFUSED_FOR + Duration::from_secs(60))).is_none());
        std::fs::remove_file(report).unwrap();
        assert!(refused_in(dir.path(), now).is_none());
    }
}
