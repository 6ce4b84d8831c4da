"""The vendor's own client, pointed at this machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from twelvedata import TDClient
from twelvedata.utils import patch_endpoints_meta


@contextmanager
def open_vendor_client(base_url: str, key: str) -> Iterator[Any]:
    """A client as at its first use: it asks for the indicators once in a process, and here each time."""
    if hasattr(patch_endpoints_meta, "patched"):
        del patch_endpoints_meta.patched
    client = TDClient(key, base_url=base_url)
    try:
        yield client
    finally:
        client.ctx.http_client.session.close()
