//! Plugins published to a real host, and to one at rest: who may, what never changes, what is refused and why.

use std::path::{Path, PathBuf};

use gantry_e2e::{FlowText, HostProcess, Sink, another_version, eventually, guest, run_gantry};
use serde_json::Value;

/// A desk with a host's folder, keys and plugins.
struct Desk {
    dir: tempfile::TempDir,
}

impl Desk {
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

    /// A guest as a component of this desk's own.
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

    /// Exit code and what was said, on either output.
    fn run(&self, arguments: &[&str]) -> (i32, String) {
        let output = run_gantry(arguments);
        let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
        (output.status.code().unwrap(), text)
    }

    /// What a command that must end well answers.
    fn ok(&self, arguments: &[&str]) -> Value {
        let (code, text) = self.run(&[&["--format", "json"], arguments].concat());
        assert_eq!(code, 0, "{arguments:?}: {text}");
        serde_json::from_str(&text).unwrap()
    }

    /// A command about this desk's host.
    fn at_host(&self, arguments: &[&str]) -> (i32, String) {
        let (config, data) = (self.path("gantry.toml"), self.path("data"));
        self.run(&[arguments, &["--config", config.to_str().unwrap(), "--data", data.to_str().unwrap()]].concat())
    }

    fn publish(&self, plugin: &str) -> (i32, String) {
        self.at_host(&["plugin", "publish", plugin, "--by", "anna"])
    }

    /// What is refused, and what is said of it.
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
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().build().unwrap()
}

fn trust(name: &str, key: &str, publish: &str, more: &str) -> String {
    format!("[[plugins.trust]]\nname = \"{name}\"\nkey = \"{key}\"\npublish = [\"{publish}\"]\n{more}\n")
}

