"""`retest run --explain`: what would be done, why, and what it would cost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from retest.cli.show import out, out_json, table
from retest.cli.tally import counted

if TYPE_CHECKING:
    from retest.explain.estimate import Expected, Total
    from retest.explain.walk import ClaimExplained, LineExplained
    from retest.run.job import Job

QUIET = "nothing: quiet"
WORDS = {
    "QueryPlan": "plan",
    "Triage": "choose",
    "Extraction": "read",
    "Entailment": "check",
    "Judgment": "judge",
    "Synthesis": "close",
    "Essay": "answer",
}
"""What the calls do, as the table has it."""
FIRST = 24
"""Characters of the first column: the last one needs the room."""
DONE = (
    "Papers were searched, which is free. No model was asked, and nothing is written under "
    "reports/."
)


def explained(job: Job, *, as_json: bool) -> None:
    """Explain the run to people, as a table a line and totals, or to programs."""
    from retest.cli.running import interruptible
    from retest.explain.estimate import ASSUMED, may_stop, total
    from retest.explain.walk import explain

    lines = interruptible(explain(job))
    certain = [call for line in lines for claim in line.every for call in claim.certain]
    every = certain + [call for line in lines for claim in line.every for call in claim.possible]
    stops = may_stop(every, job.budget)
    usd = None if job.budget.max_usd is None else float(job.budget.max_usd)
    tokens = job.budget.max_tokens
    if as_json:
        described = {
            "as_of": str(job.as_of),
            "model": job.model,
            "verifier": job.verifier or None,
            "lines": [_described(line) for line in lines],
            "certain": _sum(total(certain)),
            "at_most": _sum(total(every)),
            "assumed": ASSUMED,
            "budget": {"max_usd": usd, "max_tokens": tokens, "may_stop": stops},
        }
        out_json(described)
        return
    for line in lines:
        _show_line(line)
    if not every:
        out("No call is due.")
    else:
        _show_total("certain", total(certain))
        _show_total("at most", total(every))
    if stops:
        limits = [f"--max-usd {usd}"] if usd is not None else []
        limits += [f"--max-tokens {tokens}"] if tokens is not None else []
        out(
            f"The budget ({', '.join(limits)}) may stop it earlier; what it does not reach is due "
            "the next time."
        )
    if job.batch:
        out("Through batches it takes several runs, each with what the one before has brought.")
    _paragraph(DONE + (f" Assumed: {ASSUMED}." if every else ""))


def _show_line(line: LineExplained) -> None:
    due = [claim for claim in line.every if claim.due]
    if not due:
        out(f"{line.line}: {QUIET}")
        return
    rows: list[Sequence[object]] = [
        (claim.id, _calls(claim), _range(claim), claim.failed or "; ".join(claim.why))
        for claim in due
    ]
    if rest := len(line.every) - len(due):
        rows.append((f"({rest} {'others' if rest > 1 else 'other'})", "", "", QUIET))
    table((line.line, "calls +maybe", "cost", "why"), rows, FIRST)
    out()


def _calls(claim: ClaimExplained) -> str:
    """`plan +16`: what is certain, and how many may follow."""
    sure = _kinds(claim.certain)
    words = [name if number == 1 else f"{number} {name}" for name, number in sure.items()]
    more = sum(call.calls for call in claim.possible)
    return " ".join([", ".join(words), *([f"+{more}"] if more else [])]).strip()


def _kinds(calls: Sequence[Expected]) -> Mapping[str, int]:
    counts = Counter(call.schema for call in calls if call.calls)
    return {word: counts[schema] for schema, word in WORDS.items() if counts[schema]}


def _range(claim: ClaimExplained) -> str:
    from retest.explain.estimate import total

    least, most = total(claim.certain), total((*claim.certain, *claim.possible))
    if not most.count:
        return ""
    low, high = _money(least.usd), _money(most.usd)
    return high if low == high else f"{low}-{high.removeprefix('$')}"


def _money(usd: Decimal | None) -> str:
    if usd is None:
        return "no price"
    return "free" if usd == 0 else f"${usd:.2f}" if usd >= 10 else f"${usd:.3f}"


def _show_total(name: str, sum_: Total) -> None:
    kinds = ", ".join(
        f"{sum_.calls[schema]} {word}" for schema, word in WORDS.items() if sum_.calls.get(schema)
    )
    calls = f"{counted(sum_.count, 'call')} ({kinds})" if kinds else "0 calls"
    out(f"{name}: {calls}")
    out(f"         {sum_.input:,} tokens in, {sum_.output:,} out, {_money(sum_.usd)}")


def _paragraph(text: str) -> None:
    import textwrap

    for line in textwrap.wrap(text, 80):
        out(line)


def _described(line: LineExplained) -> dict[str, Any]:
    return {
        "line": line.line,
        "source": line.source,
        "certain": _sum(line.certain),
        "at_most": _sum(line.at_most),
        "claims": [_claim(claim) for claim in line.claims],
        "synthesis": _claim(line.synthesis),
    }


def _claim(claim: ClaimExplained) -> dict[str, Any]:
    from retest.explain.estimate import total

    return {
        "id": claim.id,
        "due": claim.due,
        "why": list(claim.why) or [QUIET],
        "failed": claim.failed,
        "papers": claim.papers,
        "certain": _sum(total(claim.certain)),
        "at_most": _sum(total((*claim.certain, *claim.possible))),
    }


def _sum(sum_: Total) -> dict[str, Any]:
    return {
        "calls": sum_.count,
        "kinds": {kind: count for kind, count in sum_.calls.items() if count},
        "input": sum_.input,
        "output": sum_.output,
        "usd": None if sum_.usd is None else float(sum_.usd),
    }
