//! Published plugins: a version never changes, bytes are held to their digest, and what a crash leaves harms nothing.

use std::collections::HashSet;
use std::path::PathBuf;

use bytes::Bytes;
use gantry_core::{
    Digest, KeyId, Manifest, PluginRef, PluginSignature, SignatureBytes, Timestamp, TrustedBy, manifest::Wants,
};
use gantry_store::{Catalogue, CatalogueError, Publication, Published, Store};

use crate::support::{Bench, copy_dir};

fn plugin(name: &str, version: &str, bytes: &[u8]) -> Published {
    let manifest = Manifest {
        name: name.into(),
        version: version.into(),
        api: "0.1.0".into(),
        description: "Orders".into(),
        wants: Wants::default(),
        settings: Some(serde_json::json!({ "type": "object" })),
    };
    Published {
        plugin: PluginRef { name: name.into(), version: version.into(), digest: Digest::of(bytes) },
        size: bytes.len() as u64,
        api: "0.1.0".into(),
        manifest,
        cases: 2,
        signatures: vec![signature(1)],
        trusted_by: Some(trusted_by(1)),
        published_at: Timestamp(7),
        published_by: "anna".into(),
    }
}

fn signature(key: u8) -> PluginSignature {
    PluginSignature { key: KeyId::of(&[key; 32]), signature: SignatureBytes([key; 64]) }
}

fn trusted_by(key: u8) -> TrustedBy {
    TrustedBy { name: format!("key-{key}").parse().unwrap(), key: KeyId::of(&[key; 32]) }
}

fn folder(bench: &Bench) -> PathBuf {
    bench.dir.path().join("plugins")
}

fn open(bench: &Bench, store: &Store) -> Catalogue {
    Catalogue::open(store.clone(), &folder(bench)).unwrap()
}

fn file(bench: &Bench, bytes: &[u8]) -> PathBuf {
    folder(bench).join(format!("{}.wasm", &Digest::of(bytes).to_string()["sha256:".len()..]))
}

async fn publish(catalogue: &Catalogue, plugin: Published, bytes: &'static [u8]) -> Publication {
    catalogue.publish(Bytes::from_static(bytes), plugin).await.unwrap()
}

#[tokio::test]
async fn a_published_plugin_is_found_by_name_and_by_digest_over_restarts() {
    let bench = Bench::new();
    let store = bench.open();
    let one = plugin("orders", "1.0.0", b"one");
    let catalogue = open(&bench, &store);
    assert_eq!(publish(&catalogue, one.clone(), b"one").await, Publication::New(one.clone()));
    publish(&catalogue, plugin("invoices", "2.0.0", b"two"), b"two").await;
    drop(catalogue);
    store.close().await.unwrap();
    let store = bench.open();
    let catalogue = open(&bench, &store);
    assert_eq!(catalogue.published(&"orders@1.0.0".parse().unwrap()).await.unwrap(), Some(one.clone()));
    assert_eq!(catalogue.published(&"orders@1.0.1".parse().unwrap()).await.unwrap(), None);
    assert_eq!(catalogue.by_digest(Digest::of(b"one")).await.unwrap(), Some(one));
    let names: Vec<_> = catalogue.list().await.unwrap().into_iter().map(|one| one.plugin.to_string()).collect();
    assert_eq!(names, ["invoices@2.0.0", "orders@1.0.0"]);
    assert_eq!(catalogue.bytes(Digest::of(b"two")).await.unwrap(), "two");
    assert!(matches!(catalogue.bytes(Digest::of(b"three")).await, Err(CatalogueError::NoBytes(_))));
}

#[tokio::test]
async fn a_version_stands_for_the_same_bytes_for_ever() {
    let bench = Bench::new();
    let store = bench.open();
    let catalogue = open(&bench, &store);
    let first = plugin("orders", "1.0.0", b"one");
    publish(&catalogue, first.clone(), b"one").await;
    let again = Published { published_by: "ben".into(), published_at: Timestamp(9), ..first.clone() };
    assert_eq!(publish(&catalogue, again, b"one").await, Publication::Known(first.clone()), "who was first stays");
    let other = catalogue.publish("two".into(), plugin("orders", "1.0.0", b"two")).await.unwrap_err();
    let text = other.to_string();
    assert!(matches!(other, CatalogueError::Taken { .. }), "{text}");
    assert!(text.starts_with("orders@1.0.0 was published at 1970-01-01T00:00:00.007Z by anna"), "{text}");
    assert!(!file(&bench, b"two").exists(), "what is refused is not kept");
    assert_eq!(catalogue.list().await.unwrap(), [first]);
}

