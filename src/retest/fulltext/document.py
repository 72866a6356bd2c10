"""A paper's full text as a list of passages, whatever form it was read from."""

from __future__ import annotations

from typing import Literal, Protocol, get_args

from retest.domain import Frozen
from retest.domain.paper import Paper

Role = Literal[
    "abstract",
    "introduction",
    "related work",
    "method",
    "results",
    "discussion",
    "limitations",
    "conclusion",
    "appendix",
    "other",
]
"""What a section is for. `other` is a heading that tells nothing."""
ROLES: tuple[Role, ...] = get_args(Role)
Kind = Literal["paragraph", "table", "caption"]
Form = Literal["html", "latex", "pdf"]
"""What a full text was read from: arXiv's HTML, the e-print's LaTeX source, or the PDF."""

LEAST_PARAGRAPHS = 5
"""A text with fewer is a stub, or a conversion that failed."""
MOST_PASSAGES = 5_000
"""Passages of one paper; the rest is left out. A thesis of 400 pages has about 3,000."""
LONGEST = 8_000
"""Characters of one passage; a longer one is cut there."""


class Passage(Frozen):
    """A paragraph, a table (a row a line, cells parted by ` | `) or a caption."""

    text: str
    kind: Kind
    role: Role
    section: str
    """The heading, with its number where there is one: `4.2 Results`. Empty before the first."""
    number: int
    """Which passage of its kind it is in its section, from 1."""
    anchor: str = ""
    """The fragment of arXiv's HTML page that shows the section, such as `S4.SS2`; empty if
    unknown."""

    @property
    def place(self) -> str:
        """Where it stands, for people: `4.2 Results, paragraph 3`."""
        section = self.section or self.role
        return f"{section}, {self.kind} {self.number}"


class FullText(Frozen):
    """The text of one version of a paper, in reading order."""

    arxiv_id: str
    version: int | None
    form: Form
    passages: tuple[Passage, ...]

    def named(self, passage: Passage) -> str:
        """Where a quote stands: `full text v2, 4.2 Results, paragraph 3`."""
        version = f" v{self.version}" if self.version else ""
        return f"full text{version}, {passage.place}"


class NoText(Frozen):
    """Why there is only an abstract of a paper."""

    arxiv_id: str
    reason: str
    asked: bool = True
    """Whether anybody was asked for one."""


class Texts(Protocol):
    """Where full texts come from. Blocks, and never raises for what a service or a file does."""

    def get(self, paper: Paper) -> FullText | NoText:
        """The text of the paper's version, or why there is none."""
        ...


class NotThatPaper(ValueError):
    """What was fetched is no full text of the paper asked for; the text says what it is."""
