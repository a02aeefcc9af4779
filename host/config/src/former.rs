//! Former names of flows: what was left under a name goes to one flow.

use std::collections::BTreeMap;

use gantry_core::FlowName;

use crate::diagnostic::{Code, Report};
use crate::lower::Draft;

/// Reports former names that another flow has now, or had before as well.
pub(crate) fn refuse(drafts: &mut [(Report, Draft)]) {
    refuse_present(drafts);
    refuse_repeated(drafts);
}

/// A name that one flow has, and that another says it had before. Both flows are wrong until that is settled: at a start, which
/// goes on without those that are wrong, neither may take what is left under the name.
fn refuse_present(drafts: &mut [(Report, Draft)]) {
    let names = drafts.iter().filter_map(|(report, draft)| {
        let name = draft.name.as_ref()?;
        Some((name.value.clone(), report.file.line_at(&name.span).to_string()))
    });
    let names: BTreeMap<FlowName, String> = names.collect();
    let mut claims: BTreeMap<FlowName, String> = BTreeMap::new();
    for (report, draft) in drafts.iter_mut() {
        for former in &draft.formerly {
            let name = &former.value;
            let is_own = draft.name.as_ref().is_some_and(|own| own.value == *name);
            let Some(place) = names.get(name).filter(|_| !is_own) else { continue };
            let message = format!("there is a flow named `{name}` at {place}, so nothing was left under this name");
            let help = "take the name out of `formerly`, or remove that flow";
            report.add(Code::Conflict, &former.span, message, help);
            claims.insert(name.clone(), report.file.line_at(&former.span).to_string());
        }
    }
    for (report, draft) in drafts {
        let Some(name) = &draft.name else { continue };
        let Some(place) = claims.get(&name.value) else { continue };
        let message = format!("another flow says at {place} that it was called `{}` before", name.value);
        let help =
            "what is left under the name goes to one of the two: give this one another name, or take it out there";
        report.add(Code::Conflict, &name.span, message, help);
    }
}

fn refuse_repeated(drafts: &mut [(Report, Draft)]) {
    let mut first: BTreeMap<FlowName, String> = BTreeMap::new();
    for (report, draft) in drafts {
        for former in &draft.formerly {
            let name = &former.value;
            match first.get(name) {
                Some(place) => {
                    let message = format!("another flow was called `{name}` before, at {place}");
                    report.add(Code::Conflict, &former.span, message, "what was left under a name goes to one flow");
                }
                None => drop(first.insert(name.clone(), report.file.line_at(&former.span).to_string())),
            }
        }
    }
}
