"""The product's one WebSocket, and the tickets that open it."""

from __future__ import annotations

from functools import partial
from typing import Any

from fastapi import APIRouter, WebSocket

from app.core.security import InvalidToken
from app.live.conversation import Conversation, Left
from app.live.dependencies import CallerDep, TicketsDep, read_caller
from app.live.hub_wire import open_wire
from app.live.schemas import TicketRead
from app.live.service import find_visible_channels
from app.live.tickets import TICKET_SECONDS, Caller

router = APIRouter(tags=["live"])
# The connection proves who it is by itself: in the upgrade, by a ticket, or in its first message.
public_router = APIRouter(tags=["live"])


@router.post("/stream/tickets", status_code=201)
async def create_stream_ticket(caller: CallerDep, tickets: TicketsDep) -> TicketRead:
    """A ticket that opens one live connection: no token stands in an address."""
    return TicketRead(ticket=await tickets.issue(caller), expires_in=TICKET_SECONDS)


@public_router.websocket("/stream")
async def stream(websocket: WebSocket) -> None:
    """Talk with one client until it leaves (docs/live.md)."""
    # Nothing that a browser sends by itself signs anybody in here, so that another site's page gains nothing
    # by opening a connection: its Origin is not asked for.
    state: Any = websocket.app.state
    await websocket.accept()
    read_token = partial(read_caller, secrets=state.secrets, clock=state.clock)
    wire = open_wire(websocket.scope, websocket.send)
    conversation = Conversation(
        state.live_hub,
        state.clock,
        wire,
        partial(_receive, websocket),
        read_token,
        partial(find_visible_channels, state.databases.main),
        state.settings.live_channels_per_connection,
    )
    await conversation.run(partial(_find_caller, websocket, read_token))


async def _find_caller(websocket: WebSocket, read_token: Any) -> Caller | None:
    """Who the upgrade itself speaks for. Raises InvalidToken."""
    scheme, _, token = websocket.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        caller: Caller = read_token(token.strip())
        return caller
    ticket = websocket.query_params.get("ticket")
    if ticket is None:
        return None
    found: Caller | None = await websocket.app.state.live_tickets.redeem(ticket)
    if found is None:
        raise InvalidToken("The ticket is unknown, used or too old: ask for another.")
    return found


async def _receive(websocket: WebSocket) -> str | bytes:
    message = await websocket.receive()
    if message["type"] == "websocket.disconnect":
        raise Left
    text, data = message.get("text"), message.get("bytes")
    return text if text is not None else data or b""
