"""The living answer to a line's question: sentences, each bound to the claims that it leans on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Literal

from retest.domain import Frozen
from retest.domain.evidence import Rejection
from retest.domain.verdict import Verdict

Writer = Literal["curator", "model", "rule"]
Standing = Literal["stands", "in part", "falls", "not re-tested", "unbound"]
"""How the claims under a sentence fare. unbound: it leans on no claim."""
Written = Verdict | Literal["as written"]
"""What a sentence was written on: a verdict, or the library's own word for its claim."""


class Said(Frozen):
    """What a sentence said before, and until which day."""

    text: str
    until: date


class Basis(Frozen):
    """A claim that a sentence leans on, as it stood when the sentence was written."""

    claim: str
    verdict: Written


class AnswerSentence(Frozen):
    """One sentence of the answer as it stands now."""

    text: str
    basis: tuple[Basis, ...] = ()
    bound_by: Writer = "curator"
    """Who said what it leans on."""
    written_by: Writer = "curator"
    pinned: bool = False
    """The curator's own sentence, which no run rewrites."""
    paragraph: bool = False
    """Whether a paragraph begins with it."""
    is_limit: bool = False
    """Whether it is the honest limit that an answer without an essay ends with."""
    source: str = ""
    """The sentence of the claims file that it comes from; empty where there is none."""
    was: tuple[Said, ...] = ()
    standing: Standing = "unbound"
    evidence: tuple[str, ...] = ()
    """The ids of the evidence that decided its claims."""

    @property
    def claims(self) -> tuple[str, ...]:
        return tuple(one.claim for one in self.basis)


class Answer(Frozen):
    """The whole answer. `failed` says that a model was to write and could not be asked: a later run
    asks it."""

    sentences: tuple[AnswerSentence, ...] = ()
    failed: bool = False
    rejected: tuple[Rejection, ...] = ()
    """What fell off the ladder in what a model wrote."""


def standing(verdicts: Sequence[Verdict]) -> Standing:
    """How a sentence stands by the verdicts on its claims; undetermined ones have no say."""
    if not verdicts:
        return "unbound"
    decided = {verdict for verdict in verdicts if verdict != "undetermined"}
    if not decided:
        return "not re-tested"
    if decided == {"holds"}:
        return "stands"
    return "falls" if decided == {"overturned"} else "in part"


def moved(basis: Basis, now: Verdict | None, *, is_open: bool = False) -> bool:
    """Whether a claim no longer stands as it did when a sentence was written on it. `now` is None
    for a claim that is gone. A claim that could not be searched or judged has not moved; nor has
    the library's own word for one, until newer work limits it or speaks against it."""
    if now is None:
        return True
    if is_open:
        return False
    if basis.verdict == "as written":
        return now in ("relaxed", "overturned")
    return now != basis.verdict


def restated(
    answer: Answer, verdicts: Mapping[str, Verdict], decided_by: Mapping[str, Sequence[str]]
) -> Answer:
    """The answer with how each sentence stands, and on what evidence, by these claims."""
    sentences = []
    for one in answer.sentences:
        known = [name for name in one.claims if name in verdicts]
        ids = dict.fromkeys(i for name in known for i in decided_by.get(name, ()))
        update = {
            "standing": standing([verdicts[name] for name in known]),
            "evidence": tuple(ids),
        }
        sentences.append(one.model_copy(update=update))
    return answer.model_copy(update={"sentences": tuple(sentences)})
