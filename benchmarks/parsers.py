"""Whether reading text of strangers takes time that is linear in its length: every parser, on texts
that are made to be hard for it.

    python -m benchmarks.parsers [NAME ...] [--times N]

Each text is a piece that is repeated, up to a length at which reading takes a hundredth of a second
(or the longest text that the parser takes), and up to twice that length. Measured is CPU time of
this process, the least of so many times. The ratio is 2 where time is linear and 4 where it grows
with the square. A row is a parser with its worst piece. Exit status 1 if a ratio is above 2.5;
NAME picks parsers by the beginning of their names.

The tests assert no time: other work on the machine would make them fail. They read the same texts
to their end, and a test that hangs is stopped.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import logging
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from itertools import count
from pathlib import Path
from xml.sax.saxutils import escape

from benchmarks import hard_texts as hard
from retest.citations.bibtex import read_bibtex
from retest.citations.blocks import Block
from retest.citations.entries import read_blocks
from retest.citations.jsonl import read_jsonl
from retest.citations.markdown import read_markdown
from retest.citations.names import read_names
from retest.citations.plain import read_plain
from retest.domain.arxiv_id import find_ids
from retest.errors import FileError, RetestError
from retest.grounding.identity import title_fits, title_stands_in
from retest.grounding.people import authors_fit
from retest.grounding.prose import clean, to_look_up
from retest.grounding.quote import find_quote
from retest.lines.load import check_text
from retest.lines.page import LARGEST_PAGE, import_page
from retest.llm.reading import answer_in
from retest.papers.atom import papers_in
from retest.papers.authors import names
from retest.papers.oai_page import Ask, checked, page_of
from retest.papers.oai_raw import paper_of
from retest.papers.withdrawn import is_withdrawn
from retest.prompts import data
from retest.reports.markdown import linked, md
from retest.retry import Transient
from retest.text.form import canonical, spaced
from retest.text.harmless import one_line, visible
from retest.text.latex import decoded, without_latex
from retest.text.sentences import sentences
from retest.transport import Answer

MOST = 2.5
"""The ratio above which time is not called linear."""
LONG_ENOUGH = 0.01
"""Seconds of a reading that a clock and chance do not decide."""
FIRST, LAST = 2_000, 256_000
"""Characters of the shorter text: where the search for its length begins and ends."""
AGAIN = 3
"""How often a ratio that is too large is measured anew: what only chance did passes then."""
_NUMBERS = count(1)


@dataclass(frozen=True, slots=True)
class Parser:
    """What is read, by what, and the pieces of hard texts. `longest` is the longest text that it
    takes."""

    name: str
    read: Callable[[str], object]
    pieces: tuple[str, ...]
    longest: int = 2 * LAST


@dataclass(frozen=True, slots=True)
class Row:
    """The worst of a parser's pieces."""

    name: str
    piece: str
    length: int
    seconds: float
    ratio: float


def _blocks(text: str, markdown: bool) -> list[object]:
    read = read_markdown(text) if markdown else read_plain(text)
    return list(read_blocks((one for one in read if isinstance(one, Block)), "f"))


def _checked_yaml(text: str) -> object:
    return check_text(text, Path("claims/a.yaml"), date(2026, 8, 21))


def _prose(text: str) -> object:
    return to_look_up({"2401.00001"}, text), clean(text, {"2401.00001"}, {}, [hard.QUOTE])


def _feed(entries: str) -> object:
    text = (
        '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:arxiv="http://arxiv.org/schemas/atom"'
        ' xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/">'
        f"<opensearch:totalResults>0</opensearch:totalResults>{entries}</feed>"
    )
    return papers_in(Answer(200, {}, text.encode(), "https://export.arxiv.org/api/query"))


def _entry(title: str, abstract: str, authors: str = "A B") -> str:
    return (
        "<entry><id>http://arxiv.org/abs/2401.00001v1</id><published>2024-01-01T00:00:00Z"
        f"</published><updated>2024-01-01T00:00:00Z</updated><title>{escape(title)}</title>"
        f"<summary>{escape(abstract)}</summary><author><name>{escape(authors)}</name></author>"
        '<category term="cs.CL"/></entry>'
    )


def _harvested(text: str) -> object:
    body = (
        '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><responseDate>2026-01-01T00:00:00Z'
        "</responseDate><request/><ListRecords><record><header><identifier>oai:arXiv.org:2401.00001"
        "</identifier><datestamp>2024-01-01</datestamp></header><metadata>"
        '<arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/"><id>2401.00001</id><version version="v1">'
        f"<date>Mon, 01 Jan 2024 00:00:00 GMT</date></version><title>{escape(text)}</title>"
        f"<authors>{escape(text)}</authors><categories>cs.CL</categories>"
        f"<comments>{escape(text)}</comments><abstract>{escape(text)}</abstract></arXivRaw>"
        "</metadata></record></ListRecords></OAI-PMH>"
    )
    page = page_of(checked(body.encode()), Ask(""))
    return [paper_of(record) for record in page.records]


