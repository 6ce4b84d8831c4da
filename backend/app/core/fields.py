"""Field types of requests and answers: text a database can hold, numbers that exist, exact money."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer

MONEY_DIGITS = 28
MONEY_DECIMALS = 8


class StrictModel(BaseModel):
    """Base of what clients send: unknown fields are refused, and so are NaN and infinity."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, str_strip_whitespace=False)


class ReadModel(BaseModel):
    """Base of what is answered: reads from domain objects."""

    model_config = ConfigDict(from_attributes=True, ser_json_inf_nan="null")


def _refuse_nul(value: str) -> str:
    if "\x00" in value:
        raise ValueError("must not contain a NUL character")
    return value


def _refuse_boolean(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError("must be a number, not true or false")
    return value


def _read_money(value: Any) -> Any:
    """Floats go through their shortest text: 0.1 means a tenth, not its binary neighbour."""
    value = _refuse_boolean(value)
    return str(value) if isinstance(value, float) else value


def write_decimal(value: Decimal) -> str:
    """Plain decimal text without an exponent or trailing zeros."""
    plain = format(value, "f")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


CleanStr = Annotated[str, AfterValidator(_refuse_nul)]
FiniteFloat = Annotated[float, BeforeValidator(_refuse_boolean), Field(allow_inf_nan=False)]
Money = Annotated[
    Decimal,
    BeforeValidator(_read_money),
    Field(allow_inf_nan=False, max_digits=MONEY_DIGITS, decimal_places=MONEY_DECIMALS),
    PlainSerializer(write_decimal, return_type=str, when_used="json"),
]
