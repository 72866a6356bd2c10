"""`retest eval`: how often a verdict is right, on claims whose fate is known."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from retest.cli import app
from retest.cli.options import (
    Json,
    MaxTokens,
    MaxUsd,
    Model,
    Source,
    Workspace,
    budget_of,
    parsed_day,
    today,
)
from retest.errors import UsageError

if TYPE_CHECKING:
    from retest.evaluation.claims.compare import Comparison
    from retest.evaluation.claims.result import Result
    from retest.evaluation.claims.run import Bench, Done, Setup
    from retest.llm.budget import Budget
    from retest.settings import Settings

SEED = 1


@app.command("eval")
def evaluate(
    gold: Annotated[
        str,
        typer.Argument(
            help="A JSONL file of claims whose fate is known, or the name of a bundled one."
        ),
    ] = "",
    compare: Annotated[
        tuple[str, str] | None,
        typer.Option(
            metavar="A B",
            help="Two settings on the same claims, as "
            "model=P:NAME,verifier=P:NAME,prompts=DIR,source=NAME or as-is; or two results that "
            "were saved as .json.",
        ),
    ] = None,
    repeat: Annotated[
        int | None,
        typer.Option(
            help="Ask so often, with no memory, and say how far the answers agree.", min=2, max=50
        ),
    ] = None,
    only: Annotated[
        list[str] | None, typer.Option(help="A claim to evaluate; may be given several times.")
    ] = None,
    limit: Annotated[
        int | None, typer.Option(help="Evaluate the first claims only.", min=1)
    ] = None,
    as_of: Annotated[
        str,
        typer.Option(
            help="The day to stand on, YYYY-MM-DD; papers after it do not exist.",
            show_default="today, or the day on which the source ends",
        ),
    ] = "",
    source: Source = None,
    model: Model = None,
    verifier: Annotated[
        str | None, typer.Option(help="PROVIDER:NAME that checks quotes; else the model itself.")
    ] = None,
    max_usd: MaxUsd = None,
    max_tokens: MaxTokens = None,
    seed: Annotated[
        int, typer.Option(help="Of intervals, and of the orders that --repeat shuffles.")
    ] = SEED,
    out_folder: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Write eval.json, eval.md and charts there."),
    ] = None,
    pairs: Annotated[
        str,
        typer.Option(
            metavar="FILE|LINE",
            help="Score reading alone, on claim-abstract pairs with stance and sentences: "
            "SciFact's claims, a JSONL file, or the name of a bundled annotated library "
            "(docs/eval.md, Pairs).",
        ),
    ] = "",
    corpus: Annotated[
        Path | None,
        typer.Option(
            help="With --pairs: SciFact's abstracts, if not in corpus.jsonl beside its claims."
        ),
    ] = None,
    batch_size: Annotated[
        int | None,
        typer.Option(
            help="With --pairs: papers of one claim a call.", min=1, max=100, show_default="10"
        ),
    ] = None,
    as_json: Json = False,
    workspace: Workspace = Path(),
) -> None:
    """Run claims whose fate is known, and say how often the verdict is right and where each miss
    was lost.

    Nothing is written under reports/. docs/eval.md explains every number.

    Exit status: 0 done, 1 the run failed, 2 the input is wrong, 3 done but some claims could not be
    searched or judged.
    """
    from retest.cli.show import speaking
    from retest.settings import environment, load_settings

    if compare:  # a folder that --out wrote stands for its result
        first, second = (
            (str(Path(side) / "eval.json") if Path(side).is_dir() else side) for side in compare
        )
        compare = first, second
    with speaking(as_json=as_json, quiet=False):
        if pairs or corpus or batch_size:
            from retest.cli.evaluate_pairs import PairsWanted, check_alone, run_pairs

            reading = PairsWanted(
                pairs, corpus, batch_size, tuple(only or ()), limit, seed, out_folder
            )
            others = {
                "GOLD": gold,
                "--compare": compare,
                "--repeat": repeat,
                "--as-of": as_of,
                "--source": source,
            }
            check_alone(reading, others)
            settings = load_settings(
                workspace.resolve(), environment(), {"model": model, "verifier": verifier}
            )
            if not run_pairs(reading, settings, budget_of(max_usd, max_tokens), as_json=as_json):
                raise typer.Exit(3)
            return
        if compare and all(side.endswith(".json") for side in compare):
            if gold or repeat:
                raise UsageError(
                    "saved results are compared as they are", "leave out GOLD and --repeat"
                )
            _saved(compare, seed, out_folder, as_json=as_json)
            return
        if not gold:
            raise UsageError(
                "name the claims", "a JSONL file, or a bundled gold: retest eval machine-learning"
            )
        if compare and repeat:
            raise UsageError(
                "--compare and --repeat do not go together", "repeat each of the settings alone"
            )
        flags = {"source": source, "model": model, "verifier": verifier}
        settings = load_settings(workspace.resolve(), environment(), flags)
        wanted = _Wanted(
            gold, tuple(only or ()), limit, as_of, seed, compare, repeat or 1, out_folder
        )
        if not _run(wanted, settings, budget_of(max_usd, max_tokens), as_json=as_json):
            raise typer.Exit(3)


@dataclass(frozen=True, slots=True)
class _Wanted:
    gold: str
    only: tuple[str, ...]
    limit: int | None
    as_of: str
    seed: int
    compare: tuple[str, str] | None
    rounds: int
    out: Path | None


def _run(wanted: _Wanted, settings: Settings, budget: Budget, *, as_json: bool) -> bool:
    """Evaluate one setting or two; whether everything could be searched and judged."""
    from retest.cli.results import say_what_waits
    from retest.cli.running import interruptible
    from retest.cli.show import say
    from retest.evaluation.claims.compare import compare
    from retest.evaluation.claims.files import check_folder, write_result
    from retest.evaluation.claims.gold import load_gold
    from retest.evaluation.claims.run import Bench
    from retest.evaluation.claims.setups import AS_IS, setups
    from retest.llm.providers import waits_for_people
    from retest.settings import environment

    if wanted.out:
        check_folder(wanted.out)
    gold = load_gold(wanted.gold, today())
    chosen, env = gold.chosen(wanted.only, wanted.limit), environment()
    day = parsed_day(wanted.as_of) if wanted.as_of else None
    sides = setups(settings, env, today(), day, budget, wanted.compare or (AS_IS,))
    progress = _ProgressLines(len(chosen) * wanted.rounds * len(sides))
    bench = Bench(gold, chosen, wanted.seed, progress)
    say(
        f"{len(chosen)} claims of {gold.name} on {sides[0].source.name}, as of {sides[0].job.as_of}"
    )
    results, folders = interruptible(_results(bench, sides, wanted.rounds)), ("a", "b")
    for result, name in zip(results, folders, strict=False):
        if wanted.out:
            folder = wanted.out / name if wanted.compare else wanted.out
            _say_written(write_result(folder, result), folder)
    if wanted.compare:
        comparison = compare(results[0], results[1], wanted.compare, wanted.seed)
        _show_comparison(comparison, wanted.out, as_json=as_json)
    else:
        _show(results[0], as_json=as_json)
    say(progress.spent())
    if waits_for_people(spec for setup in sides for spec in setup.job.specs):
        say_what_waits(settings)
    return progress.complete


async def _results(bench: Bench, sides: list[Setup], rounds: int) -> list[Result]:
    from retest.evaluation.claims.run import evaluate

    return [(await evaluate(bench, setup, rounds))[0] for setup in sides]


class _ProgressLines:
    """A line of progress for every claim, and what all of them took."""

    def __init__(self, total: int) -> None:
        self.complete, self._total = True, total
        self._done: list[Done] = []

    def __call__(self, done: Done) -> None:
        from retest.cli.show import say

        self._done.append(done)
        result = done.result
        self.complete = self.complete and not result.failed
        ended = "right" if result.right else f"lost: {result.lost}"
        say(
            f"[{len(self._done):>3}/{self._total}] {result.got:<13} {ended:<15} "
            f"{done.seconds:5.1f} s  {result.id}"
        )

    def spent(self) -> str:
        """What was paid just now, and the time: neither is in a file, since both differ from run to
        run."""
        from statistics import median

        from retest.evaluation.claims.result import Cost
        from retest.evaluation.claims.shown import cost
        from retest.llm.model import Usage

        used = sum((done.usage for done in self._done), Usage())
        prices = [done.usd for done in self._done]
        usd = None if None in prices else str(sum(price for price in prices if price is not None))
        paid = Cost(
            calls=used.calls, input=used.input, cached=used.cached, output=used.output, usd=usd
        )
        seconds = median(done.seconds for done in self._done)
        return f"{cost(paid, len(self._done))} Half of the claims took less than {seconds:.1f} s."


def _saved(files: tuple[str, str], seed: int, folder: Path | None, *, as_json: bool) -> None:
    """Two results that were saved earlier."""
    from retest.evaluation.claims.compare import compare
    from retest.evaluation.claims.files import check_folder
    from retest.evaluation.claims.result import read_result

    if folder:
        check_folder(folder)
    first, second = (read_result(Path(name)) for name in files)
    _show_comparison(compare(first, second, files, seed), folder, as_json=as_json)


def _say_written(paths: list[Path], folder: Path) -> None:
    from retest.cli.show import say

    say(
        f"wrote {', '.join(path.name for path in paths)} in {folder}"
        if paths
        else f"nothing new in {folder}"
    )


def _show(result: Result, *, as_json: bool) -> None:
    from retest.cli.show import out, table
    from retest.evaluation.claims.files import as_json as text
    from retest.evaluation.claims.shown import lines

    if as_json:
        out(text(result).rstrip("\n"))
        return
    rows = [
        (
            one.id,
            one.expected,
            one.got,
            "" if one.right else one.lost or "",
            "contested" if one.contested else "",
        )
        for one in result.claims
    ]
    table(("claim", "expected", "got", "lost at", ""), rows)
    out()
    for line in lines(result):
        out(line)


def _show_comparison(comparison: Comparison, folder: Path | None, *, as_json: bool) -> None:
    from retest.cli.show import out, table
    from retest.evaluation.claims.files import as_json as text
    from retest.evaluation.claims.files import write_comparison
    from retest.evaluation.claims.shown import compared

    if folder:
        _say_written(write_comparison(folder, comparison), folder)
    if as_json:
        out(text(comparison).rstrip("\n"))
        return
    if comparison.changed:
        better = {True: "B", False: "A", None: "neither"}
        rows = [
            (one.id, one.expected, one.a, one.b, better[one.better]) for one in comparison.changed
        ]
        table(("claim", "expected", "A", "B", "better"), rows)
        out()
    for line in compared(comparison):
        out(line)