PARSERS = (
    Parser("BibTeX", lambda text: list(read_bibtex(text, "f")), hard.BIBTEX),
    Parser("JSON Lines", lambda text: list(read_jsonl(text, "f")), hard.JSON_LINES),
    Parser("Markdown", lambda text: _blocks(text, True), hard.MARKUP),
    Parser("plain text", lambda text: _blocks(text, False), hard.REFERENCES),
    Parser("names", lambda text: read_names(text, 0, len(text)), hard.REFERENCES),
    Parser("claims YAML", _checked_yaml, hard.YAML, 1_000_000),
    Parser("page import", lambda text: import_page(text, None), hard.PAGE, LARGEST_PAGE),
    Parser("ids", find_ids, hard.IDS),
    Parser("sentences", sentences, hard.PROSE),
    Parser("prose ladder", _prose, hard.PROSE),
    Parser(
        "quote in a text",
        lambda text: find_quote(hard.QUOTE, [("abstract", text)]),
        hard.PROSE + hard.TEX,
    ),
    Parser(
        "quote of a text",
        lambda text: find_quote(text, [("abstract", text + text)]),
        hard.PROSE + hard.TEX + ("a b c d e f g h ... ", "... "),
    ),
    Parser("form", lambda text: (canonical(text), spaced(text)), hard.PROSE + hard.TEX),
    Parser("LaTeX", without_latex, hard.TEX),
    Parser("title", lambda text: title_fits(text, [hard.TITLE, text]), hard.PROSE + hard.TEX),
    Parser(
        "title in a text",
        lambda text: title_stands_in(text, [hard.TITLE], True),
        (*hard.PROSE, hard.TITLE),
    ),
    Parser("authors", lambda text: authors_fit([text, "A B"], ["A B", text]), hard.NAMES),
    Parser("author line", lambda text: (names(text), decoded(text)), hard.NAMES + hard.TEX),
    Parser(
        "withdrawn",
        lambda text: is_withdrawn(text, text),
        ("this paper ", "has been ", "withdrawn ", "this paper has been ", "(", " ", "a "),
    ),
    Parser(
        "Atom feed",
        _feed,
        (
            _entry(hard.TITLE, hard.QUOTE),
            "<entry>",
            "<entry/>",
            "&amp;",
            "<a>",
            "&#x1;",
            "\x01",
            "<!-- -->",
        ),
    ),
    Parser("Atom entry", lambda text: _feed(_entry(text, text, text)), hard.PROSE + hard.TEX),
    Parser("OAI record", _harvested, hard.PROSE + hard.TEX),
    Parser("a model's answer", answer_in, hard.ANSWERS),
    Parser("data in a prompt", data, (*hard.PROSE, "<", "< ", "#", "\u200b")),
    Parser(
        "terminal", lambda text: (one_line(text), visible(text)), (*hard.PROSE, "\x1b[", "\u202e")
    ),
    Parser(
        "report", lambda text: (md(text), linked(text, {"2401.00001"})), hard.MARKUP + hard.PROSE
    ),
)


def seconds(parser: Parser, text: str, times: int) -> float:
    """CPU seconds of reading, the least of so many times. No text is read twice, since what is read
    may be remembered."""
    best = float("inf")
    for _ in range(times):
        fresh = f"{text} {next(_NUMBERS)}"
        gc.collect()
        begun = time.process_time()
        # What a text is refused for takes its time too.
        with contextlib.suppress(FileError, RetestError, Transient):
            parser.read(fresh)
        best = min(best, time.process_time() - begun)
    return best


def ratio(parser: Parser, piece: str, times: int) -> Row:
    """How much longer twice the text takes."""

    def text(length: int) -> str:
        return (piece * (length // len(piece) + 1))[:length]

    length, most = FIRST, parser.longest // 2
    seconds(parser, text(length), 1)  # what is loaded before its first use is loaded now
    while length * 2 <= most and seconds(parser, text(length), 1) < LONG_ENOUGH:
        length *= 2
    found, once = float("inf"), 0.0
    for _ in range(AGAIN + 1):
        once, twice = (seconds(parser, text(n * length), times) for n in (1, 2))
        # Of what takes next to no time no ratio can be told.
        found = min(found, twice / once if twice >= LONG_ENOUGH else 0.0)
        if found <= MOST:
            break
    return Row(parser.name, piece, length, once, found)


def table(parsers: Iterable[Parser], times: int) -> bool:
    """Print a row for each parser; whether all are linear."""
    linear = True
    print("| parser | pieces | worst piece | characters | CPU ms | twice the text |")
    print("|---|---|---|---|---|---|")
    for parser in parsers:
        row = max((ratio(parser, piece, times) for piece in parser.pieces), key=lambda r: r.ratio)
        linear = linear and row.ratio <= MOST
        shown = ascii(row.piece[:24]).replace("|", "\\|")
        told = f"{row.ratio:.2f}" if row.ratio else f"under {LONG_ENOUGH * 1000:.0f} ms"
        mark = "" if row.ratio <= MOST else " (not linear)"
        print(
            f"| {row.name} | {len(parser.pieces)} | `{shown}` | {row.length:,} | "
            f"{row.seconds * 1000:.1f} | {told}{mark} |",
            flush=True,
        )
    return linear


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("names", nargs="*", help="beginnings of names; all if left out")
    parser.add_argument("--times", type=int, default=3, help="readings of which the least counts")
    said = parser.parse_args()
    logging.disable(logging.CRITICAL)
    picked = [one for one in PARSERS if not said.names or one.name.startswith(tuple(said.names))]
    if not picked:
        parser.error(f"no parser begins so; there are: {', '.join(one.name for one in PARSERS)}")
    return 0 if table(picked, said.times) else 1


if __name__ == "__main__":
    sys.exit(main())
