"""What has the form of a title, where an unmarked one ends, and what else stands between a title
and an id."""

from __future__ import annotations

import re

_BROKEN = re.compile(r"(?<=[^\W\d_]-)\s*\n\s*(?=[^\W\d_])")
_OPEN, _CLOSE = "\"'*_`\u201c\u201e\u2018\u00ab", "\"'*_`\u201d\u201c\u2019\u00bb"
_SMALL = frozenset(
    {
        "a",
        "an",
        "the",
        "of",
        "for",
        "in",
        "on",
        "with",
        "without",
        "via",
        "to",
        "from",
        "by",
        "at",
        "and",
        "or",
        "as",
        "be",
        "can",
        "vs",
        "its",
        "into",
        "over",
        "under",
        "between",
        "beyond",
        "towards",
        "toward",
        "through",
        "using",
        "across",
        "against",
        "within",
        "but",
        "than",
        "that",
        "when",
        "who",
        "your",
        "our",
        "if",
        "so",
        "only",
        "is",
        "are",
        "do",
        "does",
        "not",
        "what",
        "how",
        "why",
        "you",
        "we",
        "it",
        "all",
        "more",
        "no",
        "about",
    }
)
"""Words that titles may write small."""
_MAY_END = frozenset(
    {
        "is",
        "are",
        "do",
        "not",
        "what",
        "how",
        "why",
        "you",
        "we",
        "it",
        "all",
        "more",
        "no",
        "about",
    }
)
"""Those of them with which a title may end; with another, something of the sentence is missing."""
_ACRONYM = re.compile(r"\([A-Z][A-Za-z0-9-]{1,9}\)$")
_YEAR = r"(?:19|20)\d\d[a-z]?"
_YEARS = re.compile(r"\d{4}\s?[-\u2013]\s?\d{4}")  # of what is told, not of the telling
_MONTHS = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)[a-z]{0,6}\.?"
_LABEL = (
    r"available|retrieved|accessed|online|url|doi|links?|pre-?prints?|arxiv(?:\.org)?|e-?prints?|corr|abs|pdf|html|at"
    r"|from|in|on|see|also|papers?|published|version|posted|submitted|to|https?|www|manuscript|technical|tech|reports?"
    rf"|working|unpublished|under|review|cs|math|stat|physics|n\.d|{_MONTHS}|{_YEAR}|\d{{1,2}}"
)
_LABELS = re.compile(rf"(?:[\W_]|(?<![^\W_])(?:{_LABEL})(?![^\W_]))*+", re.IGNORECASE)
_VENUE = (
    r"(?:(?:[Ii]n:?\s)?(?:Proc\b|Proceedings|Trans\b|Transactions|Journal|Advances\sin|Adv\.|Int\.|International\s"
    r"(?:Conf|Journal|Work|Symp|Joint)|The\s[A-Z][\w-]+\s(?:International|Conference|Annual)|IEEE|ACM\b|Annual\s|Conference"
    r"|Findings\sof|Workshop|Phys\.|Physical\sReview|Nature\b|Science\b|Nat\.|Commun\.|Communications\s|PLoS|NeurIPS|NIPS|ICML"
    r"|ICLR|AAAI|ACL\b|EMNLP|NAACL|CVPR|ICCV|ECCV|COLM|TMLR|JMLR|OpenReview|bioRxiv|Lecture\sNotes|Springer|Ph\.?D\b|\d{4}\sIEEE)"
    r"|(?:Available|Retrieved|Accessed|Preprint|ArXiv|arXiv|CoRR|Technical\sreport|Tech\.|URL|https?:|doi:|DOI:?)\b)"
)
_VENUE_START = re.compile(rf"\W*{_VENUE}")
_VENUE_BEHIND = re.compile(
    rf"(?:(?<!vs)[.?!]['\"\u201d\u2019]?|\])\s+{_VENUE}|,\s+in:?\s+[A-Z]"
    r"|,\s+(?:(?:[A-Z][\w.&-]*|of|and|the|on|for|in)\s){1,7}\d+\s?[,(:;]"
)
_JOURNAL = re.compile(r"(?:[\W_]|[A-Z][\w.]*|\d[\w-]*|(?:of|and|the|on|for|in|vol|no|pp|p)\b)*+")
_LOOSE = " \n.,;:([<|/\u2013\u2014-"
_SEPARATOR = re.compile(r"[.,;](?=\s)|[(\[|\n\u2013\u2014]")
_VOLUME = re.compile(r"\d[\d, :-]{0,20}\((?:19|20)\d\d\)|\d.{1,40}\b(?:19|20)\d\d\b")
_DROPPED = re.compile(
    r"\s?\(@[^()]{1,80}\)[\s.]*$|\.?\s\([A-Z][^(),]{1,25}\s(?:19|20)\d\d\)[\s.]*$|"
    r"\s(?:arXiv(?:\se-?prints?|\spreprints?)?|CoRR|Preprint\sat|\[[Pp]reprint\]|\([Pp]reprint\))[\s:.,]*$"
)
_SENTENCE = re.compile(
    r"(?:We|Our|They|Their|This|These|Those|It|Its|However|As|Here|Thus|Then|There|For\sexample|See|Recently?|In\s(?:this|our)"
    r"|Shows?|Finds?|Proposes?|Argues?|Introduces|Demonstrates?|Presents|Uses|Describes|Discusses|Gives|Provides|Explains"
    r"|Extends|Reports|Claims|Builds|Trains)\b"
)
_NOTE = re.compile(
    r"(?:According|Accepted|Adapted|Add|Based|Check|Comment|Commentary|Companion|Compare|Evaluate|Extended|Fix|Implement"
    r"|Presented|Published|Read|Reply|Reproduce|Response|Run|Same|See|Submitted|Test|Thanks|Today|Train|Try|Write"
    r"|Yesterday)\b"
)
_INSIDE = re.compile(
    r"\bet\sal\b|\((?:19|20)\d\d[a-z]?\)|\barXiv:|https?:|\b\d+\s(?:pages|figures|tables)\b",
    re.IGNORECASE,
)
_INITIAL = re.compile(r"(?<![\w.])[A-Z]\.[\s,)]")
_VERB = re.compile(
    r"\b(?:is|are|was|were|has|have|had|can|cannot|will|may|might|should|must|does|do|did|shows?|we|it|they)\b"
)
_CONFERENCE = (
    r"(?:NeurIPS|NIPS|ICML|ICLR|AAAI|IJCAI|ACL|EMNLP|NAACL|EACL|AACL|COLING|COLM|CVPR|ICCV|ECCV|WACV"
    r"|KDD|WWW|SIGIR|CIKM|WSDM|TMLR|JMLR|TACL|TPAMI|ICASSP|Interspeech|ICRA|IROS|CoRL|RSS|CHI|UIST"
    r"|OSDI|SOSP|NSDI|ASPLOS|MLSys|ICSE|FSE|ASE|ISSTA|USENIX|CCS|NDSS|S&P|MM|ECAI|UAI|AISTATS|LREC"
    r"|BMVC|MICCAI|VLDB|SIGMOD|ICDE|RecSys|DAC|HPCA|ISCA|MICRO)"
)
_VENUE_LINE = re.compile(
    r"(?:IEEE|ACM|The)?\s?(?:Trans\.|Transactions|Journal|Proc\.|Proceedings|Annals)\s(?:on|of|in)\b|"
    rf"(?=.*?(?:\b(?:19|20)\d\d\b|['\u2019]\d\d\b|\bWorkshop\b))"
    rf"(?=.*?\b(?:{_CONFERENCE}\b|Workshop\b|Conference\b|Symposium\b|Proceedings\b|arXiv\b))",
)
_EXPANDED = re.compile(
    r"[\w.+-]+\s?[(\uff08][^()\uff08\uff09]+[)\uff09]|(?:[\w-]+\s){1,4}\([A-Z][\w-]{1,9}\)"
)
_FILE = re.compile(r"\S+\.(?:pdf|html?|md|tex|ps)|https?:\S+", re.IGNORECASE)
_OTHER_SCRIPT = re.compile(
    "[\u0400-\u04ff\u0590-\u06ff\u0900-\u0dff\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{2}"
)
_SENTENCE_BREAK = re.compile(r"\w[\w)][.]\s+[A-Z]")
_QUOTED = re.compile(
    '\u201c([^\u201c\u201d]{3,400})\u201d|"([^"]{3,400})"|\u00ab([^\u00ab\u00bb]{3,400})\u00bb'
    "|\u201e([^\u201c\u201d]{3,400})[\u201c\u201d]|``([^`]{3,400}?)''"
)


