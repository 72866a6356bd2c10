"""A record in arXiv's raw form as a paper.

The form (http://arxiv.org/OAI/arXivRaw.xsd): id, submitter, a `version` for each version with its
date, size and source type, title, authors in one line, categories in another, and where there are
any: comments, proxy, report-no, acm-class, msc-class, journal-ref, doi, license, abstract. Texts
are as they were submitted, with line breaks and TeX.
"""

from __future__ import annotations

import re
from datetime import date

from retest.domain.paper import Paper
from retest.papers.authors import names
from retest.papers.oai_page import Record
from retest.papers.snapshot import ID, Broken, created_on, shown
from retest.papers.withdrawn import is_withdrawn

RAW = "{http://arxiv.org/OAI/arXivRaw/}"
_VERSION = re.compile(r"v([1-9]\d{0,3})", re.ASCII)


def paper_of(record: Record, latest: date = date.max) -> Paper:
    """A record that is not deleted as a paper. Raises Broken, also for one with a version of after
    `latest`.

    The newest version's source type has the letter I where arXiv has no source for it, which is so
    for a withdrawn one.
    """
    if record.raw is None or record.raw.tag != f"{RAW}arXivRaw":
        raise Broken(
            "no metadata" if record.raw is None else f"metadata {record.raw.tag}", "arXivRaw"
        )
    texts: dict[str, str] = {}
    versions: dict[int, tuple[date, str]] = {}
    for child in record.raw.iterchildren():
        if child.tag == f"{RAW}version":
            number = _VERSION.fullmatch(child.get("version", ""))
            if not number:
                raise Broken(f"version {shown(child.get('version'))}", "v1, v2 and so on")
            day = created_on((child.findtext(f"{RAW}date") or "").strip(), latest)
            versions[int(number[1])] = (day, child.findtext(f"{RAW}source_type") or "")
        elif isinstance(child.tag, str):  # a comment's is a function
            texts[child.tag.removeprefix(RAW)] = " ".join((child.text or "").split())
    arxiv_id, title = texts.get("id", ""), texts.get("title", "")
    if arxiv_id != record.id or not ID.fullmatch(arxiv_id):
        raise Broken(
            f"id {shown(arxiv_id)} under the header of {shown(record.id)}", "one arXiv id in both"
        )
    if not title or not versions:
        raise Broken("no version" if title else "no title", "a title, and a version with its date")
    newest = max(versions)
    updated, source = versions[newest]
    abstract = texts.get("abstract", "")
    return Paper(
        id=arxiv_id,
        title=title,
        abstract=abstract,
        published=versions[min(versions)][0],
        version=newest,
        authors=names(texts.get("authors", "")),
        updated=updated,
        categories=tuple(texts.get("categories", "").split()),
        withdrawn="I" in source or is_withdrawn(abstract, texts.get("comments", "")),
    )
