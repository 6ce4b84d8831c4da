"""What can be done with alerts: make, change, try and delete them; read the log of their firings."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.alerts import conditions, repository
from app.alerts.domain import (
    ALERTS_CHANGED,
    CHECK_ANSWERED,
    CHECK_ASKED,
    MAX_NAME_CHARS,
    MAXIMUM_ALERTS,
    Alert,
    AlertCondition,
    AlertNotFound,
    AlertState,
    AlertTerms,
    CheckResult,
    ConditionUnsuitable,
    Direction,
    DrawingCondition,
    PriceCondition,
    RuleCondition,
    StoredFiring,
    TooManyAlerts,
    Webhook,
    first_unchecked_after,
)
from app.alerts.schemas import AlertCreate, AlertUpdate, ConditionCheckRequest
from app.alerts.webhooks import check_webhook
from app.core.errors import ServiceUnavailable, TooManyRequests
from app.core.notifications import Notifications, notify
from app.core.pagination import PageQuery, cut_page, decode_uuid_cursor, encode_cursor
from app.core.waiting import wait_until_set
from app.engine.intervals import Interval
from app.engine.language import IntervalUnsuitable
from app.market import service as market
from app.market.domain import Instrument, Viewer
from app.strategies.domain import RuleInvalid
from app.workspace import service as workspace
from app.workspace.domain import DrawingKind

_CHECK_SECONDS = 10.0
_LOOK_AGAIN_SECONDS = 1.0
_WAITING_CHECKS = 10


async def create_alert(
    session: AsyncSession, viewer: Viewer, owner_id: UUID, body: AlertCreate, now: datetime, *, private: bool
) -> Alert:
    """Watch a condition from now on. `private`: whether webhooks may go to private addresses.

    Raises InstrumentNotFound, IntervalNotAvailable, RuleInvalid, ConditionUnsuitable, WebhookRefused,
    TooManyAlerts.
    """
    if body.webhook is not None:
        await check_webhook(body.webhook.url, allow_private=private)
    instrument = await _get_instrument(session, viewer, body.instrument_id, body.symbol)
    condition = body.condition.to_condition()
    await _check_condition(session, owner_id, instrument, body.interval, condition)
    if await repository.count_alerts(session, owner_id) >= MAXIMUM_ALERTS:
        raise TooManyAlerts(f"One can have {MAXIMUM_ALERTS:,} alerts: delete some first.")
    terms = AlertTerms(
        name=body.name or conditions.describe_condition(condition)[:MAX_NAME_CHARS],
        condition=condition,
        trigger=body.on,
        repeat=body.repeat,
        cool_down_seconds=body.cooldown_seconds,
        webhook=None if body.webhook is None else Webhook(body.webhook.url, 1),
        expires_at=body.expires_at,
        level_factor=conditions.find_level_factor(instrument.splits, instrument.timezone, now),
        level_set_at=now,
    )
    alert = await repository.insert_alert(
        session,
        owner_id,
        instrument.id,
        instrument.symbol,
        body.interval,
        terms,
        AlertState.ACTIVE if body.enabled else AlertState.PAUSED,
        now,
        first_unchecked_after(now, body.interval),
    )
    await notify(session, ALERTS_CHANGED, instrument.id)
    return alert


async def update_alert(
    session: AsyncSession,
    viewer: Viewer,
    owner_id: UUID,
    alert_id: UUID,
    body: AlertUpdate,
    now: datetime,
    *,
    private: bool,
) -> Alert:
    """Change an alert. One that is made active, or watches something else, begins anew: bars closed by then
    do not fire it. Raises AlertNotFound and what `create_alert` does.
    """
    if body.webhook is not None:
        await check_webhook(body.webhook.url, allow_private=private)
    alert = await repository.find_alert(session, owner_id, alert_id, lock=True)
    if alert is None:
        raise AlertNotFound
    instrument = await market.get_instrument_by_id(session, viewer, alert.instrument_id)
    values: dict[str, Any] = {}
    interval = body.interval or alert.interval
    given = None if body.condition is None else body.condition.to_condition()
    condition = adjust_level(alert, instrument).terms.condition if given is None else given
    watches_something_else = given is not None or interval is not alert.interval
    if watches_something_else:
        await _check_condition(session, owner_id, instrument, interval, condition)
        values["interval"] = interval.value
        values["last_fired_bar"] = None
        if given is not None:
            factor = conditions.find_level_factor(instrument.splits, instrument.timezone, now)
            values |= {
                "condition": conditions.write_condition(given),
                "level_factor": factor,
                "level_set_at": now,
            }
    becomes_active = body.enabled is True and alert.state is not AlertState.ACTIVE
    if body.enabled is not None and (not body.enabled or becomes_active):
        state = AlertState.ACTIVE if body.enabled else AlertState.PAUSED
        values["state"] = state.value
    if becomes_active or watches_something_else:
        values |= {
            "armed_at": now,
            "checked_until": first_unchecked_after(now, interval),
            "problem": None,
        }
    for field, column in (("name", "name"), ("cooldown_seconds", "cool_down_seconds")):
        if field in body.model_fields_set:
            values[column] = getattr(body, field)
    if body.on is not None:
        values["trigger"] = body.on.value
    if body.repeat is not None:
        values["repeat"] = body.repeat.value
    if "expires_at" in body.model_fields_set:
        values["expires_at"] = body.expires_at
    if "webhook" in body.model_fields_set:
        await _change_webhook(session, alert, None if body.webhook is None else body.webhook.url, values)
    changed = await repository.update_alert(session, alert_id, values)
    await notify(session, ALERTS_CHANGED, alert.instrument_id)
    return adjust_level(changed, instrument)


async def _change_webhook(
    session: AsyncSession, alert: Alert, url: str | None, values: dict[str, Any]
) -> None:
    values["webhook_url"] = url
    if url is None:
        await repository.redirect_deliveries(session, alert.id, None)
        return
    version = alert.secret_version
    if alert.terms.webhook is None:
        version += 1
        values["webhook_version"] = version
    await repository.redirect_deliveries(session, alert.id, Webhook(url, version))


async def renew_secret(session: AsyncSession, owner_id: UUID, alert_id: UUID) -> Alert:
    """Give an alert's webhook another secret; what is still to be sent is signed with it. Raises
    AlertNotFound, NoWebhook.
    """
    alert = await repository.find_alert(session, owner_id, alert_id, lock=True)
    if alert is None:
        raise AlertNotFound
    version = alert.secret_version + 1
    changed = await repository.update_alert(session, alert_id, {"webhook_version": version})
    if changed.terms.webhook is not None:
        await repository.redirect_deliveries(session, alert_id, changed.terms.webhook)
    return changed


async def get_alert(session: AsyncSession, viewer: Viewer, owner_id: UUID, alert_id: UUID) -> Alert:
    """One's alert, its level in today's prices. Raises AlertNotFound."""
    alert = await repository.find_alert(session, owner_id, alert_id)
    if alert is None:
        raise AlertNotFound
    return (await _adjust_levels(session, viewer, [alert]))[0]


async def list_alerts(
    session: AsyncSession, viewer: Viewer, owner_id: UUID, page: PageQuery, instrument_id: UUID | None
) -> tuple[list[Alert], str | None]:
    """One's alerts, newest first, their levels in today's prices, and the cursor of the next page."""
    before = None if page.cursor is None else decode_uuid_cursor(page.cursor)
    rows = await repository.list_alerts(session, owner_id, page.limit + 1, before, instrument_id)
    items, more = cut_page(rows, page.limit)
    cursor = encode_cursor(str(items[-1].id)) if more else None
    return await _adjust_levels(session, viewer, items), cursor


async def delete_alert(session: AsyncSession, owner_id: UUID, alert_id: UUID) -> None:
    """Remove an alert. Its firings stay in the log; nothing more of them is sent. Raises AlertNotFound."""
    instrument_id = await repository.delete_alert(session, owner_id, alert_id)
    if instrument_id is None:
        raise AlertNotFound
    await repository.redirect_deliveries(session, alert_id, None)
    await notify(session, ALERTS_CHANGED, instrument_id)


async def check_condition(
    session: AsyncSession,
    notifications: Notifications,
    viewer: Viewer,
    owner_id: UUID,
    body: ConditionCheckRequest,
) -> CheckResult:
    """What a condition would have done on the last stored bars. A worker computes it; this commits, waits.

    Raises what `create_alert` does, and ServiceUnavailable when no worker answers.
    """
    instrument = await _get_instrument(session, viewer, body.instrument_id, body.symbol)
    condition = body.condition.to_condition()
    await _check_condition(session, owner_id, instrument, body.interval, condition)
    if await repository.count_checks(session, owner_id) >= _WAITING_CHECKS:
        raise TooManyRequests("Wait for the answers to the conditions asked about before.")
    check_id = await repository.insert_check(session, owner_id, instrument.id, body.interval, condition)
    await notify(session, CHECK_ASKED, check_id)
    with notifications.expect(CHECK_ANSWERED, check_id) as answered:
        await session.commit()
        answer = await _wait_for_answer(session, answered, check_id)
    await repository.delete_check(session, check_id)
    if answer is None:
        await session.commit()
        raise ServiceUnavailable("No worker has looked at the condition in time. Try again in a moment.")
    if "problem" in answer:
        await session.commit()
        raise ConditionUnsuitable(str(answer["problem"]))
    return CheckResult(
        answer["bars"], answer["first_bar_at"], answer["last_bar_at"], answer["count"], answer["times"]
    )


async def _wait_for_answer(
    session: AsyncSession, answered: asyncio.Event, check_id: UUID
) -> Mapping[str, Any] | None:
    loop = asyncio.get_running_loop()
    deadline = loop.time() + _CHECK_SECONDS
    while (left := deadline - loop.time()) > 0:
        # The notification may have been lost: look from time to time.
        await wait_until_set(answered, min(left, _LOOK_AGAIN_SECONDS))
        answer = await repository.find_answer(session, check_id)
        await session.commit()
        if answer is not None:
            return answer
        answered.clear()
    return None


async def list_firings(
    session: AsyncSession,
    owner_id: UUID,
    page: PageQuery,
    *,
    alert_id: UUID | None = None,
    unread: bool | None = None,
) -> tuple[list[StoredFiring], str | None]:
    """The log of one alert, or of all, newest first, and the next page's cursor. Raises AlertNotFound."""
    if alert_id is not None and await repository.find_alert(session, owner_id, alert_id) is None:
        raise AlertNotFound
    before = None if page.cursor is None else decode_uuid_cursor(page.cursor)
    rows = await repository.list_firings(
        session, owner_id, page.limit + 1, before, alert_id=alert_id, unread=unread
    )
    items, more = cut_page(rows, page.limit)
    return items, encode_cursor(str(items[-1].id)) if more else None


