"""Station: the answer to the line's question. Sentences whose claims moved are written anew, by one
call a line at most; what a model writes climbs the ladder, and where it falls the rule writes."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from langgraph.runtime import Runtime

from retest.domain.answer import Answer, AnswerSentence, Basis, Said, moved
from retest.domain.answers import Essay, EssaySentence
from retest.domain.evidence import Rejection
from retest.domain.paper import Lookup
from retest.domain.record import ClaimRecord
from retest.errors import ModelFailed, Waiting
from retest.grounding.ladder import reject
from retest.grounding.numbers import strange_numbers
from retest.grounding.prose import clean, ids_in, to_look_up
from retest.llm.model import Facts
from retest.llm.providers import provider_of
from retest.pipeline.calls import request
from retest.pipeline.essay_rule import MOST_WORDS, composed, deciding, limit_of, rewritten, words_of
from retest.pipeline.state import Deps, LineState
from retest.pipeline.synthesize import in_order, waits

LONGEST = 600
"""Characters of a sentence that a model writes."""
PAPERS, QUOTED = 3, 500
"""Papers of a claim that the call shows, and characters of each quote."""
MOST_CLAIMS = 40
"""Claims that the call shows; those that bear on the question first."""


async def essay(state: LineState, runtime: Runtime[Deps]) -> LineState:
    """The answer as it stands after this run."""
    deps = runtime.context
    claims = {claim.id: claim for claim in in_order(state["outcomes"], deps)}
    work = _Work.of(deps, claims)
    failed = False
    if waits(deps, state["outcomes"]) and (work.due or work.whole):
        return {"answer": work.unwritten()}
    if work.to_ask and any(claim.evidence for claim in claims.values()):
        try:
            said = await deps.asker.ask(
                request(deps.prompts, "essay", Essay, work.values(), Facts(line=deps.line.line)),
                Essay,
            )
            await work.take(said)
        except Waiting:
            return {"answer": work.unwritten()}
        except ModelFailed:
            failed = not provider_of(deps.asker.model.provider).is_annotated
    return {"answer": work.answer(failed=failed)}


@dataclass
class _Work:
    """The answer on its way: its sentences as they stood, which of them are due, and what a model
    has written of them."""

    deps: Deps
    claims: Mapping[str, ClaimRecord]
    sentences: list[AnswerSentence]
    due: set[int]
    """Sentences whose claims moved."""
    unbound: set[int]
    """Sentences of the curator's that lean on nothing yet."""
    again: set[int]
    """Sentences that the rule wrote since the model could not be asked."""
    whole: bool
    """Whether there is nothing to go on from: the first run of a line without an essay."""
    written: dict[int, str] = field(default_factory=dict)
    """What a model wrote of a sentence, if it stands; else empty."""
    is_asked: bool = False
    composed: list[AnswerSentence] = field(default_factory=list)
    rejected: list[Rejection] = field(default_factory=list)

    @classmethod
    def of(cls, deps: Deps, claims: Mapping[str, ClaimRecord]) -> _Work:
        last = deps.previous.answer if deps.previous else Answer()
        if deps.line.answer:
            sentences = _continued(deps, last.sentences, claims)
        else:
            # Written from the claims: others, or other words of them, need another answer.
            kept = [one for one in last.sentences if not one.source]
            sentences = kept if _same_claims(deps) else []
        due, unbound, again = set(), set(), set()
        for number, one in enumerate(sentences):
            if one.pinned:
                continue
            if any(_has_moved(basis, claims) for basis in one.basis):
                due.add(number)
            elif one.written_by == "model" and not _stands_still(one, claims):
                due.add(number)  # what it leans on is no evidence any more
            elif one.written_by == "rule" and last.failed and not one.is_limit:
                again.add(number)
            if one.source and not one.basis and one.bound_by == "curator":
                unbound.add(number)
        says = any(not one.is_limit for one in sentences)
        whole = not says or (not deps.line.answer and last.failed)
        return cls(deps, claims, sentences, due, unbound, again, whole)

    @property
    def to_ask(self) -> bool:
        asked = [n for n in self.due | self.again if not self.sentences[n].is_limit]
        return bool(asked or self.unbound or self.whole)

    def unwritten(self) -> Answer:
        """The answer as it was, while answers are awaited."""
        return Answer(sentences=tuple(self.sentences), failed=True)

    def values(self) -> dict[str, object]:
        """What the prompt shows: the whole answer, and the claims that the call is about."""
        line, asked = self.deps.line, self.due | self.again
        sentences = [] if self.whole else self.sentences
        about = {name for n in asked for name in self.sentences[n].claims}
        everything = self.whole or bool(self.unbound)
        ids = [name for name in self.claims if everything or name in about]
        ids.sort(key=lambda name: (name not in about, self.claims[name].bears_on is None))
        was = {b.claim: b.verdict for n in sorted(asked) for b in self.sentences[n].basis}
        return {
            "question": line.question,
            "thesis": line.thesis,
            "counter_thesis": line.counter_thesis,
            "whole": self.whole,
            "most": MOST_WORDS,
            "sentences": [
                {
                    "number": number,
                    "text": one.text,
                    "claims": one.claims,
                    "moved": number - 1 in asked and not one.is_limit,
                    "unbound": number - 1 in self.unbound,
                }
                for number, one in enumerate(sentences, 1)
            ],
            "claims": [
                {
                    "id": name,
                    "text": self.claims[name].text,
                    "verdict": self.claims[name].verdict,
                    "was": was.get(name, ""),
                    "evidence": [
                        {"arxiv_id": i.arxiv_id, "mark": i.mark, "quote": i.quote[:QUOTED]}
                        for i in deciding(self.claims[name])[:PAPERS]
                    ],
                }
                for name in ids[:MOST_CLAIMS]
            ],
        }

    async def take(self, said: Essay) -> None:
        """What of the model's sentences stands. Each climbs the ladder by itself."""
        self.is_asked = True
        deps, texts = self.deps, [one.text for one in said.sentences]
        known = {item.arxiv_id for claim in self.claims.values() for item in claim.evidence}
        strange = sorted({*to_look_up(known, *texts), *ids_in(*texts)})
        looked_up = await deps.in_thread(deps.source.get, strange) if strange else {}
        for one in said.sentences:
            at = one.number - 1
            if self.whole:
                self._compose(one, looked_up)
            elif at in self.unbound:
                self._bind(at, one, looked_up)
            elif at in self.due | self.again and not self.sentences[at].is_limit:
                own = self.sentences[at].claims
                self.written[at] = self._standing(one.text, own, self.sentences[at].text, looked_up)

    def _compose(self, one: EssaySentence, looked_up: Mapping[str, Lookup]) -> None:
        ids = self._known(one.claims)
        if ids and (text := self._standing(one.text, ids, "", looked_up)):
            made = AnswerSentence(
                text=text, basis=self._basis(ids), bound_by="model", written_by="model"
            )
            self.composed.append(made)

    def _bind(self, at: int, one: EssaySentence, looked_up: Mapping[str, Lookup]) -> None:
        """The claims that the model proposes for a sentence of the curator's, once; and its new
        words, where these have moved."""
        basis = tuple(Basis(claim=n, verdict="as written") for n in self._known(one.claims))
        self.sentences[at] = self.sentences[at].model_copy(update={"basis": basis})
        if any(_has_moved(item, self.claims) for item in basis):
            own = self.sentences[at]
            self.due.add(at)
            self.written[at] = self._standing(one.text, own.claims, own.text, looked_up)

    def _known(self, names: Sequence[str]) -> list[str]:
        return [name for name in dict.fromkeys(names) if name in self.claims]

    def _standing(
        self, text: str, names: Sequence[str], before: str, looked_up: Mapping[str, Lookup]
    ) -> str:
        """What a model wrote, if it stands; empty if it does not."""
        if not text:
            return ""
        claims = [self.claims[name] for name in self._known(names)]
        kept, fallen = _climbed(text, claims, before, looked_up)
        self.rejected += fallen
        return "" if fallen else kept

    def _basis(self, ids: Sequence[str]) -> tuple[Basis, ...]:
        return tuple(
            Basis(claim=name, verdict=self.claims[name].verdict)
            for name in ids
            if name in self.claims
        )

    def answer(self, *, failed: bool) -> Answer:
        """The answer after this run."""
        sentences = self._whole() if self.whole else [*self.sentences]
        for at in sorted(self.due | self.again) if not self.whole else ():
            sentences[at] = self._rewritten(sentences[at], self.written.get(at, ""))
        for at in self.unbound if self.is_asked and not self.whole else ():
            sentences[at] = sentences[at].model_copy(update={"bound_by": "model"})
        return Answer(sentences=tuple(sentences), failed=failed, rejected=_once(self.rejected))

    def _whole(self) -> list[AnswerSentence]:
        claims = [c for c in self.claims.values() if c.id in self._of_the_line]
        limit = limit_of(claims)
        room, kept = MOST_WORDS - words_of(limit.text), list[AnswerSentence]()
        for one in self.composed:
            room -= words_of(one.text)
            if room >= 0:
                kept.append(one)
        return [*kept, limit] if kept else composed(claims)

    @property
    def _of_the_line(self) -> set[str]:
        return {claim.id for claim in self.deps.line.claims}

    def _rewritten(self, one: AnswerSentence, text: str) -> AnswerSentence:
        own = self._of_the_line if one.is_limit else one.claims
        new = text or rewritten(one, [c for name, c in self.claims.items() if name in own])
        update: dict[str, object] = {"basis": self._basis(one.claims)}
        if new != one.text:
            said = Said(text=one.text, until=self.deps.as_of)
            update |= {"text": new, "was": (*one.was, said)}
            update["written_by"] = "model" if text else "curator" if new == one.source else "rule"
        return one.model_copy(update=update)


