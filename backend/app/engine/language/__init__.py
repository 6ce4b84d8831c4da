"""The rule language: a small subset of Python's syntax, checked and compiled to a graph, never executed.

Light on purpose (standard library only): the API checks rules with it and never loads an evaluator.
"""

from app.engine.language.checker import CheckedRule, check_rule, compile_rule
from app.engine.language.functions import RULE_FUNCTIONS, RuleFunction
from app.engine.language.problems import (
    IntervalUnsuitable,
    ParameterProblem,
    ParametersInvalid,
    RuleError,
    RuleInvalid,
    RuleProblem,
)
from app.engine.language.rule import Parameter, Rule

__all__ = [
    "RULE_FUNCTIONS",
    "CheckedRule",
    "IntervalUnsuitable",
    "Parameter",
    "ParameterProblem",
    "ParametersInvalid",
    "Rule",
    "RuleError",
    "RuleFunction",
    "RuleInvalid",
    "RuleProblem",
    "check_rule",
    "compile_rule",
]
