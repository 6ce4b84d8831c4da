"""What can be made of finished runs: a tear sheet, a comparison, a file."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.backtests.report_schemas import ComparisonRead, ExportFormat, TearSheetRead
from app.core.errors import ServiceUnavailable


@dataclass(frozen=True, slots=True)
class ReportFile:
    """A file to keep. `name` is safe in a header and on any file system."""

    name: str
    media_type: str
    content: bytes


async def get_tear_sheet(session: AsyncSession, user_id: UUID, run_id: UUID) -> TearSheetRead:
    """A finished run from all sides. Raises RunNotFound, ResultNotReady."""
    raise ServiceUnavailable


async def compare_runs(session: AsyncSession, user_id: UUID, ids: str) -> ComparisonRead:
    """Finished runs side by side. Raises ComparisonInvalid, RunNotFound, ResultNotReady."""
    raise ServiceUnavailable


async def export_run(session: AsyncSession, user_id: UUID, run_id: UUID, form: ExportFormat) -> ReportFile:
    """A finished run as a file. Raises RunNotFound, ResultNotReady."""
    raise ServiceUnavailable
