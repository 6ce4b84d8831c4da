"""What a webhook is sent: the JSON body, described in docs/alerts.md."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from app.alerts.domain import Alert, StoredFiring
from app.alerts.schemas import AlertRead, FiringRead


def describe_firing(firing: StoredFiring, delivery_id: uuid.UUID) -> dict[str, Any]:
    """The message about a firing."""
    body = FiringRead.of(firing).model_dump(mode="json", exclude={"deliveries", "read"})
    return {"kind": "alert.fired", "delivery_id": str(delivery_id), "firing": body}


def describe_test(alert: Alert, now: datetime) -> tuple[uuid.UUID, dict[str, Any]]:
    """A message by which a receiver can be tried: its delivery's id, and the body."""
    delivery_id = uuid.uuid4()
    body = AlertRead.of(alert, now).model_dump(
        mode="json", include={"id", "name", "symbol", "interval", "words"}
    )
    return delivery_id, {"kind": "alert.test", "delivery_id": str(delivery_id), "alert": body}
