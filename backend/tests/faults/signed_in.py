"""Somebody who is signed in at a stack, and can sign in anew where told time lets tokens age."""

from __future__ import annotations

import httpx

from tests.faults.stack import Stack

_PERSON = {"email": "ines@example.com", "password": "correct horse battery"}


def sign_up(stack: Stack) -> httpx.Client:
    """A new member's client; whoever calls closes it."""
    client = httpx.Client(base_url=f"http://127.0.0.1:{stack.port}/api/v1", timeout=60)
    client.post("/auth/register", json={**_PERSON, "display_name": "Ines"}).raise_for_status()
    sign_in(client)
    return client


def sign_in(client: httpx.Client) -> str:
    """A fresh access token, which the client uses from now on."""
    signed_in = client.post("/auth/login", json=_PERSON).raise_for_status().json()
    token = str(signed_in["access_token"])
    client.headers["Authorization"] = f"Bearer {token}"
    return token
