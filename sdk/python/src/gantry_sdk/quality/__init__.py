"""The data quality kit: ordinary functions from a raw value to a clean one, or to the `Defect` they raise.

Each answers for one value and knows no path; `Checker.field` adds the path and collects:
`check.field("country", lambda: country.alpha2(order.country.text()))`.

| concern | where | codes |
|---|---|---|
| mandatory fields, type checks | `Field` | `missing-field`, `empty-field`, `wrong-type` |
| business rules | `Checker.rule`, `ensure` | the author's |
| plausibility | `range`, `length` | `out-of-range`, `too-long` |
| dates | `date` | `not-a-date`, `ambiguous-date` |
| date-times with an offset, epochs | `instant` | `not-a-datetime`, `missing-offset` |
| local times of a zone | `instant` | `unknown-zone`, `ambiguous-time`, `nonexistent-time`, `unknown-offset` |
| money and other decimals | `decimal` | `not-a-decimal`, `too-many-decimals` |
| currencies | `currency` | `unknown-currency` |
| countries | `country` | `unknown-country` |
| phone numbers | `phone` | `not-a-phone-number` |
| e-mail addresses | `email` | `not-an-email` |
| article numbers | `sku` | `wrong-sku` |
| referential integrity | `Rows.known` | the author's |

A module that a plugin doesn't import is not in its component.
"""

from gantry_sdk.quality.plausible import ensure, length, range

__all__ = ["ensure", "length", "range"]
