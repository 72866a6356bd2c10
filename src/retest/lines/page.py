"""A page of a research library as a draft of a claims file: the mechanical part of it.

A page has a question, an explanation, source notes, and a research prompt with dated findings,
anchor papers and tasks (docs/page.md). Findings become claims, anchors become anchors, the rest
becomes comments; what fits nowhere is listed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from retest.domain.arxiv_id import ArxivId, find_ids
from retest.domain.line import Slug, first_day
from retest.errors import UsageError
from retest.files.read import read_text
from retest.lines.draft import Draft, plain, slug_of, unique
from retest.text.harmless import one_line

LARGEST_PAGE = 200_000
"""Characters; a page of nine notes has 11,000."""
MOST = 200
"""Findings, and anchors, that one page may have."""
_LONGEST = (
    1_900  # characters of a text that the claims file takes, with room for what is put in front
)
_MOST_QUESTIONS = 20
_DATE = r"[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?"
_DATED = re.compile(
    rf"\(\s?(?:~|≈|c\.|ca\.|circa)?\s?({_DATE})(?:\s?(?:\u2013|\u2014|-|/|to)\s?({_DATE}|[0-9]{{2}}))?\s?\)\s?[.;]?$"
)
_STATED = re.compile(rf"[\])]?\s?\(({_DATE})\)")
_BULLET = re.compile(r"[•·▪→*-]\s")
_TASK = re.compile(r"\(?([1-9])[).]\s")
_PART = re.compile(r"\([a-z]\)\s")
_CLAIMED = re.compile(
    r"\b(?:claim that|thesis under test:)\s(.{3,400}?)(?:[?.](?:\s|$)|$)", re.IGNORECASE
)
_ARGUED = re.compile(
    r"\bargu(?:es|ing)\s(?:that\s|the opposite:\s)?(.{3,400}?)(?:[?.](?:\s|$)|$)", re.IGNORECASE
)
_OPEN = re.compile(r"question remains open:?\s(.{3,400})", re.IGNORECASE)
_HEADS = {
    "question": r"inquiring line$",
    "notes": r"sources\b.{0,20}\bnotes?$",
    "prompt": r"research prompt for\b|copy into\b",
    "role": r"you are an? ",
    "findings": r"what a .{0,60} found\b.{0,80}:$|findings span\b",
    "anchors": r"anchor papers\b.{0,60}$",
    "tasks": r"your tasks?:?$",
    "closing": r"cite arxiv ids\b",
    "end": r"next inquiring lines$",
}
"""How the line begins that opens each part of a page."""


@dataclass(frozen=True, slots=True)
class ImportedPage:
    """The text of a claims file that loads, and what of the page is not in it: line numbers and
    why."""

    yaml: str
    unplaced: tuple[tuple[int, str], ...]


def read_page(path: Path) -> str:
    """The text of a page. Raises FileError where there is none."""
    return read_text(path, "a page as UTF-8 text", LARGEST_PAGE).removeprefix("\ufeff")


def import_page(text: str, slug: str | None) -> ImportedPage:
    """A draft of a claims file. Raises UsageError for a text that is no such page, or a `slug` that
    is no name."""
    if len(text) > LARGEST_PAGE:
        raise UsageError(
            f"the page has {len(text):,} characters", f"a page has at most {LARGEST_PAGE:,}"
        )
    page = _Page()
    for number, line in _lines(text):
        page.take(number, line)
    page.finish()
    draft = page.draft
    if not draft.question:
        raise UsageError(
            "the page has no question", "it stands under a line that says INQUIRING LINE"
        )
    if not draft.claims:
        raise UsageError(
            "the page has no dated finding",
            "a finding is a line such as: • What was found (~2025).",
        )
    draft.line = slug or slug_of(draft.question, "line")
    try:
        TypeAdapter(Slug).validate_python(draft.line)
    except ValidationError as error:
        raise UsageError(
            f"the line's name is {slug!r}", "use lower-case words and digits joined by hyphens"
        ) from error
    return ImportedPage(draft.text(), tuple(sorted(page.unplaced)))


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Logical lines: paragraphs, bullets, tasks and heads, each with the number of its first line.
    A line that was wrapped is joined to the one before."""
    number, parts = 0, list[str]()
    for count, raw in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
        line = one_line(raw)
        begins = not parts or _begins(line) or _head(parts[0]) or parts[-1].endswith("?")
        if parts and (not line or begins):
            yield number, " ".join(parts)
            parts = []
        if line:
            number = number if parts else count
            parts.append(line)
    if parts:
        yield number, " ".join(parts)


def _begins(line: str) -> bool:
    return bool(_BULLET.match(line) or _TASK.match(line) or _head(line))


def _head(line: str) -> str:
    return next(
        (name for name, pattern in _HEADS.items() if re.match(pattern, line, re.IGNORECASE)), ""
    )


