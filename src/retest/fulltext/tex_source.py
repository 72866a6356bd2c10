"""The files of an e-print joined into one document: the main file, what it inputs, its own macros
written out, and its bibliography."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass

from retest.fulltext.document import NotThatPaper

LARGEST = 1_500_000
"""Characters of a whole document; long theses have about as many."""
MOST_INPUTS = 300
MOST_MACROS = 500
LONGEST_MACRO = 400
_COMMENT = re.compile(r"(?<!\\)((?:\\\\)*)%[^\n]*\n?[ \t]*")
_INPUT = re.compile(r"\\(?:input|include|subfile)\s*\{?\s*([^\s{}%]{1,200})\s*\}?")
_BEGIN, _END = re.compile(r"\\begin\s*\{document\}"), re.compile(r"\\end\s*\{document\}")
_MACRO = re.compile(
    r"\\(?:re|provide)?newcommand\*?\s*\{?\s*\\([A-Za-z]{1,40})\s*\}?\s*(?:\[(\d)\])?\s*\{"
    r"|\\def\s*\\([A-Za-z]{1,40})\s*\{"
)
_BIBITEM = re.compile(r"\\bibitem\s*(?:\[[^\]]{0,500}\])?\s*\{([^{}]{1,200})\}")
_ENTRY = re.compile(r"^[ \t]*@\w{1,30}\s*\{\s*([^,\s]{1,200})\s*,", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Source:
    """A document's body, and the entries of its bibliography by key."""

    body: str
    bibliography: tuple[tuple[str, str], ...]


def whole_document(files: Mapping[str, bytes]) -> Source:
    """The document of an e-print. Raises NotThatPaper where there is none or it is too large."""
    texts = {name: _decoded(data) for name, data in files.items() if _is_tex(name, data)}
    main = _main(texts)
    text = _joined(main, texts)
    begin, end = _BEGIN.search(text), _END.search(text)
    if not begin:
        raise NotThatPaper("a source without a document")
    body = text[begin.end() : end.start() if end else len(text)]
    body = _written_out(body, _macros(text[: begin.start()]))
    if len(body) > LARGEST:
        raise NotThatPaper(f"a source of {len(body):,} characters")
    return Source(body, _bibliography(files, body))


def _is_tex(name: str, data: bytes) -> bool:
    return name.lower().endswith((".tex", ".ltx", ".latex")) or (
        "." not in posixpath.basename(name) and b"\\documentclass" in data[:20_000]
    )


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _main(texts: Mapping[str, str]) -> str:
    """The file that is a document of its own. Of several, the one that is longest once joined."""
    heads = [
        name
        for name, text in texts.items()
        if re.search(r"^[^%\n]*\\document(?:class|style)\b", text, re.MULTILINE)
        and _BEGIN.search(text)
    ]
    if not heads:
        raise NotThatPaper("an e-print without a main file")
    inputs = {name: len(_joined(name, texts)) for name in heads}
    return max(heads, key=lambda name: (inputs[name], name))


def _joined(main: str, texts: Mapping[str, str]) -> str:
    """The main file with its inputs in their places, without comments. A file that inputs itself
    is read once; a name that leads out of the archive is nobody's."""
    count = 0
    size = 0

    def read(name: str, within: tuple[str, ...]) -> str:
        nonlocal count, size
        count += 1
        text = _COMMENT.sub(lambda m: m[1] + ("\n" if "\n\n" in m[0] else ""), texts[name])
        size += len(text)
        if count > MOST_INPUTS or size > LARGEST:
            raise NotThatPaper("a source with too many or too large parts")

        def put(match: re.Match[str]) -> str:
            wanted = posixpath.normpath(posixpath.join(posixpath.dirname(main), match[1]))
            for candidate in (wanted, f"{wanted}.tex"):
                if candidate in texts and candidate not in within:
                    return "\n" + read(candidate, (*within, candidate)) + "\n"
            return " "

        return _INPUT.sub(put, text)

    return read(main, (main,))


def _macros(preamble: str) -> dict[str, tuple[int, str]]:
    """Macros of the preamble whose meaning is short text: how many arguments, and the text."""
    found: dict[str, tuple[int, str]] = {}
    for match in _MACRO.finditer(preamble):
        if len(found) >= MOST_MACROS:
            break
        meaning = _group(preamble, match.end() - 1)
        if meaning is not None and len(meaning) <= LONGEST_MACRO:
            name = match[1] or match[3]
            if f"\\{name}" not in meaning:
                found[name] = (int(match[2] or 0), meaning)
    return found


def _group(text: str, start: int) -> str | None:
    """What stands between the brace at `start` and the one that closes it, if that is near."""
    depth = 0
    for at in range(start, min(len(text), start + LONGEST_MACRO * 2)):
        if text[at] == "{" and text[at - 1] != "\\":
            depth += 1
        elif text[at] == "}" and text[at - 1] != "\\":
            depth -= 1
            if not depth:
                return text[start + 1 : at]
    return None


def _written_out(body: str, macros: Mapping[str, tuple[int, str]]) -> str:
    """The body with its own macros replaced, twice over for macros in macros, and never longer than
    a bound."""
    if not macros:
        return body
    names = "|".join(sorted(map(re.escape, macros), key=len, reverse=True))
    pattern = re.compile(rf"\\({names})(?![A-Za-z])")
    for _ in range(2):
        pieces: list[str] = []
        at = size = 0
        while match := pattern.search(body, at):
            count, meaning = macros[match[1]]
            end, arguments = match.end(), []
            for _ in range(count):
                start = end
                while start < len(body) and body[start] in " \t":
                    start += 1
                inner = _group(body, start) if body[start : start + 1] == "{" else None
                if inner is None:
                    break
                arguments.append(inner)
                end = start + len(inner) + 2
            for number, argument in enumerate(arguments, 1):
                meaning = meaning.replace(f"#{number}", argument)
            if body[end : end + 2] == "{}":
                end += 2
            pieces += [body[at : match.start()], meaning]
            size += match.start() - at + len(meaning)
            if size > LARGEST:
                raise NotThatPaper("macros that grow without end")
            at = end
        body = "".join([*pieces, body[at:]])
    return body


def _bibliography(files: Mapping[str, bytes], body: str) -> tuple[tuple[str, str], ...]:
    entries: list[tuple[str, str]] = []
    places = [body, *(_decoded(d) for n, d in files.items() if n.lower().endswith(".bbl"))]
    for text in places:
        entries += _split(text, _BIBITEM)
    for name, data in files.items():
        if name.lower().endswith(".bib"):
            entries += _split(_decoded(data)[:LARGEST], _ENTRY)
    return tuple(entries)


def _split(text: str, pattern: re.Pattern[str]) -> list[tuple[str, str]]:
    heads = list(pattern.finditer(text))
    ends = [*(head.start() for head in heads[1:]), len(text)]
    return [(head[1], text[head.end() : end]) for head, end in zip(heads, ends, strict=False)]
