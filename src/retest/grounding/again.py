"""Evidence of the last record climbs again, without a model: rungs 2 to 5 by what the source says
now. Rung 6 was a model's, and is asked anew wherever the claim is judged again."""

from __future__ import annotations

from collections.abc import Sequence

from retest.domain.evidence import Evidence
from retest.domain.line import Window
from retest.domain.paper import Lookup, Paper, Unknown
from retest.grounding.ladder import place, sentences_of
from retest.text.form import words


def climb_again(
    item: Evidence, found: Lookup | None, window: Window, anchors: Sequence[str]
) -> tuple[Evidence | None, str]:
    """The item as the source bears it out, or None where it does not; and what was wrong, or "".

    Where the source could not be asked, the item is left as it is.
    """
    if isinstance(found, Unknown):
        return item, ""
    placed = place(item.arxiv_id, found, window, anchors)
    if not isinstance(placed, Paper):
        return None, f"{placed.reason}: {placed.detail}"
    if not holds_quote(placed, item.quote):
        return None, "quote-not-found: its quote does not stand in the paper"
    wrong = []
    if item.title not in (placed.title, *placed.other_titles):
        wrong.append("its title")
    if item.published != placed.published:
        wrong.append("its date")
    if not wrong:
        return item, ""
    mended = {"title": placed.title, "published": placed.published}
    return item.model_copy(update=mended), f"{' and '.join(wrong)} was not the paper's"


def holds_quote(paper: Paper, quote: str) -> bool:
    """Whether every piece of a quote that was cut from the paper stands in it still."""
    text = f" {' '.join(words(' '.join(sentences_of(paper))))} "
    pieces = [words(piece) for piece in quote.split(" ... ")]
    return all(piece and f" {' '.join(piece)} " in text for piece in pieces)
