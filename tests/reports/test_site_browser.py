"""The site in a real browser: narrow and wide, light and dark, with and without JavaScript."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from retest.domain.record import AnchorRecord
from retest.reports.site import site
from retest.reports.site_files import put_folder
from tests.reports.browser import Page, browsing, chromium
from tests.reports.news import DAY, claim, flip, line
from tests.reports.records import record
from tests.reports.test_hostile_text import HOSTILE

PROGRAM = chromium()
pytestmark = pytest.mark.skipif(PROGRAM is None, reason="there is no chromium on this machine")
LONG = "Wordwithoutanyend" * 20
PAGES = ("index.html", "lines/lakes.html", "lines/a-line.html", "lines/long.html")
SHOWN = "[...document.querySelectorAll('article')].filter(a => a.checkVisibility()).map(a => a.id)"
OVERFLOW = """
[...document.querySelectorAll('body *')]
    .filter(e => !e.closest('.wide, .sprite, .skip') && e.checkVisibility()
    && e.getBoundingClientRect().right > %d + 1).map(e => e.outerHTML.slice(0, 200))
"""
FAINT = """(() => {
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const rgb = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const linear = (v) => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => [r, g, b].map(v => linear(v / 255))
    .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
  const behind = (e) => {
    for (; e; e = e.parentElement) {
      const c = rgb(getComputedStyle(e).backgroundColor);
      if (c[3] === 255) return c;
    }
    return [255, 255, 255, 255];
  };
  const faint = new Map();
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const e = walk.currentNode.parentElement;
    if (!walk.currentNode.data.trim() || !e.checkVisibility()) continue;
    if (e.closest('title, desc, .letter')) continue;
    const style = getComputedStyle(e);
    const text = rgb(e instanceof SVGElement ? style.fill : style.color);
    const [a, b] = [light(text), light(behind(e))].sort((x, y) => y - x);
    const ratio = (a + .05) / (b + .05);
    if (ratio < 4.5) faint.set(e.tagName + '.' + e.getAttribute('class'), ratio.toFixed(2));
  }
  return [...faint];
})()"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("made") / "site"
    lakes = line(
        claim("wind", "holds", text="Wind drives the tides"),
        claim("moon", "overturned", text="The moön does"),
        claim("depth", "relaxed", text="Depth matters", flip=flip("holds")),
        claim("ice", "undetermined", text="Ice stops them", why="search-failed"),
        line="lakes",
        question="What moves small lakes?",
        thesis="A thesis",
        as_of=DAY,
        anchors=(
            AnchorRecord(
                id="2501.00001",
                about="wind",
                stated="2025",
                version=1,
                title="Wind",
                published=DAY,
                status="revised",
                detail="v2",
                claims=("wind",),
            ),
        ),
    )
    others = {
        "a-line": " ".join(HOSTILE).replace("\ud800", ""),
        "long": LONG,
        "plain": "plain words",
    }
    records = [
        lakes,
        *(record(text).model_copy(update={"line": name}) for name, text in others.items()),
    ]
    put_folder(made, site(records, "Ours"))
    return made


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    assert PROGRAM is not None
    with browsing(PROGRAM, tmp_path_factory.mktemp("profile")) as opened:
        yield opened


@pytest.fixture
def tab(browser: Page) -> Page:
    browser.size(1200)
    browser.scheme("light")
    browser.script(True)
    return browser


@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_wider_than_the_window(tab: Page, folder: Path, name: str) -> None:
    tab.size(360)
    tab.open(folder / name)
    tab.ask("document.querySelectorAll('details').forEach(d => d.open = true)")
    for width in (360, 320, 760, 1200):
        tab.size(width)
        assert tab.ask("document.documentElement.scrollWidth") <= width, (
            f"the page scrolls sideways at {width}"
        )
        assert tab.ask(OVERFLOW % width) == [], f"at {width}"


@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_blocked_complained_of_or_asked_for_elsewhere(
    tab: Page, folder: Path, name: str
) -> None:
    tab.open(folder / name)
    assert tab.ask("getComputedStyle(document.querySelector('.badge')).borderRadius") != "0px", (
        "site.css is not in use"
    )
    assert tab.ask("document.querySelector('[data-filter]').checkVisibility()"), (
        "site.js did not run"
    )
    assert tab.complaints == []
    assert {address.rpartition("/")[2] for address in tab.requests} <= {
        name.rpartition("/")[2],
        "site.css",
        "chart.css",
        "site.js",
        "icon.svg",
    }
    assert all(address.startswith("file:") for address in tab.requests)


