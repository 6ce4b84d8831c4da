"""Firings reach a real HTTP server: signed, retried, given up, never into a private network unasked."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from app.alerts import watch_repository
from app.alerts.deliveries import LEASE, Deliverer
from app.alerts.domain import WebhookRefused
from app.alerts.evaluator import Evaluator
from app.alerts.webhooks import WebhookSender, check_webhook
from app.core.clock import FixedClock
from app.core.database import Databases
from tests.integration.alerts.conftest import MINUTE, START, MakeAlert, Market, read_firings
from tests.integration.conftest import Person

pytestmark = pytest.mark.anyio

PATH = "/api/v1/alerts"
ABOVE = {"kind": "rule", "source": "close > 100"}


@dataclass
class Receiver:
    """Speaks HTTP/1.1 on a socket of its own; answers what the test says, one after the other."""

    port: int = 0
    answers: list[str] = field(default_factory=list)
    received: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:])}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        self.received.append((headers, body))
        answer = self.answers.pop(0) if self.answers else "200 OK"
        extra = "Location: /elsewhere\r\n" if answer.startswith("302") else ""
        text = "x" * 5_000
        writer.write(f"HTTP/1.1 {answer}\r\n{extra}Content-Length: {len(text)}\r\n\r\n{text}".encode())
        await writer.drain()
        writer.close()


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    made = Receiver()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    yield made
    server.close()
    await server.wait_closed()


@pytest.fixture
async def deliverer(databases: Databases, clock: FixedClock, app: Any) -> AsyncIterator[Deliverer]:
    sender = WebhookSender(allow_private=True)
    yield Deliverer(databases.main, clock, sender, app.state.secrets.app_secret_key)
    await sender.aclose()


async def fire(
    person: Person, feed: Market, make_alert: MakeAlert, evaluator: Evaluator, clock: FixedClock, url: str
) -> dict[str, Any]:
    coin = await feed.add_instrument()
    alert = await make_alert(person.client, coin, condition=ABOVE, webhook={"url": url})
    await feed.store(coin, START, [101])
    clock.advance(MINUTE)
    assert len(await evaluator.look(None)) == 1
    return alert


async def test_a_firing_is_sent_again_until_it_is_taken_and_is_signed(
    member: Person,
    feed: Market,
    make_alert: MakeAlert,
    evaluator: Evaluator,
    clock: FixedClock,
    receiver: Receiver,
    deliverer: Deliverer,
) -> None:
    receiver.answers = ["500 Oh", "302 Found"]
    alert = await fire(
        member, feed, make_alert, evaluator, clock, f"http://localhost:{receiver.port}/hook?x=1"
    )
    secret = alert["webhook"]["secret"]
    assert (await member.client.get(f"{PATH}/{alert['id']}")).json()["webhook"]["secret"] is None
    for _ in range(3):
        assert await deliverer.deliver_due() == 1
        assert await deliverer.deliver_due() == 0
        clock.advance(timedelta(seconds=120))
    assert await deliverer.deliver_due() == 0
    assert len(receiver.received) == 3  # the redirect was not followed
    assert len({headers["x-flowrex-delivery"] for headers, _ in receiver.received}) == 1
    for headers, body in receiver.received:
        assert headers["host"] == f"localhost:{receiver.port}"
        time, _, signature = headers["x-flowrex-signature"].partition(",v1=")
        wanted = hmac.new(secret.encode(), time[2:].encode() + b"." + body, hashlib.sha256).hexdigest()
        assert signature == wanted
    message = json.loads(receiver.received[0][1])
    assert (message["kind"], message["firing"]["alert_id"]) == ("alert.fired", alert["id"])
    [firing] = await read_firings(member.client)
    [delivery] = firing["deliveries"]
    assert (delivery["status"], delivery["attempts"], delivery["response_code"]) == ("delivered", 3, 200)
    assert len(delivery["response_text"]) == 200


async def test_a_worker_that_dies_while_it_sends_leaves_the_delivery_to_the_next(
    member: Person,
    feed: Market,
    make_alert: MakeAlert,
    evaluator: Evaluator,
    clock: FixedClock,
    receiver: Receiver,
    deliverer: Deliverer,
    databases: Databases,
) -> None:
    await fire(member, feed, make_alert, evaluator, clock, f"http://127.0.0.1:{receiver.port}/")
    async with databases.main.session() as session:  # taken, and never finished
        assert len(await watch_repository.claim_deliveries(session, clock.now(), LEASE, 10)) == 1
    assert await deliverer.deliver_due() == 0
    clock.advance(LEASE)
    assert await deliverer.deliver_due() == 1
    assert len(receiver.received) == 1


async def test_what_is_still_to_be_sent_ends_with_its_alert(
    member: Person,
    feed: Market,
    make_alert: MakeAlert,
    evaluator: Evaluator,
    clock: FixedClock,
    receiver: Receiver,
    deliverer: Deliverer,
) -> None:
    alert = await fire(member, feed, make_alert, evaluator, clock, f"http://127.0.0.1:{receiver.port}/")
    await member.client.delete(f"{PATH}/{alert['id']}")
    assert await deliverer.deliver_due() == 0
    [firing] = await read_firings(member.client)
    assert [one["status"] for one in firing["deliveries"]] == ["cancelled"]


async def test_a_test_is_sent_at_once_and_a_new_secret_ends_the_old_one(
    member: Person, feed: Market, make_alert: MakeAlert, receiver: Receiver
) -> None:
    coin = await feed.add_instrument()
    alert = await make_alert(member.client, coin, webhook={"url": f"http://127.0.0.1:{receiver.port}/"})
    receiver.answers = ["200 OK", "404 Not Found"]
    good = (await member.client.post(f"{PATH}/{alert['id']}/test")).json()
    assert (good["ok"], good["response_code"], good["error"]) == (True, 200, None)
    bad = (await member.client.post(f"{PATH}/{alert['id']}/test")).json()
    assert (bad["ok"], bad["response_code"]) == (False, 404)
    assert json.loads(receiver.received[0][1])["kind"] == "alert.test"
    renewed = await member.client.post(f"{PATH}/{alert['id']}/webhook-secret")
    assert renewed.json()["secret"] not in (None, alert["webhook"]["secret"])
    plain = await make_alert(member.client, coin)
    answer = await member.client.post(f"{PATH}/{plain['id']}/test")
    assert (answer.status_code, answer.json()["code"]) == (409, "no_webhook")
    # A webhook that comes back has another secret than the one before.
    await member.client.patch(f"{PATH}/{alert['id']}", json={"webhook": None})
    there = {"webhook": {"url": "http://127.0.0.1:9/"}}
    again = (await member.client.patch(f"{PATH}/{alert['id']}", json=there)).json()["webhook"]["secret"]
    assert again not in (None, alert["webhook"]["secret"], renewed.json()["secret"])


async def test_private_addresses_are_refused_at_making_and_at_sending(receiver: Receiver) -> None:
    for host in (
        "127.0.0.1",
        "localhost",
        "[::1]",
        "2130706433",
        "0x7f.1",
        "169.254.169.254",
        "[::ffff:10.0.0.1]",
    ):
        with pytest.raises(WebhookRefused):
            await check_webhook(f"http://{host}:{receiver.port}/", allow_private=False)
    await check_webhook("http://no-such-host.invalid/", allow_private=False)
    sender = WebhookSender(allow_private=False)
    try:
        attempt = await sender.send(f"http://localhost:{receiver.port}/", "s", "d", b"{}", 1)
        assert (attempt.ok, attempt.is_final) == (False, True)
        assert "private" in str(attempt.error)
        gone = await sender.send("http://no-such-host.invalid/", "s", "d", b"{}", 1)
        assert (gone.ok, gone.is_final) == (False, False)
    finally:
        await sender.aclose()
    assert receiver.received == []


async def test_the_connection_goes_to_the_address_that_was_checked(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    async def resolve(host: str, port: int, **_: object) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"]

    monkeypatch.setattr("app.alerts.webhooks.find_addresses", resolve)
    sender = WebhookSender(allow_private=False)
    try:
        attempt = await sender.send(f"http://rebinding.example:{receiver.port}/", "s", "d", b"{}", 1)
    finally:
        await sender.aclose()
    assert attempt.ok
    assert asked == ["rebinding.example"]  # once: nobody asked again for the connection
    assert receiver.received[0][0]["host"] == f"rebinding.example:{receiver.port}"
