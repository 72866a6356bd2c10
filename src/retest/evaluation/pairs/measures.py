"""Findings against gold pairs. docs/eval.md has each formula.

Abstract and sentence scores are those of Wadden et al., Fact or Fiction: Verifying Scientific
Claims, EMNLP 2020, section 5.1 and appendix, as their own evaluation has them
(github.com/allenai/scifact, doc/evaluation.md), here on cited abstracts alone: nothing is searched.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import get_args

from retest.domain.verdict import NotedStance, Stance
from retest.evaluation.pairs.result import (
    Checked,
    Entailed,
    FindingKind,
    Got,
    Miss,
    PairCell,
    PairClaimResult,
    PairMeasures,
    PairResult,
    PairScores,
    PerStance,
    Scored,
    Stage,
)
from retest.evaluation.statistics.bootstrap import Estimate, estimates

STANCES: tuple[Stance, ...] = get_args(Stance)
EXPECTED: tuple[NotedStance, ...] = get_args(NotedStance)
GOT: tuple[Got, ...] = get_args(Got)
KINDS: tuple[FindingKind, ...] = get_args(FindingKind)
STATIONS: tuple[Stage, ...] = get_args(Stage)
BY_SENTENCES = ("abstract rationale", "selection", "selection and label", "overlap")
"""Scores that there are only where the gold has sentences."""
NOTHING = Estimate(value=None, low=None, high=None)
FIRST = 3
"""Sentences of a finding that count for an abstract's rationale: else pointing at all of them would
always be right."""
_CHECKED = ("passed", "refused", "unanswered", "unchecked")
Ratio = tuple[tuple[str, ...], tuple[str, ...]]
"""What is added up above the line and below it, as names of counts."""


def is_whole(rationales: Sequence[Sequence[int]], pointed: Sequence[int]) -> bool:
    """Whether all sentences of some rationale are among those that were pointed at."""
    return any(set(rationale) <= set(pointed) for rationale in rationales)


def _shows(pair: PairResult, first: int | None = None) -> bool:
    """Whether the sentences that were pointed at, or the `first` of them, hold a whole rationale.
    Of a gold that has labels alone nothing more is asked."""
    return not pair.rationales or is_whole(pair.rationales, pair.pointed[:first])


def missed(pair: PairResult) -> Miss | None:
    """What is wrong with a pair in the end."""
    if pair.fate in ("not-read", "unchecked"):
        return "failed"
    if pair.expected == "unrelated":
        return "unrelated" if pair.fate == "passed" else None
    if pair.fate == "silent" or pair.fate == "ungrounded":
        return pair.fate
    if (pair.stands if pair.fate == "passed" else pair.said) != pair.expected:
        return "stance"
    if pair.fate == "refused" or pair.fate == "unanswered":
        return pair.fate
    return None if _shows(pair) else "sentences"


def measures(claims: Sequence[PairClaimResult], seed: int) -> PairMeasures:
    """All scores; claims are drawn anew for the intervals, each with all of its pairs."""
    counted = [_counts(claim.pairs) for claim in claims]
    pointed = any(pair.rationales for claim in claims for pair in claim.pairs)
    ratios = {
        f"{at} {name}": ratio
        for at in STATIONS
        for name, ratio in _ratios(at).items()
        if pointed or not name.endswith(BY_SENTENCES)
    } | _entailment()
    total = sum(counted, Counter[str]())
    shares = {
        name: sum(any(one[key] for key in below) for one in counted)
        for name, (_, below) in ratios.items()
    }
    with_stance = sum(any(pair.expected != "unrelated" for pair in claim.pairs) for claim in claims)
    shares |= {
        f"{at} {name}": with_stance for at in STATIONS for name in ("macro", "macro read so")
    }
    numbered = {key: number for number, key in enumerate(total)}
    rows = [[(numbered[key], n) for key, n in one.items()] for one in counted]

    def statistic(sample: Sequence[list[tuple[int, int]]]) -> Mapping[str, float | None]:
        added = [0] * len(numbered)
        for row in sample:
            for number, n in row:
                added[number] += n
        return _values(dict(zip(numbered, added, strict=True)), ratios)

    found = estimates(rows, statistic, seed, shares)
    pairs = [pair for claim in claims for pair in claim.pairs]
    return PairMeasures(
        claims=len(claims),
        pairs=len(pairs),
        failed=sum(pair.missed == "failed" for pair in pairs),
        strays=sum(claim.strays for claim in claims),
        before=_scores("before", total, found),
        after=_scores("after", total, found),
        entailed=_entailed(total, found),
    )


def _counts(pairs: Sequence[PairResult]) -> Counter[str]:
    """What is counted of some pairs, for each station."""
    counts: Counter[str] = Counter()
    for pair in pairs:
        gold = {sentence for rationale in pair.rationales for sentence in rationale}
        counts["gold sentences"] += len(gold)
        for at in STATIONS:
            got = pair.got(at)
            counts[_cell(at, pair.expected, got)] += 1
            counts[f"{at} rationalised"] += got == pair.expected and _shows(pair, FIRST)
            if got not in STANCES or (pair.expected != "unrelated" and not pair.rationales):
                continue
            pointed = set(pair.pointed)
            whole = {
                s for rationale in pair.rationales if set(rationale) <= pointed for s in rationale
            }
            counts[f"{at} pointed"] += len(pointed)
            counts[f"{at} selected"] += len(whole)
            counts[f"{at} selected and labelled"] += len(whole) if got == pair.expected else 0
            counts[f"{at} overlap"] += len(gold & pointed)
        if pair.fate in _CHECKED:
            counts[f"{_kind(pair)} {pair.fate}"] += 1
    return +counts


def _kind(pair: PairResult) -> FindingKind:
    if pair.expected == "unrelated":
        return "unrelated"
    if pair.said != pair.expected:
        return "other stance"
    return "right" if _shows(pair) else "other sentences"


def _cell(at: str, expected: str, got: str) -> str:
    return f"{at}: {expected} became {got}"


def _ratios(at: Stage) -> dict[str, Ratio]:
    """Every share at a station. An F1 is one too: twice the hits, of all that was said and all that
    was to be said."""
    cells = {(e, g): _cell(at, e, g) for e in EXPECTED for g in GOT}
    said = tuple(cells[e, g] for e in EXPECTED for g in STANCES)
    to_say = tuple(cells[e, g] for e in STANCES for g in GOT)
    labelled = tuple(cells[s, s] for s in STANCES)
    gold, pointed = ("gold sentences",), (f"{at} pointed",)
    scored = {
        "abstract label": (labelled, said, to_say),
        "abstract rationale": ((f"{at} rationalised",), said, to_say),
        "selection": ((f"{at} selected",), pointed, gold),
        "selection and label": ((f"{at} selected and labelled",), pointed, gold),
        "overlap": ((f"{at} overlap",), pointed, gold),
    }
    for stance in EXPECTED:
        as_got: Got = "none" if stance == "unrelated" else stance
        column = tuple(cells[e, as_got] for e in EXPECTED)
        scored[stance] = ((cells[stance, as_got],), column, tuple(cells[stance, g] for g in GOT))
    against = [g for g in GOT if g in ("contradicts", "qualifies")]
    scored["read so"] = (
        tuple(cells["contradicts", g] for g in against),
        tuple(cells[e, g] for e in EXPECTED for g in against),
        tuple(cells["contradicts", g] for g in GOT),
    )
    right = (*labelled, cells["unrelated", "none"])
    every = tuple(cells.values())
    found: dict[str, Ratio] = {
        "micro": (right, every),
        "micro read so": ((*right, cells["contradicts", "qualifies"]), every),
    }
    for name, (hits, of, to_find) in scored.items():
        found |= {f"precision {name}": (hits, of), f"recall {name}": (hits, to_find)}
        found[f"f1 {name}"] = ((*hits, *hits), (*of, *to_find))
    read = [g for g in GOT if g != "failed"]
    found["abstained"] = (
        tuple(cells[e, "none"] for e in EXPECTED),
        tuple(cells[e, g] for e in EXPECTED for g in read),
    )
    found["overlooked"] = (
        tuple(cells[e, "none"] for e in STANCES),
        tuple(cells[e, g] for e in STANCES for g in read),
    )
    return found


def _entailment() -> dict[str, Ratio]:
    def of(kinds: Sequence[FindingKind]) -> Ratio:
        stopped = tuple(f"{kind} {done}" for kind in kinds for done in ("refused", "unanswered"))
        return stopped, (*stopped, *(f"{kind} passed" for kind in kinds))

    return {"lost": of(("right", "other sentences")), "stopped": of(("other stance", "unrelated"))}


def _values(counts: Mapping[str, int], ratios: Mapping[str, Ratio]) -> dict[str, float | None]:
    values: dict[str, float | None] = {}
    for name, (above, below) in ratios.items():
        of = sum(counts.get(key, 0) for key in below)
        values[name] = sum(counts.get(key, 0) for key in above) / of if of else None
    for at in STATIONS:
        present = [s for s in STANCES if values[f"{at} recall {s}"] is not None]
        values[f"{at} macro"] = _mean([values[f"{at} f1 {s}"] for s in present])
        read_so = [f"{at} f1 {'read so' if s == 'contradicts' else s}" for s in present]
        values[f"{at} macro read so"] = _mean([values[name] for name in read_so])
    return values


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def _scores(at: Stage, counts: Counter[str], found: Mapping[str, Estimate]) -> PairScores:
    def scored(name: str) -> Scored:
        keys = ("precision", "recall", "f1")
        return Scored(**{key: found.get(f"{at} {key} {name}", NOTHING) for key in keys})

    cells = tuple(
        PairCell(expected=e, got=g, pairs=counts[_cell(at, e, g)]) for e in EXPECTED for g in GOT
    )
    stances = []
    for stance in EXPECTED:
        as_got = "none" if stance == "unrelated" else stance
        expected = sum(cell.pairs for cell in cells if cell.expected == stance)
        got = sum(cell.pairs for cell in cells if cell.got == as_got)
        stances.append(PerStance(stance=stance, expected=expected, got=got, scored=scored(stance)))
    qualified = any(cell.pairs for cell in cells if cell.expected == "qualifies")
    return PairScores(
        stances=tuple(stances),
        macro_f1=found[f"{at} macro"],
        macro_f1_read_so=None if qualified else found[f"{at} macro read so"],
        micro_f1=found[f"{at} micro"],
        micro_f1_read_so=None if qualified else found[f"{at} micro read so"],
        confusion=cells,
        abstained=found[f"{at} abstained"],
        overlooked=found[f"{at} overlooked"],
        abstract_label=scored("abstract label"),
        abstract_rationale=scored("abstract rationale"),
        selection=scored("selection"),
        selection_label=scored("selection and label"),
        overlap=scored("overlap"),
    )


def _entailed(counts: Counter[str], found: Mapping[str, Estimate]) -> Entailed:
    kinds = tuple(
        Checked(
            kind=kind,
            passed=counts[f"{kind} passed"],
            refused=counts[f"{kind} refused"],
            unanswered=counts[f"{kind} unanswered"],
            unchecked=counts[f"{kind} unchecked"],
        )
        for kind in KINDS
    )
    return Entailed(kinds=kinds, lost=found["lost"], stopped=found["stopped"])
