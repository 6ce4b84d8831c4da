"""How a file is laid out, told from its head: delimiter, banner, header, and which column holds what. Plain
Python.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from app.market.domain import ImportRefused, InvalidImport

DELIMITERS = (",", ";", "\t")
_MAX_HEAD_LINES = 300
_MAX_BANNER_LINES = 100
_MIN_FIELDS = 5  # a time and four prices
_MIN_NUMBERS = 3

_PRICES = ("open", "high", "low", "close")
# Exact names win; these stand in only where no column has the exact one. English, German, French, Spanish and
# Italian, without accents.
_OTHER_NAMES: dict[str, tuple[str, ...]] = {
    "open": ("o", "open price", "opening price", "first", "eroffnung", "eroffn", "ouverture", "apertura"),
    "high": ("h", "high price", "max", "hoch", "plus haut", "haut", "maximo", "massimo"),
    "low": ("l", "low price", "min", "tief", "plus bas", "bas", "minimo"),
    "close": (
        *("c", "close last", "close price", "closing price", "last", "price"),
        *("schluss", "schlusskurs", "zuletzt", "cloture", "fermeture", "dernier"),
        *("cierre", "chiusura", "ultimo"),
    ),
    "volume": ("vol", "v", "tickvol", "tick volume", "volumen"),
}
_OTHER_TIME_NAMES = {
    **dict.fromkeys(("datum", "fecha", "data"), "date"),
    **dict.fromkeys(("uhrzeit", "zeit", "heure", "hora", "ora"), "time"),
}
_TIME_NAMES = ("datetime", "date time", "timestamp", "date", "time")
_TIME_WORDS = frozenset({"date", "time", "datetime", "timestamp", "unix", "day"})
_NOT_OPEN_WORDS = frozenset({"close", "end", "settlement", "expiry"})
# yfinance writes two more lines under its header.
_SUBHEADER_CELLS = frozenset({"ticker", "date", "datetime", "ticker symbol"})

_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_CLOCK = r"\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:\s*[ap]\.?m\.?)?"
_DAY = (
    r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d{2})|\d{8}"
    rf"|{_MONTH}\.?\s+\d{{1,2}},?\s+\d{{4}}|\d{{1,2}}[\s-]{_MONTH}[\s,-]+\d{{2,4}}"
)
_ZONE = r"(?:\s*(?:z|utc|gmt|[+-]\d{2}(?::?\d{2})?))?"
_TIME_OF_DAY = re.compile(rf"(?:{_CLOCK}|\d{{6}}|\d{{4}})", re.IGNORECASE)
_DATE_ONLY = re.compile(_DAY, re.IGNORECASE)
_TIME = re.compile(
    rf"(?:(?:{_DAY})(?:[\sT]+(?:{_CLOCK}|\d{{6}}|\d{{4}}|\d{{2}}-[ap]m))?{_ZONE}|\d{{14}}|\d{{9,19}}(?:\.\d+)?)",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    r"[$€£¥]?\s*[+-]?(?:\d[\d.,'  ]*|\.\d+)(?:e[+-]?\d+)?\s*[kmb%]?|[+-]?(?:nan|inf|infinity)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Layout:
    """Where in a line each thing stands.

    `skipped_lines`: physical lines before the first row (banner, header). `time`: one column, or a date's and
    a time of day's. `names`: the header's cells, or nothing.
    """

    delimiter: str
    names: tuple[str, ...]
    skipped_lines: int
    time: tuple[int, ...]
    open: int
    high: int
    low: int
    close: int
    volume: int | None
    decimal_comma: bool

    @property
    def prices(self) -> tuple[int, int, int, int]:
        """The columns of open, high, low and close."""
        return self.open, self.high, self.low, self.close

    @property
    def width(self) -> int:
        """How many columns from the left must be read."""
        return 1 + max(*self.time, *self.prices, -1 if self.volume is None else self.volume)

    def describe(self) -> dict[str, object]:
        """What was understood, for the person who sent the file."""

        def label(column: int) -> str:
            name = self.names[column].strip() if column < len(self.names) else ""
            return name or f"column {column + 1}"

        columns = {name: label(getattr(self, name)) for name in _PRICES}
        columns["time"] = " + ".join(label(column) for column in self.time)
        if self.volume is not None:
            columns["volume"] = label(self.volume)
        return {
            "delimiter": {",": "comma", ";": "semicolon", "\t": "tab"}[self.delimiter],
            "header": bool(self.names),
            "skipped_lines": self.skipped_lines,
            "decimal_comma": self.decimal_comma,
            "columns": columns,
        }


def split_line(line: str, delimiter: str) -> list[str]:
    """The cells of one line, without quotes and outer blanks."""
    try:
        cells = next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        cells = line.split(delimiter)
    return [cell.strip().strip('"').strip() for cell in cells]


def looks_like_time(cell: str) -> bool:
    """True for text in one of the accepted ways to write a date or an instant."""
    return _TIME.fullmatch(cell) is not None


def understand_layout(head: str) -> Layout:
    """Tell a file's layout from its first lines. Raises ImportRefused when there is none to be told."""
    lines = head.split("\n")[:_MAX_HEAD_LINES]
    if not any(line.strip() for line in lines):
        raise ImportRefused("empty_file", "The file is empty.")
    candidates = [found for delimiter in DELIMITERS if (found := _read_layout(lines, delimiter)) is not None]
    if candidates:
        return max(candidates, key=lambda found: found[0])[1]
    raise _explain_failure(lines)


