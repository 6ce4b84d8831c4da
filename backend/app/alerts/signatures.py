"""The secret of a webhook and the signatures made with it. Pure.

Nothing secret is stored: a webhook's secret is made from the installation's key, the alert and a number that
grows when the owner asks for a new one.
"""

from __future__ import annotations

import hashlib
import hmac
from uuid import UUID

SIGNATURE_HEADER = "X-Flowrex-Signature"
DELIVERY_HEADER = "X-Flowrex-Delivery"
# How old a signature may be before a receiver should refuse it.
TOLERANCE_SECONDS = 300
_PURPOSE = "flowrex alert webhook"


def derive_secret(app_secret_key: str, alert_id: UUID, version: int) -> str:
    """The secret of an alert's webhook, 256 bits as text."""
    message = f"{_PURPOSE}:{alert_id}:{version}".encode()
    return "whsec_" + hmac.new(app_secret_key.encode(), message, hashlib.sha256).hexdigest()


def sign(secret: str, body: bytes, at: int) -> str:
    """The signature header's value for a body sent at `at` (unix s)."""
    return f"t={at},v1={_digest(secret, body, at)}"


def _digest(secret: str, body: bytes, at: int) -> str:
    return hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
