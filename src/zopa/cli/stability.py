"""The command ``stability``: will it hold, who would break it, who can answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from zopa.cli.options import (
    CaseArgument,
    JsonOption,
    ReadingsOption,
    TimeOption,
    console,
    open_case,
    pick_readings,
    print_json,
    progress,
    stopper,
    table,
    time_left,
)

if TYPE_CHECKING:
    from zopa.graphmodel import Stability, Standing

__all__ = ["stability"]


def stability(
    name: CaseArgument,
    package: Annotated[
        list[str] | None,
        typer.Option(
            "--package",
            "-p",
            help="A named state, or ACTION=yes (ISSUE=OPTION for each issue); may be repeated.",
        ),
    ] = None,
    concept: Annotated[
        str, typer.Option(help="What must hold for exit code 0: nash, sseq, seq, smr or gmr.")
    ] = "seq",
    draws: Annotated[
        int, typer.Option(help="Perturbed preference models behind the shares; 0 for none.")
    ] = 500,
    seed: Annotated[int, typer.Option(help="Seed of the perturbations.")] = 1,
    most: Annotated[int, typer.Option(help="How many equilibria to list.")] = 10,
    readings: ReadingsOption = None,
    seconds: TimeOption = None,
    json: JsonOption = False,
) -> None:
    """Will a package hold, who would break it, who can answer and how credibly."""
    from zopa.graphmodel import stability as ask

    case = open_case(name)
    with stopper(seconds) as stop, progress(json) as tell:
        answer = ask(
            case,
            _package(package),
            pick_readings(readings),
            concept=concept,
            draws=draws,
            seed=seed,
            most=most,
            stop=stop,
            progress=time_left(tell),
        )
    if json:
        print_json(answer.to_dict())
    else:
        _print(answer, name)
    raise typer.Exit(0 if answer.holds else 1)


def _package(given: list[str] | None) -> Any:
    """``compromise`` -> the named state; ``A=yes B=no`` -> a mapping; nothing -> None."""
    if not given:
        return None
    if len(given) == 1 and "=" not in given[0]:
        return given[0]
    pairs = {}
    for item in given:
        issue, sign, option = item.partition("=")
        if not sign:
            raise typer.BadParameter(
                f"expected ACTION=yes or ISSUE=OPTION, saw '{item}'; a named state stands alone"
            )
        pairs[issue] = option
    return pairs


def _print(answer: Stability, name: str) -> None:
    from zopa.graphmodel import MEANING

    out = console()
    shown = [("", s) for s in answer.examined]
    if answer.status_quo:
        shown.append(("how things are now: ", answer.status_quo))
    for head, s in shown:
        out.print(f"\n{head}{s.label}", style="bold", markup=False)
        if s.name:
            out.print("  " + ("; ".join(s.done) or "nothing is done"), markup=False)
        for w in s.says:
            ids = f"  [{', '.join(w.statements)}]" if w.statements else ""
            out.print(f"  - {w.text}{ids}", markup=False)
    if answer.why:
        out.print()
    for w in answer.why:
        out.print(w.text, markup=False)
    counts = ", ".join(f"{c} {n:,}" for c, n in answer.counts.items())
    out.print(f"\nEquilibria among {answer.feasible:,} states: {counts}. The best are listed.", markup=False)
    if answer.perceived:
        seen = ", ".join(f"{c} {n:,}" for c, n in answer.perceived.items())
        out.print(
            f"As perceived, each party judging by its own picture of the conflict: {seen}.", markup=False
        )
    table(
        ["", "state", "better than now", "steps", "robust"],
        [_row(answer, k, s) for k, s in enumerate(answer.equilibria, 1)],
    )
    out.print(f"order: {answer.ranking}", markup=False)
    for c in dict.fromkeys(s.strength for s in answer.equilibria):
        out.print(f"{c}: {MEANING[c]}", markup=False)
    for note in answer.notes:
        out.print(f"note: {note}", markup=False)
    out.print(
        f"next: zopa stability {name} --package NAME, or ACTION=yes ..., or --concept nash", markup=False
    )


def _row(answer: Stability, k: int, s: Standing) -> list[str]:
    better = [p for p, b in s.better.items() if b]
    everybody = "all" if s.better and len(better) == len(s.better) else ", ".join(better) or "nobody"
    steps = "–" if s.steps is None else str(len(s.steps))
    share = f"{s.shares['seq']:.2f}" if answer.perturbed else "–"
    return [f"{k} {s.strength}", s.label, everybody if s.better else "–", steps, share]
