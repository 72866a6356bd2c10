"""The papers of the ladder's cases: invented, each with something that citations get wrong about
real ones."""

from __future__ import annotations

from datetime import date

from retest.domain.line import Window
from retest.domain.paper import Paper

AS_OF = date(2026, 11, 24)
WINDOW = Window(opens=date(2025, 1, 31), as_of=AS_OF)
CLAIM = "Wind alone drives the seiches of small lakes."

PAPERS = [
    Paper(
        id="2503.04567",
        version=3,
        published=date(2025, 3, 6),
        authors=("Łucja Brönte-Wójcik", "Xin Wang", "J. M. Oakes"),
        title="SeicheNet: Pre-Training a $\\beta$-VAE on Lake Levels",
        other_titles=("Lake Levels Without Labels",),
        abstract=(
            "It is often said that wind alone drives the seiches of small lakes. We test this on "
            "113 lakes---from the Alps to Finland---with self-supervised pre-training. Contrary "
            "to that view, wind explains only $13.5\\%$ of the variance, and pressure does not "
            "act alone either. Errors fall by $-2.5$ points over 10$^{2}$ runs, but the model's "
            "size matters more than its data. The ﬁnal “score” is 0.91."
        ),
    ),
    Paper(
        id="2410.00123",
        version=1,
        published=date(2024, 10, 2),
        authors=("Ana Oakes",),
        title="Seiches of Small Lakes, Part I: Theory",
        abstract="Seiches of small lakes follow a simple theory of waves.",
    ),
    Paper(
        id="2504.00123",
        version=1,
        published=date(2025, 4, 2),
        authors=("Ana Oakes",),
        title="Seiches of Small Lakes, Part II: Measurements",
        abstract="We measure the seiches of forty small lakes for a year. Depth does not change "
        "their period at all.",
    ),
    Paper(
        id="2505.11111",
        version=2,
        published=date(2025, 5, 5),
        authors=("Bo Li",),
        withdrawn=True,
        title="The Moon Moves Every Pond",
        abstract="This paper has been withdrawn by its author.",
    ),
    Paper(
        id="hep-th/9901001",
        version=1,
        published=date(1999, 1, 1),
        authors=("C. Old",),
        title="Waves on Branes",
        abstract="We find waves on branes in a theory of old.",
    ),
    Paper(
        id="2611.30001",
        version=1,
        published=date(2026, 11, 25),
        authors=("Too New",),
        title="A Paper of Tomorrow",
        abstract="It does not exist on the day on which the tests stand.",
    ),
]
