"""Citations of papers that do not exist, or that are not what they are said to be: all must
fail."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from benchmarks.corpus import Line, Record
from benchmarks.corpus.citations_true import initial, last_first, names
from benchmarks.corpus.papers import STOP, World, bare
from benchmarks.corpus.titles_false import (
    INVENTED,
    content_word,
    content_word_of_long,
    negated,
    noise_word,
    number,
    number_added,
    opposite,
    other_name,
    other_subtitle,
    random_title,
    sharing_words,
    sibling_title,
    subtitle_added,
    subtitle_changed,
    turned,
)

Maker = Callable[[Record, Random, World], Line | None]
MALFORMED = (
    "2413.01234",
    "2400.01234",
    "2403.1234",
    "2403.123456",
    "2403-12345",
    "24031.2345",
    "240312345",
    "2403.12345v0",
    "2403.00000",
    "0612.1234",
    "1403.12345",
    "1501.1234",
    "hep-th/0712001",
    "hep-xx/9901001",
    "hep-th/990101",
    "hep-th/9013001",
    "math/9913001",
    "2403.12a45",
    "arXiv:24O3.12345",
    "arXiv:2403.l2345",
    "2403.12345v",
    "2403,12345",
    "arXiv:",
    "https://arxiv.org/abs/",
    "https://arxiv.org/abs/240312345",
    "10.48550/arXiv.2403",
    "abcd.efghi",
    "not an id",
    "10.1145/3442188.3445922",
    "https://example.com/2403.12345x",
    "arXiv:2403.XXXXX",
    "2403.",
    ".12345",
    "\u0662\u0664\u0660\u0663.\u0661\u0662\u0663\u0664\u0665",
    "2403.12345.12345",
    "-2403.12345",
)


def absent_id(paper: Record, rng: Random, world: World) -> Line | None:
    """Of the right form, of a month long past, with a number that no month has reached."""
    made = f"{rng.randint(16, 25):02}{rng.randint(1, 12):02}.{rng.randint(48_000, 99_999)}"
    if made in world.ids:
        return None
    return rng.choice(
        [
            {"id": made},
            {"id": f"arXiv:{made}v1"},
            {"id": made, "title": paper.title},
            {"id": f"https://arxiv.org/abs/{made}"},
        ]
    )


def absent_old_id(_: Record, rng: Random, __: World) -> Line:
    archive = rng.choice(["hep-th", "cs", "math", "cond-mat", "quant-ph", "astro-ph", "math.GT"])
    return {"id": f"{archive}/{rng.randint(0, 6):02}{rng.randint(1, 12):02}{rng.randint(970, 999)}"}


def malformed(_: Record, rng: Random, __: World) -> Line:
    return {"id": rng.choice(MALFORMED)}


def future(_: Record, rng: Random, __: World) -> Line:
    return {"id": f"{rng.randint(28, 89)}{rng.randint(1, 12):02}.{rng.randint(1, 20_000):05}"}


def version(paper: Record, rng: Random, _: World) -> Line:
    return {"id": f"{paper.id}v{rng.choice([57, 99, 123, 999])}"}


def wrong_title(change: Callable[[Record, Random, World], str | None]) -> Maker:
    """A right id with a title that is not the paper's."""

    def make(paper: Record, rng: Random, world: World) -> Line | None:
        text = change(paper, rng, world)
        return {"id": paper.id, "title": text} if text and bare(text) != bare(paper.title) else None

    return make


def wrong_authors(
    change: Callable[[list[str], list[str], Random], list[str] | str | None],
) -> Maker:
    """Right id and title; names of whom none shares a part with an author of the paper."""

    def make(paper: Record, rng: Random, world: World) -> Line | None:
        own, strangers = names(paper), names(rng.choice(world.records))
        parts = {bare(part) for name in paper.authors for part in name.split()}
        if (
            not own
            or not strangers
            or any(bare(part) in parts for name in strangers for part in name.split())
        ):
            return None
        made = change(own, strangers, rng)
        return {"id": paper.id, "title": paper.title, "authors": made} if made else None

    return make


