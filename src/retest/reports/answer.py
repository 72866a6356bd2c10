"""How the living answer is shown: struck and new words side by side, each sentence with the claims
that it leans on."""

from __future__ import annotations

import difflib
from datetime import date
from itertools import groupby
from typing import Literal

from retest.domain.answer import AnswerSentence, Said
from retest.domain.record import Record
from retest.text.harmless import one_line

Kind = Literal["same", "struck", "new"]
KEPT = 0.5
"""Where a smaller share of its words is kept, the old sentence is struck as a whole, and the new
one stands behind it."""


def pieces(before: str, now: str) -> list[tuple[Kind, str]]:
    """What of a sentence stayed, fell and came, word by word, in the order in which it is read."""
    old, new = one_line(before).split(), one_line(now).split()
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    kept = sum(block.size for block in matcher.get_matching_blocks())
    if kept < KEPT * len(old):
        return [("struck", " ".join(old)), ("new", " ".join(new))]
    found: list[tuple[Kind, str]] = []
    for tag, a, to_a, b, to_b in matcher.get_opcodes():
        if tag == "equal":
            found.append(("same", " ".join(old[a:to_a])))
            continue
        if to_a > a:
            found.append(("struck", " ".join(old[a:to_a])))
        if to_b > b:
            found.append(("new", " ".join(new[b:to_b])))
    return found


def shown(sentence: AnswerSentence, as_of: date) -> list[tuple[Kind, str]]:
    """A sentence as the report of `as_of` shows it: with what that run struck, if it did."""
    if sentence.was and sentence.was[-1].until == as_of:
        return pieces(sentence.was[-1].text, sentence.text)
    return [("same", sentence.text)]


def paragraphs(record: Record) -> list[list[AnswerSentence]]:
    """The answer's sentences, paragraph by paragraph."""
    number, numbered = 0, list[tuple[int, AnswerSentence]]()
    for one in record.answer.sentences:
        number += one.paragraph
        numbered.append((number, one))
    return [[one for _, one in group] for _, group in groupby(numbered, key=lambda pair: pair[0])]


def about(record: Record) -> str:
    """What there is to know of how the answer came about, in a sentence or two; empty if nothing
    is."""
    every = record.answer.sentences
    told = []
    if any(one.was and one.was[-1].until == record.as_of for one in every):
        told.append("Words that this run struck, and those that it put there, stand side by side.")
    by_rule = sum(one.written_by == "rule" for one in every)
    if by_rule:
        many = "All of it is" if by_rule == len(every) else "Where claims moved, it is"
        told.append(f"{many} put together by rule from verdicts and evidence; no model wrote it.")
    if record.answer.failed:
        told.append("The model that was to write it could not be asked yet.")
    if any(one.bound_by == "model" for one in every):
        told.append("What some sentences lean on was proposed by a model.")
    return " ".join(told)


def note(sentence: AnswerSentence) -> str:
    """What is said of a sentence that leans on nothing, or that no run rewrites."""
    if sentence.pinned:
        return "pinned by the curator"
    return "leans on no claim" if sentence.standing == "unbound" else ""


def said_before(record: Record) -> list[Said]:
    """What sentences said before, as far as it is not shown beside what they say now."""
    every = [said for one in record.answer.sentences for said in one.was]
    return sorted((one for one in every if one.until != record.as_of), key=lambda one: one.until)
