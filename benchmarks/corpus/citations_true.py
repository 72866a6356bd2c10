"""Citations of real papers as real bibliographies write them: all must pass."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from random import Random

from benchmarks.corpus import Line, Record
from benchmarks.corpus.papers import World, bare, content, words

Maker = Callable[[Record, Random, World], Line | None]
_NAME = re.compile(r"[^\W\d_][^\W\d_'\u2019.-]*(?:['\u2019.-]?[^\W\d_]+)*\.?")


def title(change: Callable[[Record, Random, World], str | None]) -> Maker:
    """The right id with the title in another form."""

    def make(paper: Record, rng: Random, world: World) -> Line | None:
        changed = change(paper, rng, world)
        return {"id": paper.id, "title": changed} if changed and changed != paper.title else None

    return make


def sub(pattern: str, to: str | Callable[[re.Match[str]], str], count: int = 0) -> Maker:
    return title(lambda paper, _, __: re.sub(pattern, to, paper.title, count=count))


def cased(paper: Record, rng: Random, _: World) -> str:
    return rng.choice([str.upper, str.lower, str.title, str.capitalize])(paper.title)


def braced(paper: Record, rng: Random, _: World) -> str | None:
    """{BERT}, {{A Whole Title}}, {G}raph."""
    if rng.random() < 0.2:
        return f"{{{paper.title}}}"
    if rng.random() < 0.5:
        return re.sub(r"\b([A-Z])(?=[a-z])", r"{\1}", paper.title)
    return re.sub(r"\b\w*[A-Z]\w*[A-Z]\w*\b", r"{\g<0>}", paper.title)


def main_alone(paper: Record, _: Random, world: World) -> str | None:
    """What stands before the colon, where it is long enough and no other paper's."""
    main, colon, _rest = paper.title.partition(": ")
    return (
        main if colon and len(content(main)) >= 3 and world.main_titles[bare(main)] == 1 else None
    )


def typo(paper: Record, rng: Random, world: World) -> str | None:
    """A letter lost, doubled or exchanged within one long word of a long title, that makes no other
    word."""
    at = list(re.finditer(r"\b[A-Za-z][a-z]{7,}\b", paper.title))
    if len(words(paper.title)) < 6 or not at:
        return None
    match = rng.choice(at)
    word = match[0]
    i = rng.randrange(2, len(word) - 2)
    new = rng.choice(
        [
            word[:i] + word[i + 1 :],
            word[:i] + word[i] + word[i:],
            word[:i] + word[i + 1] + word[i] + word[i + 2 :],
        ]
    )
    if new == word or world.vocabulary[new.lower()]:
        return None
    return paper.title[: match.start()] + new + paper.title[match.end() :]


