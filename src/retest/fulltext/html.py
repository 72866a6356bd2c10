"""arXiv's HTML, as LaTeXML makes it, as a full text.

LaTeXML marks everything by classes: `ltx_section`, `ltx_para`, `ltx_p`, `ltx_tabular`,
`ltx_caption`, `ltx_bibitem` (LaTeXML manual, appendix "CSS classes"). A formula carries its TeX
source in `alttext`. The page names its paper and version in a watermark.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree, html  # type: ignore[import-untyped]  # as in papers/atom.py

from retest.domain.arxiv_id import parse_id
from retest.fulltext.build import Builder, first_id
from retest.fulltext.document import LEAST_PARAGRAPHS, FullText, NotThatPaper
from retest.text.latex import without_latex

DEEPEST = 200
"""Elements within each other that are read."""
_SKIPPED = frozenset(
    [
        "ltx_bibliography",
        "ltx_note",
        "ltx_ERROR",
        "ltx_authors",
        "ltx_dates",
        "ltx_page_footer",
        "ltx_page_header",
        "ltx_page_navbar",
        "ltx_TOC",
        "ltx_pagination",
        "ltx_index",
        "ltx_role_newpage",
        "ltx_acknowledgements",
        "ltx_keywords",
        "ltx_classification",
        "package-alerts",
        "ltx_picture",
        "ltx_graphics",
    ]
)
_SECTIONS = frozenset(
    [
        "ltx_part",
        "ltx_chapter",
        "ltx_section",
        "ltx_subsection",
        "ltx_subsubsection",
        "ltx_paragraph",
        "ltx_subparagraph",
        "ltx_appendix",
    ]
)
_WATERMARK = re.compile(r"arXiv:\s?(\S+)", re.IGNORECASE)


def read_html(page: bytes, arxiv_id: str, version: int | None) -> FullText:
    """The full text of a page. Raises NotThatPaper for a stub, for a page without a document, and
    for one that names another paper or version."""
    try:
        root = html.document_fromstring(
            page, parser=html.HTMLParser(encoding="utf-8", huge_tree=False)
        )
    except (etree.ParserError, ValueError) as error:
        raise NotThatPaper(f"no HTML document ({error})") from error
    _check_identity(root, arxiv_id, version)
    articles = root.xpath("//*[contains(concat(' ', @class, ' '), ' ltx_document ')]")
    if not articles:
        raise NotThatPaper("a page without a converted document")
    builder = Builder(_references(root))
    _walk(articles[0], builder)
    text = builder.full_text(arxiv_id, version, "html")
    if sum(passage.kind == "paragraph" for passage in text.passages) < LEAST_PARAGRAPHS:
        raise NotThatPaper("a stub: the conversion has hardly any text")
    return text


def _check_identity(root: html.HtmlElement, arxiv_id: str, version: int | None) -> None:
    """The watermark names the paper. A page without one is taken for what was asked for."""
    for mark in root.xpath("//*[@id='watermark-tr']"):
        match = _WATERMARK.search(mark.text_content())
        cited = parse_id(match[1]) if match else None
        if cited is None:
            return
        if cited.base != arxiv_id:
            raise NotThatPaper(f"the page of another paper, {cited.base}")
        if version is not None and cited.version is not None and cited.version != version:
            raise NotThatPaper(f"the page of version {cited.version}, not {version}")
        return


def _classes(element: html.HtmlElement) -> frozenset[str]:
    return frozenset((element.get("class") or "").split())


def _references(root: html.HtmlElement) -> dict[str, str]:
    """The arXiv ids that entries of the bibliography name, by the entry's id."""
    found: dict[str, str] = {}
    for item in root.xpath("//*[contains(concat(' ', @class, ' '), ' ltx_bibitem ')]"):
        said = item.text_content()[:2_000] + " ".join(item.xpath(".//a/@href")[:10])
        named = first_id(said)
        if item.get("id") and named:
            found[item.get("id")] = named
    return found


