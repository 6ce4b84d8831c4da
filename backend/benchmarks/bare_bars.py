"""What somebody writes in an afternoon: a FastAPI route that reads bars from a row-per-bar table.

`benchmarks.read_bars` starts it beside the product. It checks the same access tokens with the same code.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import asyncpg
import orjson
from fastapi import Depends, FastAPI, Request, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from app.auth.dependencies import read_principal
from app.config import get_settings
from app.core.clock import SystemClock
from app.core.database import Databases
from app.core.secrets import load_secrets

POOL_SIZE = 5
_QUERY = """
    SELECT time, open, high, low, close, volume FROM bars_by_row
    WHERE instrument_id = 1 ORDER BY time DESC LIMIT $1
"""


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    settings = get_settings()
    databases = Databases.from_settings(settings)
    app.state.secrets = await load_secrets(settings, databases.credentials)
    await databases.dispose()
    async with asyncpg.create_pool(
        settings.database_dsn, min_size=POOL_SIZE, max_size=POOL_SIZE
    ) as app.state.pool:
        yield


def _user(request: Request, bearer: Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())]) -> Any:
    return read_principal(bearer.credentials, request.app.state.secrets, SystemClock())


app = FastAPI(lifespan=_lifespan)


@app.get("/bars")
async def read_bars(request: Request, user: Annotated[Any, Depends(_user)], limit: int = 500) -> Response:
    """The newest bars in columns."""
    rows = await request.app.state.pool.fetch(_QUERY, limit)
    rows.reverse()
    columns = {
        "symbol": "BENCH",
        "interval": "1min",
        "time": [int(row[0].timestamp()) for row in rows],
        "open": [row[1] for row in rows],
        "high": [row[2] for row in rows],
        "low": [row[3] for row in rows],
        "close": [row[4] for row in rows],
        "volume": [row[5] for row in rows],
    }
    return Response(orjson.dumps(columns), media_type="application/json")
