//! A target that is not where the flow says: redirects, 404, 405, a certificate that isn't accepted.

use gantry_core::target_health::{PREFERENCE, REFUSAL_PAUSE};
use gantry_core::{CertificateFault, DeliveryState, ErrorClass, FailureCause, HostEventKind};
use gantry_transport::target::Failure;

use super::bench::{Bench, SECOND, Setting, message_to, states, status};
use crate::fixtures::START;

const URL_OF_ONE_RECORD: &str = "https://api.example/orders/{key}";

#[tokio::test]
async fn a_target_that_redirects_or_knows_no_such_path_holds_the_delivery_and_says_where_it_points() {
    for code in [301, 308, 404, 405] {
        let mut bench = Bench::new();
        bench.answers([Failure { excerpt: "it points to https://new.example/".into(), ..status(code) }]);
        let mut envelope = message_to(&["api"]);
        let wait = bench.run(&mut envelope).await.unwrap();
        assert_eq!((wait.due, wait.held.len()), (START.after(REFUSAL_PAUSE), 1), "{code}");
        assert_eq!(envelope.deliveries[0].attempts_made(), 0, "{code}");
        let published = bench.published();
        let [HostEventKind::TargetPaused { by: None, reason, .. }] = published.as_slice() else {
            panic!("{published:?}")
        };
        assert_eq!(*reason, format!("it answers {code}: it points to https://new.example/"));
        let refusal = bench.gate.status(START).refusal.unwrap();
        assert_eq!((&refusal.reason, refusal.until), (reason, START.after(REFUSAL_PAUSE)));
        bench.clock.advance(REFUSAL_PAUSE + PREFERENCE);
        assert!(bench.run(&mut envelope).await.is_none(), "{code}");
        assert_eq!(bench.times_woken(), 1, "{code}");
    }
}

#[tokio::test]
async fn a_404_for_one_message_while_others_pass_is_that_messages_own() {
    let bench = Bench::new();
    assert!(bench.run(&mut message_to(&["api"])).await.is_none());
    bench.answers([status(404)]);
    let mut refused = message_to(&["api"]);
    assert!(bench.run(&mut refused).await.is_some());
    assert!(bench.run(&mut message_to(&["api"])).await.is_none(), "nothing else waits");
    bench.clock.advance(REFUSAL_PAUSE);
    bench.answers([status(404)]);
    assert!(bench.run(&mut refused).await.is_none());
    assert_eq!(states(&refused), [DeliveryState::Dead]);
}

#[tokio::test]
async fn a_404_at_the_url_of_one_record_is_about_that_record() {
    let bench = Setting { url: URL_OF_ONE_RECORD, ..Setting::default() }.build();
    bench.answers([status(404)]);
    let mut envelope = message_to(&["api", "api"]);
    assert!(bench.run(&mut envelope).await.is_none());
    assert_eq!(states(&envelope), [DeliveryState::Dead, DeliveryState::Delivered]);
}

#[tokio::test]
async fn a_certificate_that_is_not_accepted_holds_the_target_and_spends_no_attempt() {
    let mut bench = Bench::new();
    let expired = FailureCause::Certificate(CertificateFault::Expired);
    let failure = Failure { cause: expired, ..Failure::without_answer(ErrorClass::Network, "expired on Sunday") };
    bench.answers([failure]);
    let mut envelope = message_to(&["api"]);
    assert_eq!(bench.run(&mut envelope).await.unwrap().held.len(), 1);
    assert_eq!(envelope.deliveries[0].attempts_made(), 0);
    let published = bench.published();
    let [HostEventKind::TargetPaused { reason, .. }] = published.as_slice() else { panic!("{published:?}") };
    assert_eq!(reason, "expired on Sunday");
    bench.clock.advance(SECOND);
    assert_eq!(bench.run(&mut message_to(&["api"])).await.unwrap().held.len(), 1, "all others wait as well");
    assert_eq!(bench.attempted().len(), 1);
}
