//! Every scheme of webhook verification, from the sender's signature to the host's verdict.

use std::ffi::OsString;
use std::time::Duration;

use gantry_config::{SecretRef, Verify};
use gantry_core::Timestamp;
use gantry_security::{Refusal, Verifier, VerifierError, sign};
use http::{HeaderMap, HeaderName, HeaderValue};

const VECTOR_SECRET: &str = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const VECTOR_ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
const VECTOR_BODY: &[u8] = br#"{"test": 2432232314}"#;
const VECTOR_SIGNATURE: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
const VECTOR_TIME: Timestamp = Timestamp(1_614_265_330_000);
const PRIVATE_KEY: &str = "whsk_AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=";

/// The reference's name is the secret: short tests.
fn env(name: &str) -> Option<OsString> {
    Some(name.into())
}

fn refs(secrets: &[&str]) -> Vec<SecretRef> {
    secrets.iter().map(|secret| SecretRef::Env((*secret).to_owned())).collect()
}

fn standard(secrets: &[&str]) -> Verifier {
    let verify = Verify::StandardWebhooks { secrets: refs(secrets), tolerance: Duration::from_secs(300) };
    Verifier::new(&verify, &env).unwrap()
}

fn headers<const N: usize>(pairs: [(&'static str, &str); N]) -> HeaderMap {
    let headers = pairs.into_iter();
    headers.map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap())).collect()
}

fn signed(signature: &str) -> HeaderMap {
    headers([("webhook-id", VECTOR_ID), ("webhook-timestamp", "1614265330"), ("webhook-signature", signature)])
}

#[test]
fn the_published_vector_verifies_and_our_signer_makes_it() {
    let made = sign::standard(VECTOR_SECRET, VECTOR_ID, VECTOR_TIME, VECTOR_BODY).unwrap();
    assert_eq!(made, VECTOR_SIGNATURE);
    for secret in [VECTOR_SECRET.to_owned(), format!("whsec_{VECTOR_SECRET}")] {
        assert_eq!(standard(&[&secret]).verify(&signed(VECTOR_SIGNATURE), VECTOR_BODY, VECTOR_TIME).map(drop), Ok(()));
    }
}

#[test]
fn svix_names_of_the_headers_mean_the_same_and_are_not_mixed_with_the_others() {
    let svix = |signature: &str| {
        headers([("svix-id", VECTOR_ID), ("svix-timestamp", "1614265330"), ("svix-signature", signature)])
    };
    let verifier = standard(&[VECTOR_SECRET]);
    assert_eq!(verifier.precheck(&svix(VECTOR_SIGNATURE)), Ok(()));
    assert_eq!(verifier.verify(&svix(VECTOR_SIGNATURE), VECTOR_BODY, VECTOR_TIME).map(drop), Ok(()));
    assert_eq!(verifier.verify(&svix("v1,AAAA"), VECTOR_BODY, VECTOR_TIME), Err(Refusal::Mismatch));
    let mut incomplete = svix(VECTOR_SIGNATURE);
    incomplete.remove("svix-timestamp");
    assert_eq!(verifier.precheck(&incomplete), Err(Refusal::MissingHeader("svix-timestamp")));
    let mut mixed = svix(VECTOR_SIGNATURE);
    mixed.insert("webhook-id", HeaderValue::from_static("msg_other"));
    assert_eq!(verifier.verify(&mixed, VECTOR_BODY, VECTOR_TIME), Err(Refusal::MissingHeader("webhook-timestamp")));
}

#[test]
fn any_signature_of_the_list_and_any_secret_of_the_rotation_will_do() {
    let list = format!("v2,AAAA v1,AAAA v1,!!! {VECTOR_SIGNATURE}");
    let verifier = standard(&["whsec_b2xkb2xkb2xkb2xkb2xkb2xkb2xk", VECTOR_SECRET]);
    assert_eq!(verifier.verify(&signed(&list), VECTOR_BODY, VECTOR_TIME).map(drop), Ok(()));
}

#[test]
fn a_flood_of_signatures_is_not_worked_through() {
    let list = format!("{} {VECTOR_SIGNATURE}", ["v1a,AAAA"; 100].join(" "));
    assert_eq!(standard(&[VECTOR_SECRET]).verify(&signed(&list), VECTOR_BODY, VECTOR_TIME), Err(Refusal::Mismatch));
}