@dataclass
class _Page:
    """Takes a page line by line; `part` is the part of the page that it is in."""

    draft: Draft = field(default_factory=Draft)
    unplaced: list[tuple[int, str]] = field(default_factory=list)
    part: str = ""
    title: tuple[int, str] | None = None
    asked: str = ""

    def take(self, number: int, line: str) -> None:
        """One line of the page: it opens a part, is placed in the one that is open, or is listed as
        unplaced."""
        head = _head(line)
        if head:
            self.part = head
        if head in ("role", "closing") or line.lower().startswith("findings span"):
            self.draft.prompt.append(line)
        if head == "role" and (match := _OPEN.search(line)):
            self.asked = plain(match[1]).rstrip(".")
        if not head and (why := self._place(number, line)) is not None:
            self.unplaced.append((number, f"{why}: {line[:500]}" if why else line[:500]))

    def finish(self) -> None:
        """What can only be known at the end: the thesis and its opposite stand in the tasks."""
        self._drop_title()
        draft = self.draft
        draft.question = draft.question or self.asked
        tasks = plain(" ".join(draft.prompt))
        draft.thesis = _sentence(_CLAIMED.search(tasks)) or draft.thesis
        draft.counter_thesis = _sentence(_ARGUED.search(tasks)) or draft.counter_thesis

    def _place(self, number: int, line: str) -> str | None:
        """Puts a line where it belongs. Returns why it cannot, empty if it belongs to no part; None
        if it is placed."""
        draft, bullet, task = self.draft, _BULLET.match(line), _TASK.match(line)
        if self.part == "notes":
            self._note(number, line)
        elif self.part == "intro":
            draft.explanation.append(line)
        elif len(line) > _LONGEST:
            return "too long"
        elif self.part == "question":
            draft.question, self.part = plain(line), "intro"
        elif self.part == "findings" and bullet:
            return self._finding(line[bullet.end() :])
        elif self.part == "anchors" and bullet:
            return self._anchor(line[bullet.end() :])
        elif self.part == "tasks" and task:
            draft.prompt.append(line)
            asked = _questions(line) if task[1] == "3" else []
            draft.questions += asked[: _MOST_QUESTIONS - len(draft.questions)]
        else:
            return ""
        return None

    def _finding(self, line: str) -> str | None:
        match = _DATED.search(line)
        text = plain(line[: match.start()] if match else line).rstrip(" .")
        if not match or not text:
            return "no finding with a date"
        if len(self.draft.claims) == MOST:
            return f"more than {MOST} findings"
        first, last = match[1], match[2]
        if last and len(last) == 2:
            last = first[:2] + last
        dated = f"{first}/{last}" if last else first
        try:
            first_day(dated)
        except ValueError as error:
            return f"no such date ({error})"
        names = [claim["id"] for claim in self.draft.claims]
        name = unique(slug_of(text, f"finding-{len(names) + 1}"), names)
        self.draft.claims.append({"id": name, "text": f"{text}.", "dated": dated})
        return None

    def _anchor(self, line: str) -> str | None:
        found = find_ids(line)
        if not found or not isinstance(found[0].id, ArxivId):
            return f"no arXiv id ({found[0].id})" if found else "no arXiv id"
        base, rest = found[0].id.base, line[found[0].end :]
        stated = _STATED.match(rest)
        try:
            first_day(stated[1] if stated else "")
        except ValueError:
            return "an anchor without a date"
        if stated is None or any(anchor["id"] == base for anchor in self.draft.anchors):
            return "an anchor that is there already"
        if len(self.draft.anchors) == MOST:
            return f"more than {MOST} anchors"
        about = (
            plain(rest[stated.end() :]).strip(" -\u2013\u2014:;") or "TODO: what this paper shows"
        )
        self.draft.anchors.append({"id": base, "dated": stated[1], "about": about})
        return None

    def _note(self, number: int, line: str) -> None:
        if self.title is None or line.endswith("?"):
            self._drop_title()
            self.title = (number, line)
        else:
            self.draft.notes.append((self.title[1], line))
            self.title = None

    def _drop_title(self) -> None:
        if self.title is not None:
            self.unplaced.append((self.title[0], f"a note without a text: {self.title[1][:500]}"))


def _sentence(match: re.Match[str] | None) -> str:
    return f"{match[1][0].upper()}{match[1][1:].rstrip(' .')}." if match else ""


def _questions(task: str) -> list[str]:
    """The questions of the third task: its parts (a), (b), ...; without such parts, what ends with
    a question mark."""
    parts = [plain(part).strip(" ;,") for part in _PART.split(task)[1:]]
    return [part for part in parts if part] or re.findall(r"[A-Z][^?.]{3,400}\?", plain(task))
