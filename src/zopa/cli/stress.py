"""The commands ``stress``, ``questions`` and ``answer``: what the words alone allow, and what to ask."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from zopa.cli.ask import reply
from zopa.cli.next_steps import tell_next
from zopa.cli.options import (
    CaseArgument,
    DaskOption,
    DayOption,
    JsonOption,
    PackageArgument,
    PackageOption,
    ReadingsOption,
    RunFolderOption,
    SetOption,
    TypedOption,
    WorkersOption,
    deadline,
    package_of,
    pick_readings,
    print_answer,
    problem_of,
    progress,
    spreading,
    time_left,
)
from zopa.cli.proofs import save_proof

if TYPE_CHECKING:
    from zopa.robustness.compatible_set import Taken
    from zopa.space import Problem

__all__ = ["answer", "questions", "stress"]

DrawsOption = Annotated[
    int, typer.Option(min=0, max=1_000_000, help="Draws from the values that the words allow.")
]
SeedOption = Annotated[int, typer.Option(min=0, help="Seed of the draws.")]
TakenOption = Annotated[
    str,
    typer.Option(
        help="Judgments that count beside the statements: stated, inferred (and stated), assumed (all)."
    ),
]


def _taken(word: str) -> Taken:
    if word not in ("stated", "inferred", "assumed"):
        raise typer.BadParameter(f"expected stated, inferred or assumed, saw '{word}'", param_hint="--taken")
    return word  # type: ignore[return-value]


def stress(
    name: CaseArgument,
    taken: TakenOption = "stated",
    waiting: Annotated[
        str,
        typer.Option(help="No agreement is costly (no better than now), as-now, or open (may be better)."),
    ] = "costly",
    hedged: Annotated[
        bool, typer.Option("--hedged", help="Count hedged words such as “could” as well.")
    ] = False,
    positioning: Annotated[
        bool, typer.Option("--positioning", help="An offer need not mean that its author could accept it.")
    ] = False,
    hopes: Annotated[
        bool, typer.Option("--hopes", help="A refusal need not mean that no agreement is better.")
    ] = False,
    readings: ReadingsOption = None,
    changes: SetOption = None,
    day: DayOption = None,
    typed: TypedOption = False,
    draws: DrawsOption = 2048,
    seed: SeedOption = 1,
    law: Annotated[
        str,
        typer.Option(help="Law of the draws: words (uniform on what they allow) or numbers (of the case)."),
    ] = "words",
    package: PackageOption = None,
    than: Annotated[
        list[str] | None,
        typer.Option("--than", help="Compare --package with this: ISSUE=OPTION; may be repeated."),
    ] = None,
    sensitivity: Annotated[
        bool, typer.Option("--sensitivity", help="Which numbers of the case drive the zone, instead.")
    ] = False,
    map_: Annotated[
        list[str] | None,
        typer.Option("--map", help="Two numbers, such as parties.P.reservation: which package, by both."),
    ] = None,
    proof: Annotated[
        Path | None,
        typer.Option(help="Save which zones --package (else the packages shown) are in, for check-proof."),
    ] = None,
    workers: WorkersOption = 1,
    dask: DaskOption = None,
    run_folder: RunFolderOption = None,
    seconds: Annotated[
        float | None,
        typer.Option(
            "--time",
            min=0.0,
            help="In a space too large to list: stop after so many seconds; the rest is not known.",
        ),
    ] = None,
    json: JsonOption = False,
) -> None:
    """What holds whatever the numbers, what could hold, by the words alone. Readings: one or several named sets."""
    from zopa.robustness import LargeStress, WordSettings, better, zone_proof
    from zopa.robustness import stress as ask

    if waiting not in ("costly", "as-now", "open"):
        raise typer.BadParameter(f"expected costly, as-now or open, saw '{waiting}'", param_hint="--waiting")
    if law not in ("words", "numbers"):
        raise typer.BadParameter(f"expected words or numbers, saw '{law}'", param_hint="--law")
    several = list(readings) if readings and not any("=" in r for r in readings) else None
    settings = WordSettings(
        taken=_taken(taken),
        waiting=waiting,  # type: ignore[arg-type]
        hedged=hedged,
        offers=not positioning,
        refusals=not hopes,
    )
    problem = problem_of(name, None if several else readings, changes, day, typed)
    one, other = package_of(None, package), package_of(None, than)
    if sensitivity or map_:
        _drivers(problem, name, one, map_, seed, json)
        return
    if other is not None:
        compared = better(
            problem, one or {}, other, several[0] if several else pick_readings(readings), settings=settings
        )
        reply(compared, name, json=json, no=False)
        return
    with progress(json) as tell, spreading(workers, dask, run_folder) as spread:
        answer = ask(
            problem,
            several or pick_readings(readings),
            settings=settings,
            draws=draws,
            seed=seed,
            packages=[one] if one else [],
            law=law,  # type: ignore[arg-type]
            spread=spread,
            stop=deadline(seconds) if seconds is not None else lambda: False,
            progress=time_left(tell),
        )
    first: tuple[str, ...] = ()
    if proof is not None:
        shown = () if isinstance(answer, LargeStress) else answer.shown
        packages = [one] if one else [x.package for x in shown]
        chosen = several or pick_readings(readings)
        saved = (
            None
            if isinstance(chosen, dict) or not packages
            else zone_proof(problem, packages, chosen, settings=settings)
        )
        first = save_proof(saved, proof)
    possible = answer.possible is not False if isinstance(answer, LargeStress) else bool(answer.conceivable)
    reply(answer, name, json=json, no=not possible, first=first)


def _drivers(
    problem: Problem, name: str, package: dict[str, str] | None, map_: list[str] | None, seed: int, json: bool
) -> None:
    """Which numbers of the case drive the zone; or which package, by two of them."""
    from zopa.robustness.drivers import decision_map, drivers

    if map_ and len(map_) != 2:
        raise typer.BadParameter("expected --map twice, once for each number", param_hint="--map")
    with progress(json) as tell:
        if map_:
            reply(decision_map(problem, *map_, seed=seed), name, json=json, no=False)
        else:
            reply(drivers(problem, package=package, seed=seed, progress=tell), name, json=json, no=False)


def questions(
    name: CaseArgument,
    draft: PackageArgument = None,
    most: Annotated[int, typer.Option(min=1, help="How many questions.")] = 3,
    taken: TakenOption = "stated",
    draws: DrawsOption = 2048,
    seed: SeedOption = 1,
    readings: ReadingsOption = None,
    changes: SetOption = None,
    day: DayOption = None,
    typed: TypedOption = False,
    json: JsonOption = False,
) -> None:
    """Which question, put to which party, would tell most about whether a draft is acceptable to all."""
    from zopa.robustness import WordSettings
    from zopa.robustness import questions as ask

    problem = problem_of(name, readings, changes, day, typed)
    with progress(json) as tell:
        found = ask(
            problem,
            problem.readings if readings else None,
            settings=WordSettings(taken=_taken(taken)),
            draws=max(draws, 100),
            seed=seed,
            most=most,
            draft=package_of(draft, None),
            progress=time_left(tell),
        )
    reply(found, name, json=json, no=not found.best)


def answer(
    folder: Annotated[Path, typer.Argument(help="Case folder.", metavar="CASE")],
    question: Annotated[str, typer.Argument(help="The question, as `zopa questions` names it.")],
    says: Annotated[str, typer.Argument(help="yes, no, or undo.", metavar="yes|no|undo")],
    stated: Annotated[
        list[str] | None, typer.Option(help="The statement that answers it; may be repeated.")
    ] = None,
    taken: TakenOption = "stated",
    draws: DrawsOption = 2048,
    seed: SeedOption = 1,
    draft: PackageOption = None,
    json: JsonOption = False,
) -> None:
    """Write the answer to a question into the case, with the statement that gives it; `undo` takes it out again."""
    from zopa.casefile import load, remove, set_values
    from zopa.robustness import WordSettings, answer_row, refuse_others
    from zopa.robustness import questions as ask
    from zopa.space import plain

    case = load(folder)
    rows = [k for k, row in enumerate(case.comparisons) if row.answers == question]
    if says not in ("yes", "no", "undo"):
        raise typer.BadParameter(f"expected yes, no or undo, saw '{says}'")
    if says == "undo":
        if not rows:
            raise typer.BadParameter(f"{question} has no answer in {folder}")
        remove(folder, ("comparisons",) if len(case.comparisons) == 1 else ("comparisons", rows[-1]))
        if json:
            print_answer("answer", {"removed": question}, case=str(folder))
        else:
            typer.echo(f"took the answer to {question} out again")
            tell_next(["questions CASE"], folder)
        return
    if not stated:
        raise typer.BadParameter(
            "expected --stated ID, the statement that gives the answer; zopa read adds one"
        )
    if rows:
        raise typer.BadParameter(
            f"{question} is answered already; zopa answer {folder} {question} undo takes it out"
        )
    asked = ask(
        case,
        settings=WordSettings(taken=_taken(taken)),
        draws=max(draws, 100),
        seed=seed,
        most=10_000,
        draft=package_of(None, draft),
    )
    refuse_others(case, asked.best, question, stated)
    row = answer_row(asked.best, question, says == "yes", stated)
    at = ("comparisons", len(case.comparisons)) if case.comparisons else ("comparisons",)
    set_values(folder, {at: row if case.comparisons else [row]})
    if json:
        print_answer("answer", {"noted": plain(row)}, case=str(folder))
        return
    typer.echo("noted in case.yaml")
    tell_next(["questions CASE"], folder)
