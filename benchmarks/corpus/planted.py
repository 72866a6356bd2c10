"""Papers that no mirror need hold, for what real records cannot show: versions, earlier titles,
withdrawals, old ids, series, authors with particles. Everything here is invented."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import count

from benchmarks.corpus import Case
from retest.domain.paper import Paper

NEWEST = Paper(
    id="2609.00001",
    title="The Last Paper of This Small Mirror",
    abstract="It only marks the end of what is known here.",
    published=date(2026, 9, 1),
    version=1,
    authors=("Nobody Inparticular",),
)
TOPICS = (
    ("Tidal Gradients", "Harbour Models", "Salt Marsh Tokens"),
    ("Copper Attention", "Foundry Agents", "Slag Embeddings"),
    ("Orchard Pruning", "Apple Decoders", "Graft Adapters"),
    ("Lantern Retrieval", "Dusk Corpora", "Moth Queries"),
    ("Quarry Sampling", "Granite Priors", "Dust Tokenisers"),
    ("Weaver Routing", "Loom Experts", "Thread Caches"),
    ("Glacier Unlearning", "Moraine Probes", "Meltwater Losses"),
    ("Beacon Alignment", "Pilot Rewards", "Fogbank Preferences"),
)
FIRST = ("Ada", "Björn", "Chimamanda", "Dževad", "Émilie", "Færa", "Gülşen", "Håkon")
LAST = (
    "van der Meer",
    "Løvås",
    "Okonkwo",
    "Karahasan",
    "d'Aubigné",
    "O'Shea-Nakamura",
    "Y\u0131ld\u0131z",
    "de la Cruz",
)
OLD = (
    "hep-th/9901001",
    "cs/0112017",
    "math/0309136",
    "cond-mat/0207270",
    "quant-ph/0201082",
    "astro-ph/0601001",
    "gr-qc/9310026",
    "q-bio/0701001",
)
OLD_CLASS = {
    "math": "math.GT",
    "cond-mat": "cond-mat.stat-mech",
    "cs": "cs.CL",
    "q-bio": "q-bio.NC",
}
OLD_FORMS = (
    "{}",
    "arXiv:{}",
    "{}v1",
    "https://arxiv.org/abs/{}",
    "http://arxiv.org/pdf/{}v1",
    "10.48550/arXiv.{}",
    "https://doi.org/10.48550/arXiv.{}",
    "[{}].",
)
TITLE, RESOLVES = frozenset({"wrong-title"}), frozenset({"not-found"})


def made() -> tuple[list[Paper], list[Case]]:
    """The papers, and the citations of them."""
    papers, cases = [NEWEST], []
    number = count(90_001)
    for i, topic in enumerate(TOPICS):
        for kind in (_versions, _withdrawn, _series, _particles):
            for paper, own in kind(i, topic, number):
                papers.append(paper)
                cases.extend(own)
        paper = _paper(
            OLD[i], f"Notes on {topic[0]} before {topic[1]}", topic, version=1, day=date(2002, 1, 2)
        )
        papers.append(paper)
        forms = [form.format(OLD[i]) for form in OLD_FORMS]
        archive, _, rest = OLD[i].partition("/")
        forms += [f"{OLD_CLASS[archive]}/{rest}"] if archive in OLD_CLASS else [OLD[i].upper()]
        cases += [
            Case(
                "old id, any form",
                {"id": form, "title": paper.title},
                "grounded",
                "it is here",
                found=OLD[i],
            )
            for form in forms
        ]
        newer = {"id": f"2611.{10_001 + i}", "title": topic[0]}
        cases.append(
            Case("id newer than the mirror", newer, "unverifiable", "the mirror ends before it")
        )
    return papers, cases


def _paper(
    arxiv_id: str, title: str, topic: tuple[str, ...], version: int, day: date, **more: object
) -> Paper:
    abstract = (
        f"We ask how {topic[0].lower()} bear on {topic[1].lower()} when {topic[2].lower()} are "
        "scarce. In trials on 14 "
        f"harbours the error falls from 9.1% to 6.4%, and it does not rise again in later months."
    )
    return Paper.model_validate(
        {
            "id": arxiv_id,
            "title": title,
            "abstract": abstract,
            "published": day,
            "version": version,
            "authors": ("Maud Ellery", "Ivo Tarn"),
            **more,
        }
    )


def _versions(
    i: int, topic: tuple[str, ...], number: Iterator[int]
) -> Iterator[tuple[Paper, list[Case]]]:
    arxiv_id, now, before = (
        f"2403.{next(number)}",
        f"{topic[0]} Revisited for {topic[1]}",
        f"{topic[2]} Considered Harmful",
    )
    paper = _paper(
        arxiv_id,
        now,
        topic,
        3,
        date(2024, 3, 1 + i),
        other_titles=(before,),
        updated=date(2024, 9, 1),
    )
    yield (
        paper,
        [
            Case(
                "version that exists",
                {"id": f"{arxiv_id}v{1 + i % 3}", "title": now},
                "grounded",
                "there are three",
            ),
            Case(
                "version beyond the newest",
                {"id": f"{arxiv_id}v{4 + i}"},
                "rejected",
                "there are three",
                RESOLVES,
            ),
            Case(
                "earlier title",
                {"id": arxiv_id, "title": before},
                "grounded",
                "the first version's title",
            ),
            Case(
                "earlier title",
                {"id": f"{arxiv_id}v1", "title": before.lower()},
                "grounded",
                "version 1's title",
            ),
            Case(
                "earlier title alone",
                {"title": before},
                "grounded",
                "the first version's title",
                found=arxiv_id,
            ),
            Case(
                "two titles mixed",
                {"id": arxiv_id, "title": f"{topic[2]} Revisited for {topic[1]}"},
                "rejected",
                "half of either title",
                TITLE,
            ),
        ],
    )


def _withdrawn(
    i: int, topic: tuple[str, ...], number: Iterator[int]
) -> Iterator[tuple[Paper, list[Case]]]:
    arxiv_id, title = f"2404.{next(number)}", f"Why {topic[1]} Converge under {topic[2]}"
    paper = _paper(arxiv_id, title, topic, 2, date(2024, 4, 1 + i), withdrawn=True)
    line = {"id": arxiv_id} if i % 2 else {"id": arxiv_id, "title": title}
    yield (
        paper,
        [Case("withdrawn", line, "rejected", "its authors took it back", frozenset({"withdrawn"}))],
    )


def _series(
    i: int, topic: tuple[str, ...], number: Iterator[int]
) -> Iterator[tuple[Paper, list[Case]]]:
    """Two parts of one work, and a third that has the first's name."""
    style = ("{} and {}, Part I{}", "{} and {} {}", "{} and {}: Volume {}", "{}-{} on {}")[i % 4]
    ends = {0: ("", "I"), 1: ("2023", "2024"), 2: ("One", "Two"), 3: ("Graphs", "Trees")}[i % 4]
    ids = [f"2405.{next(number)}", f"2405.{next(number)}"]
    titles = [style.format(topic[0], topic[1], end) for end in ends]
    for k in (0, 1):
        yield (
            _paper(ids[k], titles[k], topic, 1, date(2024, 5, 1 + i)),
            [
                Case(
                    "part of a series",
                    {"id": ids[k], "title": titles[k]},
                    "grounded",
                    "its own title",
                ),
                Case(
                    "the other part's title",
                    {"id": ids[k], "title": titles[1 - k]},
                    "rejected",
                    "its sibling",
                    TITLE,
                ),
                Case(
                    "part of a series alone",
                    {"title": titles[k]},
                    "grounded",
                    "its own title",
                    found=ids[k],
                ),
            ],
        )


