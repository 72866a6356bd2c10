"""Some papers for tests, made up."""

from __future__ import annotations

from datetime import date

from retest.domain.line import Window
from retest.domain.paper import Paper

WINDOW = Window(opens=date(2023, 6, 1), as_of=date(2026, 1, 1))


def paper(
    arxiv_id: str, title: str, abstract: str = "We study it.", *, published: date = date(2024, 2, 2)
) -> Paper:
    return Paper(
        id=arxiv_id,
        title=title,
        abstract=abstract,
        published=published,
        version=1,
        updated=published,
    )


PAPERS = [
    Paper(
        id="2301.00001",
        title="Scaling laws for tiny models",
        abstract="Loss falls with size, as a power law.",
        published=date(2023, 1, 1),
        version=1,
        updated=date(2023, 1, 1),
        authors=("Ada Test",),
        categories=("cs.LG",),
    ),
    Paper(
        id="2402.00002",
        title="Scaling laws do not hold for small models & tasks",
        abstract="We re-test scaling laws at 1.5B parameters. They fail on 3 < 4 tasks.",
        published=date(2024, 2, 2),
        version=3,
        updated=date(2024, 5, 6),
        authors=("Bo Probe", "Cy Check"),
        categories=("cs.CL", "cs.LG"),
    ),
    Paper(
        id="2403.00003",
        title="Chain-of-thought prompting in naïve language models",
        abstract="Size is not needed; laws of thought are.",
        published=date(2024, 3, 3),
        version=1,
        updated=date(2024, 3, 3),
        authors=("Di Proof",),
        categories=("cs.CL",),
    ),
    Paper(
        id="hep-th/9901001",
        title="Models of strings",
        abstract="Strings are modelled.",
        published=date(1999, 1, 1),
        version=1,
        updated=date(1999, 1, 1),
        authors=("Ed String",),
        categories=("hep-th",),
    ),
]
