//! Each kind of violation is noticed, and a run without violations passes.

use gantry_torture::ledger::{Accepted, End, Facts, Receipt, State};
use gantry_torture::load::{Flow, Load, Name, PluginOutcome};
use gantry_torture::verdict::{Violation, judge_ends, judge_receipts};

const LOAD: Load = Load::new(11);

/// Builds facts.
#[derive(Default)]
struct Story(Facts);

impl Story {
    /// Sent and acknowledged, in this order.
    fn acknowledged(mut self, names: &[Name]) -> Self {
        for name in names {
            let last = self.0.sent.entry((name.flow, name.key)).or_default();
            *last = name.n.max(*last);
            self.0.acknowledged.insert(*name, id(*name));
        }
        self
    }

    /// Reached the default target and was accepted, in this order.
    fn accepted(self, names: &[Name]) -> Self {
        names.iter().fold(self, |story, name| story.received(*name, &id(*name), Accepted::Yes))
    }

    fn received(mut self, name: Name, key: &str, accepted: Accepted) -> Self {
        let target = name.flow.targets()[0].to_owned();
        self.0.receipts.push(Receipt { target, name: Some(name), idempotency_key: key.into(), intact: true, accepted });
        self
    }

    fn ended(mut self, name: Name, state: State) -> Self {
        self.0.ends.insert(id(name), End { state, dead_letters: Vec::new() });
        self
    }

    fn violations(&self) -> Vec<Violation> {
        let names: Vec<_> = self.0.acknowledged.keys().copied().collect();
        [judge_receipts(LOAD, &self.0), judge_ends(LOAD, &self.0, &names)].concat()
    }
}

fn id(name: Name) -> String {
    format!("id-of-{name}")
}

/// The first three messages of a key that their plugin emits to one target.
fn three(flow: Flow) -> [Name; 3] {
    let names = (1..).map(|n| Name { flow, key: 1, n });
    let mut emitted = names.filter(|name| LOAD.outcome(*name) == PluginOutcome::Emit(1));
    std::array::from_fn(|_| emitted.next().unwrap())
}

fn with_outcome(outcome: PluginOutcome) -> Name {
    (1..).map(|n| Name { flow: Flow::Skip, key: 1, n }).find(|name| LOAD.outcome(*name) == outcome).unwrap()
}

fn all_well(flow: Flow) -> Story {
    let names = three(flow);
    let story = Story::default().acknowledged(&names).accepted(&names);
    names.iter().fold(story, |story, name| story.ended(*name, State::Delivered))
}

#[test]
fn a_run_in_which_nothing_is_broken_passes() {
    for flow in [Flow::Skip, Flow::Block, Flow::Free, Flow::Once] {
        assert_eq!(all_well(flow).violations(), []);
    }
    let again = three(Flow::Skip)[0];
    assert_eq!(all_well(Flow::Skip).accepted(&[again]).violations(), [], "the same again, under the same key");
}

#[test]
fn a_lost_message_is_noticed() {
    let mut story = all_well(Flow::Skip);
    let name = three(Flow::Skip)[1];
    story.0.ends.remove(&id(name));
    assert_eq!(story.violations(), [Violation::Lost { name, id: id(name) }]);
}

#[test]
fn a_message_that_never_ends_is_noticed() {
    let name = three(Flow::Skip)[1];
    let story = all_well(Flow::Skip).ended(name, State::Queued);
    assert_eq!(story.violations(), [Violation::Unended { name, id: id(name), state: State::Queued }]);
}

#[test]
fn a_message_called_delivered_that_its_target_refused_is_noticed() {
    let mut story = all_well(Flow::Skip);
    let name = three(Flow::Skip)[2];
    story.0.receipts.last_mut().unwrap().accepted = Accepted::No;
    assert_eq!(story.violations(), [Violation::NeverAccepted { name, id: id(name), target: "erp".into() }]);
}

#[test]
fn swapped_order_is_noticed_where_there_is_an_order() {
    let [first, second, third] = three(Flow::Block);
    let swapped = |flow| {
        let [first, second, third] = three(flow);
        let story = Story::default().acknowledged(&[first, second, third]).accepted(&[first, third, second]);
        [first, second, third].iter().fold(story, |story, name| story.ended(*name, State::Delivered)).violations()
    };
    let expected = Violation::OutOfOrder { target: "erp".into(), earlier: second, later: third };
    assert_eq!((swapped(Flow::Block), first.n < second.n), (vec![expected], true));
    assert_eq!(swapped(Flow::Free), []);
}

#[test]
fn a_second_idempotency_key_is_noticed() {
    let name = three(Flow::Once)[0];
    let story = all_well(Flow::Once).received(name, "another", Accepted::Yes);
    let first = id(name);
    let second = "another".to_owned();
    assert_eq!(story.violations(), [Violation::SecondKey { target: "erp".into(), name, first, second }]);
}

#[test]
fn a_key_of_two_deliveries_is_noticed() {
    let mut story = all_well(Flow::Free);
    let [first, second, _] = three(Flow::Free);
    story.0.receipts[1].idempotency_key = id(first);
    assert_eq!(story.violations(), [Violation::SharedKey { target: "near".into(), key: id(first), first, second }]);
}

#[test]
fn an_invented_delivery_is_noticed() {
    let beyond = Name { n: 1_000_000, ..three(Flow::Skip)[0] };
    let skipped = with_outcome(PluginOutcome::Skip);
    for name in [Some(beyond), Some(skipped), None] {
        let mut story = all_well(Flow::Skip).acknowledged(&[]).ended(skipped, State::Skipped);
        story.0.sent.insert((skipped.flow, skipped.key), 1_000);
        let receipt = Receipt { name, idempotency_key: "new".into(), ..story.0.receipts[0].clone() };
        story.0.receipts.push(receipt);
        assert!(matches!(story.violations()[..], [Violation::Invented { .. }]), "{name:?}: {:?}", story.violations());
    }
}

#[test]
fn a_changed_payload_is_noticed() {
    let mut story = all_well(Flow::Skip);
    story.0.receipts[0].intact = false;
    assert!(matches!(story.violations()[..], [Violation::Altered { .. }]));
}

#[test]
fn an_end_that_the_plugin_did_not_say_is_noticed() {
    let skipped = with_outcome(PluginOutcome::Skip);
    let invalid = with_outcome(PluginOutcome::Invalid);
    for (name, wrong) in [(skipped, State::DeadLettered), (invalid, State::Skipped), (invalid, State::Delivered)] {
        let story = Story::default().acknowledged(&[name]).ended(name, wrong);
        assert!(matches!(story.violations()[..], [Violation::WrongEnd { .. }]), "{name}: {:?}", story.violations());
    }
}
