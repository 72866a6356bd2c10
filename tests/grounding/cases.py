"""What passes and what falls at each rung, as the tests run it and docs/ladder.md prints it.

`python -m tests.grounding.cases > docs/ladder.md` writes the page; a test holds it against this
file.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from retest.domain.citation import Citation
from tests.grounding.papers import AS_OF, CLAIM, PAPERS

SEICHE = "2503.04567"
TITLE = "SeicheNet: Pre-Training a β-VAE on Lake Levels"
GROUNDED = "grounded"


@dataclass(frozen=True)
class Case:
    """A citation with one thing to be looked at, and what becomes of it: `grounded`, or the reason
    why not."""

    rung: str
    what: str
    given: dict[str, Any]
    becomes: str
    rung_reached: str = ""

    @property
    def citation(self) -> Citation:
        cited = self.given.get("id") or self.given.get("title", "")
        return Citation(cited=cited, file="cases", line=1, **self.given)


def _cases() -> Iterator[Case]:
    for what, written in (
        ("bare", SEICHE),
        ("with a version", f"{SEICHE}v2"),
        ("labelled", f"arXiv:{SEICHE}"),
        ("mixed case and a subject class", f"ARXIV:{SEICHE}v1 [physics.ao-ph]"),
        ("abstract page", f"https://arxiv.org/abs/{SEICHE}"),
        ("PDF", f"http://www.arxiv.org/pdf/{SEICHE}v3.pdf"),
        ("HTML", f"arxiv.org/html/{SEICHE}"),
        ("alphaXiv", f"https://www.alphaxiv.org/abs/{SEICHE}"),
        ("Hugging Face papers", f"https://huggingface.co/papers/{SEICHE}"),
        ("DOI", f"https://doi.org/10.48550/arXiv.{SEICHE}"),
        ("in brackets, with a stop", f"[{SEICHE}]."),
        ("a line break within a URL", f"https://arxiv.org/\nabs/{SEICHE}"),
        ("old style", "hep-th/9901001"),
        ("old style with a version, in capitals", "HEP-TH/9901001v1"),
    ):
        yield Case("id", what, {"id": written}, GROUNDED)
    for what, written in (
        ("no such month", "2513.04567"),
        ("a month to come", "2612.00001"),
        ("four digits after 2014", "2503.4567"),
        ("five digits before 2015", "1203.45678"),
        ("six digits", "2503.045678"),
        ("number 0", "2503.00000"),
        ("before the scheme began", "0703.0001"),
        ("an old id after its scheme ended", "hep-th/0704001"),
        ("no such archive", "hep-xx/9901001"),
        ("version 0", f"{SEICHE}v0"),
        ("a placeholder", "arXiv:XXXX.XXXXX"),
        ("an id and more", f"{SEICHE} and more"),
        ("another service's", "https://openreview.net/forum?id=abc"),
    ):
        yield Case("id", what, {"id": written}, "malformed-id")

    yield Case("resolves", "a paper that exists", {"id": "2504.00123"}, GROUNDED)
    yield Case("resolves", "its newest version", {"id": f"{SEICHE}v3"}, GROUNDED)
    yield Case(
        "resolves", "a title without an id", {"title": "Lake levels without labels"}, GROUNDED
    )
    yield Case("resolves", "a number nobody was given", {"id": "2503.04568"}, "not-found")
    yield Case("resolves", "a version that there is not", {"id": f"{SEICHE}v4"}, "not-found")
    yield Case(
        "resolves",
        "a title that nobody gave a paper",
        {"title": "Seiches of Large Lakes"},
        "not-found",
    )
    yield Case("resolves", "withdrawn", {"id": "2505.11111"}, "withdrawn")
    yield Case(
        "resolves",
        "later than the newest paper of the mirror",
        {"id": "2611.30002"},
        "unverifiable",
    )

    for what, title in (
        ("word for word", TITLE),
        ("LaTeX", "{SeicheNet}: Pre-Training a $\\beta$-{VAE} on Lake Levels"),
        ("case and punctuation", "seichenet, pre-training a β-vae on lake levels."),
        ("word breaks", "SeicheNet: Pretraining a β VAE on Lake Levels"),
        ("subtitle left out", "SeicheNet"),
        ("main title left out", "Pre-Training a β-VAE on Lake Levels"),
        ("another version's title", "Lake Levels Without Labels"),
        ("an article dropped", "SeicheNet: Pre-Training β-VAE on Lake Levels"),
        ("a typing error in a long word", "SeicheNet: Pre-Trainning a β-VAE on Lake Levels"),
        ("cut short", "SeicheNet: Pre-Training a β-VAE ..."),
        ("its source behind it", "SeicheNet: Pre-Training a β-VAE on Lake Levels. arXiv preprint"),
        ("wide and accented letters", "ＳｅｉｃｈｅＮｅｔ: Pre-Traíning a β-VAE on Lake Levels"),
    ):
        yield Case("title", what, {"id": SEICHE, "title": title}, GROUNDED)
    yield Case(
        "title", "a part before a comma", {"id": "2504.00123", "title": PAPERS[2].title}, GROUNDED
    )
    for what, given in (
        ("authors, surname first", ("Brönte-Wójcik, Łucja", "Wang, Xin", "Oakes, J. M.")),
        ("authors with initials, no accents", ("L. Bronte-Wojcik", "X. Wang")),
        ("the first author alone", ("Brönte-Wójcik",)),
        ("names the other way round", ("Wang Xin", "Oakes JM")),
        (
            "one more than the paper names",
            ("L. Brönte-Wójcik", "X. Wang", "J. M. Oakes", "B. Stranger"),
        ),
        ("a nickname, a misprint", ("Łucja Brönte-Wójcik", "Xin Wangg", "Jim M. Oakes")),
        ("a group, which may stand for its members", ("Seiche Team", "Lake AI")),
    ):
        yield Case("title", what, {"id": SEICHE, "title": "SeicheNet", "authors": given}, GROUNDED)
    for what, number, title in (
        ("a sibling's title", "2504.00123", PAPERS[1].title),
        ("invented", SEICHE, "Attention Drives the Lakes"),
        ("one word changed", SEICHE, "SeicheNet: Pre-Training a β-VAE on Lake Depths"),
        ("a figure changed", SEICHE, "SeicheNet 2: Pre-Training a β-VAE on Lake Levels"),
        ("a negation added", SEICHE, "Lake Levels Not Without Labels"),
        ("a subtitle that it has not", SEICHE, "SeicheNet: A Survey"),
        ("words in another order", SEICHE, "Lake Labels Without Levels"),
    ):
        yield Case("title", what, {"id": number, "title": title}, "wrong-title")
    yield Case(
        "title",
        "all authors wrong",
        {"id": SEICHE, "authors": ("A. Stranger", "B. Other")},
        "wrong-author",
    )
    yield Case("title", "a namesake", {"id": SEICHE, "authors": ("Yi Wang",)}, "wrong-author")
    yield Case(
        "title",
        "the first right, the others not",
        {"id": SEICHE, "authors": ("Brönte-Wójcik, Ł.", "Stranger, A.", "Other, B.")},
        "wrong-author",
    )
    for what, given in (
        ("a stranger in an author's place", ("L. Brönte-Wójcik", "X. Wang", "B. Stranger")),
        ("a first author invented", ("B. Stranger", "L. Brönte-Wójcik", "X. Wang")),
        ("a given name invented", ("L. Brönte-Wójcik", "Carlos Wang", "J. M. Oakes")),
    ):
        yield Case("title", what, {"id": SEICHE, "authors": given}, "wrong-author")
    yield Case("newer", "v1 after the day that is stood on", {"id": "2611.30001"}, "after-as-of")

    for what, quote in (
        (
            "word for word",
            "We test this on 113 lakes---from the Alps to Finland---with self-supervised "
            "pre-training.",
        ),
        (
            "typographic dashes",
            "We test this on 113 lakes — from the Alps to Finland — with self-supervised",
        ),
        (
            "line-break hyphenation",
            "from the Alps to Finland---with self-super-\nvised pretraining",
        ),
        ("LaTeX left out", "wind explains only 13.5% of the variance"),
        ("case, quotation marks, a stop", "“WIND EXPLAINS ONLY 13.5% OF THE VARIANCE.”"),
        ("a ligature and straight quotes", 'its data. The final "score" is 0.91'),
        ("superscript", "Errors fall by −2.5 points over 10² runs"),
        (
            "a gap, in order",
            "It is often said that wind alone drives ... pressure does not act alone either",
        ),
        (
            "a gap before two words",
            "It is often said that wind alone drives the seiches ... its data",
        ),
        ("a bracketed capital", "[W]ind explains only 13.5% of the variance"),
        ("begun behind a dash", "with self-supervised pre-training. Contrary to that view"),
        (
            "a reference's mark, [sic]",
            "Contrary to that view [3, 4], wind explains [sic] only 13.5% of the variance",
        ),
        (
            "a raised figure, a loose one",
            "of small lakes.¹ We test this on 113 lakes---from the Alps to Finland",
        ),
        ("emphasis, and whose", "wind explains **only** 13.5% of the variance [emphasis added]"),
        (
            "a reference at the end",
            "wind explains only 13.5% of the variance (Oakes et al., 2025).",
        ),
        (
            "spaces that a PDF lost or put in",
            "with self-supervised pre-training.Contrary to thatview,wind ex plains",
        ),
        ("invisible characters", "the mo\u00addel's size mat\u200bters more than its data"),
    ):
        yield Case("quote", what, {"id": SEICHE, "quote": quote}, GROUNDED)
    yield Case(
        "quote",
        "from the title",
        {"id": SEICHE, "quote": "Pre-Training a β-VAE on Lake Levels"},
        GROUNDED,
    )
    for what, quote in (
        ("a figure changed", "wind explains only 13.4% of the variance"),
        ("a figure cut out of another", "3.5% of the variance, and pressure does not act alone"),
        ("a figure cut short", "wind explains only 13% of the variance, and"),
        ("a sign left out", "Errors fall by 2.5 points over 10² runs"),
        ("a power flattened", "Errors fall by −2.5 points over 102 runs"),
        ("a negation dropped", "and pressure does act alone either. Errors fall"),
        ("a negation added", "wind does not explain only 13.5% of the variance"),
        ("a word changed", "the model's size matters less than its data"),
        ("words swapped", "the model's data matters more than its size"),
        (
            "two sentences without a gap",
            "It is often said that wind explains only 13.5% of the variance",
        ),
        (
            "a gap out of order",
            "pressure does not act alone either ... It is often said that wind alone drives",
        ),
        ("begun inside a word", "supervised pre-training. Contrary to that view"),
        ("a look-alike letter", "the mоdel's size matters more than its data"),
        ("a paraphrase", "the size of the model is more important than its data"),
        ("a hedge dropped", "It is said that wind alone drives the seiches of small lakes"),
        ("a singular made", "wind alone drives the seiche of small lakes"),
        ("only dropped", "wind explains 13.5% of the variance, and pressure"),
        (
            "two papers' sentences",
            "the model's size matters more than its data. Seiches follow a simple theory",
        ),
        (
            "a space lost in a figure",
            "Errors fall by −2.5 points over10² runs, but the model's size",
        ),
        ("another word in brackets", "[the storm] explains only 13.5% of the variance"),
        ("another paper's", "Depth does not change their period at all"),
    ):
        yield Case("quote", what, {"id": SEICHE, "quote": quote}, "quote-not-found")
    for what, quote in (
        ("four words", "drives seiches of lakes"),
        ("few characters", "is it 0 or 1 now"),
        ("a piece of one word", "wind ... the model's size matters more than its data"),
        ("a gap between short pieces", "wind alone ... the model's size ... its data"),
    ):
        yield Case("quote", what, {"id": SEICHE, "quote": quote}, "quote-too-short")
    yield Case("quote", "nothing but marks", {"id": SEICHE, "quote": "“...”"}, "no-quote")
    restated = {
        "id": SEICHE,
        "quote": "wind alone drives the seiches of small lakes",
        "claim": CLAIM,
    }
    yield Case("quote", "the claim's own sentence", restated, "quote-is-claim")


CASES = list(_cases())
POINTED = """\
## Findings that point

