"""What a claim means, written down before anything is read: its kind, its parts, the ordinary case
that it speaks of, and what would support, limit or overturn it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Annotated, Literal, get_args

from pydantic import Field, StringConstraints

from retest.domain import Frozen

Kind = Literal["existence", "negative", "magnitude", "universal", "comparison", "cause", "general"]
"""existence: something can be, or is found. negative: it is not or cannot be, or hardly, or not
reliably. magnitude: by so much. universal: only, all, never. comparison: A rather than B. cause:
because. general: any other, true of most of what it speaks of."""
KINDS: tuple[Kind, ...] = get_args(Kind)
LONGEST = 300
"""Characters of one field; prompts/plan.md asks for at most 15 words, about a third of it."""
MOST_PARTS = 3
Said = Annotated[str, StringConstraints(strip_whitespace=True, max_length=LONGEST)]
Part = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST)]
Proposer = Literal["model", "curator"]


class Terms(Frozen):
    """The terms of one claim. They are the same for all who read for it or judge it."""

    kind: Kind
    parts: tuple[Part, ...] = Field(
        min_length=1, max_length=MOST_PARTS, description="1 to 3 sentences, the main one first"
    )
    ordinary: Said = Field(description="the ordinary case that the claim speaks of")
    supports: Said
    limits: Said
    overturns: Said
    no_evidence: Said = Field(description="near misses that are no evidence")
    refers: bool = Field(default=True, description="whether the claim's words name anything")

    def lines(self) -> Iterator[tuple[str, str]]:
        """Each term with its name, as prompts and reports show them; what is empty is left out. The
        parts are named only where there are several."""
        yield "Kind", self.kind
        if len(self.parts) > 1:
            for number, part in enumerate(self.parts, 1):
                yield f"Part {number}", part
        for name, said in (
            ("Ordinary case", self.ordinary),
            ("Supports", self.supports),
            ("Limits", self.limits),
            ("Overturns", self.overturns),
            ("No evidence", self.no_evidence),
        ):
            if said:
                yield name, said

    def rewritten(self, rewrite: Callable[[str], str], claim: str) -> Terms:
        """The same terms with every text changed. Parts that come out empty are left out; where
        none is left, the claim itself is the one part."""
        parts = [rewrite(part)[:LONGEST].strip() for part in self.parts]
        texts = ("ordinary", "supports", "limits", "overturns", "no_evidence")
        rest = {name: rewrite(getattr(self, name))[:LONGEST].strip() for name in texts}
        kept = tuple(part for part in parts if part) or (claim[:LONGEST],)
        return self.model_copy(update={"parts": kept, **rest})
