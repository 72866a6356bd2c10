"""Records that are written as fields: `Title: ...`, `Authors: ...`, `arXiv: ...`, each on a line or
in an item."""

from __future__ import annotations

import re
from itertools import zip_longest

from retest.citations.authors_first import Reference
from retest.citations.names import read_names
from retest.citations.titles import clean, prose

_NAMES = (
    r"titles?|authors?|by|arxiv(?:\sid|\slink)?|id|urls?|links?|papers?|pdf|doi|year|published|date|venue|abstract|summary|code"
    r"|categories|subjects|comments?|notes?|tags|why|takeaways?|contributions?|key\s\w{1,20}"
)
_FIELD = re.compile(
    rf"(?:\A|\n|\s\|\s)[^\w\n]{{0,8}}(?P<name>(?:paper\s)?(?:{_NAMES}))[^\w\n]{{0,4}}:[^\w\n(\"\u201c$]{{0,6}}",
    re.IGNORECASE,
)
_ONLY_LINKS = re.compile(
    r"(?:\W|\b(?:arxiv|pdf|html|abs|paper|code|github|link|project|page|website|blog|demo|video|slides|poster|dataset|model|doi"
    r"|here|read|hugging|face|\d{4}\.\d{4,5}(?:v\d+)?)\b)*+",
    re.IGNORECASE,
)
_WITHOUT = re.compile(r"\A(?:\W|\d{1,3}[.)]\s)+|\s*[(\[](?:19|20)\d\d[a-z]?[)\]]\W*\Z")


def begins_with_field(text: str) -> bool:
    """Whether a block goes on with a record that the block before has begun: it is a field, or
    links of a paper."""
    return bool(_FIELD.match(text[:80]) or (len(text) < 120 and _ONLY_LINKS.fullmatch(text)))


def read_fields(text: str) -> Reference:
    """Title and authors of a record that names one paper. Without a field for it, the title is what
    stands above."""
    fields: dict[str, str] = {}
    found = list(_FIELD.finditer(text[:4_000]))
    for field, following in zip_longest(found, found[1:]):
        value = text[field.end() : following.start() if following else len(text)].partition("\n\n")[
            0
        ]
        fields.setdefault(field["name"].lower().split()[-1].rstrip("s"), value[:2_000])
    if len(fields) < 2 or not ({"title", "author"} & fields.keys()):
        return Reference()
    above = (
        _WITHOUT.sub("", text[: found[0].start()].rpartition("\n\n")[2]) if found[0].start() else ""
    )
    title = clean(fields.get("title", above))
    if title and "title" not in fields and (prose(title) or not 2 <= len(title.split()) <= 40):
        title = None
    return Reference(title, _authors(fields.get("author", "")))


def _authors(text: str) -> tuple[str, ...]:
    names = read_names(text, 0, len(text))
    return names.names if names and not any(c.isalnum() for c in text[names.end :]) else ()