def _walk(element: html.HtmlElement, builder: Builder, depth: int = 0) -> None:
    if depth > DEEPEST:
        return
    for child in element:
        if not isinstance(child.tag, str):
            continue  # a comment
        classes = _classes(child)
        if classes & _SKIPPED:
            continue
        if "ltx_abstract" in classes:
            builder.heading(1, "Abstract", role="abstract")
            _walk_untitled(child, builder, depth)
        elif classes & _SECTIONS:
            _section(child, classes, builder)
            _walk_untitled(child, builder, depth)
        elif "ltx_figure" in classes or "ltx_table" in classes or "ltx_float" in classes:
            _float(child, builder)
        elif "ltx_tabular" in classes:
            builder.add(_rows(child, builder), "table")
        elif "ltx_p" in classes or "ltx_theorem" in classes or child.tag == "p":
            builder.add(_text(child, builder))
        else:
            _walk(child, builder, depth + 1)


def _walk_untitled(element: html.HtmlElement, builder: Builder, depth: int) -> None:
    for title in element.xpath("./*[contains(concat(' ', @class, ' '), ' ltx_title ')]"):
        title.drop_tree()
    _walk(element, builder, depth + 1)


def _section(element: html.HtmlElement, classes: frozenset[str], builder: Builder) -> None:
    titles = element.xpath("./*[contains(concat(' ', @class, ' '), ' ltx_title ')]")
    heading = _text(titles[0], builder) if titles else ""
    anchor = element.get("id") or ""
    level = 1 + sum(anchor.count(part) for part in (".SS", ".SSS", ".P", ".SP"))
    if "ltx_paragraph" in classes or "ltx_subparagraph" in classes:
        level = max(level, 4)
    appendix = "ltx_appendix" in classes or bool(re.match(r"A\d", anchor))
    builder.heading(level, heading, _safe_anchor(anchor), appendix=appendix)


def _safe_anchor(anchor: str) -> str:
    """An anchor as LaTeXML makes them, or none: it becomes a part of a link."""
    return anchor if re.fullmatch(r"[A-Za-z0-9.]{1,40}", anchor) else ""


def _float(element: html.HtmlElement, builder: Builder) -> None:
    for caption in element.xpath(".//*[contains(concat(' ', @class, ' '), ' ltx_caption ')]"):
        builder.add(_text(caption, builder), "caption")
        caption.drop_tree()
    for table in element.xpath(".//*[contains(concat(' ', @class, ' '), ' ltx_tabular ')]"):
        if not any("ltx_tabular" in _classes(outer) for outer in table.iterancestors()):
            builder.add(_rows(table, builder), "table")


def _rows(table: html.HtmlElement, builder: Builder) -> str:
    rows = []
    for row in table.xpath(".//*[contains(concat(' ', @class, ' '), ' ltx_tr ')]"):
        cells = [
            _text(cell, builder)
            for cell in row
            if isinstance(cell.tag, str) and cell.tag in ("td", "th", "span")
        ]
        if any(cells):
            rows.append(" | ".join(cells))
    return "\n".join(rows)


def _text(element: html.HtmlElement, builder: Builder) -> str:
    """What a reader sees of an element: formulas from their TeX source, no footnote marks."""
    return " ".join("".join(_pieces(element, builder)).split())


def _pieces(element: html.HtmlElement, builder: Builder) -> Iterator[str]:
    """The text in document order, without recursion: pages nest as deep as they like."""
    stack: list[html.HtmlElement | str] = [element]
    while stack:
        top = stack.pop()
        if isinstance(top, str):
            yield top
            continue
        tail = top.tail if top is not element else None
        if tail:
            stack.append(tail)
        if not isinstance(top.tag, str):
            continue
        classes = _classes(top)
        if top.tag == "math":
            yield _formula(top)
            continue
        if classes & _SKIPPED or top.tag in ("script", "style", "svg"):
            continue
        if "ltx_equationgroup" in classes or top.tag in ("br", "td", "li"):
            yield " "
        if "ltx_tag" in classes:
            stack.append(" ")
        if top.tag == "a" and (cited := builder.references.get((top.get("href") or "")[1:])):
            stack.append(f" (arXiv:{cited})")
        stack.extend(reversed(list(top)))
        if top.text:
            yield top.text


def _formula(math: html.HtmlElement) -> str:
    tex = math.get("alttext") or math.text_content()
    return without_latex(f"${tex[:2000]}$").strip("$")