async def count_unread(session: AsyncSession, owner_id: UUID) -> int:
    """How many of one's firings are unread."""
    return await repository.count_unread(session, owner_id)


async def mark_read(session: AsyncSession, owner_id: UUID, ids: Sequence[UUID] | None, now: datetime) -> int:
    """Say that these firings, or all, were seen; how many are unread still."""
    await repository.mark_read(session, owner_id, ids, now)
    return await repository.count_unread(session, owner_id)


def adjust_level(alert: Alert, instrument: Instrument) -> Alert:
    """The alert with a price level brought to the prices of today, over splits since it was set."""
    condition = alert.terms.condition
    if not isinstance(condition, PriceCondition):
        return alert
    factor = conditions.find_level_factor(
        instrument.splits, instrument.timezone, alert.terms.level_set_at.astimezone(UTC)
    )
    if factor == alert.terms.level_factor:
        return alert
    level = condition.level * alert.terms.level_factor / factor
    return replace(alert, terms=replace(alert.terms, condition=replace(condition, level=level)))


async def _adjust_levels(session: AsyncSession, viewer: Viewer, alerts: Sequence[Alert]) -> list[Alert]:
    ids = list({alert.instrument_id for alert in alerts})
    instruments = {one.id: one for one in await market.list_instruments_by_id(session, viewer, ids)}
    return [
        adjust_level(alert, instruments[alert.instrument_id]) if alert.instrument_id in instruments else alert
        for alert in alerts
    ]


