"""Alerts, firings and deliveries over HTTP."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import orjson
from fastapi import APIRouter, Query, Response

from app.alerts import service
from app.alerts.dependencies import ViewerDep
from app.alerts.domain import Alert, NoWebhook
from app.alerts.messages import describe_test
from app.alerts.schemas import (
    AlertCreate,
    AlertRead,
    AlertUpdate,
    ConditionCheckRead,
    ConditionCheckRequest,
    FiringRead,
    FiringsReadRequest,
    UnreadRead,
    WebhookSecretRead,
    WebhookTestRead,
)
from app.alerts.signatures import derive_secret
from app.alerts.webhooks import WebhookSender
from app.auth.dependencies import CurrentUser
from app.core.database import MainSession
from app.core.dependencies import ClockDep, NotificationsDep, RateLimitsDep, SecretsDep, SettingsDep
from app.core.pagination import Page, PageQueryDep
from app.core.secrets import Secrets

_TESTS_PER_PERSON = "10/minute"

router = APIRouter(tags=["alerts"])


def _secret_of(alert: Alert, secrets: Secrets) -> str:
    return derive_secret(secrets.app_secret_key, alert.id, alert.secret_version)


@router.post("/alerts", status_code=201)
async def create_alert(
    body: AlertCreate,
    user: CurrentUser,
    viewer: ViewerDep,
    session: MainSession,
    clock: ClockDep,
    settings: SettingsDep,
    secrets: SecretsDep,
    response: Response,
) -> AlertRead:
    """Watch a condition. A webhook's secret is in this answer and in no other."""
    now = clock.now()
    alert = await service.create_alert(
        session, viewer, user.id, body, now, private=settings.alert_private_webhooks
    )
    response.headers["Location"] = f"/api/v1/alerts/{alert.id}"
    return AlertRead.of(alert, now, _secret_of(alert, secrets) if alert.terms.webhook else None)


@router.post("/alerts/check")
async def check_condition(
    body: ConditionCheckRequest,
    user: CurrentUser,
    viewer: ViewerDep,
    session: MainSession,
    notifications: NotificationsDep,
) -> ConditionCheckRead:
    """What a condition would have done on the last 2,000 stored bars: how often, and when last."""
    result = await service.check_condition(session, notifications, viewer, user.id, body)
    return ConditionCheckRead.of(result)


@router.get("/alerts")
async def list_alerts(
    page: PageQueryDep,
    user: CurrentUser,
    viewer: ViewerDep,
    session: MainSession,
    clock: ClockDep,
    instrument_id: UUID | None = None,
) -> Page[AlertRead]:
    """One's alerts, newest first."""
    items, cursor = await service.list_alerts(session, viewer, user.id, page, instrument_id)
    now = clock.now()
    return Page(items=[AlertRead.of(item, now) for item in items], next_cursor=cursor)


@router.get("/alerts/{alert_id}")
async def read_alert(
    alert_id: UUID, user: CurrentUser, viewer: ViewerDep, session: MainSession, clock: ClockDep
) -> AlertRead:
    """An alert."""
    return AlertRead.of(await service.get_alert(session, viewer, user.id, alert_id), clock.now())


@router.patch("/alerts/{alert_id}")
async def update_alert(
    alert_id: UUID,
    body: AlertUpdate,
    user: CurrentUser,
    viewer: ViewerDep,
    session: MainSession,
    clock: ClockDep,
    settings: SettingsDep,
    secrets: SecretsDep,
) -> AlertRead:
    """Change an alert. Where it gets a webhook that it had not, the answer holds the secret, this once."""
    now = clock.now()
    before = await service.get_alert(session, viewer, user.id, alert_id)
    alert = await service.update_alert(
        session, viewer, user.id, alert_id, body, now, private=settings.alert_private_webhooks
    )
    is_new = alert.terms.webhook is not None and alert.secret_version != before.secret_version
    return AlertRead.of(alert, now, _secret_of(alert, secrets) if is_new else None)


@router.delete("/alerts/{alert_id}", status_code=204)
async def delete_alert(alert_id: UUID, user: CurrentUser, session: MainSession) -> None:
    """Remove an alert. Its firings stay in the log."""
    await service.delete_alert(session, user.id, alert_id)


@router.get("/alerts/{alert_id}/firings")
async def list_alert_firings(
    alert_id: UUID, page: PageQueryDep, user: CurrentUser, session: MainSession
) -> Page[FiringRead]:
    """The firings of an alert, newest first."""
    items, cursor = await service.list_firings(session, user.id, page, alert_id=alert_id)
    return Page(items=[FiringRead.of(item) for item in items], next_cursor=cursor)


@router.post("/alerts/{alert_id}/webhook-secret")
async def renew_webhook_secret(
    alert_id: UUID, user: CurrentUser, session: MainSession, secrets: SecretsDep
) -> WebhookSecretRead:
    """Another secret for an alert's webhook, in this answer and in no other. The old one ends at once."""
    alert = await service.renew_secret(session, user.id, alert_id)
    if alert.terms.webhook is None:
        raise NoWebhook
    return WebhookSecretRead(secret=_secret_of(alert, secrets))


@router.post("/alerts/{alert_id}/test")
async def check_webhook(
    alert_id: UUID,
    user: CurrentUser,
    viewer: ViewerDep,
    session: MainSession,
    clock: ClockDep,
    settings: SettingsDep,
    secrets: SecretsDep,
    limits: RateLimitsDep,
) -> WebhookTestRead:
    """Send one message of kind `test` to the alert's webhook, now, and say what came of it."""
    await limits.hit(_TESTS_PER_PERSON, "alert-test", str(user.id))
    alert = await service.get_alert(session, viewer, user.id, alert_id)
    if alert.terms.webhook is None:
        raise NoWebhook
    # What follows can take ten seconds: the connection is not held for it.
    await session.commit()
    now = clock.now()
    delivery_id, message = describe_test(alert, now)
    sender = WebhookSender(allow_private=settings.alert_private_webhooks)
    try:
        attempt = await sender.send(
            alert.terms.webhook.url,
            _secret_of(alert, secrets),
            delivery_id,
            orjson.dumps(message),
            int(now.timestamp()),
        )
    finally:
        await sender.aclose()
    return WebhookTestRead(
        ok=attempt.ok,
        response_code=attempt.response_code,
        response_text=attempt.response_text,
        error=attempt.error,
    )


@router.get("/firings")
async def list_firings(
    page: PageQueryDep,
    user: CurrentUser,
    session: MainSession,
    unread: Annotated[bool | None, Query(description="Those unread alone, or those read.")] = None,
) -> Page[FiringRead]:
    """All of one's firings, newest first."""
    items, cursor = await service.list_firings(session, user.id, page, unread=unread)
    return Page(items=[FiringRead.of(item) for item in items], next_cursor=cursor)


@router.get("/firings/unread")
async def count_unread_firings(user: CurrentUser, session: MainSession) -> UnreadRead:
    """How many of one's firings are unread."""
    return UnreadRead(unread=await service.count_unread(session, user.id))


@router.post("/firings/read")
async def mark_firings_read(
    body: FiringsReadRequest, user: CurrentUser, session: MainSession, clock: ClockDep
) -> UnreadRead:
    """Say that some firings, or all, were seen."""
    return UnreadRead(unread=await service.mark_read(session, user.id, body.ids, clock.now()))
