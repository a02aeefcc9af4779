//! Reads files and directories, and reports all mistakes in all of them at once.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use gantry_core::file_name::is_hidden;
use gantry_core::{ByteOrderMark, FlowName, text_without_mark};
use serde::de::DeserializeOwned;
use serde_json::Value;
use toml::Spanned;
use toml::de::{DeTable, DeValue, Deserializer};

use crate::at::At;
use crate::broken_file::{BrokenFile, Intake, name_of};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Report, SourceFile};
use crate::flow::Flow;
use crate::host::{DEFAULT_HOST_FILE, HostConfig};
use crate::kept_files::KeptFiles;
use crate::kind::{Kinds, RawTable};
use crate::lower::{Draft, Ends, Layers, Lower, Stated};
use crate::raw::host::HostFile;
use crate::{former, schema, shape, similar};

/// The host file's usual name. In a directory of flows it is skipped.
pub const HOST_FILE: &str = "gantry.toml";

/// Reads the flows in these files, and in the `*.toml` files of these directories, with sources and targets of `kinds`.
///
/// `Ok` has the flows and the warnings; `Err` has everything that was found in all files.
pub fn load_flows<P: AsRef<Path>>(paths: &[P], kinds: &Kinds) -> Result<(Vec<Flow>, Diagnostics), Diagnostics> {
    let (flows, found) = examine_flows(paths, kinds);
    if found.has_errors() { Err(found) } else { Ok((flows, found)) }
}

/// The same for checks that go on after a mistake: the flows without mistakes, and everything that was found.
pub fn examine_flows<P: AsRef<Path>>(paths: &[P], kinds: &Kinds) -> (Vec<Flow>, Diagnostics) {
    examine_flows_beside(paths, kinds, &BTreeSet::new())
}

/// The same for flows that share a host with the flows of its alerts, whose names are `taken`.
pub fn examine_flows_beside<P: AsRef<Path>>(
    paths: &[P],
    kinds: &Kinds,
    taken: &BTreeSet<FlowName>,
) -> (Vec<Flow>, Diagnostics) {
    let Examined { files, mut found } = examine(paths, kinds, &schema::flow(kinds), taken);
    let mut flows = Vec::new();
    for file in files {
        found.extend(file.found);
        flows.extend(file.flow);
    }
    (flows, found)
}

/// The flows of a host that runs those that are right, although others are wrong.
#[derive(Clone, Debug, Default)]
pub struct Survey {
    /// The flows without mistakes.
    pub flows: Vec<Flow>,
    /// The files with mistakes.
    pub broken: Vec<BrokenFile>,
    /// What was found in the paths themselves, such as a folder that can't be read. Nobody knows then which flows there are.
    pub lost: Diagnostics,
    /// Everything that was found, in the order of the files.
    pub found: Diagnostics,
}

/// Tells flows without mistakes from files with mistakes. Of two flows that exclude each other, the later one is broken.
pub fn survey_flows<P: AsRef<Path>>(paths: &[P], kinds: &Kinds, taken: &BTreeSet<FlowName>) -> Survey {
    let schema = schema::flow(kinds);
    let Examined { files, found: lost } = examine(paths, kinds, &schema, taken);
    let mut survey = Survey { found: lost.clone(), lost, ..Survey::default() };
    let mut wrong = Vec::new();
    for file in files {
        survey.found.extend(file.found.iter().cloned());
        match file.flow {
            Some(flow) if !file.found.has_errors() => survey.flows.push(flow),
            _ => wrong.push((file.path, file.source, file.found)),
        }
    }
    let mut names: BTreeSet<_> =
        survey.flows.iter().map(|flow| flow.name.clone()).chain(taken.iter().cloned()).collect();
    for (path, source, found) in wrong {
        let known = source.map(|source| hints(source, &schema, kinds)).unwrap_or_default();
        let name = name_of(known.name.map(|name| name.value), &path, &names);
        names.insert(name.clone());
        let intake = known.kind.zip(known.intake).map(|(kind, intake)| Intake { kind, place: intake.value });
        let file = std::path::absolute(&path).unwrap_or(path);
        let formerly = known.formerly.into_iter().map(|name| name.value).collect();
        survey.broken.push(BrokenFile { name, formerly, file, intake, named: known.named, found });
    }
    survey
}

