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
        "This version withdrawn by arXiv administrators because its licence does not allow it",
        "arXiv admin note: submission has been withdrawn by arXiv administrators",
        "This article has been removed by arXiv administrators because it is a copy",
        "The author has withdrawn this paper due to an error in Lemma 3",
        "All authors have decided to withdraw this submission",
        "The authors withdrew this manuscript",
        "We have withdrawn our paper because of a bug",
        "Submission withdrawn by the author",
        "9 pages; withdrawn at the request of the authors",
        "Paper has been withdrawn",
        "This version of the paper has been withdrawn",
        "[withdrawn]",
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
        "The authors have withdrawn this paper from NeurIPS 2023",
        "We have withdrawn the drug from the trial",
        "This paper is not withdrawn",
        "An earlier version of this paper was withdrawn",
        "Previous version withdrawn; this is the corrected one",
        "Supersedes arXiv:2401.00001, a submission withdrawn by the author",
        "arXiv admin note: text overlap with a withdrawn submission",
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
        "The author has withdrawn this paper.",
        "We have withdrawn this submission. It will come back.",
        "Submission withdrawn by the author",
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
        "This paper studies withdrawn papers on arXiv.",
        "We study why authors have withdrawn their papers.",
        "Data withdrawn by participants were removed.",
    ],
)
def test_abstracts_that_do_not(abstract: str) -> None:
    assert not is_withdrawn(abstract, "")
