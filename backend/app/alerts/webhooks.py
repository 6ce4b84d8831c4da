"""Sends one webhook: the host is resolved, every address checked, and the connection made to the very address
that was checked. Redirects are not followed, and little of the answer is read.
"""

from __future__ import annotations

import asyncio
import socket
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

import httpx
import structlog

from app.alerts.domain import MAX_RESPONSE_CHARS, WebhookRefused
from app.alerts.signatures import DELIVERY_HEADER, SIGNATURE_HEADER, sign
from app.alerts.webhook_addresses import check_webhook_url, is_public_address

log = structlog.get_logger(__name__)

TIMEOUT_SECONDS = 10.0
_RESOLVE_SECONDS = 5.0
_REFUSED = (
    "The address leads into a private network, where this server sends nothing unless its operator allows it "
    "(ALERT_PRIVATE_WEBHOOKS)."
)


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of sending. `is_final`: trying again cannot help."""

    response_code: int | None
    response_text: str | None
    error: str | None
    is_final: bool = False

    @property
    def ok(self) -> bool:
        """Whether the receiver took it."""
        return self.error is None


async def find_addresses(host: str, port: int, *, allow_private: bool) -> list[str]:
    """The IP addresses of a host. Raises WebhookRefused when one of them is not public, OSError when there
    is none, TimeoutError.
    """
    async with asyncio.timeout(_RESOLVE_SECONDS):
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if not allow_private and not all(is_public_address(address) for address in addresses):
        raise WebhookRefused(_REFUSED)
    return addresses


async def check_webhook(url: str, *, allow_private: bool) -> None:
    """See that a webhook may be sent to `url`. Raises WebhookRefused.

    A host that cannot be resolved just now is taken: its deliveries will say so.
    """
    host, port = check_webhook_url(url)
    try:
        await find_addresses(host, port, allow_private=allow_private)
    except (OSError, TimeoutError, UnicodeError):
        return


class WebhookSender:
    """Sends bodies to webhooks. One per process; close it at the end."""

    def __init__(self, *, allow_private: bool) -> None:
        self._allow_private = allow_private
        # No connection is kept: the next one to this address could belong to another host.
        self._client = httpx.AsyncClient(
            follow_redirects=False,
            trust_env=False,
            limits=httpx.Limits(max_connections=50, max_keepalive_connections=0),
            timeout=TIMEOUT_SECONDS,
        )

    async def send(self, url: str, secret: str, delivery_id: object, body: bytes, at: int) -> Attempt:
        """One attempt, of ten seconds at most. Never raises for what goes wrong outside."""
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                host, port = check_webhook_url(url)
                addresses = await find_addresses(host, port, allow_private=self._allow_private)
                return await self._post(url, addresses[0], secret, delivery_id, body, at)
        except WebhookRefused as error:
            return Attempt(None, None, error.detail, is_final=True)
        except TimeoutError:
            return Attempt(None, None, f"No answer within {TIMEOUT_SECONDS:g} s.")
        except socket.gaierror:
            return Attempt(None, None, "The host's name cannot be resolved.")
        except (httpx.HTTPError, httpx.InvalidURL, OSError, UnicodeError) as error:
            return Attempt(None, None, _describe(error))

    async def aclose(self) -> None:
        """Close what is open."""
        await self._client.aclose()

    async def _post(
        self, url: str, address: str, secret: str, delivery_id: object, body: bytes, at: int
    ) -> Attempt:
        target = httpx.URL(url)
        shown = f"[{address}]" if ip_address(address.partition("%")[0]).version == 6 else address
        headers = {
            "Host": urlsplit(url).netloc,
            "Content-Type": "application/json",
            "User-Agent": "Flowrex-Webhooks/1",
            SIGNATURE_HEADER: sign(secret, body, at),
            DELIVERY_HEADER: str(delivery_id),
        }
        request = self._client.build_request(
            "POST",
            target.copy_with(host=shown.strip("[]")),
            content=body,
            headers=headers,
            # TLS asks for and verifies the host that the user named, not the address it was found at.
            extensions={"sni_hostname": target.raw_host.decode("ascii")},
        )
        answer = await self._client.send(request, stream=True)
        try:
            text = await _read_start(answer)
        finally:
            await answer.aclose()
        code = answer.status_code
        if answer.is_success:
            return Attempt(code, text, None)
        if 300 <= code < 400:
            return Attempt(code, text, f"It answered {code}: redirects are not followed.")
        return Attempt(code, text, f"It answered {code}.", is_final=code == 410)


async def _read_start(answer: httpx.Response) -> str:
    """The first characters of an answer, whatever it is."""
    read = b""
    async for part in answer.aiter_raw():
        read += part
        if len(read) >= 4 * MAX_RESPONSE_CHARS:
            break
    text = read.decode("utf-8", "replace").replace("\x00", "\ufffd")
    return text[:MAX_RESPONSE_CHARS]


def _describe(error: Exception) -> str:
    kind = type(error).__name__
    said = " ".join(str(error).split())[:MAX_RESPONSE_CHARS]
    return f"{kind}: {said}" if said else kind