/// The flow of a file with this text, which was in force before. The files that it names are read from copies.
pub fn load_kept(text: &str, file: &Path, kept: KeptFiles, kinds: &Kinds) -> Result<Flow, Diagnostics> {
    let mut report = Report::of(SourceFile { path: file.to_owned(), text: text.into() });
    let draft = flow(&schema::flow(kinds), &mut report, kinds, Some(kept));
    let found: Diagnostics = report.finish().collect();
    let flow = draft.and_then(|draft| draft.flow);
    flow.filter(|_| !found.has_errors()).ok_or(found)
}

/// What a set of paths holds.
struct Examined {
    files: Vec<ExaminedFile>,
    /// What was found in the paths themselves.
    found: Diagnostics,
}

/// One flow file.
struct ExaminedFile {
    path: PathBuf,
    /// Its text; none if it can't be read.
    source: Option<SourceFile>,
    flow: Option<Flow>,
    found: Diagnostics,
}

fn examine<P: AsRef<Path>>(paths: &[P], kinds: &Kinds, schema: &Value, taken: &BTreeSet<FlowName>) -> Examined {
    let mut lost = Diagnostics::default();
    let mut files = Vec::new();
    let mut drafts = Vec::new();
    for path in flow_files(paths, &mut lost) {
        match read(&path) {
            Ok(file) => drafts.push(draft(file, schema, kinds)),
            // A file that somebody named and that isn't there is a slip in the command, not in a flow.
            Err(diagnostic) if !path.exists() => lost.extend([*diagnostic]),
            Err(diagnostic) => {
                let found = Diagnostics::from_iter([*diagnostic]);
                files.push(ExaminedFile { path, source: None, flow: None, found });
            }
        }
    }
    compare(&mut drafts);
    former::refuse(&mut drafts);
    similar::compare_paths(&mut drafts);
    similar::compare_patterns(&mut drafts);
    refuse_taken(&mut drafts, taken);
    files.extend(drafts.into_iter().map(|(report, draft)| ExaminedFile {
        path: report.file.path.clone(),
        source: Some(report.file.clone()),
        flow: draft.flow,
        found: report.finish().collect(),
    }));
    Examined { files, found: lost }
}

/// What can be read of a file with mistakes. They were reported before.
fn hints(file: SourceFile, schema: &Value, kinds: &Kinds) -> Draft {
    let text = Arc::clone(&file.text);
    let mut report = Report::of(file);
    let (mut document, _) = DeTable::parse_recoverable(&text);
    shape::check(schema, document.get_mut(), &mut report);
    let ends = take_ends(document.get_mut(), kinds);
    deserialize(document, &mut report).map(|raw| Lower::new(&mut report).flow(raw, ends)).unwrap_or_default()
}

impl HostConfig {
    /// The names of the flows that queue the notifications of alerts.
    #[must_use]
    pub fn alert_flows(&self) -> BTreeSet<FlowName> {
        self.alerts.iter().map(|alert| alert.flow.clone()).collect()
    }

    /// What can be read of a host file with mistakes: where the host keeps its data, and its token. Everything else is as by
    /// default. None if not even that can be read.
    #[must_use]
    pub fn salvage(path: &Path) -> Option<Self> {
        let file = read(path).ok()?;
        let text = Arc::clone(&file.text);
        let mut report = Report::of(file);
        let (mut document, _) = DeTable::parse_recoverable(&text);
        shape::check(&schema::host(), document.get_mut(), &mut report);
        let user: HostFile = deserialize(document, &mut report)?;
        let kept = HostFile { data: user.data, admin: user.admin, ..HostFile::default() };
        Lower::new(&mut report).host(Layers { user: kept, default: Self::default() })
    }

    /// Reads the host file over the defaults; without a file, the defaults alone.
    pub fn load(path: Option<&Path>) -> Result<(Self, Diagnostics), Diagnostics> {
        let Some(path) = path else { return Ok((Self::default(), Diagnostics::default())) };
        let file = read(path).map_err(|diagnostic| Diagnostics::from_iter([*diagnostic]))?;
        let mut report = Report::of(file);
        let host = host(&mut report, Self::default());
        let found: Diagnostics = report.finish().collect();
        host.filter(|_| !found.has_errors()).map(|host| (host, found.clone())).ok_or(found)
    }
}

