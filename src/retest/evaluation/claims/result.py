"""What an evaluation says: one record, from which its table, Markdown and charts are drawn. It
holds no clock.

A later reader takes `format` first. Numbers have four decimals.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from retest.domain import Frozen
from retest.domain.evidence import Reason, Rung
from retest.domain.line import Window
from retest.domain.verdict import Verdict, Why
from retest.errors import FileError
from retest.evaluation.statistics.bootstrap import Estimate
from retest.evaluation.statistics.calibration import Calibration
from retest.files.read import read_text

Reached = Literal["source", "searched", "listed", "shown", "found", "grounded", "entailed", "cited"]
"""How far a gold paper comes: it is in the source and newer than the claim; a search returned it;
it was among the candidates of which those to read were chosen; it was among those that the model
read; a finding names it; it passed rungs 1 to 5; it passed rung 6; the judgment cites it."""
LostAt = Literal[
    "source",
    "searched",
    "listed",
    "shown",
    "found",
    "grounded",
    "entailed",
    "judged",
    "verdict",
    "settled",
    "failed",
    "untraced",
]
"""What a wrong verdict is charged to: the first step that no gold paper reached (`judged` for the
last of them); `verdict` where a gold paper was cited; `settled` where the model's verdict was right
and the rules did not let it stand; `failed` where the claim could not be searched or judged;
`untraced` where no gold paper is known."""
LARGEST = 50_000_000
"""Bytes of a saved result: a claim takes about 3,000."""


class GoldPaper(Frozen):
    """A paper that settles a claim, the last step that it reached, and why it went no further where
    that is known."""

    id: str
    reached: Reached | None
    detail: str


class Cost(Frozen):
    """What the answers cost when they were asked for, also by an earlier run; `usd` is a decimal
    number, or None where a price is not known."""

    calls: int = 0
    input: int = 0
    cached: int = 0
    output: int = 0
    usd: str | None = "0"


class Fallen(Frozen):
    """A citation that fell off the ladder."""

    cited: str
    rung: Rung
    reason: Reason


class ClaimResult(Frozen):
    """One claim: what was expected, what came out, and where it was lost if that is wrong."""

    id: str
    claim: str
    topic: str
    contested: bool
    window: Window
    expected: Verdict
    got: Verdict
    why: Why | None
    detail: str
    right: bool
    confidence: float | None
    """As the model gave it for the verdict that stands; None for `undetermined`."""
    judged: Verdict | None
    """The model's own verdict, before the rules."""
    cites: tuple[str, ...]
    evidence: dict[str, str]
    """Mark by paper of what passed the ladder."""
    gold: tuple[GoldPaper, ...]
    reached: Reached | None
    """The step that the gold paper that came furthest has reached."""
    lost: LostAt | None
    rationale: str
    fallen: tuple[Fallen, ...]
    spent: Cost

    @property
    def failed(self) -> bool:
        return self.why in ("search-failed", "not-judged")

    @property
    def by_other_evidence(self) -> bool:
        """Whether a decided verdict is right and yet no gold paper was cited for it, though some
        are known."""
        return (
            self.right
            and bool(self.gold)
            and self.reached != "cited"
            and self.expected != "undetermined"
        )


class PerVerdict(Frozen):
    """`expected` and `got` count claims."""

    verdict: Verdict
    expected: int
    got: int
    precision: Estimate
    recall: Estimate
    f1: Estimate


class Cell(Frozen):
    """How many claims of an expected verdict got which, and the interval of that count."""

    expected: Verdict
    got: Verdict
    count: int
    low: int
    high: int


class Scores(Frozen):
    """Verdicts of some claims against the expected ones. `abstained` is `undetermined` where
    something else was expected and the claim was searched and judged; `failed` could not be;
    `wrong` is another verdict than the expected one. Those three and `right` add up to `claims`."""

    claims: int
    right: int
    wrong: int
    abstained: int
    failed: int
    accuracy: Estimate
    macro_f1: Estimate
    coverage: Estimate
    selective_accuracy: Estimate
    verdicts: tuple[PerVerdict, ...]
    confusion: tuple[Cell, ...]


class FunnelStep(Frozen):
    step: Reached
    claims: int


class Lost(Frozen):
    station: LostAt
    claims: tuple[str, ...]


class Funnel(Frozen):
    """Claims with a gold paper by the step that the furthest reached, and all claims with a wrong
    verdict by station. Contested claims are in it."""

    claims: int
    steps: tuple[FunnelStep, ...]
    right: int
    """With a gold paper cited."""
    right_by_other_evidence: int
    lost: tuple[Lost, ...]


class Reasons(Frozen):
    rung: Rung
    reason: Reason
    citations: int


class RepeatedClaim(Frozen):
    """A claim's verdicts, round by round. `station` is where rounds of the same order came to
    differ; None where all agree."""

    id: str
    verdicts: tuple[Verdict, ...]
    agreement: float
    station: str | None
    gold: bool
    """Whether it was a gold paper that met another fate there."""


class Steadiness(Frozen):
    """The same claims asked anew, round by round. `noise` and `shuffled` are the shares of pairs of
    rounds that disagree on a claim: of pairs of the same order, and of different ones; `difference`
    is what the order adds."""

    orders: tuple[Literal["same", "shuffled"], ...]
    claims: tuple[RepeatedClaim, ...]
    agreement: Estimate
    kappa: Estimate
    noise: Estimate
    shuffled: Estimate
    difference: Estimate

    @property
    def order_decides(self) -> bool:
        return self.difference.low is not None and self.difference.low > 0


class Measures(Frozen):
    """`scores` and `calibration` are of the uncontested claims, `contested` of the others, if there
    are any."""

    scores: Scores
    contested: Scores | None
    calibration: Calibration
    funnel: Funnel
    fallen: tuple[Reasons, ...]


class Result(Frozen):
    """The whole evaluation of one setting on some claims of a gold file."""

    format: Literal[1] = 1
    gold: str
    gold_digest: str
    as_of: date
    model: str
    verifier: str | None
    source: str
    prompts: dict[str, str]
    candidates: int
    ladder: str
    seed: int
    claims: tuple[ClaimResult, ...]
    measures: Measures
    steadiness: Steadiness | None = None


def read_result(path: Path) -> Result:
    """A result saved earlier. Raises FileError for what is none of this format."""
    text = read_text(path, "a result of `retest eval`, eval.json", LARGEST)
    try:
        return Result.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        hint = "make it again with this version: retest eval GOLD --out DIR"
        raise FileError(
            path, None, f"{where}: {first['msg']}", "a result of this version of retest", hint
        ) from error
