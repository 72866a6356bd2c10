"""A citation as somebody wrote it, before anything of it is believed."""

from __future__ import annotations

from pydantic import Field

from retest.domain import Frozen


class Citation(Frozen):
    """What one place in a file says of one paper. Absent parts were not said; every text is as it
    was written."""

    cited: str
    """What people find it by in the file: the id as written, or the title where no id is given."""
    id: str | None = None
    """An arXiv id in any written form, fit or not."""
    title: str | None = None
    authors: tuple[str, ...] = ()
    """Names, each as `First Last`, `Last, First`, `Last` or with initials; without "et al." or "and
    others"."""
    guessed: bool = Field(default=False, exclude=True)
    """Whether title and authors were guessed from a layout that leaves doubt: they may confirm
    what the paper is, and never convict."""
    quote: str | None = None
    claim: str | None = None
    """The sentence that the quote is to bear on."""
    entry: str | None = None
    """The text around the id (a list item, a reference, a sentence), where it may name title and
    authors."""
    file: str
    line: int