/// What `config.default.toml` says; relative paths begin at the working directory.
impl Default for HostConfig {
    #[expect(clippy::expect_used, reason = "the text is part of this crate, and a test reads it")]
    fn default() -> Self {
        let file = SourceFile { path: "config.default.toml".into(), text: DEFAULT_HOST_FILE.into() };
        host(&mut Report::of(file), Self::blank()).expect("the embedded defaults are valid")
    }
}

/// Interprets a host file that has been read.
pub(crate) fn host(report: &mut Report, default: HostConfig) -> Option<HostConfig> {
    let user = parse::<HostFile>(&schema::host(), report)?;
    Lower::new(report).host(Layers { user, default })
}

fn draft(file: SourceFile, schema: &Value, kinds: &Kinds) -> (Report, Draft) {
    let mut report = Report::of(file);
    if report.file.text.trim().is_empty() {
        report.add(
            Code::Unreadable,
            &(0..0),
            "the file is empty",
            "a flow needs at least [flow], a source and a target",
        );
        return (report, Draft::default());
    }
    let draft = flow(schema, &mut report, kinds, None).unwrap_or_default();
    (report, draft)
}

fn flow(schema: &Value, report: &mut Report, kinds: &Kinds, kept: Option<KeptFiles>) -> Option<Draft> {
    let text = Arc::clone(&report.file.text);
    let mut document = check(schema, &text, report)?;
    let ends = take_ends(document.get_mut(), kinds);
    let raw = deserialize(document, report)?;
    Some(Lower::new(report).with(kept).flow(raw, ends))
}

/// TOML to raw types. None when the text is not TOML; other mistakes are reported and left out.
fn parse<T: DeserializeOwned>(schema: &Value, report: &mut Report) -> Option<T> {
    let text = Arc::clone(&report.file.text);
    let document = check(schema, &text, report)?;
    deserialize(document, report)
}

/// The document without the parts that don't fit its schema. None when the text is not TOML.
fn check<'i>(schema: &Value, text: &'i str, report: &mut Report) -> Option<Spanned<DeTable<'i>>> {
    let (mut document, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        report.add(Code::Syntax, &error.span().unwrap_or(0..0), error.message(), "");
    }
    if !errors.is_empty() {
        return None;
    }
    shape::check(schema, document.get_mut(), report);
    Some(document)
}

fn deserialize<T: DeserializeOwned>(document: Spanned<DeTable<'_>>, report: &mut Report) -> Option<T> {
    let raw = T::deserialize(Deserializer::from(document));
    raw.map_err(|error| report.add(Code::WrongType, &error.span().unwrap_or(0..0), error.message(), "")).ok()
}

/// Takes the source and the targets out of a document that fits its schema.
fn take_ends<'i>(document: &mut DeTable<'i>, kinds: &Kinds) -> Ends<'i> {
    let source = document.remove("source").and_then(|choice| stated(choice, &kinds.sources, |kind| kind.name));
    let mut targets = BTreeMap::new();
    if let Some(DeValue::Table(table)) = document.remove("target").map(Spanned::into_inner) {
        for (name, choice) in table {
            let name = At { span: name.span(), value: name.into_inner().into_owned() };
            if let Some(target) = stated(choice, &kinds.targets, |kind| kind.name) {
                targets.insert(name, target);
            }
        }
    }
    Ends { source, targets }
}

/// The kind that a choice names by its only key, with that key's table.
fn stated<'i, K: Copy>(
    choice: Spanned<DeValue<'i>>,
    kinds: &[K],
    name: impl Fn(&K) -> &'static str,
) -> Option<Stated<'i, K>> {
    let DeValue::Table(choice) = choice.into_inner() else { return None };
    let (key, table) = choice.into_iter().next()?;
    let kind = kinds.iter().find(|kind| name(kind) == key.get_ref())?;
    Some(Stated { kind: *kind, table: RawTable(table) })
}