async def _get_instrument(
    session: AsyncSession, viewer: Viewer, instrument_id: UUID | None, symbol: str | None
) -> Instrument:
    if instrument_id is not None:
        return await market.get_instrument_by_id(session, viewer, instrument_id)
    return await market.get_instrument(session, viewer, symbol or "")


async def _check_condition(
    session: AsyncSession,
    owner_id: UUID,
    instrument: Instrument,
    interval: Interval,
    condition: AlertCondition,
) -> None:
    """Raises IntervalNotAvailable, RuleInvalid, ConditionUnsuitable."""
    if instrument.intervals:  # one whose history is on its way has none yet
        market.choose_source_interval(interval, instrument.intervals)
    if isinstance(condition, DrawingCondition):
        await _check_drawing(session, owner_id, instrument, condition)
    if isinstance(condition, RuleCondition):
        checked = await asyncio.to_thread(conditions.check_condition_text, condition.source)
        if checked.rule is None:
            raise RuleInvalid(checked.errors)
        try:
            checked.rule.check_interval(interval)
        except IntervalUnsuitable as error:
            raise ConditionUnsuitable(str(error)) from error


async def _check_drawing(
    session: AsyncSession, owner_id: UUID, instrument: Instrument, condition: DrawingCondition
) -> None:
    drawing = await workspace.find_drawing(session, owner_id, condition.drawing_id)
    if drawing is None or drawing.instrument_id != instrument.id:
        raise ConditionUnsuitable("There is no such drawing on this instrument.")
    if drawing.kind is DrawingKind.MEASURE:
        raise ConditionUnsuitable("A measure cannot be watched: draw a line or a rectangle.")
    is_band = condition.direction in (Direction.ENTERS, Direction.LEAVES)
    if is_band and drawing.kind is not DrawingKind.RECTANGLE:
        raise ConditionUnsuitable("A line is crossed; a rectangle is entered or left.")
    is_one_way = condition.direction in (Direction.CROSSES_ABOVE, Direction.CROSSES_BELOW)
    if is_one_way and drawing.kind is DrawingKind.RECTANGLE:
        raise ConditionUnsuitable("A rectangle is entered or left: it has two edges.")
