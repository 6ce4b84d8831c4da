"""The list of routers, nothing else. What is not listed as public wants a signed-in user."""

from fastapi import APIRouter, Depends

from app.alerts.router import router as alerts
from app.auth.api_key_router import router as api_keys
from app.auth.dependencies import require_user
from app.auth.router import public_router as sign_in
from app.auth.router import router as auth
from app.backtests.report_router import public_router as shared_reports
from app.backtests.report_router import router as reports
from app.backtests.router import router as backtests
from app.compat.router import router as compat
from app.core.health import router as health
from app.core.openapi import PROBLEMS, UNAVAILABLE
from app.feeds.router import router as feeds
from app.live.quotes_router import router as quotes
from app.live.router import public_router as live_stream
from app.live.router import router as live
from app.market.router import router as market
from app.replay.router import router as replay
from app.research.router import router as sweeps
from app.research.walk_forward_router import router as walk_forwards
from app.strategies.router import router as strategies
from app.workspace.drawing_router import router as drawings
from app.workspace.layout_router import router as layouts
from app.workspace.router import router as workspace

# The live connection proves who it is by itself.
PUBLIC_ROUTERS = (sign_in, shared_reports, live_stream)
ROUTERS = (
    auth,
    api_keys,
    market,
    strategies,
    reports,
    backtests,
    sweeps,
    walk_forwards,
    feeds,
    live,
    quotes,
    workspace,
    drawings,
    layouts,
    alerts,
    replay,
)

router = APIRouter(prefix="/api/v1")
router.include_router(health, responses=UNAVAILABLE)
for public in PUBLIC_ROUTERS:
    router.include_router(public, responses=PROBLEMS)
# Documented where it belongs, at the root; asks for a key by itself, as the vendor's clients send it.
router.include_router(compat, include_in_schema=False)
for private in ROUTERS:
    router.include_router(private, dependencies=[Depends(require_user)], responses=PROBLEMS)