def _read_layout(lines: Sequence[str], delimiter: str) -> tuple[int, Layout] | None:
    """The layout under one delimiter, with the number of lines that fit it."""
    table = [split_line(line, delimiter) if line.strip() else [] for line in lines]
    start = next(
        (at for at, cells in enumerate(table[:_MAX_BANNER_LINES]) if _is_header(cells) or _is_row(cells)),
        None,
    )
    if start is None:
        return None
    with_header = _is_header(table[start])
    if not with_header and (
        _find_unknown_header(table, start) or any(_names_some_prices(cells) for cells in table[:start])
    ):
        return None  # a header that lacks a price: taking columns by their place would take the wrong ones
    names = table[start] if with_header else []
    # Without a header a row that is bad may stand first: it is no banner, and shall be named.
    first_row = start + 1 if with_header else _find_first_data(table, start)
    while first_row < len(table) and with_header and _is_subheader(table[first_row]):
        first_row += 1
    rows = [cells for cells in table[first_row:] if len(cells) >= _MIN_FIELDS]
    found = _columns_by_name(names, rows) if with_header else _columns_by_shape(table[start])
    if found is None:
        return None
    time, prices, volume = found
    layout = Layout(
        delimiter,
        tuple(names),
        first_row,
        time,
        *prices,
        volume=volume,
        decimal_comma=_has_decimal_comma(rows, prices, delimiter),
    )
    fitting = sum(len(cells) >= layout.width and _are_numbers(cells, prices) for cells in rows)
    return fitting + (1 if with_header else 0), layout


def _canonical(name: str) -> str:
    """Lower case, words apart, no accents, no numbering in front: `<Adj_Close>` → `adj close`, `1. open` →
    `open`, `Máximo` → `maximo`.
    """
    letters = unicodedata.normalize("NFKD", name.casefold())
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    words = re.sub(r"[^a-z0-9]+", " ", plain).strip()
    return re.sub(r"^\d+ ", "", words)


def _find_name(names: Sequence[str], wanted: str) -> int | None:
    """The column of a name: the exact one, else one of those that may stand in."""
    for name in (wanted, *_OTHER_NAMES[wanted]):
        if name in names:
            return names.index(name)
    return None


def _is_header(cells: Sequence[str]) -> bool:
    names = [_canonical(cell) for cell in cells]
    return len(names) >= len(_PRICES) and all(_find_name(names, price) is not None for price in _PRICES)


def _names_some_prices(cells: Sequence[str]) -> bool:
    names = [_canonical(cell) for cell in cells]
    return sum(_find_name(names, price) is not None for price in _PRICES) >= 2


