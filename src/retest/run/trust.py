"""What is kept from the last record is not believed for standing there: anybody may have edited the
file. What retest wrote itself is known by its digest, in the state folder. The rest climbs the
ladder again, without a model: evidence before the run, words after it. What does not pass is put
right or left out, and named."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from retest.domain.answer import Answer
from retest.domain.line import COUNTER_THESIS
from retest.domain.paper import Lookup, Missing, Unknown
from retest.domain.record import ClaimRecord, Record
from retest.files.private import private_folder
from retest.files.replace import replace
from retest.grounding.again import climb_again
from retest.grounding.prose import clean, to_look_up

LookUp = Callable[[Sequence[str]], Awaitable[Mapping[str, Lookup]]]
"""Asks the source for papers by their ids, all at once."""
FOLDER = "written"
LINE = ""
"""Under which id the words of the whole line stand, beside the claims'."""
_CLOSING = ("superseding", "questions", "limits", "rejected", "answer")
"""The fields of a record that the synthesis and the essay write."""
_WORDS = (
    "evidence",
    "moved",
    "artifact",
    "confidence",
    "rationale",
    "terms",
    "terms_by",
    "parts",
    "fails_in",
    "rejected",
    "unread",
    "detail",
)
"""The fields of a claim that models and the source fill, and that no other field follows from."""


class Written:
    """What retest last wrote of a line into a folder of reports, by digest. Whatever of it is lost
    or damaged is as good as never written: it climbs again."""

    def __init__(self, home: Path, reports: Path, line: str) -> None:
        where = hashlib.sha256(str(reports.absolute()).encode()).hexdigest()[:12]
        self._path = home / FOLDER / f"{line}-{where}.json"
        try:
            kept = json.loads(self._path.read_bytes()) if self._path.is_file() else []
        except (OSError, ValueError, RecursionError):
            kept = []
        self._digests = {one for one in kept if isinstance(one, str)}

    @property
    def is_lost(self) -> bool:
        """Whether nothing is known of the line: it was never written here, or the state is gone."""
        return not self._digests

    def unknown(self, record: Record) -> set[str]:
        """The ids of the claims, and LINE, that are not as retest wrote them; and the names, as
        `terms_of` gives them, of those whose terms are not."""
        return {name for name, one in _digests(record).items() if one not in self._digests}

    def note(self, record: Record) -> None:
        """Remember what is written now. Raises OSError."""
        self._digests = set(_digests(record).values())
        private_folder(self._path.parent)
        replace(self._path, json.dumps(sorted(self._digests)) + "\n", mode=0o600)


def _digests(record: Record) -> dict[str, str]:
    parts: dict[str, Any] = {claim.id: claim.model_dump(mode="json") for claim in record.every}
    for claim in record.every:
        parts[terms_of(claim.id)] = [str(claim.terms), claim.terms_by]
    parts[LINE] = record.model_dump(mode="json", include=set(_CLOSING))
    return {
        name: hashlib.sha256(json.dumps([name, part], sort_keys=True).encode()).hexdigest()
        for name, part in parts.items()
    }


def terms_of(claim: str) -> str:
    """What the terms of a claim are called beside the claim itself."""
    return f"{claim} terms"


