"""What travels over the live connection beside data, and the ticket that opens it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import orjson
from pydantic import BaseModel, Field, StringConstraints, TypeAdapter, ValidationError

from app.core.fields import StrictModel

MAX_TOKEN_CHARS = 8_192
MAX_NAMED_CHANNELS = 2_000

StrictText = Annotated[str, StringConstraints(strict=True)]
ChannelNames = Annotated[list[StrictText], Field(max_length=MAX_NAMED_CHANNELS)]
Sequence = Annotated[int, Field(strict=True, ge=0, le=10**17)]


class Authenticate(StrictModel):
    """Who speaks: as the first message, or later with a fresh token so that the connection goes on."""

    action: Literal["authenticate"]
    token: Annotated[str, StringConstraints(strict=True, max_length=MAX_TOKEN_CHARS)]


class Subscribe(StrictModel):
    """Listen to channels; `after` names the last message of a channel that the client has seen."""

    action: Literal["subscribe"]
    channels: ChannelNames
    after: dict[str, Sequence] = Field(default_factory=dict, max_length=MAX_NAMED_CHANNELS)


class Unsubscribe(StrictModel):
    """Listen no more."""

    action: Literal["unsubscribe"]
    channels: ChannelNames


class Ping(StrictModel):
    """Asks for a pong."""

    action: Literal["ping"]


Action = Authenticate | Subscribe | Unsubscribe | Ping
_ACTIONS: dict[str, TypeAdapter[Any]] = {
    "authenticate": TypeAdapter(Authenticate),
    "subscribe": TypeAdapter(Subscribe),
    "unsubscribe": TypeAdapter(Unsubscribe),
    "ping": TypeAdapter(Ping),
}


class ActionInvalid(ValueError):
    """A client's message that means nothing. `code` is stable, the text is for whoever writes the client."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code


class TicketRead(BaseModel):
    """Opens one live connection, once, within `expires_in` seconds: `/api/v1/stream?ticket=…`."""

    ticket: str
    expires_in: int


def read_action(text: str) -> Action:
    """A client's message. Raises ActionInvalid."""
    try:
        read = orjson.loads(text)
    except (orjson.JSONDecodeError, UnicodeEncodeError) as error:
        raise ActionInvalid("invalid_message", "A message is a JSON object.") from error
    if not isinstance(read, dict):
        raise ActionInvalid("invalid_message", "A message is a JSON object.")
    name = read.get("action")
    adapter = _ACTIONS.get(name) if isinstance(name, str) else None
    if adapter is None:
        raise ActionInvalid("unknown_action", f"The actions are {', '.join(_ACTIONS)}.")
    try:
        action: Action = adapter.validate_python(read)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        place = ".".join(str(part)[:40] for part in first["loc"])
        raise ActionInvalid("invalid_message", f"{place}: {first['msg']}") from error
    return action
