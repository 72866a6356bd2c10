"""What a run brought: the result on stdout, advice on stderr."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from retest.cli.show import out_json, say, table

if TYPE_CHECKING:
    from retest.domain.record import ClaimRecord
    from retest.run.events import LineOutcome
    from retest.settings import Settings


LONGEST = 120
"""Characters of a claim's sentence in a table."""


def fails(outcomes: list[LineOutcome], fail_on: set[str]) -> bool:
    """Whether a claim of the lines stands as `--fail-on` names it; each is said. A counter-thesis
    fails nothing, and where a reviewer has decided the model's other mind is no flip."""
    found = False
    for outcome in outcomes:
        for claim in outcome.record.claims:
            flip = "flip" if claim.flip is not None and claim.review is None else ""
            for what in sorted({claim.verdict, flip} & fail_on):
                say(f"--fail-on {what}: {claim.id} of {outcome.record.line}", needed=True)
                found = True
    return found


def show_results(outcomes: list[LineOutcome], settings: Settings, as_json: bool) -> None:
    """A table a line, or all as one JSON object; then what there is to do, what it cost and what
    was written."""
    if as_json:
        out_json({"lines": [_described(outcome) for outcome in outcomes]})
    for outcome in outcomes:
        every = outcome.record.every
        if not as_json:
            rows = []
            for claim in every:
                change = "waits" if claim.awaits else _changed(claim, outcome)
                rows.append((claim.verdict, change, sentence(claim)))
            if all(change == "new" for _, change, _ in rows):  # a first report: it says nothing
                table(("verdict", "claim"), [(verdict, said) for verdict, _, said in rows])
            else:
                table(("verdict", "change", "claim"), rows)
        if _is_manual(outcome):
            say_what_waits(settings)
        for claim in every:
            if claim.is_open and not claim.awaits:
                say(f"{claim.id}: {claim.detail}", needed=True)
        if outcome.record.synthesis_failed and not any(claim.awaits for claim in every):
            say(outcome.record.limits, needed=True)
        if ends := outcome.record.claims[0].searched.source_ends:
            say(
                f"the {outcome.record.source} ends on {ends}: what came out after it was not "
                "looked at"
            )
        used = outcome.usage
        say(
            f"{outcome.record.line}: {used.calls} model calls, "
            f"{used.input} tokens in ({used.cached} cached), {used.output} out{_cost(outcome)}"
        )
        if outcome.written:
            say(
                f"wrote {', '.join(path.name for path in outcome.written)} in "
                f"{settings.path('reports')}"
            )
        else:
            say("nothing new: the report stays as it is")


def sentence(claim: ClaimRecord) -> str:
    """A claim as tables have it: its sentence, and behind it its id and how much evidence it has,
    or why it has none."""
    from retest.reports.summary import WHY, counted
    from retest.text.harmless import cut

    said = counted(claim.evidence) or WHY[claim.why] or "no evidence"
    return f"{cut(claim.text, LONGEST)} ({claim.id}; {said})"


def say_what_waits(settings: Settings) -> bool:
    """Say how many prompts of `--model manual` have no answer yet; whether there are any."""
    prompts = sorted((settings.path("home") / "manual").glob("*.prompt.md"))
    waiting = [
        path
        for path in prompts
        if not list(path.parent.glob(path.name.replace(".prompt.md", ".answer.*")))
    ]
    if waiting:
        many = "1 prompt waits" if len(waiting) == 1 else f"{len(waiting)} prompts wait"
        wait = f"{many} in {waiting[0].parent}"
        say(f"{wait}: save each answer beside its prompt, and run again", needed=True)
    return bool(waiting)


def _changed(claim: ClaimRecord, outcome: LineOutcome) -> str:
    """What this run changed about a claim; nothing where it brought no news."""
    from retest.reports.markdown import change

    changed = change(claim, outcome.record.as_of) if outcome.news else ""
    return "" if changed.startswith("since") else changed


def _cost(outcome: LineOutcome) -> str:
    """What the calls cost, where there were any and their price is known."""
    if not outcome.usage.calls or outcome.usd == 0:
        return ""
    return ", of a price that is not known" if outcome.usd is None else f", ${outcome.usd:.4f}"


def _is_manual(outcome: LineOutcome) -> bool:
    from retest.llm.providers import waits_for_people

    specs = (outcome.record.model, outcome.record.verifier or "")
    return waits_for_people(specs)


def _described(outcome: LineOutcome) -> dict[str, Any]:
    from dataclasses import asdict

    from retest.reports.markdown import newest

    record = outcome.record
    claims = []
    for claim in (*record.claims, record.counter_thesis):
        item = newest(claim)
        claims.append(
            {
                "id": claim.id,
                "verdict": claim.verdict,
                "why": claim.why,
                "detail": claim.detail,
                "change": _changed(claim, outcome),
                "evidence": len(claim.evidence),
                "rejected": len(claim.rejected),
                "newest": item.arxiv_id if item else None,
            }
        )
    return {
        "line": record.line,
        "as_of": str(record.as_of),
        "model": record.model,
        "source": record.source,
        "news": outcome.news,
        "complete": outcome.complete,
        "written": [str(path) for path in outcome.written],
        "usage": asdict(outcome.usage),
        "usd": None if outcome.usd is None else float(outcome.usd),
        "claims": claims,
    }
