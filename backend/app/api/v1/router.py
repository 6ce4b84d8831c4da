"""The list of routers, nothing else."""

from fastapi import APIRouter

from app.core.health import router as health

router = APIRouter(prefix="/api/v1")
router.include_router(health)
