//! The targets of a flow together: which one is the default, and in which order a message's deliveries go to them.

use std::collections::BTreeMap;

use gantry_core::TargetName;

use super::Lower;
use crate::at::At;
use crate::diagnostic::Code;
use crate::flow::Target;
use crate::kind::TargetDraft;
use crate::shape::nearest;

pub(super) type Targets = BTreeMap<At<String>, TargetDraft>;

impl Lower<'_> {
    /// The targets by name; none if one of them has a mistake.
    pub(super) fn targets(&mut self, raw: Targets) -> Option<BTreeMap<TargetName, Target>> {
        let is_ordered = self.is_delivery_order(&raw);
        let lowered: Vec<_> = raw
            .into_iter()
            .map(|(name, TargetDraft { target, after, .. })| {
                let name: Option<TargetName> = self.name(&name.value, &name.span);
                let after = after.map_or(Some(None), |after| after.value.parse().ok().map(Some));
                Some((name?, Target { after: after?, ..target? }))
            })
            .collect();
        lowered.into_iter().collect::<Option<_>>().filter(|_| is_ordered)
    }

    /// Whether every `after` names another target, and following them ends.
    fn is_delivery_order(&mut self, targets: &Targets) -> bool {
        let mut is_valid = true;
        for (name, target) in targets {
            let Some(after) = &target.after else { continue };
            if !targets.contains_key(after) {
                let help = match nearest(&after.value, targets.keys().map(|name| name.value.as_str())) {
                    Some(meant) => format!("did you mean `{meant}`?"),
                    None => format!("declare it: [target.{}]", after.value),
                };
                self.report.add(
                    Code::UnknownTarget,
                    &after.span,
                    format!("the flow has no target `{}`", after.value),
                    help,
                );
                is_valid = false;
            } else if let Some(circle) = circle_from(name, targets) {
                let message = format!("the targets would wait for one another: {circle}");
                self.report.add(Code::Conflict, &after.span, message, "leave out one `after` of them");
                is_valid = false;
            }
        }
        is_valid
    }

    /// The only target, or the only one marked as the default.
    pub(super) fn default_target(&mut self, targets: &Targets) -> Option<TargetName> {
        let marked: Vec<_> =
            targets.iter().filter_map(|(name, target)| Some((name, target.default.as_ref()?))).collect();
        for (_, mark) in marked.iter().skip(1) {
            let message = format!("the flow has a default target already: `{}`", marked[0].0.value);
            self.report.add(Code::DefaultTarget, &mark.span, message, "say `default = true` for one target only");
        }
        let default = match (marked.first(), targets.len()) {
            (Some((name, _)), _) => name,
            (None, 1) => targets.keys().next()?,
            (None, 0) => return None,
            (None, _) => {
                let names: Vec<_> = targets.keys().map(|name| format!("`{}`", name.value)).collect();
                let message = format!("none of the targets {} is the default", names.join(", "));
                let first = targets.keys().map(|name| &name.span).min_by_key(|span| span.start)?;
                self.report.add(Code::DefaultTarget, first, message, "say `default = true` for one of them");
                return None;
            }
        };
        // An invalid name is reported with the target itself.
        default.value.parse().ok()
    }
}

/// The way from a target along each `after` back to itself, in words; none if there is no such way.
fn circle_from(start: &At<String>, targets: &Targets) -> Option<String> {
    let mut way = format!("`{}`", start.value);
    let mut at = start;
    for _ in 0..targets.len() {
        let after = targets.get(at)?.after.as_ref()?;
        way.push_str(&format!(" after `{}`", after.value));
        if after.value == start.value {
            return Some(way);
        }
        at = after;
    }
    None
}
