"""Field types of requests and answers: text a database can hold, numbers that exist, exact money."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer

MONEY_DIGITS = 28
MONEY_DECIMALS = 8
_DATE_CHARS = len("2010-01-31")


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


def _read_moment(value: Any) -> Any:
    """A date stands for its midnight in UTC; a time without an offset is UTC."""
    if not isinstance(value, str):
        raise ValueError("must be an RFC 3339 time or a date, as text")
    text = value.strip()
    try:
        if len(text) <= _DATE_CHARS:
            return datetime.combine(date.fromisoformat(text), time(), UTC)
        # In a query, the + of an offset that nobody escaped arrives as a blank.
        moment = datetime.fromisoformat(text.replace(" ", "+") if "T" in text else text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError("must be an RFC 3339 time or a date, such as 2010-01-31") from error


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
