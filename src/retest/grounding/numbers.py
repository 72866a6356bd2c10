"""The numbers of a sentence: each must stand in what it leans on, in figures or in words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from retest.domain.arxiv_id import find_ids

_WORDS = {
    word: str(number)
    for number, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ]
    )
} | {
    word: str(number * 10)
    for number, word in enumerate(
        ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety", "hundred"], 2
    )
}
_TIMES = {"twice": "2", "double": "2", "doubles": "2", "thrice": "3", "triple": "3", "triples": "3"}
_FOLD = re.compile(r"(\w+?)-?fold\b")
_UNITS = {
    "%": "%",
    "per cent": "%",
    "percent": "%",
    "x": "x",
    "times": "x",
    "b": "b",
    "billion": "b",
    "m": "m",
    "million": "m",
    "k": "k",
    "thousand": "k",
    "t": "t",
    "trillion": "t",
}
_NUMBER = re.compile(
    r"(?<![\w.])(?P<number>\d[\d,]*(?:\.\d+)?|" + "|".join(_WORDS) + r")"
    r"(?:[ -]?(?P<unit>%|per cent|percent|times|billion|million|thousand|trillion|[xbmkt])(?!\w))?",
)


def numbers_in(text: str) -> set[tuple[str, str]]:
    """The numbers that a text names, each with its unit (`%`, `x` for times, `b` for billion, ...;
    empty for none), in figures or in words. arXiv ids are no numbers; nor is the word `one`."""
    plain = unicodedata.normalize("NFKC", text)
    for found in find_ids(plain):
        plain = plain.replace(found.cited, " ")
    plain = plain.casefold().replace("\u2212", "-").replace("\u00d7", "x")
    plain = _FOLD.sub(r"\1 times", plain)
    found_here = {(_TIMES[word], "x") for word in re.findall(r"\w+", plain) if word in _TIMES}
    for match in _NUMBER.finditer(plain):
        word = match["number"]
        if word == "one":
            continue
        value = _WORDS.get(word) or word.rstrip(",").replace(",", "")
        if "." in value:
            value = value.rstrip("0").rstrip(".")
        found_here.add((value, _UNITS.get(match["unit"] or "", "")))
    return found_here


def strange_numbers(text: str, known: Iterable[str]) -> list[str]:
    """The numbers of a text that stand in none of the known ones, as people read them, sorted."""
    allowed = {number for one in known for number in numbers_in(one)}
    return sorted(f"{value}{unit}" for value, unit in numbers_in(text) - allowed)
