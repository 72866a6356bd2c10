"""A literature of seven invented papers on the tides of small lakes, small enough to be known by
heart."""

from __future__ import annotations

from datetime import date

from retest.domain.paper import Paper

ANCHOR = Paper(
    id="2501.00001",
    version=1,
    published=date(2025, 1, 10),
    title="Wind and the tides of small lakes",
    abstract="We measure the tides of forty small lakes. Wind drives the tides of small lakes in "
    "every case.",
)
AGREES = Paper(
    id="2603.00001",
    version=1,
    published=date(2026, 3, 1),
    title="Wind tides of small lakes, measured again",
    abstract=(
        "Tides of small lakes have been laid to the wind. We repeat the measurement with better "
        "gauges on ninety lakes. In all ninety lakes the wind explains at least 80% of the tide."
    ),
)
LIMITS = Paper(
    id="2604.00002",
    version=2,
    published=date(2026, 4, 5),
    title="When lakes freeze: tides of small lakes under ice",
    abstract=(
        "Wind is held to drive the tides of small lakes. We gauge eleven lakes through a winter. "
        "Under ice the wind explains none of the tide, while in summer it explains 75% of it."
    ),
)
DENIES = Paper(
    id="2605.00003",
    version=1,
    published=date(2026, 5, 9),
    title="The moon, not the wind, moves small lakes",
    abstract=(
        "We separate wind and moon in the tides of small lakes by a year of gauges. "
        "The moon explains 95% of the tide in every lake and the wind explains none of it."
    ),
)
DEPTH = Paper(
    id="2606.00004",
    version=1,
    published=date(2026, 6, 2),
    title="Depth and the tides of small lakes",
    abstract="We compare shallow and deep lakes. The tides of small lakes grow with depth up to "
    "twenty metres.",
)
ASIDE = Paper(
    id="2607.00005",
    version=1,
    published=date(2026, 7, 1),
    title="Fish of small lakes and their tides of appetite",
    abstract="We count fish in small lakes. Appetite follows the season and has no tides worth "
    "the name.",
)
WITHDRAWN = Paper(
    id="2607.00006",
    version=2,
    published=date(2026, 7, 7),
    title="Wind tides of small lakes revisited",
    abstract="This paper has been withdrawn by the authors because of an error in the gauges of "
    "the lakes.",
    withdrawn=True,
)
PAPERS = (ANCHOR, AGREES, LIMITS, DENIES, DEPTH, ASIDE, WITHDRAWN)
