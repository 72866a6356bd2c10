"""No decision depends on the wording of a message: what a program has to know stands in a field."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import retest

SOURCES = sorted(Path(retest.__file__).parent.rglob("*.py"))
PROSE = {"detail", "limits", "message", "in_one_line", "hint", "rationale", "plan_note"}
"""Attributes that hold sentences for people."""
LOOKS = {"startswith", "endswith", "partition", "rpartition", "find", "index", "count", "split"}
"""Methods by which code would read such a sentence."""


def is_prose(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and node.attr in PROSE


def is_text(node: ast.expr) -> bool:
    """A word or a constant that stands for one; an empty text only asks whether there is any."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str) and bool(node.value)
    return isinstance(node, ast.Name | ast.Attribute | ast.JoinedStr)


def decisions_on_prose(tree: ast.AST) -> list[int]:
    """The lines on which a sentence is searched, compared or taken apart."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            for operator, left, right in zip(node.ops, sides, sides[1:], strict=False):
                if isinstance(operator, ast.In | ast.NotIn) and is_prose(right):
                    found.append(node.lineno)
                if isinstance(operator, ast.Eq | ast.NotEq) and (
                    (is_prose(left) and is_text(right)) or (is_prose(right) and is_text(left))
                ):
                    found.append(node.lineno)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if node.func.attr in LOOKS and is_prose(node.func.value):
                found.append(node.lineno)
            if any(is_prose(argument) for argument in node.args) and node.func.attr in (
                "search",
                "match",
                "fullmatch",
            ):
                found.append(node.lineno)
    return found


@pytest.mark.parametrize("path", SOURCES, ids=[path.stem for path in SOURCES])
def test_no_decision_reads_a_message(path: Path) -> None:
    assert decisions_on_prose(ast.parse(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    "code",
    [
        'if "waits" in record.detail: pass',
        "if WAITS in record.detail: pass",
        'if record.limits.startswith("The synthesis"): pass',
        'day = searched.detail.partition("after ")[2]',
        "if one.detail == NOT_SHOWN: pass",
        "if PATTERN.search(error.message): pass",
    ],
)
def test_the_check_sees_a_decision_on_a_message(code: str) -> None:
    assert decisions_on_prose(ast.parse(code)) == [1]
