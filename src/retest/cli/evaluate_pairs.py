"""`retest eval --pairs`: extraction and entailment alone, on claim-abstract pairs whose stance is
known."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from retest.cli.options import today
from retest.errors import UsageError

if TYPE_CHECKING:
    from retest.evaluation.pairs.result import PairsResult
    from retest.evaluation.pairs.run import PairsDone
    from retest.llm.budget import Budget
    from retest.settings import Settings


@dataclass(frozen=True, slots=True)
class PairsWanted:
    """What of `retest eval`'s options means something for pairs."""

    pairs: str
    corpus: Path | None
    batch_size: int | None
    only: tuple[str, ...]
    limit: int | None
    seed: int
    out: Path | None


def check_alone(wanted: PairsWanted, others: dict[str, Any]) -> None:
    """Raise UsageError for options without --pairs that need it, and for those that mean nothing
    beside it."""
    if not wanted.pairs:
        given = "--corpus" if wanted.corpus else "--batch-size"
        raise UsageError(f"{given} is for --pairs", "name the pairs: retest eval --pairs FILE")
    for name, value in others.items():
        if value:
            hint = "pairs are given with their papers: nothing is searched, dated or judged"
            raise UsageError(f"--pairs and {name} do not go together", hint)


def run_pairs(wanted: PairsWanted, settings: Settings, budget: Budget, *, as_json: bool) -> bool:
    """Evaluate the pairs; whether all of them could be read and checked."""
    from retest.cli.results import say_what_waits
    from retest.cli.running import interruptible
    from retest.cli.show import say
    from retest.evaluation.claims.files import as_json as text
    from retest.evaluation.claims.files import check_folder, written
    from retest.evaluation.pairs.load import load_pairs
    from retest.evaluation.pairs.run import PairSetup, evaluate_pairs
    from retest.evaluation.pairs.shown import chart, markdown
    from retest.llm.providers import parsed_model, waits_for_people
    from retest.pipeline.state import Limits
    from retest.prompts import load_prompts
    from retest.run.job import Job
    from retest.settings import chosen_model, environment

    if wanted.out:
        check_folder(wanted.out)
    env = environment()
    pairs = load_pairs(wanted.pairs, wanted.corpus, today())
    chosen = pairs.chosen(wanted.only, wanted.limit)
    model = chosen_model(settings, env)
    for spec in filter(None, (model, settings.verifier)):
        parsed_model(spec)
    job = Job(
        lines=(),
        settings=settings,
        environment=env,
        today=today(),
        as_of=today(),
        model=model,
        verifier=settings.verifier,
        budget=budget,
    )
    size = wanted.batch_size or Limits().papers_a_call
    setup = PairSetup(job, load_prompts(settings.workspace), size, wanted.seed)
    say(f"{sum(len(one.pairs) for one in chosen)} pairs of {len(chosen)} claims of {pairs.name}")
    progress = _ProgressLines(len(chosen))
    result = interruptible(evaluate_pairs(pairs, chosen, setup, progress))
    if wanted.out:
        files = {
            "pairs.md": markdown(result),
            "pairs-confusion.svg": chart(result),
            "pairs.json": text(result),
        }
        paths = written(wanted.out, files)
        names = ", ".join(path.name for path in paths)
        say(f"wrote {names} in {wanted.out}" if paths else f"nothing new in {wanted.out}")
    _show(result, as_json=as_json)
    say(progress.spent())
    if waits_for_people(job.specs):
        say_what_waits(settings)
    return not result.measures.failed


class _ProgressLines:
    """A line of progress for every claim, and what all of them took."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._done: list[PairsDone] = []

    def __call__(self, done: PairsDone) -> None:
        from retest.cli.show import say

        self._done.append(done)
        pairs = done.result.pairs
        right = f"{sum(pair.missed is None for pair in pairs)} of {len(pairs)} right"
        say(
            f"[{len(self._done):>3}/{self._total}] {right:<16} {done.seconds:5.1f} s  "
            f"{done.result.id}"
        )

    def spent(self) -> str:
        """What was paid just now: in no file, since it differs from run to run."""
        from retest.evaluation.claims.result import Cost
        from retest.evaluation.claims.shown import cost
        from retest.llm.model import Usage

        used = sum((done.usage for done in self._done), Usage())
        prices = [done.usd for done in self._done]
        usd = None if None in prices else str(sum(price for price in prices if price is not None))
        paid = Cost(
            calls=used.calls, input=used.input, cached=used.cached, output=used.output, usd=usd
        )
        return f"Just now: {cost(paid, max(len(self._done), 1))}"


def _show(result: PairsResult, *, as_json: bool) -> None:
    from retest.cli.show import out, table
    from retest.evaluation.claims.files import as_json as text
    from retest.evaluation.pairs.shown import lines, rows

    if as_json:
        out(text(result).rstrip("\n"))
        return
    table(("", "before entailment", "after it"), rows(result))
    out()
    for line in lines(result):
        out(line)