def _has_moved(basis: Basis, claims: Mapping[str, ClaimRecord]) -> bool:
    claim = claims.get(basis.claim)
    return moved(basis, claim.verdict if claim else None, is_open=bool(claim and claim.is_open))


def _same_claims(deps: Deps) -> bool:
    """Whether the line has the claims that the last report was of, in the same words."""
    last = deps.previous.claims if deps.previous else ()
    return {(c.id, c.text) for c in last} == {(c.id, c.text) for c in deps.line.claims}


def _climbed(
    text: str,
    claims: Sequence[ClaimRecord],
    before: str = "",
    looked_up: Mapping[str, Lookup] | None = None,
) -> tuple[str, list[Rejection]]:
    """A sentence that a model wrote, on one line, and why it does not stand: an id, name, link or
    quotation that is not of the evidence for its claims, a number that stands neither there nor in
    a claim nor in what the sentence said `before`, or no evidence named at all."""
    evidence = [item for claim in claims for item in claim.evidence]
    ids = {item.arxiv_id for item in evidence}
    quotes = [point.quote for item in evidence for point in item.points]
    kept, fallen = clean(text, ids, looked_up or {}, quotes)
    known = [*quotes, before, *(claim.text for claim in claims)]
    for number in strange_numbers(text, known):
        detail = "a number of the answer that stands in no quote and no claim"
        fallen.append(reject(number, "quote", "number-not-found", detail))
    if ids and not fallen and not ids_in(text) & ids:
        detail = "a sentence of the answer that names none of the evidence for its claims"
        fallen.append(reject(text, "quote", "no-quote", detail))
    return kept, fallen


