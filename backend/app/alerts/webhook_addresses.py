"""Which addresses a webhook may be sent to. Pure.

A server that fetches what users name is a way into its own network: so everything that is not plainly on the
public internet is refused, in whichever notation it is hidden.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from app.alerts.domain import MAX_URL_CHARS, WebhookRefused

_DEFAULT_PORTS = {"http": 80, "https": 443}
# Written out, because what Python's ipaddress takes for public has changed between its versions; and what
# clouds put at public numbers.
_REFUSED = tuple(
    ip_network(text)
    for text in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",  # carriers' own
        "127.0.0.0/8",
        "168.63.129.16/32",  # a cloud's host agent
        "169.254.0.0/16",  # link-local, and clouds' metadata
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "2001::/23",  # Teredo, ORCHID, benchmarks
        "2001:db8::/32",
        "3fff::/20",
    )
)
# The only part of IPv6 that is given out to the public.
_GLOBAL_UNICAST = ip_network("2000::/3")
_MAPPED = ip_network("::ffff:0:0/96")
_TRANSLATED = (ip_network("64:ff9b::/96"), ip_network("::ffff:0:0:0/96"))  # NAT64, SIIT
_SIX_TO_FOUR = ip_network("2002::/16")


def is_public_address(text: str) -> bool:
    """Whether an IP address lies on the public internet, and so does any IPv4 address within it."""
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, IPv6Address):
        inner = _find_inner(address)
        if inner is not None:
            return is_public_address(str(inner))
        if address not in _GLOBAL_UNICAST:
            return False
    return address.is_global and not any(
        address.version == network.version and address in network for network in _REFUSED
    )


def _find_inner(address: IPv6Address) -> IPv4Address | None:
    number = int(address)
    if address in _MAPPED or any(address in network for network in _TRANSLATED):
        return IPv4Address(number & 0xFFFFFFFF)
    if address in _SIX_TO_FOUR:
        return IPv4Address(number >> 80 & 0xFFFFFFFF)
    return None


def check_webhook_url(url: str) -> tuple[str, int]:
    """The host and port of a webhook's address. Raises WebhookRefused on one that is no plain http(s) URL."""
    if len(url) > MAX_URL_CHARS:
        raise WebhookRefused(f"An address has at most {MAX_URL_CHARS:,} characters.")
    if any(character <= " " or character == "\x7f" or character == "\\" for character in url):
        raise WebhookRefused("An address holds no blanks, control characters or backslashes.")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise WebhookRefused("This is no address: write https://host/path.") from error
    if parts.scheme not in _DEFAULT_PORTS:
        raise WebhookRefused("A webhook's address begins with https:// or http://.")
    if parts.username is not None or parts.password is not None:
        raise WebhookRefused(
            "Leave the user name and password out of the address: the signature says who sends."
        )
    if not host:
        raise WebhookRefused("The address names no host.")
    try:
        host.encode("idna")
    except UnicodeError as error:
        raise WebhookRefused("The address names no host that exists.") from error
    if port == 0:
        raise WebhookRefused("The address names no port that exists.")
    return host, port or _DEFAULT_PORTS[parts.scheme]
