"""The bundled annotated library: real papers, each with a synopsis in a librarian's own words and a
reader's stances.

snapshot: "2026-11-24"
papers:
  - id: "2401.01234"                # quoted: YAML reads 2401.10 as a number
    version: 1                      # or left out
    title: ...
    authors: [...]
    published: "2024-01-03"
    date_source: arxiv              # where the day comes from, for people
    synopsis: [sentence, ...]
    stances: [{claim: ..., stance: ..., sentences: [1], lever: ..., why: ...}]

A stance is a word (supports, qualifies, contradicts, unrelated), or says side, case and which in
its place: {claim: ..., side: against, case: special, which: ..., sentences: [1], why: ...}. A paper
may have several on one claim.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar, get_args

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from retest.domain.line import Window
from retest.domain.paper import Annotation, Lookup, Paper, Query, Unknown
from retest.domain.verdict import POINT_OF, Case, Condition, NotedStance, Side
from retest.errors import FileError
from retest.papers.index import PaperIndex
from retest.papers.source import Seen

_ID = re.compile(r"\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7}", re.ASCII)
_LOADER = getattr(
    yaml, "CSafeLoader", yaml.SafeLoader
)  # the C one is ten times as fast, where PyYAML has it


Chosen = TypeVar("Chosen", bound=str)


@dataclass(frozen=True, slots=True)
class Library:
    """Papers as known on the day `snapshot`, and by paper id what its readers wrote down."""

    snapshot: date
    papers: tuple[Paper, ...]
    annotations: Mapping[str, tuple[Annotation, ...]]

    @property
    def annotated(self) -> dict[str, frozenset[str]]:
        """The papers that readers made a note of, by claim."""
        found: dict[str, set[str]] = {}
        for paper, notes in self.annotations.items():
            for note in notes:
                found.setdefault(note.claim, set()).add(paper)
        return {claim: frozenset(papers) for claim, papers in found.items()}


class LibrarySource:
    """A library as a paper source, searched like the mirror; its abstracts are the synopses."""

    name = "library"

    def __init__(self, library: Library) -> None:
        self.until: date | None = library.snapshot
        self._papers = {paper.id: paper for paper in library.papers}
        self._index = PaperIndex.of(library.papers)

    def search(self, query: Query, window: Window, limit: int) -> list[Paper]:
        return self._index.search(query, window, limit)

    def search_all(self, queries: Sequence[Query], window: Window, limit: int) -> list[list[Paper]]:
        return [self.search(query, window, limit) for query in queries]

    def search_noted(
        self, queries: Sequence[Query], window: Window, limit: int
    ) -> tuple[list[list[Paper]], None]:
        return self.search_all(queries, window, limit), None

    def unchanged(self, queries: Sequence[Query], window: Window, seen: Seen) -> None:
        del queries, window, seen  # nothing is noted here, so nothing is known to be as it was

    def get(self, ids: Sequence[str]) -> dict[str, Lookup]:
        """A paper that is not in the library may well exist: it is Unknown, never Missing."""
        unknown = f"the bundled library holds only {len(self._papers)} papers"
        return {i: self._papers.get(i) or Unknown(id=i, reason=unknown) for i in ids}

    def titled(self, titles: Sequence[str]) -> dict[str, tuple[Paper, ...] | Unknown]:
        return {title: self._index.titled(title) for title in titles}

    def other_titles(self, papers: Sequence[Paper]) -> dict[str, tuple[str, ...] | Unknown]:
        del papers  # they hold every title that is known here
        return {}


def load_library(path: Path) -> Library:
    """The library in a YAML file. Raises FileError with file, line, what was found and what was
    expected."""
    try:
        root = yaml.compose(path.read_text(encoding="utf-8"), Loader=_LOADER)
    except OSError as error:
        raise FileError(
            path, None, f"no readable file ({error.strerror})", "an annotated library"
        ) from error
    except UnicodeDecodeError as error:
        raise FileError(path, None, "bytes that are not UTF-8", "UTF-8 text") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        found = str(getattr(error, "problem", None) or error)
        raise FileError(path, mark.line + 1 if mark else None, found, "YAML") from error
    return _Reader(path).library(root)


class _Reader:
    """Reads composed nodes, which know their lines. Every method raises FileError."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def library(self, root: Node | None) -> Library:
        keys = self._keys(root, required=("snapshot", "papers"))
        papers: dict[str, Paper] = {}
        annotations: dict[str, tuple[Annotation, ...]] = {}
        for entry in self._items(keys["papers"]):
            paper, stances = self._paper(entry)
            if paper.id in papers:
                raise self._error(entry, f"a second paper {paper.id}", "each paper once")
            papers[paper.id] = paper
            annotations[paper.id] = stances
        return Library(self._day(keys["snapshot"]), tuple(papers.values()), annotations)

    def _paper(self, node: Node) -> tuple[Paper, tuple[Annotation, ...]]:
        keys = self._keys(
            node,
            required=("id", "title", "authors", "published", "date_source", "synopsis", "stances"),
            optional=("version",),
        )
        synopsis = self._texts(keys["synopsis"])
        self._text(keys["date_source"])
        paper = Paper(
            id=self._id(keys["id"]),
            version=self._number(keys["version"]) if "version" in keys else None,
            title=self._text(keys["title"]),
            authors=self._texts(keys["authors"]),
            published=self._day(keys["published"]),
            abstract=" ".join(synopsis),
            synopsis=synopsis,
        )
        return paper, tuple(
            self._annotation(entry, len(synopsis)) for entry in self._items(keys["stances"])
        )

    def _annotation(self, node: Node, last: int) -> Annotation:
        worded = isinstance(node, MappingNode) and any(
            getattr(key, "value", "") == "side" for key, _ in node.value
        )
        keys = self._keys(
            node,
            required=("claim", "side" if worded else "stance", "sentences", "why"),
            optional=("lever", "case", "which") if worded else ("lever",),
        )
        numbers = []
        for entry in self._items(keys["sentences"]):
            numbers.append(self._number(entry))
            if numbers[-1] > last:
                raise self._error(
                    entry,
                    f"sentence {numbers[-1]}",
                    f"the number of a synopsis sentence, 1 to {last}",
                )
        side, case, which = self._point(keys)
        if bool(numbers) == (side is None):
            expected = "no sentences" if numbers else "the numbers of the sentences that show it"
            said = "unrelated" if side is None else (keys.get("stance") or keys["side"]).value
            raise self._error(keys["sentences"], f"{len(numbers)} sentences for {said!r}", expected)
        lever: Condition | None = None
        if "lever" in keys and not keys["lever"].tag.endswith(":null"):
            lever = self._one_of(keys["lever"], get_args(Condition))
        claim, why = self._text(keys["claim"]), self._text(keys["why"])
        return Annotation(
            claim=claim,
            side=side,
            case=case,
            which=which,
            sentences=tuple(numbers),
            lever=lever,
            why=why,
        )

    def _point(self, keys: Mapping[str, Node]) -> tuple[Side | None, Case, str]:
        """Side, case and which special case; a stance in one word is a point by POINT_OF."""
        if "stance" in keys:
            stance: NotedStance = self._one_of(keys["stance"], get_args(NotedStance))
            return (None, "ordinary", "") if stance == "unrelated" else (*POINT_OF[stance], "")
        side: Side = self._one_of(keys["side"], get_args(Side))
        case: Case = "ordinary"
        if "case" in keys:
            case = self._one_of(keys["case"], get_args(Case))
        which = self._text(keys["which"]) if "which" in keys else ""
        if bool(which) != (case == "special"):
            expected = "`which` with `case: special`, and only there"
            raise self._error(keys.get("which") or keys["side"], f"a case {case}", expected)
        return side, case, which

    def _keys(
        self, node: Node | None, required: Sequence[str], optional: Sequence[str] = ()
    ) -> dict[str, Node]:
        if not isinstance(node, MappingNode):
            raise self._error(node, _kind(node), f"a mapping with {', '.join(required)}")
        found: dict[str, Node] = {}
        for key, value in node.value:
            name = self._text(key)
            if name in found or name not in (*required, *optional):
                raise self._error(
                    key,
                    f"{'a second' if name in found else 'the unknown'} key {name!r}",
                    f"each of {', '.join((*required, *optional))} once",
                )
            found[name] = value
        for name in required:
            if name not in found:
                raise self._error(node, f"no {name}", f"{', '.join(required)}")
        return found

    def _items(self, node: Node) -> list[Node]:
        if not isinstance(node, SequenceNode):
            raise self._error(node, _kind(node), "a list")
        return list(node.value)

    def _texts(self, node: Node) -> tuple[str, ...]:
        return tuple(self._text(entry) for entry in self._items(node))

    def _text(self, node: Node) -> str:
        if not isinstance(node, ScalarNode) or not node.tag.endswith(":str"):
            raise self._error(
                node, _kind(node), "a text; quote what YAML would read as something else"
            )
        if not node.value.strip():
            raise self._error(node, "an empty text", "a text")
        return " ".join(node.value.split())

    def _id(self, node: Node) -> str:
        if (
            not isinstance(node, ScalarNode)
            or node.style not in ("'", '"')
            or not _ID.fullmatch(node.value)
        ):
            raise self._error(
                node,
                f"id {_kind(node)}",
                'an arXiv id without version, in quotes, like "2401.01234"',
            )
        return str(node.value)

    def _day(self, node: Node) -> date:
        try:
            return date.fromisoformat(node.value if isinstance(node, ScalarNode) else "")
        except ValueError:
            raise self._error(node, _kind(node), "a day as YYYY-MM-DD") from None

    def _number(self, node: Node) -> int:
        if (
            isinstance(node, ScalarNode)
            and not node.style
            and re.fullmatch(r"[1-9]\d{0,3}", node.value, re.ASCII)
        ):
            return int(node.value)
        raise self._error(node, _kind(node), "a number from 1")

    def _one_of(self, node: Node, values: tuple[Chosen, ...]) -> Chosen:
        text = self._text(node)
        for value in values:
            if text == value:
                return value
        raise self._error(node, repr(text), f"one of {', '.join(values)}")

    def _error(self, node: Node | None, found: str, expected: str) -> FileError:
        return FileError(self._path, node.start_mark.line + 1 if node else None, found, expected)


def _kind(node: Node | None) -> str:
    """A node in words, short."""
    if isinstance(node, ScalarNode):
        return f"{node.value!r}"[:60]
    return (
        "a mapping"
        if isinstance(node, MappingNode)
        else "a list"
        if isinstance(node, SequenceNode)
        else "nothing"
    )