def _particles(
    i: int, topic: tuple[str, ...], number: Iterator[int]
) -> Iterator[tuple[Paper, list[Case]]]:
    """Authors whose names are hard to take apart."""
    arxiv_id, title = f"2406.{next(number)}", f"A Field Guide to {topic[2]} and {topic[0]}"
    people = [(FIRST[i], LAST[i]), (FIRST[(i + 3) % 8], LAST[(i + 5) % 8])]
    paper = _paper(
        arxiv_id,
        title,
        topic,
        1,
        date(2024, 6, 1 + i),
        authors=tuple(f"{a} {b}" for a, b in people),
    )
    forms = [
        [f"{b}, {a}" for a, b in people],
        [f"{a[0]}. {b}" for a, b in people],
        [f"{b}, {a[0]}." for a, b in people],
        [b for _, b in people],
        [f"{a} {b}".upper() for a, b in people],
    ]
    yield (
        paper,
        [
            *(
                Case(
                    "authors: particles",
                    {"id": arxiv_id, "title": title, "authors": form},
                    "grounded",
                    "the same people",
                )
                for form in forms
            ),
            Case(
                "authors: other particles",
                {
                    "id": arxiv_id,
                    "title": title,
                    "authors": ["Ada Nakamura-Smythe", "Jo van Zandt"],
                },
                "rejected",
                "others",
                frozenset({"wrong-authors", "wrong-author", "wrong-title"}),
            ),
        ],
    )
