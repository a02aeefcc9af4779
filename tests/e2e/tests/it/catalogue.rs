//! Plugins published to a real host, running or stopped: who may publish, what never changes, what is refused and why.

use std::path::{Path, PathBuf};

use gantry_e2e::{FlowText, HostProcess, Sink, another_version, eventually, guest, run_gantry};
use serde_json::Value;

/// A workspace with a host's folder, keys and plugins.
struct Workspace {
    dir: tempfile::TempDir,
}

impl Workspace {
    async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("flows")).unwrap();
        let erp = Sink::start().await;
        FlowText::new("one").target("erp", &erp, "").write(&dir.path().join("flows"));
        Self { dir }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// A new key, and its public half.
    fn key(&self, name: &str) -> String {
        let made = self.ok(&["key", "generate", name, "--out", self.dir.path().to_str().unwrap()]);
        made["public_key"].as_str().unwrap().to_owned()
    }

    /// A guest as a component of this workspace's own.
    fn plugin(&self, name: &str) -> String {
        self.component(name, &std::fs::read(guest(name)).unwrap())
    }

    fn component(&self, file: &str, bytes: &[u8]) -> String {
        let file = self.path(&format!("{file}.wasm"));
        std::fs::write(&file, bytes).unwrap();
        file.to_str().unwrap().to_owned()
    }

    fn sign(&self, plugin: &str, key: &str) {
        self.ok(&["plugin", "sign", plugin, "--key", self.path(&format!("{key}.key")).to_str().unwrap()]);
    }

    /// The exit code, and everything that was printed.
    fn run(&self, arguments: &[&str]) -> (i32, String) {
        let output = run_gantry(arguments);
        let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
        (output.status.code().unwrap(), text)
    }

    /// The JSON that a command prints; it must succeed.
    fn ok(&self, arguments: &[&str]) -> Value {
        let (code, text) = self.run(&[&["--format", "json"], arguments].concat());
        assert_eq!(code, 0, "{arguments:?}: {text}");
        serde_json::from_str(&text).unwrap()
    }

    /// A command about this workspace's host.
    fn at_host(&self, arguments: &[&str]) -> (i32, String) {
        let config = self.path("gantry.toml");
        let data = self.path("data");
        self.run(&[arguments, &["--config", config.to_str().unwrap(), "--data", data.to_str().unwrap()]].concat())
    }

    fn publish(&self, plugin: &str) -> (i32, String) {
        self.at_host(&["plugin", "publish", plugin, "--by", "anna"])
    }

    /// Publishing this plugin is refused with these texts.
    fn refused(&self, plugin: &str, expected: &[&str]) {
        let (code, text) = self.publish(plugin);
        assert_eq!(code, 4, "{text}");
        expected.iter().for_each(|part| assert!(text.contains(part), "`{part}` in: {text}"));
    }

    fn catalogue(&self) -> Vec<Value> {
        let (code, text) = self.at_host(&["--format", "json", "plugin", "catalogue"]);
        assert_eq!(code, 0, "{text}");
        let listed: Value = serde_json::from_str(&text).unwrap();
        listed["plugins"].as_array().unwrap().clone()
    }

    /// The file of a published plugin.
    fn file_of(&self, published: &Value) -> PathBuf {
        let digest = published["plugin"]["digest"].as_str().unwrap().trim_start_matches("sha256:");
        self.path(&format!("data/plugins/{digest}.wasm"))
    }

    async fn get(&self, host: &HostProcess, path: &str) -> (u16, Value) {
        self.answer(client().get(format!("http://{}/v1/{path}", host.admin))).await
    }

    async fn answer(&self, request: reqwest::RequestBuilder) -> (u16, Value) {
        let token = std::fs::read_to_string(self.path("data/admin.token")).unwrap();
        let response = request.bearer_auth(token.trim()).send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap())
    }
}

fn client() -> reqwest::Client {
    gantry_e2e::client_builder().build().unwrap()
}

fn trust(name: &str, key: &str, publish: &str, more: &str) -> String {
    format!("[[plugins.trust]]\nname = \"{name}\"\nkey = \"{key}\"\npublish = [\"{publish}\"]\n{more}\n")
}