def cut_short(paper: Record, rng: Random, world: World) -> str | None:
    parts = paper.title.split()
    kept = parts[: max(6, len(parts) * 2 // 3)]
    if (
        len(parts) < 9
        or world.starts[bare(paper.title)[:30]] != 1
        or len(content(" ".join(kept))) < 4
    ):
        return None
    return " ".join(kept).rstrip(":,-") + rng.choice(["...", " ...", "\u2026"])


def plain_title(paper: Record, _: Random, __: World) -> str | None:
    """The LaTeX of a title, as the page shows it."""
    if "$" not in paper.title and "\\" not in paper.title:
        return None
    text = re.sub(
        r"\\(?:mathcal|mathbb|mathbf|mathrm|text\w*|emph|tilde|bf|it)\b ?", "", paper.title
    )
    text = (
        text.replace("\\times", "\u00d7")
        .replace("\\alpha", "\u03b1")
        .replace("\\beta", "\u03b2")
        .replace("\\&", "&")
    )
    text = re.sub(r"[${}]", "", text)
    return None if re.search(r"[\\^_]", text) else text


def ascii_title(paper: Record, _: Random, __: World) -> str | None:
    text = re.sub("[\u2013\u2014\u2010\u2011]", "-", re.sub("[\u2018\u2019]", "'", paper.title))
    text = re.sub("[\u201c\u201d]", '"', text)
    text = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    return text if text.isascii() else None


def unicode_title(paper: Record, _: Random, __: World) -> str:
    text = paper.title.replace("'", "\u2019").replace("-", "\u2010").replace(": ", ":\u00a0")
    return re.sub(r"f[fil]", lambda m: {"ff": "\ufb00", "fi": "\ufb01", "fl": "\ufb02"}[m[0]], text)


def joined(paper: Record, rng: Random, _: World) -> str:
    """multi-modal as multimodal or multi modal; a word that the page's edge broke."""
    if rng.random() < 0.3:
        return re.sub(
            r"\b([A-Za-z][a-z]{3})([a-z]{4,})", r"\1-" + "\n" + r"\2", paper.title, count=1
        )
    return re.sub(r"(?<=[a-z])-(?=[A-Za-z])", rng.choice(["", " ", "\u2011"]), paper.title)


def names(paper: Record) -> list[str]:
    """Authors of whom first and last name are known and who are all there."""
    known = [" ".join(name.split()) for name in paper.authors]
    if not 2 <= len(known) <= 9 or not all(2 <= len(n.split()) <= 3 for n in known):
        return []
    if not all(_NAME.fullmatch(part) for name in known for part in name.split()):
        return []
    lasts = [bare(name.split()[-1]) for name in known]
    return known if all(len(last) > 2 for last in lasts) and len(set(lasts)) == len(lasts) else []


def authors(change: Callable[[list[str], Random], list[str] | str | None]) -> Maker:
    """Right id and title, the authors in another form."""

    def make(paper: Record, rng: Random, _: World) -> Line | None:
        known = names(paper)
        changed = change(known, rng) if known else None
        return (
            {"id": paper.id, "title": paper.title, "authors": changed}
            if changed and changed != known
            else None
        )

    return make


def initial(name: str) -> str:
    *first, last = name.split()
    return " ".join([*(f"{part[0]}." for part in first), last])


def last_first(name: str) -> str:
    *first, last = name.split()
    return f"{last}, {' '.join(first)}"


def last_initial(name: str) -> str:
    *first, last = name.split()
    return f"{last}, {' '.join(f'{part[0]}.' for part in first)}"


def in_some_form(name: str, rng: Random) -> str:
    return rng.choice([name, initial(name), last_first(name)])


def last_tight(name: str) -> str:
    *first, last = name.split()
    return f"{last} {''.join(part[0] for part in first)}"


def no_accents(name: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", name) if not unicodedata.combining(c))


ASCII = str.maketrans(
    {
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "\u0131": "i",
        "ß": "ss",
        "æ": "ae",
        "Ø": "O",
        "Ł": "L",
        "Đ": "D",
    }
)


def ascii_letters(name: str) -> str:
    """Also of letters that are no base letter with an accent: Łukasz as Lukasz."""
    return no_accents(name).translate(ASCII)


def latex_accents(name: str) -> str:
    marks = {"\u0301": "'", "\u0308": '"', "\u0300": "`", "\u0302": "^", "\u0303": "~"}
    text = unicodedata.normalize("NFD", name)
    return re.sub(r"(\w)([\u0300-\u0303\u0308])", lambda m: f"{{\\{marks[m[2]]}{{{m[1]}}}}}", text)


def middle(known: list[str], _: Random) -> list[str] | None:
    """Middle names left out."""
    return (
        [f"{n.split()[0]} {n.split()[-1]}" for n in known]
        if any(len(n.split()) > 2 for n in known)
        else None
    )


def shuffled(known: list[str], rng: Random) -> list[str]:
    return rng.sample(known, len(known))


IDS = (
    "{}v1",
    "arXiv:{}",
    "arxiv:{}v1",
    "ARXIV:{}",
    "arXiv: {}",
    "https://arxiv.org/abs/{}",
    "http://arxiv.org/abs/{}v1",
    "https://arxiv.org/pdf/{}",
    "https://arxiv.org/pdf/{}v1.pdf",
    "https://arxiv.org/pdf/{}.pdf",
    "arxiv.org/abs/{}",
    "https://www.arxiv.org/abs/{}",
    "https://export.arxiv.org/abs/{}",
    "https://arxiv.org/html/{}v1",
    "https://ar5iv.labs.arxiv.org/html/{}",
    "https://www.alphaxiv.org/abs/{}",
    "https://huggingface.co/papers/{}",
    "10.48550/arXiv.{}",
    "https://doi.org/10.48550/arXiv.{}",
    "doi:10.48550/arxiv.{}",
    "[{}]",
    "({})",
    "<{}>",
    "{}.",
    "{},",
    "arXiv:{} [cs.CL]",
    "https://arxiv.org/abs/{}?context=cs",
    "https://arxiv.org/abs/{}#comments",
    "https://arxiv.org/\nabs/{}",
    " {} ",
    "arXiv preprint arXiv:{}",
    "abs/{}",
    "HTTPS://ARXIV.ORG/ABS/{}",
    "\u201c{}\u201d",
)


def written_id(paper: Record, rng: Random, _: World) -> Line:
    return {"id": rng.choice(IDS).format(paper.id)}


def no_id(change: Callable[[str, Random], str]) -> Maker:
    """The title alone, where one paper has it."""

    def make(paper: Record, rng: Random, world: World) -> Line | None:
        if (
            world.titles[bare(paper.title)] != 1
            or len(content(paper.title)) < 4
            or re.search(r"[$\\]", paper.title)
        ):
            return None
        return {"title": change(paper.title, rng)}

    return make


def short_title(paper: Record, _: Random, world: World) -> Line | None:
    """A title of few and common words, that is one paper's whole title."""
    alone = world.titles[bare(paper.title)] == 1 and world.main_titles[bare(paper.title)] == 1
    return (
        {"title": paper.title}
        if alone and 2 <= len(content(paper.title)) <= 3 and ":" not in paper.title
        else None
    )


def title_authors(paper: Record, rng: Random, world: World) -> Line | None:
    known = names(paper)
    found = no_id(lambda text, _: text)(paper, rng, world)
    return {**found, "authors": [last_initial(n) for n in known]} if found and known else None


TRUE: dict[str, Maker] = {
    "id alone, any form": written_id,
    "id and exact title": lambda paper, _, __: {"id": paper.id, "title": paper.title},
    "title: letter case": title(cased),
    "title: punctuation lost": sub(r"[:,.?!;()'\"]", ""),
    "title: braces": title(braced),
    "title: subtitle missing": title(main_alone),
    "title: dash for colon": title(
        lambda p, r, _: re.sub(
            r": ", r.choice([" - ", " -- ", " \u2014 ", " \u2013 ", ". "]), p.title, count=1
        )
    ),
    "title: ASCII for Unicode": title(ascii_title),
    "title: Unicode for ASCII": title(unicode_title),
    "title: word breaks": title(joined),
    "title: one letter wrong": title(typo),
    "title: article lost": sub(r"(?i)(?<![\w-])(?:a|an|the) (?=\w)", "", 1),
    "title: & for and": sub(r" and ", lambda m: " \\& " if m.start() % 2 else " & "),
    "title: and for &": sub(r" \\?& ", " and "),
    "title: closing full stop": sub(r"(?<=\w)$", "."),
    "title: in quotation marks": sub(r"^.*$", "\u201c\\g<0>,\u201d"),
    "title: cut short with ...": title(cut_short),
    "title: LaTeX as shown": title(plain_title),
    "title: spelling of Britain": sub(
        r"(?i)(optim|general|summar|token|quant|special|person|character|organ|normal)iz(?=ation|ing|ed|e)",
        r"\1is",
    ),
    "authors: exact": lambda p, _, __: (
        {"id": p.id, "title": p.title, "authors": k} if (k := names(p)) else None
    ),
    "authors: initials": authors(lambda known, _: [initial(n) for n in known]),
    "authors: Last, First": authors(lambda known, _: [last_first(n) for n in known]),
    "authors: Last, F.": authors(lambda known, _: [last_initial(n) for n in known]),
    "authors: Last F": authors(lambda known, _: [last_tight(n) for n in known]),
    "authors: last names": authors(lambda known, _: [n.split()[-1] for n in known]),
    "authors: first and et al.": authors(lambda known, r: [in_some_form(known[0], r), "et al."]),
    "authors: first and others": authors(lambda known, r: [in_some_form(known[0], r), "others"]),
    "authors: first alone": authors(lambda known, r: [in_some_form(known[0], r)]),
    "authors: three, et al.": authors(
        lambda known, _: [*known[:3], "et al."] if len(known) > 4 else None
    ),
    "authors: accents lost": authors(lambda known, _: [no_accents(n) for n in known]),
    "authors: ASCII letters": authors(
        lambda known, _: (
            [ascii_letters(n) for n in known]
            if any(no_accents(n) != ascii_letters(n) for n in known)
            else None
        )
    ),
    "authors: accents in LaTeX": authors(lambda known, _: [latex_accents(n) for n in known]),
    "authors: middle names lost": authors(middle),
    "authors: in another order": authors(shuffled),
    "authors: family name first": authors(
        lambda known, _: [" ".join([n.split()[-1], *n.split()[:-1]]) for n in known]
    ),
    "authors: one string": authors(lambda known, _: " and ".join(last_first(n) for n in known)),
    "authors: one string, et al.": authors(lambda known, _: f"{initial(known[0])} et al."),
    "authors: upper case": authors(lambda known, _: [n.upper() for n in known]),
    "authors: hyphens in names": authors(
        lambda known, r: (
            [re.sub("-", r.choice(["", " "]), n) for n in known]
            if any("-" in n for n in known)
            else None
        )
    ),
    "title alone": no_id(lambda text, _: text),
    "title alone: letter case": no_id(lambda text, r: r.choice([text.lower(), text.upper()])),
    "title alone: other form": no_id(
        lambda text, r: r.choice(
            [text + ".", f"{{{text}}}", text.replace(": ", " - "), text.replace("-", " ")]
        )
    ),
    "title alone: short": short_title,
    "title and authors alone": title_authors,
}