def test_a_browser_sees_the_same_elements_whatever_a_record_says(tab: Page, folder: Path) -> None:
    elements = []
    for name in ("a-line", "plain"):
        tab.open(folder / "lines" / f"{name}.html")
        elements.append(tab.ask("[...document.querySelectorAll('*')].map(e => e.localName)"))
    assert elements[0] == elements[1]


def test_without_javascript_everything_is_there_and_no_filter_is_promised(
    tab: Page, folder: Path
) -> None:
    tab.script(False)
    tab.open(folder / "lines" / "lakes.html")
    assert not tab.ask("document.querySelector('[data-filter]').checkVisibility()")
    assert tab.ask(SHOWN) == [
        f"claim-{name}" for name in ("wind", "moon", "depth", "ice", "counter-thesis")
    ]
    assert tab.complaints == []


def search(tab: Page, words: str) -> None:
    tab.ask(
        f"(i => {{ i.value = {words!r}; i.dispatchEvent(new Event('input')); "
        f"}})(document.querySelector('input'))"
    )


def pick(tab: Page, verdict: str) -> None:
    tab.ask(f"document.querySelector('[data-pick={verdict}]').click()")


def test_claims_are_filtered_by_words_and_verdict_rows_with_them(tab: Page, folder: Path) -> None:
    tab.open(folder / "lines" / "lakes.html")
    search(tab, "THE MOON")
    assert tab.ask(SHOWN) == ["claim-moon"], "case and accents do not count"
    assert tab.ask(
        "[...document.querySelectorAll('tbody tr')].filter(r => !r.hidden).map(r => r.dataset.of)"
    ) == ["claim-moon"]
    assert tab.ask("document.querySelector('[role=status]').textContent") == "Shown: 1 of 5 claims."
    search(tab, "")
    pick(tab, "relaxed")
    pick(tab, "undetermined")
    assert tab.ask(SHOWN) == ["claim-depth", "claim-ice"]
    assert tab.ask(
        "[...document.querySelectorAll('[aria-pressed=true]')].map(b => b.dataset.pick)"
    ) == [
        "relaxed",
        "undetermined",
    ]


def test_a_link_to_a_hidden_claim_shows_it(tab: Page, folder: Path) -> None:
    tab.open(folder / "lines" / "lakes.html")
    search(tab, "moon")
    tab.ask("location.hash = 'claim-wind', new Promise(done => setTimeout(done, 50))")
    assert "claim-wind" in tab.ask(SHOWN)


def test_the_index_finds_claims_in_all_lines(tab: Page, folder: Path) -> None:
    claims = (
        "[...document.querySelectorAll('[data-sub]')]"
        ".filter(c => c.checkVisibility()).map(c => c.lastChild.textContent)"
    )
    tab.open(folder / "index.html")
    assert tab.ask(claims) == [], "claims are folded at first"
    search(tab, "ice stops")
    assert tab.ask(claims) == ["Ice stops them"]
    assert (
        tab.ask("document.querySelector('[role=status]').textContent")
        == "Shown: 1 claim in 1 of 4 lines."
    )
    search(tab, "small lakes")
    pick(tab, "overturned")
    assert tab.ask(claims) == ["The moön does"]
    search(tab, "nowhere at all")
    assert tab.ask("document.querySelector('[role=status]').textContent") == "Nothing fits."


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES[:2])
def test_every_text_has_contrast_enough_for_aa(
    tab: Page, folder: Path, name: str, scheme: str
) -> None:
    tab.scheme(scheme)
    tab.open(folder / name)
    tab.ask("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert tab.ask("matchMedia('(prefers-color-scheme: dark)').matches") == (scheme == "dark")
    if name == PAGES[1]:
        pick(tab, "relaxed")
        pick(tab, "holds")
        pick(tab, "overturned")
        pick(tab, "undetermined")
    assert tab.ask(FAINT) == []


def test_focus_is_seen_and_the_content_can_be_skipped_to(tab: Page, folder: Path) -> None:
    tab.open(folder / "index.html")
    tab.ask("document.querySelector('.skip').focus({focusVisible: true})")
    assert tab.ask(
        "document.querySelector('.skip').getBoundingClientRect().top >= 0 || new Promise(done => "
        "setTimeout(() => done(document.querySelector('.skip').offsetTop >= 0), 50))"
    )
    tab.ask("document.querySelector('input').focus({focusVisible: true})")
    assert float(tab.ask("parseFloat(getComputedStyle(document.activeElement).outlineWidth)")) >= 2