A model's finding names a paper that was shown and the numbers of its sentences; the quote is cut by
code. The rungs are the same there, and beside the reasons above there are `not-shown` (real, but
not among the papers shown), `not-newer` (v1 not in the window), `anchor` (the claim's own),
`no-such-sentence`, and at the last rung `not-entailed` and `unverifiable`:
tests/pipeline/test_grounded.py and tests/pipeline/test_entails.py.

A sentence in which an abstract only restates what it goes on to refute stands there word for word,
so rung 5 lets it pass. Rung 6 is what stops it: its prompt (prompts/entail.md) shows the sentence
before and after the quote, and asks whether the quote, read there, is what the paper itself finds.
"""


def page() -> str:
    """docs/ladder.md."""
    lines = [
        "# What passes and what falls, rung by rung",
        "",
        "Every row is a case of tests/grounding/cases.py, which the tests run and which writes "
        "this page:",
        f"`make ladder`. The papers are invented (tests/grounding/papers.py); the day is {AS_OF}.",
        "",
    ]
    for rung, cases in groupby(CASES, key=lambda case: case.rung):
        lines += [f"## {rung}", "", "| what | example | becomes |", "|---|---|---|"]
        lines += [f"| {case.what} | {_example(case)} | {case.becomes} |" for case in cases]
        lines.append("")
    return "\n".join(lines) + "\n" + POINTED


def _example(case: Case) -> str:
    shown = case.given.get("quote") or case.given.get("title") or ""
    if case.rung in ("id", "resolves", "newer") and "id" in case.given:
        shown = case.given["id"]
    elif "authors" in case.given:
        shown = "; ".join(case.given["authors"])
    visible = "".join(
        c if c.isprintable() else f"\\u{ord(c):04x}" if c != "\n" else "\\n" for c in shown
    )
    return f"`` {visible.replace('|', chr(92) + '|')} ``"


if __name__ == "__main__":
    print(page(), end="")  # noqa: T201 - this is what the module is run for