def _once(rejected: Sequence[Rejection]) -> tuple[Rejection, ...]:
    return tuple({(r.cited, r.rung, r.reason): r for r in rejected}.values())


def _stands_still(one: AnswerSentence, claims: Mapping[str, ClaimRecord]) -> bool:
    """Whether what a model wrote before is still of the evidence for its claims."""
    known = [claims[name] for name in one.claims if name in claims]
    return any(claim.is_open for claim in known) or not _climbed(one.text, known, one.source)[1]


def _continued(
    deps: Deps, last: Sequence[AnswerSentence], claims: Mapping[str, ClaimRecord]
) -> list[AnswerSentence]:
    """The sentences of the claims file, each with what became of it so far. One that was edited
    since the last run says what it said before, and is the curator's word on the verdicts as they
    stand; those of the first run are the library's, of the days when the claims were dated."""
    wanted, sources = deps.line.answer, [one.source for one in last]
    matcher = difflib.SequenceMatcher(None, sources, [one.text for one in wanted], autojunk=False)
    before: dict[int, AnswerSentence] = {}
    edited: dict[int, AnswerSentence] = {}
    for tag, a, to_a, b, to_b in matcher.get_opcodes():
        if tag == "equal" or (tag == "replace" and to_a - a == to_b - b):
            (before if tag == "equal" else edited).update(
                zip(range(b, to_b), last[a:to_a], strict=True)
            )
    is_first = not any(sources)

    def basis_of(name: str, known: Mapping[str, Basis], *, is_new: bool) -> Basis:
        fresh = Basis(claim=name, verdict=claims[name].verdict if is_new else "as written")
        return known.get(name, fresh)

    sentences = []
    for at, one in enumerate(wanted):
        layout: dict[str, object] = {"pinned": one.pinned, "paragraph": one.paragraph}
        same, was = before.get(at), edited.get(at)
        if same is not None and not one.pinned:
            if not one.claims and same.bound_by == "model":
                sentences.append(same.model_copy(update=layout))
                continue
            known = {item.claim: item for item in same.basis}
            basis = tuple(basis_of(name, known, is_new=False) for name in one.claims)
            layout |= {"basis": basis, "bound_by": "curator"}
            sentences.append(same.model_copy(update=layout))
            continue
        basis = tuple(basis_of(name, {}, is_new=not is_first) for name in one.claims)
        told = was or same
        said = told.was if told else ()
        if told and told.text != one.text:
            said = (*said, Said(text=told.text, until=deps.as_of))
        sentences.append(
            AnswerSentence(
                text=one.text,
                basis=basis,
                pinned=one.pinned,
                paragraph=one.paragraph,
                source=one.text,
                was=said,
            )
        )
    return sentences
