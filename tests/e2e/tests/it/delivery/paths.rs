//! Values of a message in the URL of a target.

use gantry_e2e::{FlowText, Sink, TestHost, eventually};

#[tokio::test]
async fn a_value_that_would_lead_elsewhere_at_the_target_is_a_dead_letter_of_its_message_and_is_never_sent() {
    let erp = Sink::start().await;
    let flow = FlowText::new("in").target_at("erp", &erp.url("/orders/{/id}?name={/id}"), "breaker = {}");
    let host = TestHost::start(&[flow]).await;
    let hostile = ["../admin/delete", "..;/admin", "%2e%2e", "..\\\\admin", "..", "1?x=1", "a\\u0000"];
    for id in hostile {
        host.post("/in", format!(r#"{{"id":"{id}"}}"#)).await;
    }
    host.post("/in", r#"{"id":"A-17 é"}"#).await;
    eventually("all dead letters", || async { host.dead_letters().await.len() == hostile.len() }).await;
    let counts = host.settled().await[0].counts;
    assert_eq!((counts.delivered, counts.dead_lettered), (1, hostile.len() as u64));
    let paths: Vec<_> = erp.seen().into_iter().map(|seen| seen.path).collect();
    assert_eq!(paths, ["/orders/A-17%20%C3%A9?name=A-17%20%C3%A9"]);
    for letter in host.dead_letters().await {
        let text = &letter.reason.text;
        assert_eq!(letter.reason.code, "unsendable");
        assert!(!text.contains("admin") && (text.contains("{/id}") || text.contains("`..`")), "{text}");
    }
    host.stop().await;
}

#[tokio::test]
async fn a_target_that_takes_paths_says_so_and_gets_them() {
    let store = Sink::start().await;
    let flow = FlowText::new("in").target_at("store", &store.url("/files/{/name|path}"), "");
    let host = TestHost::start(&[flow]).await;
    host.post("/in", r#"{"name":"2024/01/a.pdf"}"#).await;
    host.post("/in", r#"{"name":"2024/../../etc/passwd"}"#).await;
    eventually("the dead letter", || async { host.dead_letters().await.len() == 1 }).await;
    let paths: Vec<_> = store.wait_for(1).await.into_iter().map(|seen| seen.path).collect();
    assert_eq!(paths, ["/files/2024/01/a.pdf"]);
    host.settled().await;
    assert_eq!(store.seen().len(), 1);
    host.stop().await;
}
