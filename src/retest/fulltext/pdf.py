"""A PDF as a full text: paragraphs in reading order, as far as pypdf can tell.

PDFs have no sections and no paragraphs. Headings are told by their form ("4.2 Results" on a line of
its own), paragraphs by short last lines and blank lines. Running heads and page numbers are lines
that recur on many pages. A page that gives next to no text is a picture: such a PDF is none.
"""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence

from retest.fulltext.build import Builder
from retest.fulltext.document import LEAST_PARAGRAPHS, FullText, NotThatPaper
from retest.fulltext.roles import role_of

MOST_PAGES = 400
LEAST_A_PAGE = 200
"""Characters that a page of text has on average; a scan has none."""
_HEADING = re.compile(
    r"(?:(?P<number>(?:\d{1,2}|[A-H])(?:\.\d{1,2}){0,3})\.?\s+)?"
    r"(?P<title>[A-Z][\w&,:'\u2019 -]{2,70})"
)
_CAPTION = re.compile(r"(?:Table|Figure|Fig\.)\s*\d{1,3}\s*[:.|]")
_REFERENCES = re.compile(r"(?:\d{1,2}\.?\s+)?(?:References|Bibliography)", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[.!?:]['\")\]\u201d]?$")
_STAMP = re.compile(r"arXiv:\s?(\d{4}\.\d{4,5})(?:v(\d{1,4}))?")


def read_pdf(data: bytes, arxiv_id: str, version: int | None) -> FullText:
    """The full text of a PDF. Raises NotThatPaper for a scan, a broken or locked file, and one
    whose stamp names another paper or version."""
    pages = _pages(data)
    _check_stamp(pages[0], arxiv_id, version)
    if sum(map(len, pages)) < LEAST_A_PAGE * len(pages):
        raise NotThatPaper("a PDF of pictures")
    builder = Builder()
    for block in _blocks(_without_running_heads([page.split("\n") for page in pages])):
        _add(builder, block)
    text = builder.full_text(arxiv_id, version, "pdf")
    if sum(passage.kind == "paragraph" for passage in text.passages) < LEAST_PARAGRAPHS:
        raise NotThatPaper("a PDF with hardly any text")
    return text


def _pages(data: bytes) -> list[str]:
    try:
        import pypdf
        from pypdf.errors import PyPdfError
    except ImportError as error:
        raise NotThatPaper("a PDF, which needs pip install 'retest[pdf]'") from error
    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        if len(reader.pages) > MOST_PAGES:
            raise NotThatPaper(f"a PDF of {len(reader.pages)} pages")
        pages = [page.extract_text() for page in reader.pages]
    except (PyPdfError, ValueError, KeyError, TypeError, RecursionError, OverflowError) as error:
        raise NotThatPaper(f"a PDF that cannot be read ({type(error).__name__})") from error
    if not pages:
        raise NotThatPaper("a PDF without pages")
    return pages


def _check_stamp(first: str, arxiv_id: str, version: int | None) -> None:
    """arXiv stamps id and version on the first page."""
    match = _STAMP.search(first)
    if match is None:
        return
    if match[1] != arxiv_id:
        raise NotThatPaper(f"the PDF of another paper, {match[1]}")
    if version is not None and match[2] and int(match[2]) != version:
        raise NotThatPaper(f"the PDF of version {match[2]}, not {version}")


def _without_running_heads(pages: Sequence[Sequence[str]]) -> Iterator[str]:
    """The lines of all pages. Lines at the edge of a page that recur, but for their numbers, on a
    third of the pages are left out, and so are bare numbers there."""
    edges = [[_edge(line) for line in (*page[:2], *page[-2:])] for page in pages]
    often = Counter(line for page in edges for line in set(page))
    running = {line for line, count in often.items() if count >= max(3, len(pages) / 3)}
    for page in pages:
        last = len(page) - 1
        for number, line in enumerate(page):
            at_edge = number < 2 or number > last - 2
            if at_edge and (_edge(line) in running or line.strip().isdigit()):
                continue
            if _STAMP.match(line.strip()):
                continue
            yield line


def _edge(line: str) -> str:
    return re.sub(r"\d+", "#", line.strip())


def _blocks(lines: Iterator[str]) -> Iterator[str]:
    """Paragraphs, each on one line, with words that a line's end divides joined again."""
    block: list[str] = []
    widest = 0
    for raw in lines:
        line = raw.strip()
        if not line or (not block and _is_heading(line)):
            if block:
                yield _joined(block)
            block = []
            if line:
                yield line
            continue
        if block and _is_heading(line) and _SENTENCE_END.search(block[-1]):
            yield _joined(block)
            block = []
            yield line
            continue
        block.append(line)
        widest = max(widest, len(line))
        if _SENTENCE_END.search(line) and len(line) < 0.75 * widest:
            yield _joined(block)
            block = []
    if block:
        yield _joined(block)


def _joined(lines: Sequence[str]) -> str:
    text = lines[0]
    for line in lines[1:]:
        divided = text.endswith("-") and line[:1].islower()
        text = text[:-1] + line if divided else f"{text} {line}"
    return text


def _is_heading(line: str) -> bool:
    match = _HEADING.fullmatch(line)
    if match is None or line.endswith((",", "-")):
        return False
    return bool(match["number"]) or (role_of([line]) != "other" and len(line.split()) <= 4)


def _add(builder: Builder, block: str) -> None:
    if _REFERENCES.fullmatch(block):
        builder.heading(1, "References", role="other")
        builder.closed = True
    elif _is_heading(block):
        number = (_HEADING.fullmatch(block) or {"number": None})["number"]
        appendix = bool(number and number[0].isalpha()) or block.lower().startswith("appendix")
        builder.closed = builder.closed and not appendix
        builder.heading(1 + (number or "").count("."), block, appendix=appendix)
    elif not builder.closed:
        builder.add(block, "caption" if _CAPTION.match(block) else "paragraph")
