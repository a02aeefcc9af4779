//! Files dropped into a directory: what becomes of them and of their records.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use gantry_config::{Dedupe, Dialect, Encoding, ValueFrom};
use gantry_core::clock::ManualClock;
use gantry_transport::source::files::{CsvOptions, FileFormat, FileSource, FileSourceError, Files};
use tempfile::TempDir;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::intake::{Memory, Mood, State, disk_full};
use crate::server::NOW;

pub(crate) fn csv(group_by: Option<&str>) -> FileFormat {
    FileFormat::Csv(CsvOptions { dialect: Dialect::default(), group_by: group_by.map(str::to_owned) })
}

/// A watched directory with its source, which may be started more than once.
pub(crate) struct Drop {
    pub(crate) dir: TempDir,
    pub(crate) config: Files,
    pub(crate) intake: Arc<Memory>,
}

pub(crate) struct Running {
    shutdown: CancellationToken,
    pub(crate) task: JoinHandle<Result<(), FileSourceError>>,
}

impl Drop {
    pub(crate) fn of(format: FileFormat) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let config = Files {
            directory: dir.path().to_owned(),
            pattern: "*".into(),
            format,
            encoding: Encoding::default(),
            done: dir.path().join("done"),
            failed: dir.path().join("failed"),
            poll: Duration::from_millis(20),
            quiet: Duration::from_millis(20),
            max_bytes: 1 << 20,
            key: None,
            dedupe: None,
        };
        Self { dir, config, intake: Arc::default() }
    }

    pub(crate) fn put(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        // As a well-behaved writer does it: whole, under its name, at once.
        let hidden = self.dir.path().join(format!(".{name}"));
        fs::write(&hidden, content).unwrap();
        let path = self.dir.path().join(name);
        fs::rename(hidden, &path).unwrap();
        path
    }

    pub(crate) fn start(&self) -> Running {
        let clock = Arc::new(ManualClock::at(NOW));
        let source = FileSource::new("orders".parse().unwrap(), &self.config, self.intake.clone(), clock).unwrap();
        let shutdown = CancellationToken::new();
        Running { task: tokio::spawn(source.run(shutdown.clone())), shutdown }
    }

    pub(crate) async fn until_done(&self, files: usize) {
        self.intake.until("the files are done", |state| state.forgotten == files).await;
    }

    pub(crate) async fn until_failed(&self) -> String {
        self.intake.until("the file failed", |state| !state.refused.is_empty()).await;
        assert_eq!(self.intake.inspect(|state| (state.arrivals.len(), state.refused[0].1)), (0, "bad_file"));
        let mut reports = names(&self.config.failed).into_iter().filter(|name| name.ends_with(".error.txt"));
        let report = reports.next_back().unwrap();
        assert!(self.config.failed.join(report.trim_end_matches(".error.txt")).exists());
        fs::read_to_string(self.config.failed.join(report)).unwrap()
    }

    /// Runs a file through and returns the payloads.
    pub(crate) async fn payloads(self, content: impl AsRef<[u8]>) -> Vec<String> {
        self.put("in", content);
        let running = self.start();
        self.until_done(1).await;
        running.stop().await;
        self.intake.inspect(payloads)
    }

    /// Runs a bad file through and returns the report beside it.
    pub(crate) async fn report(self, content: impl AsRef<[u8]>) -> String {
        self.put("in", content);
        let running = self.start();
        let report = self.until_failed().await;
        running.stop().await;
        report
    }
}

impl Running {
    pub(crate) async fn stop(self) {
        self.shutdown.cancel();
        crate::soon("the end", self.task).await.unwrap().unwrap();
    }
}

pub(crate) fn payloads(state: &State) -> Vec<String> {
    state.arrivals.iter().map(|arrival| String::from_utf8(arrival.payload.to_vec()).unwrap()).collect()
}