def fold(text: str) -> str:
    """A text on one line; a word that was broken at its hyphen is one word again."""
    return " ".join(_BROKEN.sub("", text).split())


def clean(text: str) -> str | None:
    """A title without what surrounds it: quotation marks, emphasis, the full stop. None if nothing
    is left."""
    folded = fold(text).strip()
    while folded:
        bare = (
            _DROPPED.sub("", folded).strip(" ").lstrip(_OPEN).rstrip(_CLOSE).rstrip(" .,;:").strip()
        )
        if bare == folded:
            return folded
        folded = bare
    return None


def like_title(text: str) -> bool:
    """Whether a text is capitalised as titles are, and no mere name of a method: Scaling Laws for
    Language Models."""
    words = [word.strip("\"'([{$\u201c\u2018,.;:!?)]}\u201d\u2019") for word in text.split()]
    words = [word for word in words if word]
    if not 4 <= len(words) <= 45 or _ACRONYM.search(text) or words[0].islower():
        return False
    content = [word for word in words if word.casefold() not in _SMALL and not word.isdigit()]
    capital = sum(any(c.isupper() for c in word) for word in content)
    spelled = sum(word[0].isupper() and word[1:].islower() for word in words)
    joined = len(content) < len(words) or any(c in text for c in ":?") or len(words) >= 7
    fits = joined and capital >= 0.8 * len(content) and spelled >= 3
    return fits and not _INSIDE.search(text) and not _INITIAL.search(text)