fn log(dir: &Path) -> String {
    std::fs::read_to_string(dir.join("log")).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_signed_plugin_is_published_and_its_version_stands_for_the_same_bytes_for_ever() {
    let workspace = Workspace::new().await;
    let key = workspace.key("release");
    let host = HostProcess::start_with(workspace.dir.path(), &trust("release", &key, "e*", "")).await;
    let plugin = workspace.plugin("echo");
    workspace.sign(&plugin, "release");
    let (code, text) = workspace.publish(&plugin);
    assert!(code == 0 && text.starts_with("echo@0.1.0 is published, signed by release ("), "{text}");
    let (code, text) = workspace.publish(&plugin);
    assert!(code == 0 && text.contains("is as it was published at 20") && text.contains(" by anna,"), "{text}");

    let other = workspace.component("other", &another_version(&guest("echo"), 1));
    workspace.sign(&other, "release");
    workspace.refused(&other, &["echo@0.1.0 was published at 20", "by anna with other bytes", "another version"]);

    let [published] = workspace.catalogue().try_into().unwrap();
    assert_eq!((&published["published_by"], &published["trusted_by"]["name"]), (&"anna".into(), &"release".into()));
    assert_eq!(std::fs::read(workspace.file_of(&published)).unwrap(), std::fs::read(&plugin).unwrap());
    let (code, listed) = workspace.get(&host, "plugins").await;
    assert_eq!((code, &listed["plugins"][0]), (200, &published));
    assert_eq!(workspace.get(&host, "plugins/echo/0.1.0").await, (200, published));
    let (code, problem) = workspace.get(&host, "plugins/echo/9.9.9").await;
    assert_eq!((code, &problem["code"]), (404, &"not-found".into()));
    let (code, problem) = workspace.get(&host, "plugins/echo/nine").await;
    assert_eq!((code, &problem["code"]), (400, &"bad-request".into()));

    let log = log(workspace.dir.path());
    let audited =
        |result: &str| log.lines().filter(|line| line.contains("gantry::audit") && line.contains(result)).count();
    assert_eq!((audited("a plugin was published"), audited("a plugin was not published")), (2, 1), "{log}");
    host.signal("TERM");
    assert!(host.wait().success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_no_trusted_key_signed_is_refused_with_the_line_that_helps() {
    let workspace = Workspace::new().await;
    let keys = ["orders", "stranger"].map(|name| workspace.key(name));
    let host = HostProcess::start_with(workspace.dir.path(), &trust("orders", &keys[0], "order-*", "")).await;
    let plugin = workspace.plugin("echo");
    workspace.refused(&plugin, &["echo@0.1.0 can't be trusted: it is not signed", "`unsigned = \"allow\"`"]);
    workspace.sign(&plugin, "stranger");
    workspace.refused(&plugin, &["which this host does not know", "[[plugins.trust]]", "publish = [\"echo\"]"]);
    workspace.sign(&plugin, "orders");
    workspace.refused(&plugin, &["signed by `orders` (", "may publish \"order-*\"", "add \"echo\" to its `publish`"]);

    let signatures = std::fs::read_to_string(format!("{plugin}.sig")).unwrap();
    let counter = workspace.plugin("counter");
    std::fs::write(format!("{counter}.sig"), &signatures).unwrap();
    workspace.refused(&counter, &["the signatures are for echo@0.1.0", "sign the plugin again"]);
    let nothing = workspace.component("nothing", b"\x7fELF");
    workspace.refused(&nothing, &["native program"]);
    assert_eq!(workspace.catalogue(), Vec::<Value>::new());
    assert_eq!(std::fs::read_dir(workspace.path("data/plugins")).unwrap().count(), 0, "nothing is kept of it");
    drop(host);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_signature_that_was_tampered_with_is_refused_also_where_unsigned_plugins_are_taken() {
    let workspace = Workspace::new().await;
    let settings = format!("[plugins]\nunsigned = \"allow\"\n{}", trust("release", &workspace.key("release"), "*", ""));
    let host = HostProcess::start_with(workspace.dir.path(), &settings).await;
    let plugin = workspace.plugin("echo");
    workspace.sign(&plugin, "release");
    let file = format!("{plugin}.sig");
    let mut signatures: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    let good = signatures["signatures"][0]["signature"].as_str().unwrap().to_owned();
    let swapped = if good.starts_with('A') { "B" } else { "A" };
    signatures["signatures"][0]["signature"] = format!("{swapped}{}", &good[1..]).into();
    std::fs::write(&file, signatures.to_string()).unwrap();
    workspace.refused(&plugin, &["the signature in the name of `release`", "sign the plugin again"]);
    let (code, text) = workspace.at_host(&["plugin", "verify", &plugin]);
    assert!(code == 4 && text.contains("in the name of `release`"), "{text}");

    let url = format!("http://{}/v1/plugins", host.admin);
    let garbled = client().post(&url).header("gantry-signatures", "?").body(std::fs::read(&plugin).unwrap());
    let (code, problem) = workspace.answer(garbled).await;
    assert_eq!((code, &problem["code"]), (400, &"bad-request".into()), "{problem}");
    let unplugged = client().post(&url).body("(component)");
    let (code, problem) = workspace.answer(unplugged).await;
    assert_eq!((code, &problem["code"]), (422, &"plugin-refused".into()), "{problem}");

    std::fs::remove_file(file).unwrap();
    let (code, text) = workspace.publish(&plugin);
    assert!(code == 0 && text.contains("echo@0.1.0 is published, unsigned"), "{text}");
    drop(host);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_revoked_key_publishes_nothing_and_a_second_signature_takes_its_place() {
    let workspace = Workspace::new().await;
    let old = workspace.key("old");
    let new = workspace.key("new");
    let plugin = workspace.plugin("echo");
    workspace.sign(&plugin, "old");
    let host = HostProcess::start_with(workspace.dir.path(), &trust("old", &old, "*", "")).await;
    assert_eq!(workspace.publish(&plugin).0, 0);
    host.signal("TERM");
    assert!(host.wait().success());

    let settings = trust("old", &old, "*", "revoked = true") + &trust("new", &new, "*", "");
    let host = HostProcess::start_with(workspace.dir.path(), &settings).await;
    workspace.refused(&plugin, &["signed by `old` (", "which is revoked"]);
    workspace.sign(&plugin, "new");
    let (code, text) = workspace.publish(&plugin);
    assert!(code == 0 && text.contains("signed by new ("), "{text}");
    let [published] = workspace.catalogue().try_into().unwrap();
    assert_eq!(published["signatures"].as_array().unwrap().len(), 2);
    assert_eq!(published["trusted_by"]["name"], "new");
    drop(host);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_at_rest_takes_plugins_under_the_same_rules_and_shows_them_when_it_runs() {
    let workspace = Workspace::new().await;
    let settings = trust("release", &workspace.key("release"), "*", "");
    let host = HostProcess::start_with(workspace.dir.path(), &settings).await;
    host.signal("TERM");
    assert!(host.wait().success());

    let plugin = workspace.plugin("echo");
    workspace.refused(&plugin, &["it is not signed"]);
    workspace.sign(&plugin, "release");
    assert_eq!(workspace.publish(&plugin).0, 0);
    let at_rest = workspace.catalogue();
    assert_eq!(at_rest.len(), 1);
    std::fs::write(workspace.file_of(&at_rest[0]), "damaged").unwrap();
    let orphan = workspace.path(&format!("data/plugins/{}.wasm", "0".repeat(64)));
    std::fs::write(&orphan, "of a crash").unwrap();

    let host = HostProcess::start_with(workspace.dir.path(), &settings).await;
    eventually("what a crash left to be swept", || async { !orphan.exists() }).await;
    assert_eq!(workspace.catalogue(), at_rest);
    let (code, text) = workspace.publish(&plugin);
    assert!(code == 0 && text.contains("is as it was published"), "{text}");
    assert_eq!(std::fs::read(workspace.file_of(&at_rest[0])).unwrap(), std::fs::read(&plugin).unwrap(), "put right");
    drop(host);
}

#[test]
fn a_signature_is_verified_by_its_public_key_alone_and_the_private_key_is_never_shown() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let workspace = runtime.block_on(Workspace::new());
    let public = workspace.key("release");
    workspace.key("other");
    let plugin = workspace.plugin("echo");
    let key = workspace.path("release.pub");
    let other = workspace.path("other.pub");
    let verify = |key: &str| workspace.run(&["plugin", "verify", &plugin, "--key", key]);
    assert_eq!(verify(&public).0, 4, "not signed yet");
    workspace.sign(&plugin, "release");
    assert_eq!((verify(&public).0, verify(key.to_str().unwrap()).0), (0, 0));
    let (code, text) = verify(other.to_str().unwrap());
    assert!(code == 4 && text.contains("has no valid signature of the key"), "{text}");

    let private = std::fs::read_to_string(workspace.path("release.key")).unwrap();
    let secret = private.lines().nth(1).unwrap();
    let (code, printed) =
        workspace.run(&["key", "generate", "release", "--out", workspace.dir.path().to_str().unwrap()]);
    assert!(code == 2 && printed.contains("is there already"), "{printed}");
    assert_eq!(std::fs::read_to_string(workspace.path("release.key")).unwrap(), private);
    let (code, made) = workspace.run(&["key", "generate", "third", "--out", workspace.dir.path().to_str().unwrap()]);
    assert!(code == 0 && made.contains("[[plugins.trust]]") && !made.contains(secret), "{made}");
    let third = std::fs::read_to_string(workspace.path("third.key")).unwrap();
    assert!(!made.contains(third.lines().nth(1).unwrap()), "{made}");
    let (code, printed) = workspace.run(&["plugin", "sign", &plugin, "--key", key.to_str().unwrap()]);
    assert!(code == 2 && printed.contains("holds the public key"), "{printed}");
}
