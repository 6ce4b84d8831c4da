"""What can be done with rules: check them, keep them, read them back."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from functools import cache
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.pagination import (
    InvalidCursor,
    PageQuery,
    cut_page,
    decode_cursor,
    decode_uuid_cursor,
    encode_cursor,
)
from app.engine.language import CheckedRule, Rule, check_rule
from app.engine.language import description as language
from app.strategies import repository
from app.strategies.domain import (
    ExampleRule,
    RuleContent,
    RuleInvalid,
    Strategy,
    StrategyNotFound,
    StrategyVersion,
    StrategyVersionNotFound,
)
from app.strategies.examples import EXAMPLES
from app.strategies.library import LIBRARY, read_reports
from app.strategies.schemas import LanguageRead, LibraryRuleRead
from app.strategies.version_diff import DiffLine, compare_texts

# A rule made to be slow to read may take a tenth of a second: never in the event loop, and one at a time, so
# that a flood of them leaves the loop its share of the interpreter.
_checking = ThreadPoolExecutor(1, thread_name_prefix="rule-check")
# Rules as people write them are checked in less time than a change of threads takes.
_SHORT_SOURCE_CHARS = 500


async def check_source(source: str) -> CheckedRule:
    """What the checker says about a text. Never raises."""
    if len(source) <= _SHORT_SOURCE_CHARS:
        return check_rule(source)
    return await asyncio.get_running_loop().run_in_executor(_checking, check_rule, source)


async def compile_source(source: str) -> Rule:
    """The rule that a text describes. Raises RuleInvalid."""
    checked = await check_source(source)
    if checked.rule is None:
        raise RuleInvalid(checked.errors)
    return checked.rule


async def create_strategy(session: AsyncSession, owner_id: UUID, name: str, source: str) -> Strategy:
    """Keep a rule as version 1 of a new strategy. Raises RuleInvalid."""
    content = _describe(await compile_source(source))
    strategy_id = await repository.insert_strategy(session, owner_id, name, content)
    return await get_strategy(session, owner_id, strategy_id)


async def update_strategy(
    session: AsyncSession, user_id: UUID, strategy_id: UUID, *, name: str | None, source: str | None
) -> Strategy:
    """Rename a strategy, or give it another text as its next version; the same text makes none.

    Raises StrategyNotFound, RuleInvalid.
    """
    rule = None if source is None else await compile_source(source)
    if not await repository.lock_strategy(session, user_id, strategy_id):
        raise StrategyNotFound
    strategy = await get_strategy(session, user_id, strategy_id)
    content = None if rule is None or rule.source == strategy.content.source else _describe(rule)
    name = strategy.name if name is None else name
    if content is None and name == strategy.name:
        return strategy
    version = strategy.version if content is None else strategy.version + 1
    await repository.update_strategy(session, strategy_id, name, version, content)
    return await get_strategy(session, user_id, strategy_id)


async def get_strategy(
    session: AsyncSession, user_id: UUID, strategy_id: UUID, version: int | None = None
) -> Strategy:
    """A strategy at its latest version, or at the one named.

    Raises StrategyNotFound, StrategyVersionNotFound.
    """
    strategy = await repository.find_strategy(session, user_id, strategy_id)
    if strategy is None:
        raise StrategyNotFound
    if version is None or version == strategy.version:
        return strategy
    earlier = await repository.find_strategy_at(session, user_id, strategy_id, version)
    if earlier is None:
        raise StrategyVersionNotFound(f"The strategy has the versions 1 to {strategy.version}.")
    return earlier


async def list_strategies(
    session: AsyncSession, user_id: UUID, page: PageQuery, words: str | None = None
) -> tuple[list[Strategy], str | None]:
    """One's own strategies whose names hold `words`, newest first, and the cursor of the next page."""
    before = None if page.cursor is None else decode_uuid_cursor(page.cursor)
    rows = await repository.list_strategies(session, user_id, page.limit + 1, before, words)
    items, more = cut_page(rows, page.limit)
    return items, encode_cursor(str(items[-1].id)) if more else None


async def list_versions(
    session: AsyncSession, user_id: UUID, strategy_id: UUID, page: PageQuery
) -> tuple[list[StrategyVersion], str | None]:
    """Every text that a strategy had, newest first. Raises StrategyNotFound."""
    before = None if page.cursor is None else _read_number(decode_cursor(page.cursor, 1)[0])
    rows = await repository.list_versions(session, user_id, strategy_id, page.limit + 1, before)
    if not rows and before is None:
        raise StrategyNotFound
    items, more = cut_page(rows, page.limit)
    return items, encode_cursor(str(items[-1].version)) if more else None


async def delete_strategy(session: AsyncSession, user_id: UUID, strategy_id: UUID) -> None:
    """Remove a strategy with its versions. Runs keep the text they ran. Raises StrategyNotFound."""
    if not await repository.delete_strategy(session, user_id, strategy_id):
        raise StrategyNotFound


@cache
def describe_language() -> LanguageRead:
    """The words of the language, from the one table that the checker and the documentation read too."""
    return LanguageRead.model_validate(language.describe_language())


def list_examples() -> tuple[ExampleRule, ...]:
    """Rules to begin with."""
    return EXAMPLES


async def ensure_examples(session: AsyncSession, owner_id: UUID) -> None:
    """Give the example rules to a user who has no strategies."""
    if await repository.list_strategies(session, owner_id, 1, None):
        return
    for example in reversed(EXAMPLES):  # lists show the newest first
        await create_strategy(session, owner_id, example.name, example.source)


def _describe(rule: Rule) -> RuleContent:
    return RuleContent(rule.source, rule.parameters, tuple(rule.outputs), rule.lookback())


def _read_number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 9):
        raise InvalidCursor
    return int(text)


async def compare_versions(
    session: AsyncSession, user_id: UUID, strategy_id: UUID, old: int, new: int
) -> tuple[DiffLine, ...]:
    """What changed from version `old` to `new`. Raises StrategyNotFound, StrategyVersionNotFound."""
    before, after = [
        (await get_strategy(session, user_id, strategy_id, version)).content.source for version in (old, new)
    ]
    return await asyncio.get_running_loop().run_in_executor(_checking, compare_texts, before, after)


def list_library() -> list[LibraryRuleRead]:
    """The well-known rules with what they made of the demo bars."""
    reports = read_reports()
    return [
        LibraryRuleRead.model_validate(
            {**asdict(rule), "reports": [asdict(report) for report in reports.get(rule.slug, ())]}
        )
        for rule in LIBRARY
    ]