#[tokio::test]
async fn of_two_that_publish_one_version_at_once_one_is_refused() {
    let bench = Bench::new();
    let store = bench.open();
    let catalogue = open(&bench, &store);
    let one = plugin("orders", "1.0.0", b"one");
    let two = plugin("orders", "1.0.0", b"two");
    let both = tokio::join!(catalogue.publish("one".into(), one), catalogue.publish("two".into(), two));
    let taken = [both.0.is_err(), both.1.is_err()];
    assert_eq!(taken.iter().filter(|refused| **refused).count(), 1, "{taken:?}");
    assert_eq!(catalogue.list().await.unwrap().len(), 1);
}

#[tokio::test]
async fn publishing_the_same_bytes_again_adds_signatures_and_trusts_the_new_key() {
    let bench = Bench::new();
    let store = bench.open();
    let catalogue = open(&bench, &store);
    let first = plugin("orders", "1.0.0", b"one");
    publish(&catalogue, first.clone(), b"one").await;
    let signed = Published { signatures: vec![signature(2)], trusted_by: Some(trusted_by(2)), ..first.clone() };
    let known = publish(&catalogue, signed, b"one").await;
    let expected = Published { signatures: vec![signature(2), signature(1)], trusted_by: Some(trusted_by(2)), ..first };
    assert_eq!(known, Publication::Known(expected.clone()));
    assert_eq!(catalogue.list().await.unwrap(), [expected]);
}

#[tokio::test]
async fn a_damaged_file_is_never_read_as_a_plugin_and_is_put_right_by_publishing_it_again() {
    let bench = Bench::new();
    let store = bench.open();
    let catalogue = open(&bench, &store);
    let one = plugin("orders", "1.0.0", b"one");
    publish(&catalogue, one.clone(), b"one").await;
    std::fs::write(file(&bench, b"one"), b"0ne").unwrap();
    let error = catalogue.bytes(Digest::of(b"one")).await.unwrap_err();
    assert!(matches!(error, CatalogueError::Damaged { found, .. } if found == Digest::of(b"0ne")), "{error}");
    publish(&catalogue, one, b"one").await;
    assert_eq!(catalogue.bytes(Digest::of(b"one")).await.unwrap(), "one");
}

#[tokio::test]
async fn bytes_that_are_not_what_their_record_says_are_refused() {
    let bench = Bench::new();
    let store = bench.open();
    let refused = open(&bench, &store).publish("two".into(), plugin("orders", "1.0.0", b"one")).await;
    assert!(matches!(refused, Err(CatalogueError::OtherBytes { .. })));
    assert_eq!(open(&bench, &store).list().await.unwrap(), []);
}

#[tokio::test]
async fn what_a_crash_left_between_file_and_record_is_swept_and_everything_else_stays() {
    let bench = Bench::new();
    let store = bench.open();
    let catalogue = open(&bench, &store);
    publish(&catalogue, plugin("orders", "1.0.0", b"one"), b"one").await;
    let orphans = [file(&bench, b"orphan"), file(&bench, b"half").with_extension("part")];
    orphans.iter().for_each(|orphan| std::fs::write(orphan, "x").unwrap());
    let somebodys = folder(&bench).join("README");
    std::fs::write(&somebodys, "x").unwrap();
    assert_eq!(catalogue.sweep(HashSet::new()).await.unwrap(), 2);
    assert!(orphans.iter().all(|orphan| !orphan.exists()) && somebodys.exists());
    assert_eq!(catalogue.bytes(Digest::of(b"one")).await.unwrap(), "one");
}

#[tokio::test]
async fn a_store_without_any_record_has_no_file_swept_because_it_may_be_the_wrong_store() {
    let bench = Bench::new();
    let other = Bench::new();
    publish(&open(&bench, &bench.open()), plugin("orders", "1.0.0", b"one"), b"one").await;
    copy_dir(&folder(&bench), &folder(&other));
    let catalogue = open(&other, &other.open());
    assert_eq!(catalogue.sweep(HashSet::new()).await.unwrap(), 0);
    assert!(file(&other, b"one").exists());
}

#[tokio::test]
async fn a_publication_that_was_acknowledged_survives_a_killed_process() {
    let bench = Bench::new();
    let store = bench.open();
    publish(&open(&bench, &store), plugin("orders", "1.0.0", b"one"), b"one").await;
    let killed = bench.killed();
    copy_dir(&folder(&bench), &folder(&killed));
    let store = killed.open();
    let catalogue = open(&killed, &store);
    assert_eq!(catalogue.list().await.unwrap(), [plugin("orders", "1.0.0", b"one")]);
    assert_eq!(catalogue.sweep(HashSet::new()).await.unwrap(), 0);
    assert_eq!(catalogue.bytes(Digest::of(b"one")).await.unwrap(), "one");
}
