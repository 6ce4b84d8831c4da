"""The tables of `docs/language.md`, written from the language's own tables.

python -m app.engine.language.documentation            prints them
python -m app.engine.language.documentation FILE       writes them into FILE, between the marks
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from app.engine.language.description import describe_language

_BEGIN = "<!-- {} begin: python -m app.engine.language.documentation docs/language.md -->"
_END = "<!-- {} end -->"


def write_sections() -> dict[str, str]:
    """The generated parts of the page in Markdown, by name."""
    language = describe_language()
    return {
        "inputs": _write_table(("input", "units", ""), _list_inputs(language["inputs"])),
        "outputs": _write_table(("output", "type", "units", ""), _list_outputs(language["outputs"])),
        "keywords": _write_table(("word", "written", ""), _list_keywords(language["keywords"])),
        "functions": "\n\n".join(_write_function(row) for row in language["functions"]),
    }


def replace_sections(page: str) -> str:
    """The page with its generated parts written anew. Raises ValueError when the marks of one are missing."""
    for name, text in write_sections().items():
        begin, end = _BEGIN.format(name), _END.format(name)
        if page.count(begin) != 1 or page.count(end) != 1:
            raise ValueError(f"the page needs one pair of marks for {name}")
        head, rest = page.split(begin)
        tail = rest.split(end)[1]
        page = f"{head}{begin}\n\n{text}\n\n{end}{tail}"
    return page


def _list_inputs(rows: Sequence[dict[str, Any]]) -> Iterable[tuple[str, ...]]:
    return ((f"`{row['name']}`", row["units"], row["help"]) for row in rows)


def _list_outputs(rows: Sequence[dict[str, Any]]) -> Iterable[tuple[str, ...]]:
    return ((f"`{row['name']}`", row["type"], row["units"], row["help"]) for row in rows)


def _list_keywords(rows: Sequence[dict[str, Any]]) -> Iterable[tuple[str, ...]]:
    return ((f"`{row['name']}`", f"`{row['signature']}`", row["help"]) for row in rows)


def _write_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _write_function(row: dict[str, Any]) -> str:
    gives = "what its arguments are" if row["returns"] == "same" else f"a {row['returns']}"
    facts = [
        f"Example: `{row['example']}`",
        f"Definition: {row['definition']}",
        f"Gives: {gives}" + (f" ({row['units']})" if row["units"] else ""),
        f"Bars before its first value: {row['warm_up']}",
    ]
    listed = "\n".join(f"- {fact}" for fact in facts)
    return f"### `{row['signature']}`\n\n{row['help']}\n\n{listed}"


def main(arguments: Sequence[str]) -> None:
    """Prints the sections, or writes them into the file named."""
    if not arguments:
        sys.stdout.write("\n\n".join(write_sections().values()) + "\n")
        return
    page = Path(arguments[0])
    page.write_text(replace_sections(page.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
