"""Columns that came over the wire, and the frames that they turn into."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas
    import polars


@dataclass(frozen=True)
class Table(Mapping[str, Sequence[Any]]):
    """Named columns of one length. Undefined figures are None; times are aware datetimes in UTC."""

    columns: dict[str, list[Any]]

    def __getitem__(self, name: str) -> list[Any]:
        return self.columns[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.columns)

    def __len__(self) -> int:
        return len(self.columns)

    @property
    def height(self) -> int:
        """Number of rows."""
        return len(next(iter(self.columns.values()), []))

    def to_pandas(self) -> pandas.DataFrame:
        """A pandas frame; None becomes NaN or NaT. Needs the extra `pandas`."""
        import pandas

        return pandas.DataFrame(self.columns)

    def to_polars(self) -> polars.DataFrame:
        """A polars frame; None stays null. Needs the extra `polars`."""
        import polars

        return polars.DataFrame(self.columns, strict=False)


def make_table(columns: Mapping[str, Sequence[Any]], times: Sequence[str] = ()) -> Table:
    """A table of these columns; those named in `times` hold unix seconds."""
    return Table(
        {name: _read_times(values) if name in times else list(values) for name, values in columns.items()}
    )


def make_table_of_rows(rows: Sequence[Mapping[str, Any]], times: Sequence[str] = ()) -> Table:
    """A table of objects that have the same fields."""
    names = list(rows[0]) if rows else []
    return make_table({name: [row[name] for row in rows] for name in names}, times)


def _read_times(values: Sequence[int | None]) -> list[datetime | None]:
    return [None if value is None else datetime.fromtimestamp(value, UTC) for value in values]
