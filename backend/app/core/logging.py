"""Logs: one JSON object a line, with the request's id, and never a secret."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Mapping
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, WrappedLogger

_NAMES = r"password|passwd|secret|token|authorization|cookie|api[_-]?key|dsn|jwt|flowrex_refresh"
_SECRET_KEY = re.compile(_NAMES, re.IGNORECASE)
# The password of a URL ends at the last @ before a blank or quote: people forget to escape those inside it.
_URL_PASSWORD = re.compile(r"(://[^\s:/@]*):[^\s\"'<>]*@")
# name=value, name='value', 'name': 'value', "name": "value": as addresses, reprs and JSON write it.
_ASSIGNED = re.compile(
    rf"""((?:{_NAMES})[\w-]*\\?["']?\s*[=:]\s*)"""
    r"""(?:[bu]?\\?"(?:[^"\\]|\\[^"])*\\?"|[bu]?'(?:[^'\\]|\\.)*'|[^\s&"',;{}()]+)""",
    re.IGNORECASE,
)
# Whole lines of HTTP: everything behind the colon is secret, whatever blanks and semicolons stand in it.
_HEADER = re.compile(
    r"((?<![\w\"'-])(?:set-cookie|cookie|(?:proxy-)?authorization|x-api-key):[ \t]*)[^\r\n\"']+",
    re.IGNORECASE,
)
_BEARER = re.compile(r"(Bearer\s+)[\w.~+/=-]+", re.IGNORECASE)
# Who has a report's link reads the report: pages and their data alike.
_SHARED = re.compile(r"(/shared/)[\w-]{8,}")
HIDDEN = "[hidden]"


def hide_secrets(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Replace values under telling names, passwords and tokens inside URLs, and bearer tokens."""
    hidden: EventDict = _hide(event)
    return hidden


def drop_color_message(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """uvicorn says each of its lines twice, the second time in colours."""
    event.pop("color_message", None)
    return event


def _hide(value: Any) -> Any:
    if isinstance(value, str):
        value = _URL_PASSWORD.sub(rf"\1:{HIDDEN}@", value)
        for pattern in (_HEADER, _BEARER, _SHARED, _ASSIGNED):
            value = pattern.sub(rf"\1{HIDDEN}", value)
        return value
    if isinstance(value, Mapping):
        return {k: HIDDEN if _SECRET_KEY.search(str(k)) and v else _hide(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_hide(item) for item in value]
    return value


def configure_logging(level: str, stream: TextIO | None = None) -> None:
    """Send the product's logs and the libraries' own through one JSON renderer to `stream` (else stdout)."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(stream or sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                drop_color_message,
                structlog.processors.format_exc_info,
                hide_secrets,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "procrastinate"):
        library = logging.getLogger(name)
        library.handlers.clear()
        library.propagate = True
    logging.getLogger("uvicorn.access").disabled = True  # app.core.middleware logs requests, with their ids
    for name in ("procrastinate", "httpx"):  # httpx logs whole addresses, and providers take keys in them
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLevelName(level)))