def _find_unknown_header(table: Sequence[Sequence[str]], first_good: int) -> Sequence[str]:
    """The last line above the rows where it has their number of cells and all are words, else nothing.

    One cell may be empty: tables are written with a nameless first column. More are a padded banner's.
    """
    above = [cells for cells in table[: _find_first_data(table, first_good)] if cells]
    if not above or _without_empty_end(above[-1]) not in (
        len(table[first_good]),
        _without_empty_end(table[first_good]),
    ):
        return ()
    named = [cell for cell in above[-1][: _without_empty_end(above[-1])] if cell]
    are_words = all(
        any(map(str.isalpha, cell)) and not looks_like_time(cell) and not _looks_like_number(cell)
        for cell in named
    )
    return above[-1] if are_words and len(named) >= _without_empty_end(above[-1]) - 1 else ()


def _without_empty_end(cells: Sequence[str]) -> int:
    """How many cells stand up to the last that holds something."""
    return max((at for at, cell in enumerate(cells, 1) if cell), default=0)


def _is_subheader(cells: Sequence[str]) -> bool:
    return bool(cells) and _canonical(cells[0]) in _SUBHEADER_CELLS and not any(map(looks_like_time, cells))


def _is_row(cells: Sequence[str]) -> bool:
    return _columns_by_shape(cells) is not None


def _find_first_data(table: Sequence[Sequence[str]], first_good: int) -> int:
    """The first line that has a time or some numbers where rows have them."""
    return next(
        at
        for at, cells in enumerate(table[: first_good + 1])
        if at == first_good
        or (
            len(cells) >= _MIN_FIELDS
            and (any(map(looks_like_time, cells[:3])) or sum(map(_looks_like_number, cells)) >= _MIN_NUMBERS)
        )
    )


_Columns = tuple[tuple[int, ...], tuple[int, int, int, int], int | None]


def _columns_by_name(header: Sequence[str], rows: Sequence[Sequence[str]]) -> _Columns | None:
    names = [_canonical(cell) for cell in header]
    found = [_find_name(names, price) for price in _PRICES]
    prices = [column for column in found if column is not None]
    if len(set(prices)) != len(_PRICES):
        return None
    volume = _find_name(names, "volume")
    taken = {*prices} if volume is None else {*prices, volume}
    time = _find_time_columns(names, rows, taken)
    return (time, (prices[0], prices[1], prices[2], prices[3]), volume) if time else None


def _find_time_columns(
    names: Sequence[str], rows: Sequence[Sequence[str]], taken: set[int]
) -> tuple[int, ...] | None:
    def holds(column: int, pattern: re.Pattern[str]) -> bool:
        """True when most of the first cells match; True as well when there are no rows to judge by."""
        cells = [cells[column] for cells in rows[:50] if len(cells) > column]
        return sum(pattern.fullmatch(cell) is not None for cell in cells) * 2 >= len(cells)

    names = [_OTHER_TIME_NAMES.get(name, name) for name in names]
    free = [column for column in range(len(names)) if column not in taken]
    if "date" in names and "time" in names:
        date, clock = names.index("date"), names.index("time")
        if {date, clock} <= set(free) and holds(date, _DATE_ONLY) and holds(clock, _TIME_OF_DAY):
            return date, clock
    exact = [names.index(name) for name in _TIME_NAMES if name in names]
    worded = [
        column
        for column in free
        if _TIME_WORDS & set(names[column].split()) and not _NOT_OPEN_WORDS & set(names[column].split())
    ]
    ordered = [column for column in dict.fromkeys((*exact, *worded, *free)) if column in free]
    fitting = [column for column in ordered if rows and holds(column, _TIME)]
    if fitting:
        return (fitting[0],)
    named = [column for column in ordered if column in exact or column in worded]
    return (named[0],) if named else None


def _columns_by_shape(cells: Sequence[str]) -> _Columns | None:
    """Columns of a row without a header: a time, perhaps in two cells, then four prices and volume."""
    for column, cell in enumerate(cells[:3]):
        if not looks_like_time(cell):
            continue
        time: tuple[int, ...] = (column,)
        after = column + 1
        is_split = _DATE_ONLY.fullmatch(cell) and after < len(cells) and _TIME_OF_DAY.fullmatch(cells[after])
        # 0930 could be a price as well: it is a time of day only where four more cells follow.
        if is_split and (":" in cells[after] or len(cells) - after > len(_PRICES)):
            time, after = (column, after), after + 1
        prices = (after, after + 1, after + 2, after + 3)
        if len(cells) > prices[3] and _are_numbers(cells, prices):
            return time, prices, after + 4 if len(cells) > after + 4 else None
    return None


