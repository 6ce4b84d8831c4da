"""The tables of the language, its page and its description say the same."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from app.engine.language import RULE_FUNCTIONS, check_rule
from app.engine.language.description import describe_language
from app.engine.language.documentation import main, replace_sections, write_sections
from app.engine.language.graph import WINDOW_OPERATIONS
from app.engine.language.names import suggest_name
from app.engine.language.scalars import SCALAR_OPERATIONS
from app.engine.language.vocabulary import INPUTS, KEYWORDS, NEEDS, OUTPUTS, RESERVED_FOR_LATER

PAGE = Path(__file__).parents[4] / "docs" / "language.md"
FIRST_CUT = {
    *(
        "sma",
        "ema",
        "wma",
        "rma",
        "rsi",
        "macd",
        "macd_signal",
        "macd_hist",
        "bb_upper",
        "bb_lower",
        "atr",
        "adx",
    ),
    *("stoch_k", "roc", "stdev", "highest", "lowest", "sum", "mean", "min", "max", "abs"),
    *("crossover", "crossunder", "rising", "falling", "shift", "if_else"),
}


def test_the_page_is_fresh() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert replace_sections(page) == page, "run: python -m app.engine.language.documentation docs/language.md"


def test_the_page_s_own_rule_is_fine() -> None:
    blocks = PAGE.read_text(encoding="utf-8").split("```python\n")[1:]
    assert len(blocks) == 2
    for block in blocks:
        assert check_rule(block.split("```")[0]).errors == ()


def test_writing_the_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stale = tmp_path / "language.md"
    stale.write_text(PAGE.read_text(encoding="utf-8").replace("Simple moving", "Moving"), encoding="utf-8")
    main([str(stale)])
    assert stale.read_text(encoding="utf-8") == PAGE.read_text(encoding="utf-8")
    main([])
    assert write_sections()["functions"] in capsys.readouterr().out
    with pytest.raises(ValueError, match="functions"):
        replace_sections(PAGE.read_text(encoding="utf-8").replace("<!-- functions end -->", ""))


def test_the_first_functions_are_there() -> None:
    assert set(RULE_FUNCTIONS) >= FIRST_CUT


@pytest.mark.parametrize("name", RULE_FUNCTIONS)
def test_every_row_is_whole_and_its_example_is_fine(name: str) -> None:
    row = RULE_FUNCTIONS[name]
    assert row.name == name
    assert row.example.startswith(f"{name}(")
    assert row.definition.endswith(".")
    assert row.help.endswith(".")
    is_truth = row.returns == "truth"
    assert check_rule(f"enter_long = {row.example}" + ("" if is_truth else " > 0")).errors == ()
    assert bool(row.units) != is_truth
    defaults = [argument.default is not None for argument in row.arguments]
    assert defaults == sorted(defaults), "arguments with a default come last"


@pytest.mark.parametrize("name", OUTPUTS)
def test_every_output_s_example_is_fine(name: str) -> None:
    lines = [f"{need.needed} = 0.5" for need in NEEDS if need.name == name]
    if not name.startswith("enter_long"):
        lines.append("enter_long = True")
    assert check_rule("\n".join([*lines, OUTPUTS[name].example])).errors == ()


def test_the_vocabularies_do_not_overlap() -> None:
    words = [*RULE_FUNCTIONS, *INPUTS, *OUTPUTS, *KEYWORDS, *RESERVED_FOR_LATER]
    assert len(words) == len(set(words))
    assert not set(SCALAR_OPERATIONS) & set(WINDOW_OPERATIONS)


def test_the_description_is_plain_data_with_everything_in_it() -> None:
    language = describe_language()
    assert json.loads(json.dumps(language)) == language
    tables: dict[str, Mapping[str, object]] = {
        "functions": RULE_FUNCTIONS,
        "inputs": INPUTS,
        "outputs": OUTPUTS,
        "keywords": KEYWORDS,
    }
    for key, table in tables.items():
        assert [row["name"] for row in language[key]] == list(table)
        assert all(row["help"] for row in language[key])
    rsi = next(row for row in language["functions"] if row["name"] == "rsi")
    assert rsi["signature"] == "rsi(x, n=14)"
    assert [argument["kind"] for argument in rsi["arguments"]] == ["series", "window"]


def test_names_of_other_tools_are_understood() -> None:
    known = {*RULE_FUNCTIONS, *INPUTS, *OUTPUTS, *KEYWORDS}
    meanings = {
        "SMA": "sma",
        "avg": "mean",
        "cross_above": "crossover",
        "HHV": "highest",
        "buy": "enter_long",
    }
    for name, meant in meanings.items():
        assert suggest_name(name, known) == meant
    assert suggest_name("qqqqq", known) is None
    assert suggest_name("close" * 20, known) is None