/// Finds conflicts between flows: names and intakes that are taken.
fn compare(drafts: &mut [(Report, Draft)]) {
    taken(
        drafts,
        |draft| draft.name.as_ref().map(|name| At { span: name.span.clone(), value: name.value.to_string() }),
        |name| (format!("there is another flow named `{name}`"), "names are unique in a host".to_owned()),
    );
    taken(
        drafts,
        |draft| draft.intake.clone(),
        |intake| {
            (
                format!("another flow takes its messages from `{intake}`"),
                "each flow needs a source of its own".to_owned(),
            )
        },
    );
}

/// Reports flows with a name of the host's own.
fn refuse_taken(drafts: &mut [(Report, Draft)], taken: &BTreeSet<FlowName>) {
    for (report, draft) in drafts {
        let Some(name) = draft.name.as_ref().filter(|name| taken.contains(&name.value)) else { continue };
        let message = format!("an alert of the host file queues its notifications under the name `{}`", name.value);
        report.add(Code::Conflict, &name.span, message, "give the flow another name");
    }
}

fn taken(
    drafts: &mut [(Report, Draft)],
    of: impl Fn(&Draft) -> Option<At<String>>,
    message: impl Fn(&str) -> (String, String),
) {
    let mut first = BTreeMap::new();
    for (report, draft) in drafts {
        let Some(At { span, value }) = of(draft) else { continue };
        match first.get(&value) {
            None => {
                first.insert(value, report.file.line_at(&span));
            }
            Some(place) => {
                let (message, help) = message(&value);
                report.add(Code::Conflict, &span, format!("{message} at {place}"), help);
            }
        }
    }
}

/// The files meant by these paths, each once, in the order given; those of a directory by name.
fn flow_files<P: AsRef<Path>>(paths: &[P], found: &mut Diagnostics) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = Vec::new();
    for path in paths {
        let path = path.as_ref();
        let meant = if path.is_dir() { directory(path) } else { Ok(vec![path.to_owned()]) };
        match meant {
            Ok(meant) => files.extend(meant),
            Err(diagnostic) => found.extend([*diagnostic]),
        }
    }
    let mut seen = std::collections::BTreeSet::new();
    files.retain(|file| seen.insert(file.canonicalize().unwrap_or_else(|_| file.clone())));
    files
}

fn directory(path: &Path) -> Result<Vec<PathBuf>, Box<Diagnostic>> {
    let unreadable = |error: std::io::Error| whole_file(path, format!("the directory can't be read: {error}"), "");
    let mut files = Vec::new();
    for entry in std::fs::read_dir(path).map_err(unreadable)? {
        let file = entry.map_err(unreadable)?.path();
        if is_flow_file(&file) && file.file_name().is_some_and(|name| name != HOST_FILE) {
            files.push(file);
        }
    }
    files.sort();
    if files.is_empty() {
        return Err(whole_file(path, "the directory holds no flow", "flows are files that end in `.toml`"));
    }
    Ok(files)
}

/// Whether a file in a directory of flows is one. Hidden files and those of editors are not.
#[must_use]
pub fn is_flow_file(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let is_toml = path.extension().is_some_and(|end| end.eq_ignore_ascii_case("toml"));
    is_toml && !is_hidden(&name)
}

fn read(path: &Path) -> Result<SourceFile, Box<Diagnostic>> {
    let bytes =
        std::fs::read(path).map_err(|error| whole_file(path, format!("the file can't be read: {error}"), ""))?;
    match String::from_utf8(bytes) {
        Ok(text) => Ok(SourceFile { path: path.to_owned(), text: text_without_mark(&text).into() }),
        Err(error)
            if matches!(ByteOrderMark::of(error.as_bytes()), Some(ByteOrderMark::Utf16Le | ByteOrderMark::Utf16Be)) =>
        {
            Err(whole_file(path, "the file is UTF-16", "save it as UTF-8"))
        }
        Err(error) => {
            let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
            let line = valid.iter().filter(|byte| **byte == b'\n').count() + 1;
            let mut diagnostic = whole_file(path, "the file is not UTF-8", "save it as UTF-8");
            diagnostic.line = Some(line);
            Err(diagnostic)
        }
    }
}

fn whole_file(path: &Path, message: impl Into<String>, help: &str) -> Box<Diagnostic> {
    Box::new(Diagnostic::new(Code::Unreadable, path.to_owned(), None, message.into(), help.to_owned()))
}
