"""eval.md and compare.md, drawn from the result alone. Every text that is not ours is escaped, by
default."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import jinja2

from retest.evaluation.claims import shown
from retest.evaluation.claims.compare import Comparison
from retest.evaluation.claims.gold import VERDICTS
from retest.evaluation.claims.result import Result
from retest.reports.markdown import Safe, link, md


def code(text: str) -> Safe:
    """A hash in a code span: nothing but hex digits, whatever a file says."""
    return Safe(f"`{text}`") if re.fullmatch(r"[0-9a-f]{1,64}", text) else md(text)


@cache
def _template(name: str) -> jinja2.Template:
    environment = jinja2.Environment(
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=md,
        autoescape=False,  # noqa: S701 - `finalize` escapes every value for Markdown, which is what is written
    )
    environment.globals.update(
        link=link,
        code=code,
        share=shown.share,
        estimate=shown.estimate,
        claims=shown.claims,
        steps=shown.STEPS,
        means=shown.MEANS,
        why_lost=shown.why_lost,
        verdicts=VERDICTS,
    )
    return environment.from_string(
        (Path(__file__).parents[2] / "data" / name).read_text(encoding="utf-8")
    )


def markdown(result: Result) -> str:
    """The whole of eval.md."""
    measures, steady = result.measures, result.steadiness
    calibration = measures.calibration
    known = calibration.ece.value is not None and calibration.chance_ece is not None
    decided = [
        claim.right
        for claim in result.claims
        if claim.confidence is not None and not claim.contested
    ]
    text = _template("eval.md.j2").render(
        result=result,
        m=measures,
        headline=shown.headline(result),
        rest=shown.rest(measures.scores),
        contested_rest=shown.rest(measures.contested) if measures.contested else "",
        misses=[claim for claim in result.claims if claim.lost],
        calibrated=known and (calibration.ece.value or 0) <= (calibration.chance_ece or 0),
        base=sum(decided) / len(decided) if decided else None,
        steady=steady,
        same=steady.orders.count("same") if steady else 0,
        unsteady=[claim for claim in steady.claims if claim.station] if steady else [],
        cost=shown.cost(shown.total(result.claims), max(len(result.claims), 1)),
    )
    return _tidy(text)


def compared(comparison: Comparison) -> str:
    """The whole of compare.md."""
    return _tidy(_template("compare.md.j2").render(c=comparison, p=shown.p_value(comparison.p)))


def rendered(name: str, **values: object) -> str:
    """A page of data/ with these values."""
    return _tidy(_template(name).render(**values))


def _tidy(text: str) -> str:
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"