pub(crate) fn names(dir: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[tokio::test]
async fn csv_rows_become_objects_of_strings_in_column_order() {
    let drop = Drop::of(csv(None));
    drop.put("orders.csv", "\u{feff}no,name,total\r\n007,\"Käse, \"\"alt\"\"\",1.50\n\n8,\"two\nlines\",\n");
    let running = drop.start();
    drop.until_done(1).await;
    running.stop().await;
    drop.intake.inspect(|state| {
        assert_eq!(
            payloads(state),
            [r#"{"no":"007","name":"Käse, \"alt\"","total":"1.50"}"#, r#"{"no":"8","name":"two\nlines","total":""}"#]
        );
        let first = &state.arrivals[0];
        assert_eq!((first.content_type.as_str(), first.source.as_str()), ("application/json", "file orders.csv:2"));
        assert_eq!(first.headers.iter().collect::<Vec<_>>(), [("gantry-file", "orders.csv"), ("gantry-record", "1")]);
        assert_eq!(state.arrivals[1].source, "file orders.csv:4");
        assert!(state.progress.is_empty());
    });
    assert_eq!(names(drop.dir.path()), ["done", "failed"]);
    assert_eq!(names(&drop.config.done), ["orders.csv"]);
}

#[tokio::test]
async fn a_repeated_column_is_dropped_where_it_says_the_same_and_renamed_where_not() {
    let same = Drop::of(csv(None)).payloads("id,x,id\n1,a,1\n2,b,2\n").await;
    assert_eq!(same, [r#"{"id":"1","x":"a"}"#, r#"{"id":"2","x":"b"}"#]);
    let other = Drop::of(csv(None)).payloads("id,id_2,id,\n1,a,1,x\n2,b,3,y\n").await;
    assert_eq!(other[0], r#"{"id":"1","id_2":"a","id_3":"1","column_4":"x"}"#);
}

#[tokio::test]
async fn rows_that_follow_one_another_form_one_message() {
    let rows = "no;line\n1;a\n1;b\n2;c\n3;d\n";
    let dialect = Dialect { delimiter: b';', ..Dialect::default() };
    let format = FileFormat::Csv(CsvOptions { dialect, group_by: Some("no".into()) });
    let payloads = Drop::of(format).payloads(rows).await;
    assert_eq!(
        payloads,
        [
            r#"{"no":"1","rows":[{"no":"1","line":"a"},{"no":"1","line":"b"}]}"#,
            r#"{"no":"2","rows":[{"no":"2","line":"c"}]}"#,
            r#"{"no":"3","rows":[{"no":"3","line":"d"}]}"#,
        ]
    );
}

#[tokio::test]
async fn a_group_that_comes_again_behind_others_is_refused_with_both_lines() {
    for rows in ["no,line\n1,a\n1,b\n2,c\n1,d\n", "no,line\n,a\n,b\n2,c\n,d\n"] {
        let report = Drop::of(csv(Some("no"))).report(rows).await;
        assert!(
            report.contains("line 5: the row has the value in \"no\" of the group that begins in line 2"),
            "{report}"
        );
        assert!(report.contains("sort the file by \"no\""), "{report}");
    }
}

#[tokio::test]
async fn json_arrays_give_their_elements_and_anything_else_itself() {
    let elements =
        Drop::of(FileFormat::Json).payloads(b"\n [ {\"a\": 1.50,\n \"b\": [1, 2]} , \"x y\", null ]\n").await;
    assert_eq!(elements, [r#"{"a":1.50,"b":[1,2]}"#, r#""x y""#, "null"]);
    assert_eq!(Drop::of(FileFormat::Json).payloads("\u{feff}{ \"a\": [1] }").await, [r#"{"a":[1]}"#]);
    assert!(Drop::of(FileFormat::Json).payloads("[]").await.is_empty());
}

#[tokio::test]
async fn ndjson_gives_its_lines() {
    let lines = Drop::of(FileFormat::Ndjson).payloads("{\"a\": 1}\r\n\n[2, 3]\n\"last\"").await;
    assert_eq!(lines, [r#"{"a":1}"#, "[2,3]", r#""last""#]);
}

#[tokio::test]
async fn an_empty_file_is_done_with_nothing_in_it() {
    for format in [csv(None), csv(Some("no")), FileFormat::Ndjson] {
        assert!(Drop::of(format).payloads("").await.is_empty());
    }
    assert!(Drop::of(csv(None)).payloads("only,a,header\n").await.is_empty());
}

#[tokio::test]
async fn ragged_rows_fail_the_whole_file_with_line_and_fix() {
    let report = Drop::of(csv(None)).report("a,b\n1,2\n3,4,5\n6,7\n").await;
    assert!(report.contains("line 3: the row has 3 fields where the header has 2"), "{report}");
    assert!(report.contains("double quotes") && report.contains("put the file back into"), "{report}");
}

#[tokio::test]
async fn lines_are_counted_rightly_however_they_end() {
    for (content, line) in [
        ("a,b\n1,2\n3\n", 3),
        ("a,b\r\n1,2\r\n3\r\n", 3),
        ("a,b\n\n\n1,2\n3", 5),
        ("a,b\r\n\r\n1,2\r\n\r\n3", 5),
        ("a,b\n\"1\n\",2\n\"3\n\"", 4),
        ("a,b\r\n\"1\r\n\",2\r\n3\r\n4,5\r\n", 4),
    ] {
        let report = Drop::of(csv(None)).report(content).await;
        assert!(report.contains(&format!("line {line}: the row has 1 fields")), "{content:?}: {report}");
    }
}

#[tokio::test]
async fn invalid_utf_8_fails_with_byte_and_line_in_every_format() {
    for format in [csv(None), FileFormat::Json, FileFormat::Ndjson] {
        let report = Drop::of(format).report(b"[\"a\",\n\"K\xe4se\"]\n").await;
        // NDJSON is broken in its first line already, but the text is checked before it is parsed.
        assert!(report.contains("line 2: invalid UTF-8 at byte 8 of the file"), "{report}");
    }
}

#[tokio::test]
async fn broken_json_fails_with_line_and_column() {
    let ndjson = Drop::of(FileFormat::Ndjson).report("{\"a\": 1}\n{\"a\": }\n").await;
    assert!(ndjson.contains("line 2, column 7: not valid JSON: expected value"), "{ndjson}");
    let json = Drop::of(FileFormat::Json).report("[{\"a\": 1},\n {\"a\" 1}]").await;
    assert!(json.contains("line 2, column 7: not valid JSON: expected `:`"), "{json}");
    for wrong in ["", " \r\n\t ", "[1] 2", "[1"] {
        assert!(Drop::of(FileFormat::Json).report(wrong).await.contains("not valid JSON"), "{wrong}");
    }
}

#[tokio::test]
async fn a_record_that_is_too_long_or_lacks_its_dedupe_value_fails_the_file() {
    let mut drop = Drop::of(csv(None));
    drop.config.max_bytes = 30;
    let report = drop.report("a\nshort\nlonger than thirty bytes of JSON\n").await;
    assert!(report.contains("line 3: the record is longer than 30 bytes"), "{report}");
    let mut drop = Drop::of(csv(None));
    drop.config.dedupe = Some(Dedupe { by: ValueFrom::Pointer("/id".into()), window: Duration::from_secs(1) });
    let report = drop.report("id\n1\n\"\"\n").await;
    assert!(report.contains("line 3: the value at `/id` is missing or empty"), "{report}");
    let report = Drop::of(csv(Some("no"))).report("a,b\n1,2\n").await;
    assert!(report.contains("there is no column `no` to group by; there are: a, b"), "{report}");
}

#[tokio::test]
async fn a_quote_that_is_never_closed_does_not_fill_the_memory() {
    let mut drop = Drop::of(csv(None));
    drop.config.max_bytes = 1000;
    let report = drop.report(format!("a\n1\n\"open\n{}", "x\n".repeat(1_000_000))).await;
    assert!(report.contains("line 3: a record begins here that does not end"), "{report}");
}

#[tokio::test]
async fn keys_and_dedupe_values_are_read_from_each_record() {
    let mut drop = Drop::of(csv(None));
    drop.config.key = Some(ValueFrom::Pointer("/customer".into()));
    let window = Duration::from_secs(60);
    drop.config.dedupe = Some(Dedupe { by: ValueFrom::Pointer("/no".into()), window });
    drop.put("a.csv", "no,customer\n1,c1\n2,\n1,c1\n");
    let running = drop.start();
    drop.until_done(1).await;
    running.stop().await;
    drop.intake.inspect(|state| {
        let keys: Vec<_> = state.arrivals.iter().map(|a| (a.key.as_deref(), a.dedupe_key.as_deref())).collect();
        assert_eq!(keys, [(Some("c1"), Some("1")), (None, Some("2"))]);
        assert_eq!(state.arrivals[0].dedupe_window, Some(window));
    });
}

#[tokio::test]
async fn files_are_taken_in_the_order_of_their_names_and_others_are_left_alone() {
    let mut drop = Drop::of(FileFormat::Ndjson);
    drop.config.pattern = "*.nd".into();
    for name in ["b.nd", "a.nd", "c.txt", "d.nd.part"] {
        drop.put(name, format!("\"{name}\""));
    }
    let running = drop.start();
    drop.until_done(2).await;
    drop.put("late.nd", "\"late\"");
    drop.until_done(3).await;
    running.stop().await;
    assert_eq!(drop.intake.inspect(payloads), ["\"a.nd\"", "\"b.nd\"", "\"late\""]);
    assert_eq!(names(drop.dir.path()), ["c.txt", "d.nd.part", "done", "failed"]);
}

#[tokio::test]
async fn a_file_of_the_same_name_is_taken_again_and_nothing_in_done_is_overwritten() {
    let drop = Drop::of(FileFormat::Ndjson);
    let running = drop.start();
    for n in 1..=3 {
        drop.put("daily", "1");
        drop.until_done(n).await;
    }
    running.stop().await;
    assert_eq!(drop.intake.inspect(|state| state.arrivals.len()), 3);
    assert_eq!(names(&drop.config.done).len(), 3);
}

#[tokio::test]
async fn an_intake_that_takes_nothing_for_a_while_only_delays_a_file() {
    let drop = Drop::of(FileFormat::Ndjson);
    drop.intake
        .set_mood(Mood::Refusing(3, || gantry_transport::IntakeError::QueueFull { retry_after: Duration::ZERO }));
    drop.put("in", "1\n2\n");
    let running = drop.start();
    drop.until_done(1).await;
    running.stop().await;
    assert_eq!(drop.intake.inspect(payloads), ["1", "2"]);
}

#[tokio::test]
async fn shutdown_does_not_wait_for_an_intake_that_takes_nothing() {
    let drop = Drop::of(FileFormat::Ndjson);
    drop.intake.set_mood(Mood::Refusing(usize::MAX, disk_full));
    let path = drop.put("in", "1");
    let running = drop.start();
    drop.intake.until("the first refusal", |state| state.calls > 0).await;
    running.stop().await;
    assert!(path.exists());
}

#[test]
fn a_source_that_would_eat_its_own_output_is_refused() {
    let make = |change: fn(&mut Files)| {
        let mut drop = Drop::of(csv(Some("rows")));
        change(&mut drop.config);
        let clock = Arc::new(ManualClock::at(NOW));
        FileSource::new("f".parse().unwrap(), &drop.config, drop.intake.clone(), clock).err().unwrap()
    };
    assert!(matches!(make(|config| config.done = config.directory.clone()), FileSourceError::SameDirectory(_)));
    assert!(matches!(make(|_| {}), FileSourceError::GroupedByRows));
}

/// Northwind's orders: two `OrderID` columns, accents, 2,155 rows that are 830 orders.
#[tokio::test]
async fn northwind_orders_arrive_complete() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/northwind/orders.csv");
    let Ok(content) = fs::read(&file) else {
        eprintln!("{} is not there: nothing tested", file.display());
        return;
    };
    let payloads = Drop::of(csv(Some("OrderID"))).payloads(content).await;
    assert_eq!(payloads.len(), 830);
    let orders: Vec<serde_json::Value> = payloads.iter().map(|order| serde_json::from_str(order).unwrap()).collect();
    assert_eq!(orders.iter().map(|order| order["rows"].as_array().unwrap().len()).sum::<usize>(), 2155);
    assert!(payloads[0].starts_with(r#"{"OrderID":"10248","rows":[{"OrderID":"10248","CustomerID":"VINET","#));
    assert!(payloads.iter().all(|order| !order.contains("OrderID_2")));
    assert!(payloads.iter().any(|order| order.contains("Hanari Carnes") || order.contains("ã")));
}