def prose(title: str, lower: bool = False, stopped: bool = False) -> bool:
    """Whether what stands where a title could is none: it begins or ends as a piece of a sentence,
    or cites others. With `lower` it may begin with a small letter (k-means, pix2pix), with
    `stopped` a full stop stands behind it."""
    last = title.rsplit(maxsplit=1)[-1].casefold()
    return bool(
        (title[0].islower() and not lower and title.split(maxsplit=1)[0].islower())
        or _INSIDE.search(title)
        or (not stopped and last in _SMALL - _MAY_END)
        or (_SENTENCE.match(title) and not like_title(title))
        or len(title) > 400
        or len(_INITIAL.findall(title)) > 1  # names
    )


def no_title(text: str) -> bool:
    """Whether what stands where a title could is something else for its form: labels, a venue's
    line, a method's name with what it stands for, a file, or words of another language than that
    of arXiv's titles, which may translate one."""
    words = text.split()
    foreign = sum(any(c.isalpha() and not c.isascii() for c in word) for word in words)
    return bool(
        _LABELS.fullmatch(text)
        or (len(text) < 160 and ":" not in text and _VENUE_LINE.match(text))
        or _EXPANDED.fullmatch(text)
        or _FILE.fullmatch(text)
        or _OTHER_SCRIPT.search(text)
        or (foreign > 1 and foreign >= len(words) / 5)
    )


def asks(title: str) -> bool:
    """Whether what stands bare at the beginning of an entry begins as a note or a task does, and no
    title."""
    return bool(_NOTE.match(title))


def says_something(text: str) -> bool:
    """Whether a text has a verb that sentences have, and titles in lower case seldom."""
    return bool(_VERB.search(text))


def breaks(text: str) -> bool:
    """Whether a sentence ends in a text and another begins."""
    return bool(_SENTENCE_BREAK.search(text))


def quoted(text: str) -> list[tuple[int, int, int]]:
    """Where quotation marks open, where what is in them ends, and where they end: (start, end,
    beyond)."""
    return [
        (match.start(), match.end(match.lastindex or 0), match.end())
        for match in _QUOTED.finditer(text)
    ]


def only_labels(text: str, venue: bool = True) -> bool:
    """Whether a text between title and id is nothing but "arXiv preprint", a date, a journal and
    the like; with `venue` anything that begins as a venue does."""
    return bool(
        _LABELS.fullmatch(text)
        or (venue and _VENUE_START.match(text) and len(text) < 250)
        or (any(c.isdigit() for c in text) and len(text) < 120 and _JOURNAL.fullmatch(text))
    )


def only_journal(text: str) -> bool:
    """Whether a text is a journal, its volume and a year: Phys. Lett. B 716 (2012) 1."""
    return len(text) < 60 and bool(_JOURNAL.fullmatch(text) and _VOLUME.search(text))


def title_end(text: str, start: int, stop: int) -> int:
    """Where a title that begins at `start` ends: before its venue, and before the labels of the id
    at `stop`."""
    body = text[start:stop]
    if (venue := _VENUE_BEHIND.search(body)) and venue.start():
        body = body[: venue.start() + 1]
    while True:
        body = _DROPPED.sub("", body.rstrip(_LOOSE)).rstrip(_LOOSE)
        cuts = list(_SEPARATOR.finditer(body))
        if (
            not cuts
            or not _LABELS.fullmatch(body, cuts[-1].end())
            or _YEARS.search(body, cuts[-1].end())
        ):
            return start + len(body)
        body = body[: cuts[-1].start()]