def _looks_like_number(cell: str) -> bool:
    return _NUMBER.fullmatch(cell) is not None


def _are_numbers(cells: Sequence[str], columns: Sequence[int]) -> bool:
    return all(_looks_like_number(cells[column]) for column in columns)


def _has_decimal_comma(rows: Sequence[Sequence[str]], prices: Sequence[int], delimiter: str) -> bool:
    """Whether prices are written 1.234,50. Told from all prices of the head together."""
    cells = [cells[column] for cells in rows for column in prices if len(cells) > column]
    commas = [cell for cell in cells if "," in cell]
    if not commas:
        return False
    for cell in commas:
        if "." in cell:
            return cell.rindex(",") > cell.rindex(".")
        if cell.count(",") > 1:
            return False
        if not re.search(r",\d{3}$", cell):
            return True
    has_points = any("." in cell for cell in cells)
    # Only 1,234 and its like: thousands where comma also separates or points occur, else decimals.
    return delimiter != "," and not has_points


def _explain_failure(lines: Sequence[str]) -> ImportRefused:
    for delimiter in DELIMITERS:
        table = [split_line(line, delimiter) if line.strip() else [] for line in lines]
        start = next((at for at, cells in enumerate(table[:_MAX_BANNER_LINES]) if _is_row(cells)), None)
        unknown = () if start is None else _find_unknown_header(table, start)
        for at, cells in enumerate(table[:_MAX_BANNER_LINES]):
            names = [_canonical(cell) for cell in cells]
            found = any(_find_name(names, price) is not None for price in _PRICES)
            if cells is unknown or (not unknown and len(names) > 1 and found):
                return _explain_header(cells, table[at + 1 :])
    return ImportRefused(
        "not_a_table",
        "No rows of a time and four prices were found. The file must be CSV: comma, semicolon or tab between "
        "date, open, high, low, close and, where there is one, volume.",
    )


def _explain_header(header: Sequence[str], rows: Sequence[Sequence[str]]) -> ImportRefused:
    """Which columns were found, under the file's own words, which were not, and how they may be called."""
    names = [_canonical(cell) for cell in header]
    columns = {price: _find_name(names, price) for price in _PRICES}
    taken = {column for column in columns.values() if column is not None}
    time = _find_time_columns(names, [cells for cells in rows if len(cells) >= _MIN_FIELDS], taken)
    columns = {"a date or time": time[0] if time else None, **columns}
    missing = [name for name, column in columns.items() if column is None] or ["a date or time"]
    shown = ["".join(char for char in cell[:40] if char.isprintable()) or "nameless" for cell in header]
    found = [f"{shown[column]} ({name})" for name, column in columns.items() if column is not None]
    words = {
        "a date or time": (*_TIME_NAMES, *_OTHER_TIME_NAMES),
        **{price: (price, *_OTHER_NAMES[price]) for price in _PRICES},
    }
    understood = "; ".join(f"for {name}: {', '.join(words[name])}" for name in missing)
    return ImportRefused(
        "missing_columns",
        f"The file's header has no column for {', '.join(missing)}. "
        f"Found: {', '.join(found) or 'none'}. Names that are understood, {understood}.",
    )


def read_day_order(date_format: str) -> str:
    """`dmy`, `mdy` or `ymd` from what a person says: `%d/%m/%Y`, `d/m/yyyy`, `MM/DD/YYYY HH:mm`, `dmy`.

    Raises InvalidImport when day, month and year do not all stand in it.
    """
    letters = date_format.replace("%b", "%m").replace("%B", "%m").replace("%H", "|").replace("%I", "|")
    before_clock = re.split(r"[|Hh]", letters)[0].lower()
    order = "".join(dict.fromkeys(re.sub(r"[^dmy]", "", before_clock)))
    if order not in {"dmy", "mdy", "ymd"}:
        raise InvalidImport(
            "The date format must show the order of day, month and year, for example %d/%m/%Y or mm/dd/yyyy."
        )
    return order
