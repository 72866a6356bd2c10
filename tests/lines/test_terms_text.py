"""Terms put into a claims file by insertion: all else of it stays, byte for byte."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from retest.domain.line import COUNTER_THESIS
from retest.domain.terms import KINDS, Terms
from retest.errors import UsageError
from retest.lines.load import check_text
from retest.lines.terms_text import with_terms

PATH = Path("tides.yaml")
TERMS = Terms(
    kind="existence",
    parts=("The wind can drive tides.",),
    ordinary='Small lakes, "calm" ones too: all # of them.',
    supports="Gauges follow the wind.",
    limits="Deep lakes do not.",
    overturns="The gauges were faulty.",
    no_evidence="",
)
LAYOUTS = {
    "plain": """\
line: tides
question: What drives the tides?
thesis: The wind.
counter_thesis: The moon.
claims:
  - id: wind
    text: The wind drives the tides.
    dated: 2025-04   # as stated
    # and nothing else
  - id: moon
    text: The moon does not.
    dated: 2025
questions: [Which lakes?]
""",
    "ends in a folded text, then blank lines and a comment": """\
line: tides
question: What drives the tides?
thesis: The wind.
counter_thesis: >-
  The moon,
  and not the wind.

claims:
- id: wind
  dated: 2025
  text: >-
    The wind drives
    the tides.


  # a comment of this claim
- id: moon
  dated: 2025
  text: |
    The moon does not.

""",
    "flow style": """\
{line: tides, question: Why?, thesis: Wind., counter_thesis: Moon., claims: [
  {id: wind, text: The wind drives them., dated: 2025, levers: [depth]},
  {id: moon, text: "The moon, or not?", dated: "2025",},
]}
""",
    "nested values last": """\
line: tides
question: What drives the tides?
thesis: The wind.
counter_thesis: 'The moon.'
claims:
  - id: wind
    text: "The wind drives
      the tides."
    dated: 2025
    queries:
      - all_of: [lakes]
        any_of:
          - tides
          - wind   # the strong one
  - id: moon
    text: The moon does not.
    dated: 2025
    levers: [depth,
             ice]
""",
}


def put(text: str, terms: dict[str, Terms]) -> str:
    line = check_text(text, PATH).line
    assert line is not None
    return with_terms(text, PATH, line, terms)


def is_insertion(before: str, after: str) -> bool:
    """Whether `before` is what is left of `after` when some of its characters are taken away."""
    rest = iter(after)
    return all(character in rest for character in before)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("ends", [True, False])
def test_terms_are_put_in_and_nothing_else_changes(layout: str, newline: str, ends: bool) -> None:
    text = LAYOUTS[layout] if ends else LAYOUTS[layout].rstrip("\n")
    text = text.replace("\n", newline)
    before = check_text(text, PATH).line
    assert before is not None

    after = put(text, {"wind": TERMS, "moon": TERMS, COUNTER_THESIS: TERMS})

    found = check_text(after, PATH).line
    assert found is not None
    assert [claim.terms for claim in found.claims] == [TERMS, TERMS]
    assert found.counter_terms == TERMS
    assert found.model_copy(update={"claims": before.claims, "counter_terms": None}) == before
    assert is_insertion(text, after)
    assert "\r\n" not in after.replace(newline, "\n")


def test_only_the_claims_that_are_named_get_terms() -> None:
    found = check_text(put(LAYOUTS["plain"], {"moon": TERMS}), PATH).line
    assert found is not None
    assert [claim.terms for claim in found.claims] == [None, TERMS]


def test_a_comment_on_the_last_line_of_a_claim_stays_there() -> None:
    after = put(LAYOUTS["plain"], {"wind": TERMS})
    assert "    dated: 2025-04   # as stated\n    terms:\n" in after
    assert "    # and nothing else\n  - id: moon" in after


def test_what_cannot_be_put_in_by_insertion_is_refused() -> None:
    """An empty last value in flow style: `dated: 2025, levers:}` would read otherwise."""
    line = check_text(LAYOUTS["plain"], PATH).line
    assert line is not None
    other = LAYOUTS["plain"].replace("The moon does not.", "The moon does.")
    with pytest.raises(UsageError, match=r"cannot be put into tides\.yaml"):
        with_terms(other, PATH, line, {"wind": TERMS})


words = st.text(st.characters(exclude_categories=("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")))
said = words.map(lambda text: " ".join(text.split())[:300].strip())


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    st.builds(
        Terms,
        kind=st.sampled_from(KINDS),
        parts=st.lists(said.filter(bool), min_size=1, max_size=3).map(tuple),
        ordinary=said,
        supports=said,
        limits=said,
        overturns=said,
        no_evidence=said,
        refers=st.booleans(),
    ),
    st.sampled_from(sorted(LAYOUTS)),
)
def test_whatever_a_model_proposed_comes_back_as_it_was(terms: Terms, layout: str) -> None:
    found = check_text(put(LAYOUTS[layout], {"wind": terms}), PATH).line
    assert found is not None
    assert found.claims[0].terms == terms
