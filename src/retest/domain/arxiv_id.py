"""arXiv ids in any of their usual written forms: bare, `arXiv:`, URLs, DOIs; alone, or found in
prose.

The scheme is arXiv's own (info.arxiv.org/help/arxiv_identifier): YYMM.NNNN from 0704 to 1412,
YYMM.NNNNN from 1501, archive/YYMMNNN up to 0703, a version vN behind either. The subject class of
an old id (math.GT) is not part of its identity. Every pattern here is bounded, so time is linear in
the text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

ARCHIVES = frozenset(
    {
        "acc-phys",
        "adap-org",
        "alg-geom",
        "ao-sci",
        "astro-ph",
        "atom-ph",
        "bayes-an",
        "chao-dyn",
        "chem-ph",
        "cmp-lg",
        "comp-gas",
        "cond-mat",
        "cs",
        "dg-ga",
        "funct-an",
        "gr-qc",
        "hep-ex",
        "hep-lat",
        "hep-ph",
        "hep-th",
        "math",
        "math-ph",
        "mtrl-th",
        "nlin",
        "nucl-ex",
        "nucl-th",
        "patt-sol",
        "physics",
        "plasm-ph",
        "q-alg",
        "q-bio",
        "quant-ph",
        "solv-int",
        "supr-con",
    }
)
"""The archives that gave out ids before April 2007 (arXiv's own taxonomy,
github.com/arXiv/arxiv-base)."""
LONGEST = 500
"""Characters. A longer text is no citation."""


@dataclass(frozen=True, slots=True)
class ArxivId:
    """A paper, and the version that was cited, if one was. `str()` is the canonical cited form."""

    base: str
    version: int | None = None

    def __str__(self) -> str:
        return self.base if self.version is None else f"{self.base}v{self.version}"


@dataclass(frozen=True, slots=True)
class Found:
    """A citation in prose: `text[start:end]` is `cited`; `id` is what it names, or in words why it
    is malformed."""

    start: int
    end: int
    cited: str
    id: ArxivId | str


def parse_id(text: str, as_of: date | None = None) -> ArxivId | None:
    """The one id that `text` consists of, or None. With `as_of`, a paper of a later month is
    none."""
    found = read_id(text, as_of)
    return found if isinstance(found, ArxivId) else None


def read_id(text: str, as_of: date | None = None) -> ArxivId | str:
    """As `parse_id`, but says in words why `text` is no id."""
    if len(text) > LONGEST:
        return f"longer than {LONGEST} characters"
    match = _WHOLE.fullmatch(_seen(text)[0].strip(_WRAPPING))
    if not match:
        return "not an arXiv id in any written form"
    found, end = _first_id(match["token"], as_of)
    rest = match["token"][end:]
    if isinstance(found, ArxivId) and not _TAIL.fullmatch(rest):
        return f"{found} is followed by more: {rest[:40]!r}"
    return found


def find_ids(text: str, as_of: date | None = None) -> list[Found]:
    """Every citation in prose, in order. With a prefix or in a URL an unfit one is found as
    malformed; a bare number is found only if it is an id, and neither money nor a measure."""
    (plain, places), found, at = _seen(text), [], 0
    while match := _IN_PROSE.search(plain, at):
        kind = match.lastgroup or ""
        token = match[kind]
        named, length = _first_id(token, as_of)
        at = match.start(kind) + max(length, 1)
        if kind == "bare" and parse_id(token) is None:
            continue  # a number
        if kind == "labelled" and isinstance(named, str) and not _PRETENDS.match(token):
            continue  # "arXiv: a free service"
        if kind == "linked" and (tail := _URL_TAIL.match(plain, at)):
            at += len(tail[0].rstrip(".,;:!?"))
        start, end = match.start(), at
        if places:
            start, end = places[start], places[end - 1] + 1
        found.append(Found(start, end, text[start:end], named))
    return found


def _seen(text: str) -> tuple[str, list[int]]:
    """`text` with plain hyphens, spaces and colons, and where in `text` each character of it
    stands, if that is another place: what nobody sees inside a number is left out."""
    if text.isascii():
        return text, []
    shown = text.translate(_PLAIN)
    gaps = {place for gap in _UNSEEN.finditer(shown) for place in range(gap.start(), gap.end())}
    if not gaps:
        return shown, []
    places = [place for place in range(len(shown)) if place not in gaps]
    return "".join(shown[place] for place in places), places


def _first_id(token: str, as_of: date | None) -> tuple[ArxivId | str, int]:
    """The id at the start of `token`, and where it ends. A token may hold line breaks that a
    wrapped URL got: the shortest run of its pieces that is an id counts, else the first piece is
    malformed."""
    pieces = _BREAK.split(token)
    ends = [match.start() for match in _BREAK.finditer(token)] + [len(token)]
    for count in range(1, len(pieces) + 1):
        joined = "".join(pieces[:count])
        match = _ID.match(joined)
        if match and isinstance(named := _checked(match, as_of), ArxivId):
            beyond = len(joined) - match.end()
            return named, ends[count - 1] - beyond
    first = pieces[0].rstrip("./-%")
    match = _ID.match(first)
    return (_checked(match, as_of) if match else _unfit(first)), len(first)


def _checked(match: re.Match[str], as_of: date | None) -> ArxivId | str:
    """An id of the right shape, or what is wrong with its numbers."""
    archive, version = match["archive"], match["version"]
    year_month, number = match["yymm"] or match["old_yymm"], match["number"] or match["old_number"]
    year, month = int(year_month[:2]), int(year_month[2:])
    century = 1900 if archive and year >= 91 else 2000
    when = (century + year, month)
    if not 1 <= month <= 12:
        return f"there is no month {year_month[2:]}"
    if archive and not (1991, 7) <= when <= (2007, 3):
        return f"ids with an archive were given from 9107 to 0703, not in {year_month}"
    if archive and archive.lower() not in ARCHIVES:
        return f"there is no archive {archive}"
    if not archive and when < (2007, 4):
        return f"ids without an archive begin with 0704, not {year_month}"
    digits = 3 if archive else 4 if when < (2015, 1) else 5
    if len(number) != digits:
        return f"an id of {year_month} has {digits} digits at its end, not {len(number)}"
    if not int(number):
        return "numbering begins with 1"
    if version and version[0] == "0":
        return "versions begin with v1"
    if as_of and when > (as_of.year, as_of.month):
        return f"its month, {when[0]}-{when[1]:02}, is after {as_of}"
    base = f"{archive.lower()}/{year_month}{number}" if archive else f"{year_month}.{number}"
    return ArxivId(base, int(version) if version else None)


def _unfit(token: str) -> str:
    if "/" in token:
        return f"{token[:40]!r} is not an archive and seven digits"
    return f"{token[:40]!r} is not YYMM.NNNNN"


# One character for one: hyphens, spaces, colons of Chinese and Japanese text.
_PLAIN = {
    **{ord(c): "-" for c in "\u2010\u2011\u2012\u2013"},
    **{ord(c): " " for c in "\xa0\u202f\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"},
    0xFF1A: ":",
}
_UNSEEN = re.compile(
    r"(?<=[0-9a-zA-Z./:-])[\u00ad\u200b-\u200f\u2060\ufeff]{1,8}(?=[0-9./:]|v[0-9])"
)
_WRAPPING = "\u200b\u200c\u200d\u2060\ufeff \t\r\n<>()[]{}\"'`\u201c\u201d\u2018\u2019,;:."
_BREAK = re.compile(r"[ \t]{0,8}\r?\n[ \t]{0,8}")
_GAP = rf"(?:{_BREAK.pattern}|[ \t]{{0,2}})"
_ID = re.compile(
    r"(?:(?P<yymm>[0-9]{4})\.(?P<number>[0-9]{4,6})"
    r"|(?P<archive>[a-z]{1,10}(?:-[a-z]{1,5})?)(?:\.[a-z]{2,6}(?:-[a-z]{1,5})?)?(?:/|%2f)"
    r"(?P<old_yymm>[0-9]{4})(?P<old_number>[0-9]{2,4}))"
    r"(?:v(?P<version>[0-9]{1,4}))?(?![a-z0-9]|\.[0-9])",
    re.I | re.A,
)
_URL = (
    r"(?:(?:https?://)?(?:"
    r"(?:[a-z0-9]{1,12}\.){0,2}arxiv\.org/GAP(?:abs|pdf|html|format|ps|src|e-print)"
    r"|xxx\.lanl\.gov/GAP(?:abs|pdf)|ar5iv\.org/GAP(?:abs|html)"
    r"|(?:www\.)?alphaxiv\.org/GAP(?:abs|pdf|html|overview)"
    r"|(?:huggingface\.co|hf\.co)/GAPpapers)/GAP"
    r"|(?:(?:https?://)?(?:dx\.)?doi\.org/GAP|doi:[ ]?)?10\.48550/GAParxiv\.GAP)"
).replace("GAP", _GAP)
_KIND = r"(?:[ ](?:e-?prints?|preprints?|identifier|id|number|nr\.?|no\.?)){0,2}"
_LABEL = rf"(?:oai:)?arxiv(?:\.org)?{_KIND}[ ]?:{_GAP}"
_BEFORE_NUMBER = rf"arxiv{_KIND}[ ]{{1,2}}"  # arXiv 2001.08361, arXiv preprint 2001.08361
_WEAK_LABEL = r"(?:(?:www\.)?arxiv(?:\.org)?[#=/._-]|abs/|pdf/)"
_CHUNK = r"[0-9a-z_./%-]"
_TOKEN = rf"[0-9a-z]{_CHUNK}{{0,63}}"
_WRAPPED_TOKEN = rf"{_TOKEN}(?:{_BREAK.pattern}{_CHUNK}{{1,63}}){{0,2}}"
# What stands behind "arXiv:" and wants to be an id, placeholders included.
_PRETENDS = re.compile(
    r"[0-9x]{2,4}\.[0-9x]{3}|[0-9]{6}|[a-z-]{2,10}(?:\.[a-z-]{2,9})?/[0-9x]{3}|x{4}|tbd\b|id(?:_|\b)",
    re.I | re.A,
)
_TAIL = re.compile(r"/?(?:\.pdf|\.html?)?[./%-]{0,3}", re.I | re.A)
_URL_TAIL = re.compile(r"(?:\.pdf\b|\.html\b)?(?:[?#][^\s<>\"'`)\]}]{0,200})?", re.I | re.A)
_WHOLE = re.compile(
    rf"(?:arxiv preprint )?(?:{_URL}|{_LABEL}|{_WEAK_LABEL}|{_BEFORE_NUMBER}(?=[0-9]))?"
    rf"(?P<token>{_WRAPPED_TOKEN})(?:[?#]\S{{0,300}})?"
    r"[>)\]]?(?:\s{0,3}\[[a-z-]{2,12}(?:\.[a-z-]{2,12})?\]?)?(?:\s{1,3}[0-9]{1,2} [a-z]{3} "
    r"[0-9]{4})?",
    re.I | re.A,
)
_NUMBER_BEFORE = r"(?<![0-9a-z./$€£¥₹^%±≈])(?<![$€£¥₹±≈][ ])(?<![^0-9a-z]-)(?<!^-)"
_NUMBER_AFTER = (
    r"(?![0-9a-z^]|\.[0-9]|[ ]?[%‰°$€£¥₹\xd7±]|[ ](?:percent|per[ "
    r"]cent|usd|eur|gbp|jpy|cny|dollars?|euros?|pounds?"
    r"|[kmg]?hz|[kmgt]ev|[kmgt]i?b|[kcmn]m|kg|ms|seconds?|minutes?|hours?)\b)"
)
_IN_PROSE = re.compile(
    rf"(?<![0-9a-z.@-])(?:{_URL}(?P<linked>{_WRAPPED_TOKEN})"
    rf"|{_LABEL}(?P<labelled>{_TOKEN}(?:(?<=\.){_BREAK.pattern}{_CHUNK}{{1,63}})?)"
    rf"|{_BEFORE_NUMBER}(?P<numbered>[0-9]{{4}}\.[0-9]{{4,6}}(?:v[0-9]{{1,4}})?(?![0-9a-z]|\.[0-9])))"
    rf"|(?:{_NUMBER_BEFORE}|(?<![0-9a-z.-]){_WEAK_LABEL})"
    rf"(?P<bare>[0-9]{{4}}\.[0-9]{{4,5}}(?:v[0-9]{{1,4}})?{_NUMBER_AFTER}"
    r"|[a-z]{1,10}(?:-[a-z]{1,5})?(?:\.[a-z]{2,6}(?:-[a-z]{1,5})?)?/[0-9]{7}(?:v[0-9]{1,4})?(?![0-9a-z/]|\.[0-9]))",
    re.I | re.A,
)
