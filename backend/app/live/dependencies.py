"""What the room's routes ask for: the process's hub and tickets, and who a connection speaks for."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from app.auth.dependencies import BearerDep
from app.auth.domain import Role, SignInRequired
from app.core.clock import Clock
from app.core.dependencies import ClockDep, SecretsDep
from app.core.secrets import Secrets
from app.core.security import read_access_token
from app.live.tickets import Caller, Tickets


def read_caller(token: str, secrets: Secrets, clock: Clock) -> Caller:
    """Who an access token speaks for, and until when. Raises InvalidToken."""
    claims = read_access_token(secrets.jwt_secret_key, token, now=clock.now())
    return Caller(claims.user_id, claims.role == Role.ADMIN, claims.expires_at)


def _caller(bearer: BearerDep, secrets: SecretsDep, clock: ClockDep) -> Caller:
    if bearer is None:
        raise SignInRequired("Send an access token: Authorization: Bearer <token>.")
    return read_caller(bearer.credentials, secrets, clock)


def _tickets(request: Request) -> Tickets:
    tickets: Tickets = request.app.state.live_tickets
    return tickets


CallerDep = Annotated[Caller, Depends(_caller)]
TicketsDep = Annotated[Tickets, Depends(_tickets)]