def same_family(paper: Record, rng: Random, _: World) -> Line | None:
    """The right family names, with other people's first names."""
    own = names(paper)
    firsts = [
        "Quentin",
        "Brunhilde",
        "Xerxes",
        "Oonagh",
        "Zebedee",
        "Ulrike",
        "Vasco",
        "Ygritte",
        "Kazimir",
        "Ludmila",
    ]
    made = [
        f"{first} {name.split()[-1]}"
        for first, name in zip(rng.sample(firsts, len(firsts)), own, strict=False)
    ]
    initials = [(m[0], name[0]) for m, name in zip(made, own, strict=False)]
    return (
        {"id": paper.id, "title": paper.title, "authors": made}
        if own and all(a != b for a, b in initials)
        else None
    )


def invented_alone(_: Record, rng: Random, world: World) -> Line | None:
    topics = [
        w.title()
        for w in rng.choice(world.records).title.split()
        if w.isalpha() and w.lower() not in STOP
    ]
    if len(topics) < 2:
        return None
    text = rng.choice(INVENTED).format(*rng.sample(topics, 2))
    return {"title": text} if not world.titles[bare(text)] else None


def alone(change: Callable[[Record, Random, World], str | None]) -> Maker:
    """A title without an id, that no paper has."""

    def make(paper: Record, rng: Random, world: World) -> Line | None:
        text = change(paper, rng, world)
        return {"title": text} if text and not world.titles[bare(text)] else None

    return make


def real_title_other_authors(paper: Record, rng: Random, world: World) -> Line | None:
    made = wrong_authors(lambda _, strangers, __: strangers)(paper, rng, world)
    return (
        {k: v for k, v in made.items() if k != "id"}
        if made and world.titles[bare(paper.title)] == 1
        else None
    )


ID, RESOLVES = frozenset({"malformed-id"}), frozenset({"not-found"})
TITLE = frozenset({"wrong-title"})
AUTHOR = frozenset({"wrong-authors", "wrong-author", "wrong-title"})
FALSE: dict[str, tuple[Maker, frozenset[str]]] = {
    "id that does not exist": (absent_id, RESOLVES),
    "old id that does not exist": (absent_old_id, RESOLVES),
    "malformed id": (malformed, ID),
    "id of a month to come": (future, ID),
    "version that does not exist": (version, RESOLVES),
    "another paper's title": (wrong_title(random_title), TITLE),
    "nearest sibling's title": (wrong_title(sibling_title), TITLE),
    "content word changed": (wrong_title(content_word), TITLE),
    "content word of ten changed": (wrong_title(content_word_of_long), TITLE),
    "word added": (wrong_title(noise_word), TITLE),
    "title negated": (wrong_title(negated), TITLE),
    "number changed": (wrong_title(number), TITLE),
    "number added": (wrong_title(number_added), TITLE),
    "title's opposite": (wrong_title(opposite), TITLE),
    "title turned round": (wrong_title(turned), TITLE),
    "subtitle invented": (wrong_title(subtitle_added), TITLE),
    "subtitle changed": (wrong_title(subtitle_changed), TITLE),
    "another's subtitle": (wrong_title(other_subtitle), TITLE),
    "another's name": (wrong_title(other_name), TITLE),
    "invented from its words": (wrong_title(sharing_words), TITLE),
    "authors all wrong": (wrong_authors(lambda _, strangers, __: strangers), AUTHOR),
    "authors wrong, other form": (
        wrong_authors(lambda _, s, r: [r.choice([initial, last_first])(n) for n in s]),
        AUTHOR,
    ),
    "one wrong author, et al.": (
        wrong_authors(lambda _, strangers, __: [strangers[0], "et al."]),
        AUTHOR,
    ),
    "first right, rest wrong": (
        wrong_authors(lambda own, s, _: [own[0], *s] if len(s) > 2 else None),
        AUTHOR,
    ),
    "one string, rest wrong": (
        wrong_authors(lambda own, s, _: " and ".join([own[0], *s]) if len(s) > 2 else None),
        AUTHOR,
    ),
    "first names wrong": (same_family, AUTHOR),
    "invented title alone": (invented_alone, RESOLVES | TITLE),
    "title alone, word changed": (alone(content_word), RESOLVES | TITLE),
    "title alone, number changed": (alone(number), RESOLVES | TITLE),
    "title alone, negated": (alone(negated), RESOLVES | TITLE),
    "title alone, subtitle invented": (alone(subtitle_added), RESOLVES | TITLE),
    "title alone, opposite": (alone(opposite), RESOLVES | TITLE),
    "title alone, wrong authors": (real_title_other_authors, RESOLVES | AUTHOR),
}