fn log(dir: &Path) -> String {
    std::fs::read_to_string(dir.join("log")).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_signed_plugin_is_published_and_its_version_stands_for_the_same_bytes_for_ever() {
    let desk = Desk::new().await;
    let key = desk.key("release");
    let host = HostProcess::start_with(desk.dir.path(), &trust("release", &key, "e*", "")).await;
    let plugin = desk.plugin("echo");
    desk.sign(&plugin, "release");
    let (code, text) = desk.publish(&plugin);
    assert!(code == 0 && text.starts_with("echo@0.1.0 is published, signed by release ("), "{text}");
    let (code, text) = desk.publish(&plugin);
    assert!(code == 0 && text.contains("is as it was published at 20") && text.contains(" by anna,"), "{text}");

    let other = desk.component("other", &another_version(&guest("echo"), 1));
    desk.sign(&other, "release");
    desk.refused(&other, &["echo@0.1.0 was published at 20", "by anna with other bytes", "another version"]);

    let [published] = desk.catalogue().try_into().unwrap();
    assert_eq!((&published["published_by"], &published["trusted_by"]["name"]), (&"anna".into(), &"release".into()));
    assert_eq!(std::fs::read(desk.file_of(&published)).unwrap(), std::fs::read(&plugin).unwrap());
    let (code, listed) = desk.get(&host, "plugins").await;
    assert_eq!((code, &listed["plugins"][0]), (200, &published));
    assert_eq!(desk.get(&host, "plugins/echo/0.1.0").await, (200, published));
    let (code, problem) = desk.get(&host, "plugins/echo/9.9.9").await;
    assert_eq!((code, &problem["code"]), (404, &"not-found".into()));
    let (code, problem) = desk.get(&host, "plugins/echo/nine").await;
    assert_eq!((code, &problem["code"]), (400, &"bad-request".into()));

    let said = log(desk.dir.path());
    let audited =
        |result: &str| said.lines().filter(|line| line.contains("gantry::audit") && line.contains(result)).count();
    assert_eq!((audited("a plugin was published"), audited("a plugin was not published")), (2, 1), "{said}");
    host.signal("TERM");
    assert!(host.wait().success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_no_trusted_key_signed_is_refused_with_the_line_that_helps() {
    let desk = Desk::new().await;
    let keys = ["orders", "stranger"].map(|name| desk.key(name));
    let host = HostProcess::start_with(desk.dir.path(), &trust("orders", &keys[0], "order-*", "")).await;
    let plugin = desk.plugin("echo");
    desk.refused(&plugin, &["echo@0.1.0 can't be trusted: it is not signed", "`unsigned = \"allow\"`"]);
    desk.sign(&plugin, "stranger");
    desk.refused(&plugin, &["which this host does not know", "[[plugins.trust]]", "publish = [\"echo\"]"]);
    desk.sign(&plugin, "orders");
    desk.refused(&plugin, &["signed by `orders` (", "may publish \"order-*\"", "add \"echo\" to its `publish`"]);

    let signatures = std::fs::read_to_string(format!("{plugin}.sig")).unwrap();
    let counter = desk.plugin("counter");
    std::fs::write(format!("{counter}.sig"), &signatures).unwrap();
    desk.refused(&counter, &["the signatures are for echo@0.1.0", "sign the plugin again"]);
    let nothing = desk.component("nothing", b"\x7fELF");
    desk.refused(&nothing, &["native program"]);
    assert_eq!(desk.catalogue(), Vec::<Value>::new());
    assert_eq!(std::fs::read_dir(desk.path("data/plugins")).unwrap().count(), 0, "nothing is kept of it");
    drop(host);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_signature_that_was_tampered_with_is_refused_also_where_unsigned_plugins_are_taken() {
    let desk = Desk::new().await;
    let settings = format!("[plugins]\nunsigned = \"allow\"\n{}", trust("release", &desk.key("release"), "*", ""));
    let host = HostProcess::start_with(desk.dir.path(), &settings).await;
    let plugin = desk.plugin("echo");
    desk.sign(&plugin, "release");
    let file = format!("{plugin}.sig");
    let mut signatures: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    let good = signatures["signatures"][0]["signature"].as_str().unwrap().to_owned();
    let swapped = if good.starts_with('A') { "B" } else { "A" };
    signatures["signatures"][0]["signature"] = format!("{swapped}{}", &good[1..]).into();
    std::fs::write(&file, signatures.to_string()).unwrap();
    desk.refused(&plugin, &["the signature in the name of `release`", "sign the plugin again"]);
    let (code, text) = desk.at_host(&["plugin", "verify", &plugin]);
    assert!(code == 4 && text.contains("in the name of `release`"), "{text}");

    let url = format!("http://{}/v1/plugins", host.admin);
    let garbled = client().post(&url).header("gantry-signatures", "?").body(std::fs::read(&plugin).unwrap());
    let (code, problem) = desk.answer(garbled).await;
    assert_eq!((code, &problem["code"]), (400, &"bad-request".into()), "{problem}");
    let unplugged = client().post(&url).body("(component)");
    let (code, problem) = desk.answer(unplugged).await;
    assert_eq!((code, &problem["code"]), (422, &"plugin-refused".into()), "{problem}");

    std::fs::remove_file(file).unwrap();
    let (code, text) = desk.publish(&plugin);
    assert!(code == 0 && text.contains("echo@0.1.0 is published, unsigned"), "{text}");
    drop(host);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_revoked_key_publishes_nothing_and_a_second_signature_takes_its_place() {
    let desk = Desk::new().await;
    let (old, new) = (desk.key("old"), desk.key("new"));
    let plugin = desk.plugin("echo");
    desk.sign(&plugin, "old");
    let host = HostProcess::start_with(desk.dir.path(), &trust("old", &old, "*", "")).await;
    assert_eq!(desk.publish(&plugin).0, 0);
    host.signal("TERM");
    assert!(host.wait().success());

    let settings = trust("old", &old, "*", "revoked = true") + &trust("new", &new, "*", "");
    let host = HostProcess::start_with(desk.dir.path(), &settings).await;
    desk.refused(&plugin, &["signed by `old` (", "which is revoked"]);
    desk.sign(&plugin, "new");
    let (code, text) = desk.publish(&plugin);
    assert!(code == 0 && text.contains("signed by new ("), "{text}");
    let [published] = desk.catalogue().try_into().unwrap();
    assert_eq!(published["signatures"].as_array().unwrap().len(), 2);
    assert_eq!(published["trusted_by"]["name"], "new");
    drop(host);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_at_rest_takes_plugins_under_the_same_rules_and_shows_them_when_it_runs() {
    let desk = Desk::new().await;
    let settings = trust("release", &desk.key("release"), "*", "");
    let host = HostProcess::start_with(desk.dir.path(), &settings).await;
    host.signal("TERM");
    assert!(host.wait().success());

    let plugin = desk.plugin("echo");
    desk.refused(&plugin, &["it is not signed"]);
    desk.sign(&plugin, "release");
    assert_eq!(desk.publish(&plugin).0, 0);
    let at_rest = desk.catalogue();
    assert_eq!(at_rest.len(), 1);
    std::fs::write(desk.file_of(&at_rest[0]), "damaged").unwrap();
    let orphan = desk.path(&format!("data/plugins/{}.wasm", "0".repeat(64)));
    std::fs::write(&orphan, "of a crash").unwrap();

    let host = HostProcess::start_with(desk.dir.path(), &settings).await;
    eventually("what a crash left to be swept", || async { !orphan.exists() }).await;
    assert_eq!(desk.catalogue(), at_rest);
    let (code, text) = desk.publish(&plugin);
    assert!(code == 0 && text.contains("is as it was published"), "{text}");
    assert_eq!(std::fs::read(desk.file_of(&at_rest[0])).unwrap(), std::fs::read(&plugin).unwrap(), "put right");
    drop(host);
}

#[test]
fn a_signature_is_verified_by_its_public_key_alone_and_the_private_key_is_never_shown() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let desk = runtime.block_on(Desk::new());
    let (public, _) = (desk.key("release"), desk.key("other"));
    let plugin = desk.plugin("echo");
    let (key, other) = (desk.path("release.pub"), desk.path("other.pub"));
    let verify = |key: &str| desk.run(&["plugin", "verify", &plugin, "--key", key]);
    assert_eq!(verify(&public).0, 4, "not signed yet");
    desk.sign(&plugin, "release");
    assert_eq!((verify(&public).0, verify(key.to_str().unwrap()).0), (0, 0));
    let (code, text) = verify(other.to_str().unwrap());
    assert!(code == 4 && text.contains("has no good signature of the key"), "{text}");

    let private = std::fs::read_to_string(desk.path("release.key")).unwrap();
    let secret = private.lines().nth(1).unwrap();
    let (code, said) = desk.run(&["key", "generate", "release", "--out", desk.dir.path().to_str().unwrap()]);
    assert!(code == 2 && said.contains("is there already"), "{said}");
    assert_eq!(std::fs::read_to_string(desk.path("release.key")).unwrap(), private);
    let (code, made) = desk.run(&["key", "generate", "third", "--out", desk.dir.path().to_str().unwrap()]);
    assert!(code == 0 && made.contains("[[plugins.trust]]") && !made.contains(secret), "{made}");
    let third = std::fs::read_to_string(desk.path("third.key")).unwrap();
    assert!(!made.contains(third.lines().nth(1).unwrap()), "{made}");
    let (code, said) = desk.run(&["plugin", "sign", &plugin, "--key", key.to_str().unwrap()]);
    assert!(code == 2 && said.contains("holds the public key"), "{said}");
}