@dataclass(slots=True)
class Doubted:
    """A record with the parts of it that retest did not write, and what was wrong with them."""

    record: Record
    parts: Collection[str]
    notes: list[str]
    is_lost: bool = False
    """Whether nothing is known of what retest wrote: then its own words are taken for its own, and
    climb again where models wrote them."""

    @classmethod
    def of(cls, record: Record | None, written: Written) -> Doubted | None:
        """The last record, where there is one."""
        if record is None:
            return None
        unknown = written.unknown(record)
        if written.is_lost:  # the terms may well be those that were fixed: nothing says otherwise
            unknown -= {terms_of(claim.id) for claim in record.every}
        return cls(record, unknown, [], written.is_lost)

    def _note(self, part: str, what: str) -> None:
        name = part or "the synthesis"
        self.notes.append(f"{self.record.line}.json, {name}: {what}")

    def forget_terms(self) -> None:
        """Leave out terms that were changed since retest wrote them: the plan that fixed them says
        them again."""

        def without(claim: ClaimRecord) -> ClaimRecord:
            if claim.terms is None or terms_of(claim.id) not in self.parts:
                return claim
            self._note(claim.id, "its terms are not as they were fixed, and are fixed again")
            return claim.model_copy(update={"terms": None, "terms_by": None})

        self.record = self.record.model_copy(
            update={
                "claims": tuple(map(without, self.record.claims)),
                "counter_thesis": without(self.record.counter_thesis),
            }
        )

    def forget_answer(self) -> None:
        """Leave out an answer that was changed since retest wrote it: it is written anew."""
        if LINE in self.parts and not self.is_lost and self.record.answer.sentences:
            self._note(LINE, "the answer is not as retest wrote it, and is written anew")
            self.record = self.record.model_copy(update={"answer": Answer()})

    async def ground(self, look_up: LookUp) -> None:
        """Let the evidence of the doubted parts climb again, in one look-up."""
        self.forget_terms()
        self.forget_answer()
        doubted = [claim for claim in self.record.every if claim.id in self.parts]
        closing = self.record.superseding if LINE in self.parts else ()
        ids = {item.arxiv_id for claim in doubted for item in claim.evidence}
        ids |= {name for claim in doubted for entry in claim.history for name in entry.decided_by}
        ids |= {item.evidence.arxiv_id for item in closing}
        if not ids:
            return
        found = await look_up(sorted(ids))
        claims = {claim.id: claim for claim in self.record.every}
        claims |= {claim.id: self._grounded(claim, found) for claim in doubted}
        known = {
            (claim.id, item.arxiv_id): item for claim in claims.values() for item in claim.evidence
        }
        superseding = []
        for item in self.record.superseding:
            evidence = known.get((item.claim, item.evidence.arxiv_id))
            if LINE not in self.parts or evidence == item.evidence:
                superseding.append(item)
            elif evidence is None:
                self._note(LINE, f"{item.evidence.arxiv_id} is no evidence, and is left out")
            else:
                self._note(LINE, f"{item.evidence.arxiv_id} was not as the evidence has it")
                superseding.append(item.model_copy(update={"evidence": evidence}))
        self.record = self.record.model_copy(
            update={
                "claims": tuple(claims[claim.id] for claim in self.record.claims),
                "counter_thesis": claims[COUNTER_THESIS],
                "superseding": tuple(superseding),
            }
        )

    def _grounded(self, claim: ClaimRecord, found: Mapping[str, Lookup]) -> ClaimRecord:
        anchors = claim.anchors
        if claim.id == COUNTER_THESIS:
            anchors = tuple(anchor.id for anchor in self.record.anchors)
        evidence = []
        for item in claim.evidence:
            kept, wrong = climb_again(item, found.get(item.arxiv_id), claim.window, anchors)
            if wrong:
                done = "put right" if kept else "left out"
                self._note(claim.id, f"evidence {item.arxiv_id} is {done}: {wrong}")
            if kept:
                evidence.append(kept)
        history = []
        for entry in claim.history:
            real = [name for name in entry.decided_by if not _is_absent(found.get(name))]
            if len(real) < len(entry.decided_by):
                self._note(claim.id, f"the history of {entry.on} names a paper that there is not")
            history.append(entry.model_copy(update={"decided_by": tuple(real)}))
        return claim.model_copy(update={"evidence": tuple(evidence), "history": tuple(history)})

    async def reword(self, tonight: Record, asked: Collection[str], look_up: LookUp) -> None:
        """Let the words of the doubted parts climb again, beside this run's record.

        Where no model was asked tonight (`asked` has the claims of which one was, and LINE), and
        the same models with the same prompts had been asked before, the answers are those that the
        record was made from: what differs from them was not written by retest.
        """
        last = self.record
        same = (last.model, last.verifier, last.source, last.prompts) == (
            tonight.model,
            tonight.verifier,
            tonight.source,
            tonight.prompts,
        )
        now = {claim.id: claim for claim in tonight.every}
        claims = {}
        for claim in last.every:
            mine = now.get(claim.id)
            if claim.id not in self.parts or mine is None or mine.text != claim.text:
                claims[claim.id] = claim
            elif same and claim.id not in asked and not mine.is_open:
                claims[claim.id] = self._as_answered(claim, mine)
            else:
                claims[claim.id] = await self._cleaned(claim, mine, look_up)
        update: dict[str, Any] = {
            "claims": tuple(claims[claim.id] for claim in last.claims),
            "counter_thesis": claims[COUNTER_THESIS],
        }
        if LINE in self.parts:
            if same and LINE not in asked and not tonight.synthesis_failed:
                closing = {name: getattr(tonight, name) for name in _CLOSING}
                if any(getattr(last, name) != one for name, one in closing.items()):
                    self._note(LINE, "it is not what the model had answered, and is put right")
            else:
                closing = await self._closing(look_up)
            update |= closing
        self.record = last.model_copy(update=update)

    def _as_answered(self, claim: ClaimRecord, mine: ClaimRecord) -> ClaimRecord:
        found_by = {item.arxiv_id: item.found_by for item in claim.evidence}
        evidence = tuple(
            item.model_copy(update={"found_by": found_by.get(item.arxiv_id, item.found_by)})
            for item in mine.evidence
        )
        update = {name: getattr(mine, name) for name in _WORDS} | {"evidence": evidence}
        differs = [name for name, one in update.items() if getattr(claim, name) != one]
        if differs:
            self._note(claim.id, f"{', '.join(differs)}: not as answered, and put right")
        return claim.model_copy(update=update)

    async def _cleaned(self, claim: ClaimRecord, mine: ClaimRecord, look_up: LookUp) -> ClaimRecord:
        known = {item.arxiv_id for item in claim.evidence}
        quotes = [item.quote for item in claim.evidence]
        points = [point for item in claim.evidence for point in item.points]
        texts = [
            claim.rationale,
            claim.detail,
            *(point.why for point in points),
            *(special.case for special in claim.fails_in),
        ]
        rationale, detail, *more = await self._prose(claim.id, texts, known, quotes, look_up)
        left = iter(more)
        evidence = tuple(
            item.model_copy(
                update={
                    "points": tuple(
                        point.model_copy(update={"why": next(left)}) for point in item.points
                    )
                }
            )
            for item in claim.evidence
        )
        fails_in = tuple(
            special.model_copy(
                update={"case": next(left), "cites": tuple(i for i in special.cites if i in known)}
            )
            for special in claim.fails_in
        )
        update: dict[str, Any] = {
            "rationale": rationale,
            "detail": detail,
            "evidence": evidence,
            "fails_in": fails_in,
        }
        if claim.terms is None:
            update |= {"terms": mine.terms, "terms_by": mine.terms_by}
        return claim.model_copy(update=update)

    async def _closing(self, look_up: LookUp) -> dict[str, Any]:
        last = self.record
        known = {item.arxiv_id for claim in last.every for item in claim.evidence}
        quotes = [item.quote for claim in last.every for item in claim.evidence]
        arguments = [item.argument for item in last.superseding]
        questions = [item.question for item in last.questions]
        texts = [last.limits, *arguments, *questions]
        limits, *rest = await self._prose(LINE, texts, known, quotes, look_up)
        return {
            "limits": limits,
            "superseding": tuple(
                item.model_copy(update={"argument": text})
                for item, text in zip(last.superseding, rest, strict=False)
            ),
            "questions": tuple(
                item.model_copy(
                    update={
                        "question": text,
                        "motivated_by": tuple(i for i in item.motivated_by if i in known),
                    }
                )
                for item, text in zip(last.questions, rest[len(arguments) :], strict=True)
                if text
            ),
        }

    async def _prose(
        self,
        part: str,
        texts: Sequence[str],
        known: Collection[str],
        quotes: Sequence[str],
        look_up: LookUp,
    ) -> list[str]:
        """The texts without what they lean on and what is no evidence. Where the source could not
        be asked, they are left as they are."""
        strange = to_look_up(known, *texts)
        found = await look_up(strange) if strange else {}
        if any(isinstance(one, Unknown) for one in found.values()):
            return list(texts)
        kept = []
        for text in texts:
            cleaned, fallen = clean(text, known, found, quotes)
            kept.append(cleaned if fallen else text)
            for one in fallen:
                self._note(
                    part, f"a sentence is left out that leans on what is no evidence: {one.reason}"
                )
        return kept


def _is_absent(found: Lookup | None) -> bool:
    return found is None or isinstance(found, Missing)
