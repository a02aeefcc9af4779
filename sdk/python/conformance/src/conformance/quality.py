"""The command `quality`: the data quality kit on the vectors that all SDKs share."""

from collections.abc import Callable
from typing import Any

from gantry_sdk import Context, Message
from gantry_sdk.defect import Defect
from gantry_sdk.quality import country, currency, date, decimal, email, instant, phone

from conformance.settings import Settings

Vector = dict[str, Any]

KINDS: dict[str, Callable[[Vector], str]] = {
    "phones": lambda vector: phone.e164(vector["text"], vector["country"]),
    "emails": lambda vector: email.normalise(vector["text"]),
    "dates": lambda vector: str(date.parse(vector["text"], date.Order(vector["order"]))),
    "decimals": lambda vector: format(decimal.parse(vector["text"], decimal.Notation(vector["notation"])), "f"),
    "countries": lambda vector: country.alpha2(vector["text"]),
    "currencies": lambda vector: currency.of(vector["text"]).code,
    "instants": lambda vector: str(instant.parse(vector["text"])),
    "epochs": lambda vector: str(instant.parse_epoch(vector["text"], instant.Epoch(vector["unit"]))),
    "zoned-times": lambda vector: instant.in_zone(instant.parse(vector["text"]), vector["zone"]),
    "local-times": lambda vector: str(
        instant.parse_local(vector["text"], vector["zone"], instant.Disambiguation(vector["disambiguation"]))
    ),
}


def quality(message: Message, _: Context[Settings]) -> Any:
    """The value of each vector, or the code of its defect."""
    command = message.read(dict[str, Any])
    answer = KINDS[command["kind"]]
    return {"answers": [_answered(answer, vector) for vector in command["vectors"]]}


def _answered(answer: Callable[[Vector], str], vector: Vector) -> str:
    try:
        return answer(vector)
    except Defect as defect:
        return defect.code
