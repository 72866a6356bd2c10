"""What says that a paper is withdrawn, and what only sounds like it."""

from __future__ import annotations

import pytest

from retest.papers.withdrawn import is_withdrawn


@pytest.mark.parametrize(
    "comments",
    [
        "This paper has been withdrawn by the author due to a crucial error in equation 1",
        "This paper has been withdrawn",
        "12 pages. The article was temporarily withdrawn",
        "This submission has been withdrawn by arXiv administrators due to inappropriate overlap",
        "Withdrawn due to an error in the main lemma",
        "Withdrawn.",
        "Paper withdrawn by the authors",
        "withdrawn",
        "This manuscript has been withdrawn from arXiv",
        "This paper is withdrawn pending additional review",
        "The ground truth has errors and the paper needs to be withdrawn",
        "There is an error; we would like to withdraw the paper",
    ],
)
def test_comments_that_withdraw_the_paper(comments: str) -> None:
    assert is_withdrawn("We study models.", comments)


@pytest.mark.parametrize(
    "comments",
    [
        "",
        "ICLR 2025 withdrawn submission",
        "This paper was withdrawn from ICLR 2024",
        "Withdrawn from NeurIPS",
        "Accepted to a workshop (withdrawn before presentation due to lack of funding)",
        "Supersedes a withdrawn paper",
        "Withdrawal symptoms are discussed in section 3",
    ],
)
def test_comments_that_do_not(comments: str) -> None:
    assert not is_withdrawn("We study models.", comments)


@pytest.mark.parametrize(
    "abstract",
    [
        "This paper has been withdrawn.",
        "Withdrawn by the author",
        "  The paper was withdrawn because of an error.",
    ],
)
def test_abstracts_that_withdraw_the_paper(abstract: str) -> None:
    assert is_withdrawn(abstract, "")


@pytest.mark.parametrize(
    "abstract",
    [
        "We study papers that were withdrawn. This paper has been withdrawn from no journal.",
        "Withdrawn treatments in intensive care are studied.",
        "Users withdraw consent. We show that this paper trail is lost.",
    ],
)
def test_abstracts_that_do_not(abstract: str) -> None:
    assert not is_withdrawn(abstract, "")