#[test]
fn one_changed_byte_in_id_timestamp_or_body_is_a_mismatch() {
    let verifier = standard(&[VECTOR_SECRET]);
    let refused =
        |headers: &HeaderMap, body: &[u8]| verifier.verify(headers, body, VECTOR_TIME) == Err(Refusal::Mismatch);
    assert!(refused(&signed(VECTOR_SIGNATURE), br#"{"test": 2432232315}"#));
    let mut other_id = signed(VECTOR_SIGNATURE);
    other_id.insert("webhook-id", HeaderValue::from_static("msg_other"));
    assert!(refused(&other_id, VECTOR_BODY));
    let mut other_time = signed(VECTOR_SIGNATURE);
    other_time.insert("webhook-timestamp", HeaderValue::from_static("1614265331"));
    assert!(refused(&other_time, VECTOR_BODY));
}

#[test]
fn a_timestamp_may_be_five_minutes_off_either_way_and_no_more() {
    let verifier = standard(&[VECTOR_SECRET]);
    let at = |now| verifier.verify(&signed(VECTOR_SIGNATURE), VECTOR_BODY, now).map(drop);
    let edge = Duration::from_secs(300);
    let beyond = Duration::from_millis(300_001);
    assert_eq!(at(VECTOR_TIME.after(edge)), Ok(()));
    assert_eq!(at(VECTOR_TIME.before(edge)), Ok(()));
    assert_eq!(at(VECTOR_TIME.after(beyond)), Err(Refusal::Stale { tolerance_seconds: 300 }));
    assert_eq!(at(VECTOR_TIME.before(beyond)), Err(Refusal::Stale { tolerance_seconds: 300 }));
}

#[test]
fn missing_and_malformed_headers_are_named() {
    let verifier = standard(&[VECTOR_SECRET]);
    for name in ["webhook-id", "webhook-timestamp", "webhook-signature"] {
        let mut incomplete = signed(VECTOR_SIGNATURE);
        incomplete.remove(name);
        assert_eq!(verifier.verify(&incomplete, VECTOR_BODY, VECTOR_TIME), Err(Refusal::MissingHeader(name)));
        assert_eq!(verifier.precheck(&incomplete), Err(Refusal::MissingHeader(name)));
    }
    let mut odd = signed(VECTOR_SIGNATURE);
    odd.insert("webhook-timestamp", HeaderValue::from_static("yesterday"));
    let refusal = verifier.verify(&odd, VECTOR_BODY, VECTOR_TIME).unwrap_err();
    assert_eq!(refusal.name(), "malformed_credentials");
}

#[test]
fn ed25519_signatures_verify_with_the_public_key_alone() {
    let public = sign::standard_public_key(PRIVATE_KEY).unwrap();
    let signature = sign::standard_ed25519(PRIVATE_KEY, VECTOR_ID, VECTOR_TIME, VECTOR_BODY).unwrap();
    let verifier = standard(&[&public, VECTOR_SECRET]);
    assert_eq!(verifier.verify(&signed(&signature), VECTOR_BODY, VECTOR_TIME).map(drop), Ok(()));
    assert_eq!(verifier.verify(&signed(&signature), b"other", VECTOR_TIME), Err(Refusal::Mismatch));
    assert_eq!(verifier.verify(&signed("v1a,AAAA"), VECTOR_BODY, VECTOR_TIME), Err(Refusal::Mismatch));
    let other = sign::standard_ed25519(PRIVATE_KEY, "other", VECTOR_TIME, VECTOR_BODY).unwrap();
    let behind = |others| signed(&format!("{} {signature}", vec![other.as_str(); others].join(" ")));
    assert_eq!(verifier.verify(&behind(3), VECTOR_BODY, VECTOR_TIME).map(drop), Ok(()));
    assert_eq!(verifier.verify(&behind(4), VECTOR_BODY, VECTOR_TIME), Err(Refusal::Mismatch), "each reads the body");
}

#[test]
fn what_was_signed_is_the_same_whichever_signatures_are_left_of_a_request() {
    let public = sign::standard_public_key(PRIVATE_KEY).unwrap();
    let verifier = standard(&[&public, VECTOR_SECRET]);
    let asymmetric = sign::standard_ed25519(PRIVATE_KEY, VECTOR_ID, VECTOR_TIME, VECTOR_BODY).unwrap();
    let both = format!("{asymmetric} {VECTOR_SIGNATURE}");
    let what = |signatures: &str| verifier.verify(&signed(signatures), VECTOR_BODY, VECTOR_TIME).unwrap();
    assert!(what(&both).is_some());
    assert_eq!(what(&both), what(&asymmetric));
    assert_eq!(what(&both), what(VECTOR_SIGNATURE));
}

#[test]
fn a_secret_of_the_wrong_form_is_named_but_not_shown() {
    for (secret, hint) in [("whsec_***", "bare base64"), ("whpk_AAAA", "ed25519"), (PRIVATE_KEY, "private key")] {
        let verify = Verify::StandardWebhooks { secrets: vec![SecretRef::Env("S".into())], tolerance: Duration::ZERO };
        let error = Verifier::new(&verify, &|_: &str| Some(secret.into())).unwrap_err();
        assert!(error.to_string().contains("`env:S`") && error.to_string().contains(hint), "{error}");
        assert!(!error.to_string().contains(secret));
    }
    let none = Verifier::new(&Verify::Github { secrets: Vec::new() }, &env);
    assert!(matches!(none, Err(VerifierError::NoSecret)));
}

/// The example of GitHub's documentation.
#[test]
fn a_github_signature_verifies_with_any_secret_of_the_rotation() {
    let secret = "It's a Secret to Everybody";
    let signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
    assert_eq!(sign::github(secret, b"Hello, World!"), signature);
    let verifier = Verifier::new(&Verify::Github { secrets: refs(&["old", secret]) }, &env).unwrap();
    let with = |value: &str| headers([("x-hub-signature-256", value)]);
    assert_eq!(verifier.verify(&with(signature), b"Hello, World!", VECTOR_TIME).map(drop), Ok(()));
    assert_eq!(verifier.verify(&with(signature), b"Hello, World?", VECTOR_TIME), Err(Refusal::Mismatch));
    assert_eq!(
        verifier.verify(&HeaderMap::new(), b"", VECTOR_TIME),
        Err(Refusal::MissingHeader("x-hub-signature-256"))
    );
    for wrong in ["sha1=00", "sha256=", "sha256=zz", &format!("sha256={}", "g".repeat(64))] {
        assert_eq!(verifier.verify(&with(wrong), b"", VECTOR_TIME).unwrap_err().name(), "malformed_credentials");
    }
}

#[test]
fn a_shopify_signature_is_base64_over_the_raw_body() {
    let verifier = Verifier::new(&Verify::Shopify { secrets: refs(&["hush"]) }, &env).unwrap();
    let signature = sign::shopify("hush", b"{}");
    let with = |value: &str| headers([("x-shopify-hmac-sha256", value)]);
    assert_eq!(verifier.verify(&with(&signature), b"{}", VECTOR_TIME).map(drop), Ok(()));
    assert_eq!(verifier.verify(&with(&signature), b"{ }", VECTOR_TIME), Err(Refusal::Mismatch));
    assert_eq!(verifier.verify(&with("AAAA"), b"{}", VECTOR_TIME).unwrap_err().name(), "malformed_credentials");
}

#[test]
fn a_bearer_token_is_compared_whole_and_the_scheme_in_any_case() {
    let verifier = Verifier::new(&Verify::Bearer { tokens: refs(&["old-token", "new-token"]) }, &env).unwrap();
    let check = |value: &str| verifier.verify(&headers([("authorization", value)]), b"", VECTOR_TIME).map(drop);
    assert_eq!(check("Bearer new-token"), Ok(()));
    assert_eq!(check("bearer old-token"), Ok(()));
    assert_eq!(check("Bearer new-toke"), Err(Refusal::Mismatch));
    assert_eq!(check("Bearer "), Err(Refusal::Mismatch));
    assert_eq!(
        check("Basic bmV3"),
        Err(Refusal::Malformed { header: "authorization", expected: "`Bearer` and a token" })
    );
}

#[test]
fn a_verifier_shows_no_secret_in_debug_output() {
    let public = sign::standard_public_key(PRIVATE_KEY).unwrap();
    let bearer = Verifier::new(&Verify::Bearer { tokens: refs(&["hunter2"]) }, &env).unwrap();
    let shown = format!("{:?} {:?}", standard(&[VECTOR_SECRET, &public]), bearer);
    assert!(!shown.contains("hunter2") && !shown.contains(VECTOR_SECRET), "{shown}");
}
