"""Queries in the grammar of arXiv's API: fields, phrases, AND, OR and a window of days (API user's
manual, 5.1).

Only letters, digits and dots within numbers are left of a phrase, and they stand in quotes, where
the grammar knows no operators: no phrase can be anything but words. What a phrase means is what it
means in the local index.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import timedelta
from itertools import zip_longest
from urllib.parse import quote_plus

from retest.domain.line import Window
from retest.domain.paper import Query

MOST_WORDS = 40
"""Words of a phrase, of a bag and of what it is to be like that are sent: which are rare is not
known here, so the first. 60, 100 and 150 of a claim's and its anchors' words found no more than 40,
and neither did leaving out the words that any paper has."""
_LUCENE = (
    "a an and are as at be but by for if in into is it no not of on or such that the their then "
    "there these they this to was will with"
)
_STOP = frozenset(_LUCENE.split())
"""Lucene's English stop words, as in the local index. They count within a phrase word for word, and
nowhere else."""
LONGEST_PHRASE = 6
"""As in the local index: longer texts are not looked for word for word."""
MOST_PHRASES, LONGEST_WORD = 16, 40
LONGEST = 6000
"""Characters of a request's query, as they stand in its URL. arXiv answers 414 to URLs of about
8,200 (642 ids of 13 characters in a row, github.com/lukasschwab/arxiv.py/issues/15), which is the
usual limit of web servers, 8 KiB."""
QUERIES_A_REQUEST = 4
SHARE = (LONGEST - len("%28%29")) // QUERIES_A_REQUEST - len("+OR+%28%29")
"""Characters of a query: so that as many as QUERIES_A_REQUEST fit into a request, whatever they
are."""
_WORD = re.compile(r"\d+(?:\.\d+)+[^\W_]*|[^\W_]+")


def render(query: Query) -> str:
    """The query in arXiv's grammar, at most its share of a request; empty if it has no words.

    A query that is too long loses phrases and words from their ends: whether a paper has them all
    is to be seen afterwards.
    """
    most_phrases, most_words = MOST_PHRASES, MOST_WORDS
    while _length(text := _render(query, most_phrases, most_words)) > SHARE:
        most_phrases, most_words = max(1, most_phrases // 2), max(1, most_words // 2)
    return text


def joined(rendered: Sequence[str]) -> list[tuple[str, list[int]]]:
    """Rendered queries joined by OR into as few requests as their length allows, in order; with
    each request the places in `rendered` of those in it."""
    made: list[tuple[list[str], list[int]]] = []
    for place, text in enumerate(rendered):
        if not text:
            continue
        if not made or _length(either([*made[-1][0], _closed(text)])) > LONGEST:
            made.append(([], []))
        made[-1][0].append(_closed(text))
        made[-1][1].append(place)
    return [(either(texts), places) for texts, places in made]


def within(window: Window) -> str:
    """The days of the window, which begins after its first day."""
    return (
        f"submittedDate:[{window.opens + timedelta(days=1):%Y%m%d}0000 TO "
        f"{window.as_of:%Y%m%d}2359]"
    )


def either(terms: Iterable[str]) -> str:
    """One of the terms, in parentheses if they are several; empty if there are none."""
    different = list(dict.fromkeys(terms))
    return (
        different[0] if len(different) == 1 else f"({' OR '.join(different)})" if different else ""
    )


def words(text: str) -> list[str]:
    """The words of a text, in lower case, at most MOST_WORDS."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return [word for word in _WORD.findall(plain) if len(word) <= LONGEST_WORD][:MOST_WORDS]


def _length(text: str) -> int:
    return len(quote_plus(text))


def _closed(text: str) -> str:
    """A rendered query as a term: a conjunction needs parentheses beside OR."""
    return f"({text})" if " AND " in text else text


def _render(query: Query, most_phrases: int, most_words: int) -> str:
    every = [
        _phrase(said[:most_words]) for text in query.all_of[:most_phrases] if (said := words(text))
    ]
    some = [said[:most_words] for text in query.any_of[:most_phrases] if (said := words(text))]
    if every:
        return " AND ".join([*every, *([either(_phrase(said) for said in some)] if some else [])])
    exact = [_quoted(*said) for said in some if 1 < len(said) <= LONGEST_PHRASE]
    single = list(dict.fromkeys(word for said in some for word in _content(said)))[:most_words]
    like = [_content(words(text)) for text in query.like[:most_phrases]] if single else []
    in_turn = (word for among in zip_longest(*like) for word in among if word)
    near = [word for word in dict.fromkeys(in_turn) if word not in single][:most_words]
    return either([*exact, *map(_quoted, single), *map(_quoted, near)])


def _phrase(said: Sequence[str]) -> str:
    """All its words but stop words; or, which ranks higher, the phrase word for word."""
    content = [_quoted(word) for word in _content(said)]
    every = content[0] if len(content) == 1 else f"({' AND '.join(content)})"
    return either([_quoted(*said), every]) if len(said) <= LONGEST_PHRASE else every


def _quoted(*said: str) -> str:
    return f'all:"{" ".join(said)}"'


def _content(said: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(word for word in said if word not in _STOP)) or list(
        dict.fromkeys(said)
    )
