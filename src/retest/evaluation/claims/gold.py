"""Claims whose fate is known: a JSONL file, or one that ships with the package. docs/eval.md has
the format."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import cast, get_args

from retest.data import defaults
from retest.domain import Frozen
from retest.domain.line import COUNTER_THESIS, Anchor, Claim, Line, first_day
from retest.domain.verdict import Verdict
from retest.errors import FileError, UsageError
from retest.files.json_lines import Fields, objects
from retest.files.read import read_text, shown
from retest.lines.load import together

LINE = "gold"
"""The line that the claims run under: part of the names of `manual` prompt files, and of nothing
that a model sees."""
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
NEEDED = ("id", "claim", "claim_date", "anchor_ids", "expected_verdict", "gold_ids")
OPTIONAL = ("topic", "contested", "note")
LONGEST, LONGEST_ID = 2000, 80
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_EXPECTED = (
    'one JSON object a line, as in {"id": "a1", "claim": "...", "claim_date": "2023-05-29", ...}'
)


class GoldClaim(Frozen):
    """One claim, when it was made and on which papers, the verdict that a careful reader of the
    literature gave it, and papers newer than it that settle it. Those need not be all there are."""

    id: str
    claim: str
    claim_date: str
    anchor_ids: tuple[str, ...]
    expected_verdict: Verdict
    gold_ids: tuple[str, ...]
    topic: str = ""
    contested: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Gold:
    """The claims of a file in its order; `digest` is the first 12 hex digits of the file's
    SHA-256."""

    name: str
    digest: str
    claims: tuple[GoldClaim, ...]

    def chosen(self, only: Sequence[str], limit: int | None) -> tuple[GoldClaim, ...]:
        """The claims named by `only`, or all; of them the first `limit`. Raises UsageError for an
        unknown name."""
        known = {claim.id for claim in self.claims}
        for name in only:
            if name not in known:
                raise UsageError(
                    f"{self.name} has no claim {name!r}",
                    f"its claims are {', '.join(sorted(known))}",
                )
        return tuple(claim for claim in self.claims if not only or claim.id in only)[:limit]

    def line(self) -> Line:
        """All claims as an inquiring line, so that a model is asked as it would be of a claims file
        with them. Also where a few are chosen: the order of anchors, and so the wording of a
        prompt, stays the same."""
        dated: dict[str, str] = {}
        for claim in self.claims:
            for name in claim.anchor_ids:
                dated.setdefault(name, claim.claim_date)
        return Line(
            line=LINE,
            question="Which of these claims still hold?",
            thesis="Each as its author read the literature.",
            counter_thesis="Newer work says otherwise.",
            anchors=tuple(Anchor(id=i, dated=day) for i, day in dated.items()),
            claims=tuple(
                Claim(id=one.id, text=one.claim, dated=one.claim_date, anchors=one.anchor_ids)
                for one in self.claims
            ),
        )


def load_gold(name: str, today: date | None = None) -> Gold:
    """The gold of a file, or of the bundled one of that name. Raises FileError for its first fault,
    with the others in the hint; with `today`, ids and dates of the future are faults too."""
    path = Path(name)
    if not path.is_file() and _SLUG.fullmatch(name):
        bundled = {file.stem: file for file in sorted(defaults("gold").glob("*.jsonl"))}
        if name in bundled:
            path = bundled[name]
        elif not path.exists():
            there = f"there is {', '.join(bundled)}" if bundled else "there is none"
            raise UsageError(
                f"{name!r} is neither a file nor a bundled gold",
                f"bundled: {there}; or name a .jsonl",
            )
    text = read_text(path, "claims of known fate, as JSONL")
    digest = hashlib.sha256(text.encode()).hexdigest()[:12]
    return Gold(path.stem, digest, gold_claims(text, path, today))


def gold_claims(text: str, path: Path, today: date | None) -> tuple[GoldClaim, ...]:
    """The claims of a text that stands in `path`. Raises FileError as `load_gold` does."""
    faults: list[FileError] = []
    claims: list[GoldClaim] = []
    lines: dict[str, int] = {}
    for number, said in objects(text, path, _EXPECTED):
        if isinstance(said, FileError):
            faults.append(said)
            continue
        fields = Fields(path, number, said)
        claim = _claim(fields, today)
        if claim.id and claim.id in lines:
            fields.fault(
                f"the claim {claim.id} again", "each id once", f"first in line {lines[claim.id]}"
            )
        lines.setdefault(claim.id, number)
        faults += fields.faults
        claims.append(claim)
    if faults:
        raise together(faults)
    if not claims:
        raise FileError(path, None, "no claim", _EXPECTED)
    return tuple(claims)


def _claim(fields: Fields, today: date | None) -> GoldClaim:
    fields.keys(NEEDED, OPTIONAL)
    claim = GoldClaim(
        id=_name(fields),
        claim=fields.text("claim", LONGEST),
        claim_date=_date(fields, today),
        anchor_ids=fields.ids("anchor_ids", today),
        expected_verdict=cast("Verdict", fields.choice("expected_verdict", VERDICTS)),
        gold_ids=fields.ids("gold_ids", today),
        topic=fields.text("topic", LONGEST, empty=True),
        contested=fields.switch("contested"),
        note=fields.text("note", LONGEST, empty=True),
    )
    for name in claim.gold_ids:
        if name in claim.anchor_ids:
            hint = (
                "a claim's own paper is never evidence for or against it: take it out of one of "
                "the two"
            )
            fields.fault(
                f'"{name}" in `gold_ids` and in `anchor_ids`', "papers newer than the claim", hint
            )
    return claim


def _name(fields: Fields) -> str:
    name = fields.text("id", LONGEST_ID)
    if name and not _SLUG.fullmatch(name):
        fields.fault(f'"{shown(name)}" for `id`', "lower-case words and digits joined by hyphens")
    if name == COUNTER_THESIS:
        fields.fault(
            f"a claim named {COUNTER_THESIS}",
            "another name",
            "a line's counter-thesis runs under it",
        )
    return name


def _date(fields: Fields, today: date | None) -> str:
    text = fields.text("claim_date", LONGEST_ID)
    try:
        first = first_day(text)
    except ValueError as error:
        if text:
            reason = str(error)
            hint = "" if reason.startswith("a date is") else reason
            expected = "YYYY, YYYY-MM or YYYY-MM-DD, or two of them joined by /"
            fields.fault(f'"{shown(text)}" for `claim_date`', expected, hint)
    else:
        if today and first > today:
            fields.fault(f"the date {text}", f"one that is not after {today}")
    return text
