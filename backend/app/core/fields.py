"""Field types of requests and answers: text a database can hold, numbers that exist, exact money."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer

MONEY_DIGITS = 28
MONEY_DECIMALS = 8
# Before and after every bar there is. Python's own first and last instants the database's driver would take
# for -infinity and infinity, so what lies beyond these two is brought to them.
_FIRST_MOMENT = datetime(1600, 1, 1, tzinfo=UTC)
_LAST_MOMENT = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
_DATE_CHARS = len("2010-01-31")
_EPOCH, _SECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(seconds=1)
_MOMENT = re.compile(
    r"\d{4}-\d\d-\d\d(?:[Tt ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:[Zz]|[ +-]\d\d:\d\d)?)?", re.ASCII
)


class StrictModel(BaseModel):
    """Base of what clients send: unknown fields are refused, and so are NaN and infinity."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, str_strip_whitespace=False)


class ReadModel(BaseModel):
    """Base of what is answered: reads from domain objects."""

    model_config = ConfigDict(from_attributes=True, ser_json_inf_nan="null")


def _refuse_unstorable(value: str) -> str:
    """NUL is what PostgreSQL cannot hold, a lone surrogate what UTF-8 cannot."""
    if "\x00" in value:
        raise ValueError("must not contain a NUL character")
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise ValueError("must be text that UTF-8 can hold: there is half a character in it")
    return value


def _refuse_boolean(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError("must be a number, not true or false")
    return value


def _read_money(value: Any) -> Any:
    """Floats go through their shortest text: 0.1 means a tenth, not its binary neighbour."""
    value = _refuse_boolean(value)
    return str(value) if isinstance(value, float) else value


def _read_moment(value: Any) -> datetime:
    """A date stands for its midnight in UTC; a time without an offset is UTC."""
    text = value.strip() if isinstance(value, str) else ""
    if not _MOMENT.fullmatch(text):
        raise ValueError("must be an RFC 3339 time or a date, such as 2010-01-31")
    date_part, time_part = text[:_DATE_CHARS], text[_DATE_CHARS + 1 :]
    try:
        # In a query, the + of an offset that nobody escaped arrives as a blank.
        moment = datetime.fromisoformat(f"{date_part}T{time_part.upper().replace(' ', '+') or '00:00'}")
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError("is no day or time that exists") from error
    return min(max(moment, _FIRST_MOMENT), _LAST_MOMENT)


def ceil_seconds(moment: datetime) -> int:
    """The first whole unix second that is not before `moment`.

    For bars, which begin on whole seconds, both bounds of a range: from an inclusive start on, and before an
    exclusive end.
    """
    return -((_EPOCH - moment) // _SECOND)


def write_decimal(value: Decimal) -> str:
    """Plain decimal text without an exponent or trailing zeros."""
    plain = format(value, "f")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


CleanStr = Annotated[str, AfterValidator(_refuse_unstorable)]
FiniteFloat = Annotated[float, BeforeValidator(_refuse_boolean), Field(allow_inf_nan=False)]
Money = Annotated[
    Decimal,
    BeforeValidator(_read_money),
    Field(allow_inf_nan=False, max_digits=MONEY_DIGITS, decimal_places=MONEY_DECIMALS),
    PlainSerializer(write_decimal, return_type=str, when_used="json"),
]
# An instant in a request: RFC 3339, or a date for its midnight in UTC.
Moment = Annotated[datetime, BeforeValidator(_read_moment, json_schema_input_type=str)]
