//! The source of host events in a flow's file.

use gantry_config::Style;
use gantry_core::HostEventKind;
use gantry_transport::source::host_events::HostEvents;

use super::load_flows;

fn flow(source: &str) -> Result<HostEvents, String> {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("watch.toml");
    let target = "[target.log.file]\npath = \"log.ndjson\"\n";
    std::fs::write(&file, format!("[flow]\nname = \"watch\"\n[source.host_events]\n{source}\n{target}")).unwrap();
    let (flows, _) = load_flows(&[&file]).map_err(|mistakes| mistakes.render(Style::Plain, 200))?;
    Ok(flows[0].source.of_kind::<HostEvents>().expect("host events").clone())
}

#[test]
fn a_flow_takes_all_host_events_or_those_it_names() {
    let all = flow("").unwrap();
    assert!(all.events.is_empty() && all.flows.is_empty());
    let names = HostEventKind::NAMES.map(|name| format!("{name:?}")).join(", ");
    let each = flow(&format!("events = [{names}]\nflows = [\"orders\"]")).unwrap();
    assert_eq!(each.events, HostEventKind::NAMES.into_iter().collect(), "every event can be named");
}

#[test]
fn a_flow_that_wants_events_of_itself_or_of_no_kind_is_refused() {
    let own = flow("flows = [\"orders\", \"watch\"]").unwrap_err();
    assert!(own.contains("never gets events of itself") && own.contains("watch.toml:4"), "{own}");
    let unknown = flow("events = [\"dead_letter\"]").unwrap_err();
    assert!(unknown.contains("dead_lettered"), "{unknown}");
}
