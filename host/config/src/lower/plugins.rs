//! `[plugins]` of the host file: whose signatures are trusted.

use gantry_core::Timestamp;

use super::Lower;
use crate::at::{At, Span};
use crate::diagnostic::Code;
use crate::plugin_trust::{PluginTrust, TrustedKey};
use crate::raw::plugins::{TrustTable, UnsignedChoice};
use crate::raw::text::MomentText;

impl Lower<'_> {
    /// Who may publish plugins.
    pub(super) fn plugin_trust(
        &mut self,
        unsigned: Option<&UnsignedChoice>,
        tables: Option<Vec<At<TrustTable>>>,
        default: PluginTrust,
    ) -> Option<PluginTrust> {
        let allow_unsigned = match unsigned {
            None => default.allow_unsigned,
            Some(UnsignedChoice::Refuse) => false,
            Some(UnsignedChoice::Allow) => true,
        };
        let Some(tables) = tables else { return Some(PluginTrust { allow_unsigned, ..default }) };
        let mut keys = Vec::new();
        let mut complete = true;
        for At { span, value } in tables {
            match self.trusted_key(value) {
                Some(key) if self.is_new(&keys, &key, &span) => keys.push(key),
                _ => complete = false,
            }
        }
        complete.then_some(PluginTrust { allow_unsigned, keys })
    }

    fn trusted_key(&mut self, table: TrustTable) -> Option<TrustedKey> {
        let name = table.name.and_then(|name| self.name(&name.value, &name.span));
        let key = table.key.and_then(|key| self.name(&key.value, &key.span));
        let publish = table.publish.map(|patterns| patterns.value).unwrap_or_default();
        let publish: Vec<_> = publish.iter().map(|pattern| self.name(&pattern.value, &pattern.span)).collect();
        let not_after = table.not_after.map_or(Some(None), |moment| self.moment(&moment).map(Some));
        let publish = publish.into_iter().collect::<Option<Vec<_>>>().filter(|publish| !publish.is_empty());
        Some(TrustedKey {
            name: name?,
            key: key?,
            publish: publish?,
            not_after: not_after?,
            revoked: table.revoked.unwrap_or(false),
        })
    }

    /// Whether the key is not in the list yet. Two entries for one key could contradict each other.
    fn is_new(&mut self, keys: &[TrustedKey], key: &TrustedKey, span: &Span) -> bool {
        let message = if keys.iter().any(|other| other.name == key.name) {
            format!("there is another key named `{}`", key.name)
        } else if let Some(other) = keys.iter().find(|other| other.key == key.key) {
            format!("`{}` is the same key as `{}`", key.name, other.name)
        } else {
            return true;
        };
        self.report.add(Code::Conflict, span, message, "state each key once, with everything it may publish");
        false
    }

    /// A date-time, or the end of a day.
    fn moment(&mut self, text: &At<MomentText>) -> Option<Timestamp> {
        let moment = text.value.parse::<jiff::Timestamp>().or_else(|error| {
            let day: jiff::civil::Date = text.value.parse().map_err(|_| error)?;
            day.tomorrow()?.to_zoned(jiff::tz::TimeZone::UTC).map(|midnight| midnight.timestamp())
        });
        let millis = moment.ok().and_then(|moment| u64::try_from(moment.as_millisecond()).ok());
        if millis.is_none() {
            let help = "write a day, \"2027-06-30\", or a moment, \"2027-06-30T12:00:00Z\"";
            self.invalid(&text.span, format!("`{}` is not a moment", &*text.value), help);
        }
        millis.map(Timestamp)
    }
}
