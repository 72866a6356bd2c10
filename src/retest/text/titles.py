"""What a title is found by, whatever its form, and which of its parts may stand for it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import islice

from retest.text.form import plain, title_words

LEAST_SUBTITLE = 4
"""Words that a subtitle must have in order to stand for the whole title."""
LONGEST, MOST_CUTS = 1_000, 20
"""Characters of a title that are looked at, and how often it is cut into parts: arXiv's longest
titles have some 400 characters. Every part is copied, so that time without a bound grows with the
square of the title."""


def title_keys(titles: Iterable[str]) -> list[str]:
    """What titles and their parts are found by, whatever their form: their words without spaces."""
    keys: dict[str, None] = {}
    for title in (title[:LONGEST] for title in titles):
        if (
            title.isascii()
            and not _MARKED.search(title)
            and "  " not in title
            and title == title.strip()
        ):
            keys.update(dict.fromkeys(_simple_keys(title)))
        else:
            keys.update(
                dict.fromkeys("".join(title_words(text)) for text in (title, *title_parts(title)))
            )
    return [key for key in keys if key]


def _simple_keys(title: str) -> list[str]:
    """The same for a title that `plain` leaves as it is: most titles, and a mirror keys millions of
    them."""
    texts = (title, *_parts_of(title)) if _MAY_BE_CUT.search(title) else (title,)
    return [text.lower().translate(_NO_WORD) for text in texts]


@lru_cache(maxsize=8192)
def title_parts(title: str) -> tuple[str, ...]:
    """What may stand for a title: the beginnings that end at a colon, dash or bracket, then the
    subtitles."""
    return _parts_of(plain(title[:LONGEST]))


def _parts_of(shown: str) -> tuple[str, ...]:
    cuts = list(islice(_CUT.finditer(shown), MOST_CUTS))
    heads = [shown[: cut.start()] for cut in cuts if shown[: cut.start()].strip()]
    tails = [shown[cut.end() :] for cut in cuts if cut[0].strip() not in ("(", "[")]
    long_tails = [tail for tail in tails if len(title_words(tail)) >= LEAST_SUBTITLE]
    return (*heads, *long_tails) or (shown,)


_CUT = re.compile(r": ?| -{1,3} |-{2,3}|[?!] (?=\S)|[(\[]| [(\[]|; |\. (?=[A-Z])|, (?=or )")
_MAY_BE_CUT = re.compile(
    r"[:?!(\[;]| -|--|\. |, or "
)  # wherever `_CUT` matches, and found at a tenth of the time
_MARKED = re.compile(r"[&\\$~{}\x00-\x1f\x7f]")
_NO_WORD = {code: None for code in range(128) if not chr(code).isalnum()}
