"""Bring a mirror in step with arXiv: the records that changed, a page at a time, in the index
before the note moves on.

A harvest may be killed at any moment. The next one goes on at the page that the note names, or,
where the token for it is not valid any more, at the newest day that had come, if the days came in
order, as arXiv's do.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import date, datetime
from itertools import pairwise

from oaipmh_scythe import BadResumptionToken, NoRecordsMatch

from retest.domain.paper import Paper
from retest.errors import RunError, UsageError
from retest.papers.mirror import Mirror
from retest.papers.oai import GO_ON, Oai
from retest.papers.oai_page import Ask, Page
from retest.papers.oai_raw import paper_of
from retest.papers.snapshot import Broken, latest_of
from retest.papers.synced import NAME, OVERLAP, Extent, Synced, UnderWay, load_synced, save_synced

EARLIEST = date(2005, 9, 16)
"""arXiv's first datestamp: older changes bear it too, and a request from a day before it is refused
(its Identify)."""
EVERY = 10.0
"""Seconds between two reports of progress."""
MOST_UNREAD = 10
"""Records of a page that may be broken. With more of them it is the form that has changed."""
WHOLE = (
    "no day to go on from is known, so all of it is harvested. For all of arXiv that is 2.8 "
    "million records, 1,300 a page, one page at a time: five hours if arXiv is quick, two days if "
    "not. It may be stopped, and goes on from there. Faster: stop it, import arXiv's metadata "
    "snapshot (retest mirror import FILE), and sync then"
)
_SET = re.compile(r"[a-z-]+(?::[a-z-]+(?::[A-Za-z-]+)?)?")


def checked_set(text: str) -> str:
    """A set's name as arXiv's ListSets gives them. Raises UsageError for another form."""
    if not _SET.fullmatch(text):
        raise UsageError(
            f"--set is {text!r}",
            "sets are named as arXiv's OAI-PMH interface names them: a group (cs, physics), an "
            "archive in it\n"
            "  (physics:hep-th) or a category in that (cs:cs:CL)",
        )
    return text


class Harvest:
    """What a sync has brought so far; `withdrawn` are known papers that arXiv has taken off,
    `unread` broken records.

    `progress` is told now and then, and at the end, of the records, how many a second, and of how
    many if known. `tell` is given lines about where it starts and what it leaves out. `now` is the
    moment, with its time zone.
    """

    def __init__(
        self,
        mirror: Mirror,
        oai: Oai,
        tell: Callable[[str], None],
        progress: Callable[[int, float, int | None], None],
        now: Callable[[], datetime],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.records = self.changed = self.withdrawn = 0
        self.unread: dict[str, str] = {}
        self._mirror, self._oai, self._tell, self._progress = mirror, oai, tell, progress
        self._now, self._clock = now, clock
        self._began = self._reported = clock()
        noted = load_synced(mirror.folder)
        held = mirror.held() if noted is None else None
        # A mirror filled by an older version: the snapshot in it is at least as new as its newest
        # paper.
        self._noted = Synced().with_import(held[1]) if held else noted or Synced()

    def sync(self, oai_set: str = "", since: date | None = None) -> None:
        """Bring in what changed in a set, or anywhere in arXiv, since the last time or since a day.

        Raises RunError where arXiv gave less than all: the mirror then holds what came, and knows
        where to go on.
        """
        under_way = self._start(oai_set, since)
        restarted: set[date | None] = set()
        while True:
            try:
                page = self._oai.page(
                    Ask(oai_set, under_way.since, under_way.token, under_way.seen)
                )
            except (NoRecordsMatch, BadResumptionToken) as error:
                if isinstance(error, NoRecordsMatch) and not under_way.token:
                    break  # nothing is new
                under_way = under_way.again()
                if under_way.since in restarted:
                    raise RunError(
                        f"arXiv keeps refusing its own resumption tokens ({type(error).__name__})",
                        GO_ON,
                    ) from error
                restarted.add(under_way.since)
                self._tell(
                    "arXiv's list has to be asked for anew, from "
                    f"{under_way.since or 'its beginning'}"
                )
                continue
            if page.day > latest_of(self._now().date()):
                raise RunError(
                    f"arXiv says that it is {page.day}, which is still to come",
                    "see that this machine's clock is right, and that RETEST_OAI_URL, if set, is",
                )
            if (
                under_way.answered is None
            ):  # the note must know of the list before any of its papers is in
                self._keep(oai_set, self._extent(oai_set))
            self._bring_in(page)
            under_way = _after(under_way, page)
            if page.token is None:
                break
            self._keep(oai_set, self._extent(oai_set).model_copy(update={"under_way": under_way}))
            self._report(page.size)
        self._keep(oai_set, self._finished(oai_set, under_way))
        self._report(None, end=True)

    def result(self) -> dict[str, object]:
        """What came, for programs, with how far each set is in step now."""
        sets = {name: extent.model_dump(mode="json") for name, extent in self._noted.sets.items()}
        counts = {"records": self.records, "changed": self.changed, "withdrawn": self.withdrawn}
        return {**counts, "unread": self.unread, "sets": sets}

    def _extent(self, oai_set: str) -> Extent:
        return self._noted.sets.get(oai_set, Extent())

    def _keep(self, oai_set: str, extent: Extent) -> None:
        self._noted = self._noted.with_set(oai_set, extent)
        save_synced(self._mirror.folder, self._noted)

    def _start(self, oai_set: str, since: date | None) -> UnderWay:
        """Where the last sync stopped, or a new list; said to the user."""
        extent, name = self._extent(oai_set), oai_set or "all of arXiv"
        known = self._noted.known(oai_set)
        if known and known > latest_of(self._now().date()):
            raise UsageError(
                f"the mirror in {self._mirror.folder} says that it knows all changes until {known},"
                " a day to come",
                f"see that this machine's clock is right; if it is, remove {NAME} there, or fill "
                "a new mirror where that does not help: a record in this one bears that day",
            )
        if since and known and since > known:
            raise UsageError(
                f"--since {since} would leave a gap: changes after {known} are not in the mirror "
                "yet",
                "leave --since out, and the sync goes on from there",
            )
        asked = since or (known - OVERLAP if known else None)
        asked = asked if asked and asked > EARLIEST else None
        if (under_way := extent.under_way) and self._goes_on(
            under_way, asked, given=since is not None
        ):
            self._tell(f"{name}: going on where the last sync stopped")
            expired = under_way.expires and self._now() >= under_way.expires
            return under_way if under_way.token and not expired else under_way.again()
        self._tell(f"{name}: changes since {asked}" if asked else f"{name}: {WHOLE}")
        # What the set's own harvest brought began on its day, a snapshot or a wider set with arXiv,
        # and nothing now.
        begins = asked if known is None else extent.since if extent.until == known else None
        if begins and (asked is None or asked < begins):
            begins = asked
        under_way = UnderWay(asked=asked, since=asked)
        self._noted = self._noted.with_set(
            oai_set, Extent(since=begins, until=extent.until, under_way=under_way)
        )
        return under_way

    @staticmethod
    def _goes_on(under_way: UnderWay, asked: date | None, *, given: bool) -> bool:
        """Whether a list that was begun is the one wanted: begun on the given day, or, where none
        is given, not behind what is known without it, as it is after an import."""
        if given:
            return under_way.asked == asked
        return (under_way.again().since or EARLIEST) >= (asked or EARLIEST)

    def _finished(self, oai_set: str, under_way: UnderWay) -> Extent:
        """The newest day seen is the one to go on from, but never one after the server's day at the
        list's beginning: what was changed while the list came may be missing from it."""
        extent = self._extent(oai_set)
        days = [day for day in (under_way.newest, under_way.answered) if day]
        until = max(
            [day for day in (min(days, default=under_way.asked), extent.until) if day], default=None
        )
        return Extent(since=extent.since, until=until)

    def _bring_in(self, page: Page) -> None:
        papers: list[Paper] = []
        broken: dict[str, str] = {}
        for record in page.records:
            if record.deleted:
                continue
            try:
                papers.append(paper_of(record, latest_of(page.day)))
            except Broken as error:
                broken[record.id] = f"found {error.found}, expected {error.expected}"
        if len(broken) > MOST_UNREAD or len(broken) == len(page.records) > 1:
            name, why = next(iter(broken.items()))
            raise RunError(
                f"arXiv's records have another form: {len(broken)} of {len(page.records)} cannot "
                f"be read; in {name[:40]} {why}",
                "this version cannot sync any more; get a newer one, or import arXiv's newest "
                "snapshot",
            )
        for name, why in broken.items():
            self._tell(f"arXiv's record {name[:40]} cannot be read and is left out: {why}")
        gone = self._mirror.get([record.id for record in page.records if record.deleted])
        taken_off = [paper.model_copy(update={"withdrawn": True}) for paper in gone.values()]
        self.changed += self._mirror.upsert([*papers, *taken_off])
        self.records += len(page.records)
        self.withdrawn += sum(not paper.withdrawn for paper in gone.values())
        self.unread |= broken
        read = {paper.id for paper in papers}
        unread = {
            name: why for name, why in (self._noted.unread | broken).items() if name not in read
        }
        self._noted = self._noted.model_copy(update={"unread": unread})

    def _report(self, size: int | None, *, end: bool = False) -> None:
        now = self._clock()
        if end or now - self._reported >= EVERY:
            self._reported = now
            self._progress(self.records, self.records / max(now - self._began, 1e-9), size)


def _after(under_way: UnderWay, page: Page) -> UnderWay:
    """The list after one more page."""
    days = [record.day for record in page.records]
    in_order = all(
        one <= next_one for one, next_one in pairwise([under_way.newest or days[0], *days])
    )
    return under_way.model_copy(
        update={
            "token": page.token,
            "expires": page.expires,
            "answered": under_way.answered or page.day,
            "newest": max([*days, *([under_way.newest] if under_way.newest else [])]),
            "ordered": under_way.ordered and in_order,
            "seen": under_way.seen + len(days),
        }
    )
