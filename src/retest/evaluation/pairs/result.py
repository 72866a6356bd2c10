"""What an evaluation of pairs says: one record, from which its table, Markdown and chart are drawn.
It holds no clock.

A later reader takes `format` first. Numbers have four decimals.
"""

from __future__ import annotations

from typing import Literal

from retest.domain import Frozen
from retest.domain.verdict import NotedStance, Stance
from retest.evaluation.claims.result import Cost
from retest.evaluation.pairs.pair import Kind
from retest.evaluation.statistics.bootstrap import Estimate

PairFate = Literal[
    "not-read", "silent", "ungrounded", "unchecked", "unanswered", "refused", "passed"
]
"""What became of a pair: it could not be read; the model found nothing in it; its finding fell off
rungs 1 to 5; the verifier could not be asked; it was asked and said nothing of it; it refused the
finding; it let it pass."""
Got = Literal["supports", "qualifies", "contradicts", "none", "failed"]
Miss = Literal[
    "failed", "silent", "ungrounded", "stance", "refused", "unanswered", "sentences", "unrelated"
]
"""What is wrong in the end. `stance`: a finding with another stance than the gold's, whatever
became of it. `sentences`: the right stance, and no rationale of the gold's is whole among the
sentences. `unrelated`: a finding in an unrelated paper that passed."""
Stage = Literal["before", "after"]
"""Before entailment: what passed rungs 1 to 5. After it: what passed all."""
FindingKind = Literal["right", "other sentences", "other stance", "unrelated"]


class PairResult(Frozen):
    """One pair. `paper` is its name in the file, `arxiv_id` is there where that is arXiv's.
    Sentences count from 1; `pointed` has them in the model's order, those of all its points.
    `said` is the stance of all that the model found, `stands` that of what passed entailment."""

    paper: str
    arxiv_id: str | None
    title: str
    expected: NotedStance
    rationales: tuple[tuple[int, ...], ...]
    said: Stance | None
    stands: Stance | None
    pointed: tuple[int, ...]
    fate: PairFate
    detail: str
    missed: Miss | None

    def got(self, at: Stage) -> Got:
        """The stance that there is of it at a station."""
        if self.fate == "not-read" or (at == "after" and self.fate == "unchecked"):
            return "failed"
        if (
            self.said is None
            or self.fate == "ungrounded"
            or (at == "after" and self.fate != "passed")
        ):
            return "none"
        return self.said if at == "before" else self.stands or "none"


class PairClaimResult(Frozen):
    """`strays` are findings that cite a paper which the call did not show."""

    id: str
    claim: str
    strays: int
    spent: Cost
    pairs: tuple[PairResult, ...]


class Scored(Frozen):
    precision: Estimate
    recall: Estimate
    f1: Estimate


class PerStance(Frozen):
    """`expected` and `got` count pairs; for `unrelated`, pairs without a finding."""

    stance: NotedStance
    expected: int
    got: int
    scored: Scored


class PairCell(Frozen):
    expected: NotedStance
    got: Got
    pairs: int


class PairScores(Frozen):
    """All scores at one station."""

    stances: tuple[PerStance, ...]
    macro_f1: Estimate
    """Over the stances that the gold has, without `unrelated`."""
    macro_f1_read_so: Estimate | None
    """The same with `qualifies` read as `contradicts`; there where the gold has no `qualifies`."""
    micro_f1: Estimate
    """Pairs with the gold's stance, `unrelated` hit by no finding, of all. What failed is wrong.
    Each pair has one stance, so that this is precision, recall and F1 at once."""
    micro_f1_read_so: Estimate | None
    confusion: tuple[PairCell, ...]
    abstained: Estimate
    """Pairs without a finding, of those that were read."""
    overlooked: Estimate
    """The same, of those to which the gold gives a stance."""
    abstract_label: Scored
    abstract_rationale: Scored
    selection: Scored
    selection_label: Scored
    overlap: Scored


class Checked(Frozen):
    """Findings of one kind that came to the verifier, and what it did with them."""

    kind: FindingKind
    passed: int
    refused: int
    unanswered: int
    unchecked: int

    @property
    def findings(self) -> int:
        return self.passed + self.refused + self.unanswered + self.unchecked


class Entailed(Frozen):
    """What the entailment station gains and loses: of findings with the gold's stance those that it
    did not let pass, and of all others too."""

    kinds: tuple[Checked, ...]
    lost: Estimate
    stopped: Estimate


class PairMeasures(Frozen):
    claims: int
    pairs: int
    failed: int
    strays: int
    before: PairScores
    after: PairScores
    entailed: Entailed


class PairsResult(Frozen):
    """The whole evaluation of one setting on some claims of a file of pairs."""

    format: Literal[1] = 1
    gold: str
    kind: Kind
    gold_digest: str
    model: str
    verifier: str | None
    prompts: dict[str, str]
    batch_size: int
    ladder: str
    seed: int
    claims: tuple[PairClaimResult, ...]
    measures: PairMeasures
