"""Commands that ask one question of a case: zone, solve, frontier, why-not, judge, explain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from zopa.cli.proofs import save_proof
from zopa.cli.shared import (
    CaseArgument,
    JsonOption,
    ReadingsOption,
    TimeOption,
    console,
    open_case,
    pick_readings,
    points,
    print_json,
    progress,
    stopper,
    table,
)

if TYPE_CHECKING:
    from zopa.bargaining import Deal, Solution, Views, WhyNot

__all__ = ["describe", "explain", "frontier", "judge", "solve", "why_not", "zone"]


def zone(
    name: CaseArgument,
    proof: Annotated[
        Path | None, typer.Option(help="Save a proof of how many packages are acceptable, or that none is.")
    ] = None,
    readings: ReadingsOption = None,
    seconds: TimeOption = None,
    json: JsonOption = False,
) -> None:
    """Is there a deal all could accept? Counts, break-even values, best for each party."""
    from zopa.bargaining import prove_zone
    from zopa.bargaining import zone as ask

    case, chosen = open_case(name), pick_readings(readings)
    with stopper(seconds) as stop:
        answer = ask(case, chosen, stop=stop)
        if proof is not None:
            save_proof(prove_zone(case, chosen, known=answer, stop=stop).proof, proof, name)
    if json:
        print_json(answer.to_dict())
    else:
        out = console()
        out.print(str(answer), markup=False)
        for warning in answer.warnings:
            out.print(f"warning: {warning}", markup=False)
        rows = [
            [
                p,
                points(r),
                points(answer.break_even[p]),
                str(answer.best[p][0].options) if answer.best.get(p) else "–",
            ]
            for p, r in answer.reservation.items()
        ]
        table(["party", "reservation", "zone stays open up to", "best package for it"], rows)
        out.print(f"next: zopa {'why-not' if answer.empty else 'solve'} {name}", markup=False)
    raise typer.Exit(1 if answer.empty else 0)


def solve(
    name: CaseArgument,
    method: Annotated[
        str,
        typer.Option(
            help="nash, kalai-smorodinsky, egalitarian, utilitarian, weighted-nash, proportional; or all"
        ),
    ] = "all",
    power: Annotated[
        list[str] | None, typer.Option(help="PARTY=NUMBER, for weighted-nash and proportional")
    ] = None,
    coalition: Annotated[
        list[str] | None, typer.Option(help="Parties whose acceptance counts; default all")
    ] = None,
    proof: Annotated[
        Path | None, typer.Option(help="Save a proof of one solution here, for check-proof.")
    ] = None,
    readings: ReadingsOption = None,
    seconds: TimeOption = None,
    json: JsonOption = False,
) -> None:
    """The package that a solution picks from the zone, with all ties."""
    from zopa.bargaining import SOLUTIONS
    from zopa.bargaining import solve as ask

    case, chosen = open_case(name), pick_readings(readings)
    powers = _powers(power, case.parties)
    if proof is not None and method == "all":
        raise typer.BadParameter("a proof is of one solution: add --method")
    methods = [m for m, s in SOLUTIONS.items() if not s.needs or powers] if method == "all" else [method]
    with stopper(seconds) as stop, progress(json) as tell:
        found = [
            ask(
                case, m, chosen, powers=powers or None, coalition=coalition, proof=proof is not None, stop=stop, progress=tell
            )
            for m in methods
        ]  # fmt: skip
    if proof is not None:
        save_proof(found[0].proof, proof, name)
    if json:
        print_json([a.to_dict() for a in found])
    else:
        _print_solutions(found, name)
    raise typer.Exit(0 if any(a.deals for a in found) else 1)


def _powers(items: list[str] | None, parties: Mapping[str, object]) -> dict[str, float]:
    found = {}
    for item in items or ():
        party, sign, number = item.partition("=")
        try:
            found[party] = float(number)
        except ValueError:
            raise typer.BadParameter(f"expected PARTY=NUMBER, saw '{item}'") from None
        if not sign or party not in parties:
            raise typer.BadParameter(f"expected PARTY=NUMBER with a party of the case, saw '{item}'")
    return found


def _print_solutions(found: Sequence[Solution], name: str) -> None:
    _deal_table(
        [(a.title + (f" ({a.tied} tied)" if a.tied > 1 else ""), d) for a in found for d in a.deals[:10]]
    )
    out = console()
    for a in found:
        if not a.proven:
            out.print(
                f"{a.title}: stopped early; a package could still be up to {100 * a.gap:.3g} % better",
                markup=False,
            )
        if a.note:
            out.print(f"{a.title}: {a.note}", markup=False)
    for warning in dict.fromkeys(f"{a.title} {a.warning}" for a in found if a.warning and a.deals):
        out.print(f"warning: {warning}", markup=False)
    if not any(a.deals for a in found):
        out.print(f"no deal to pick from\nnext: zopa why-not {name}", markup=False)
    else:
        out.print(
            f"next: zopa judge {name} ISSUE=OPTION ...   or   zopa explain {name} {found[0].method}",
            markup=False,
        )


def describe(name: CaseArgument, readings: ReadingsOption = None, json: JsonOption = False) -> None:
    """Which engine will answer each question about a case, why, and what it will cost."""
    from zopa.bargaining import describe as ask
    from zopa.space import plain

    answer = ask(open_case(name), pick_readings(readings))
    if json:
        print_json(plain(answer))
    else:
        console().print(f"{answer}\nnext: zopa zone {name}", markup=False)


def frontier(
    name: CaseArgument,
    most: Annotated[int, typer.Option(help="How many packages to print")] = 20,
    proof: Annotated[Path | None, typer.Option(help="Save the frontier here, for check-proof.")] = None,
    readings: ReadingsOption = None,
    seconds: TimeOption = None,
    json: JsonOption = False,
) -> None:
    """Packages of the zone that nobody can improve without another's loss."""
    from zopa.bargaining import frontier as ask
    from zopa.bargaining import prove_frontier

    case, chosen = open_case(name), pick_readings(readings)
    with stopper(seconds) as stop:
        answer = ask(case, chosen, stop=stop)
    if proof is not None:
        save_proof(prove_frontier(case, chosen, known=answer), proof, name)
    if json:
        print_json(answer.to_dict())
    else:
        _deal_table([("", d) for d in answer.deals[:most]])
        rest = f"; the first {most} are shown, --json has all" if answer.points > most else ""
        console().print(str(answer) + rest, markup=False)
    raise typer.Exit(0 if answer.points else 1)


def why_not(
    name: CaseArgument, readings: ReadingsOption = None, seconds: TimeOption = None, json: JsonOption = False
) -> None:
    """What rules a deal out: smallest conflicts, least that would have to give, the reading that decides."""
    from zopa.bargaining import why_not as ask

    case = open_case(name)
    with stopper(seconds) as stop:
        answer = ask(case, pick_readings(readings), stop=stop)
    if json:
        print_json(answer.to_dict())
    else:
        _print_why_not(answer, name)
    raise typer.Exit(1 if answer.empty else 0)


def _print_why_not(answer: WhyNot, name: str) -> None:
    out = console()
    if not answer.empty:
        out.print("A deal exists under these readings.", markup=False)
        for s in answer.closes:
            out.print(f"  it would close if {s.rule} were read as '{s.reading}' ({s.says})", markup=False)
    else:
        out.print("No deal under these readings.\n\nThese cannot all hold:", markup=False)
        for c in answer.sentences[:10]:
            for m in c.limits:
                by = ", ".join(m.statements) or "no statement: " + m.basis
                out.print(f"  - {m.party or ''}: {m.text}  [{by}]", markup=False)
            out.print()
        if len(answer.sentences) > 10:
            out.print(f"  ... and {len(answer.sentences) - 10} more conflicts (--json)", markup=False)
        out.print("The least that would have to give, cheapest first:", markup=False)
        for k in answer.corrections[:10]:
            what = " and ".join(m.id for m in k.limits)
            move = f", reservation values {float(k.shift):g} points lower in all" if k.shift else ""
            out.print(
                f"  - set aside {what}: {'a zone' if k.count is None else f'{k.count:,} packages'} ({k.statements} statements{move})",
                markup=False,
            )
        if answer.opens:
            out.print("\nAnother reading of one statement opens the zone:", markup=False)
        for s in answer.opens:
            out.print(f"  - {s.rule} as '{s.reading}': {s.size} ({s.says})", markup=False)
    for note in answer.notes:
        out.print(f"note: {note}", markup=False)
    example = next((c.limits[0].rule for c in answer.conflicts if c.limits[0].rule), "RULE")
    out.print(f"next: zopa explain {name} {example}", markup=False)


def judge(
    name: CaseArgument,
    draft: Annotated[
        list[str],
        typer.Argument(help="ISSUE=OPTION for each issue that the draft settles", metavar="ISSUE=OPTION..."),
    ],
    readings: ReadingsOption = None,
    json: JsonOption = False,
) -> None:
    """Who accepts a draft, who refuses it and by which statement, and the cheapest swaps that win them."""
    from zopa.bargaining import judge as ask

    pairs = {}
    for item in draft:
        issue, sign, option = item.partition("=")
        if not sign:
            raise typer.BadParameter(f"expected ISSUE=OPTION, saw '{item}'")
        pairs[issue] = option
    answer = ask(open_case(name), pairs, pick_readings(readings))
    if json:
        print_json(answer.to_dict())
    else:
        _print_views(answer, name)
    raise typer.Exit(0 if answer.accepted else 1)


def _print_views(answer: Views, name: str) -> None:
    out = console()
    out.print(str(answer) + "\n", markup=False)
    rows = [
        [v.party, "accepts" if v.accepts else "refuses", points(v.utility), f"{float(v.gain):+g}"]
        for v in answer.verdicts
    ]
    table(["party", "says", "utility" if answer.full else "at best", "above no deal"], rows)
    for v in answer.verdicts:
        for w in v.why if not v.accepts else ():
            ids = f"  [{', '.join(w.statements)}]" if w.statements else f"  [{w.basis}]" if w.basis else ""
            out.print(f"  {v.party}: {w.text}{ids}", markup=False)
    _print_changes(answer)
    if not answer.full:
        out.print(
            f"\n{answer.completions:,} allowed completions, {answer.acceptable:,} acceptable to all",
            markup=False,
        )
        if answer.suggestion:
            out.print(f"the completion with the largest smallest gain: {answer.suggestion}", markup=False)
        if answer.conflict:
            out.print(str(answer.conflict), markup=False)
    out.print(f"next: zopa explain {name} RULE", markup=False)


def _print_changes(answer: Views) -> None:
    out = console()
    for party, swaps in answer.swaps.items():
        out.print(
            f"\nwins {party} without losing the others:"
            if swaps
            else f"\nno change of one or two issues wins {party} without losing the others",
            markup=False,
        )
        for s in swaps:
            out.print(f"  {s}", markup=False)
    if answer.agreements:
        out.print("\neverybody accepts after:", markup=False)
        for s in answer.agreements:
            out.print(f"  {s}", markup=False)
    if answer.improvements:
        out.print(
            f"\n{answer.improvable:,} packages are better for some and worse for none, for example:",
            markup=False,
        )
        for d in answer.improvements:
            out.print(f"  {d}", markup=False)
    for roll in answer.logrolls[:3]:
        out.print(f"trade between {roll.first} and {roll.second}: {roll.swap}", markup=False)


def explain(
    name: CaseArgument,
    ident: Annotated[
        str,
        typer.Argument(
            metavar="ID",
            help="A statement, rule, solution, zone, or PARTY.reservation, PARTY.weights.ISSUE, PARTY.values.ISSUE.OPTION",
        ),
    ],
    json: JsonOption = False,
) -> None:
    """Print the chain behind a number or a rule, down to the sentence in the source."""
    from zopa.study import explain as ask

    step = ask(open_case(name), ident)
    if json:
        print_json(step.to_dict())
        return
    out = console()
    for depth, s in step.lines():
        mark = f" [{s.basis}]" if s.basis in ("stated", "inferred", "assumed", "gap") else ""
        out.print("  " * depth + s.title + mark, markup=False, style="bold" if depth == 0 else None)
        if s.text:
            out.print(
                "  " * depth + "  " + s.text, markup=False, style="italic" if s.basis == "source" else None
            )


def _deal_table(rows: list[tuple[str, Deal]]) -> None:
    if not rows:
        return
    parties = list(rows[0][1].utilities)
    body = [[label, d.options, *(points(u) for u in d.utilities.values())] for label, d in rows]
    table(["", "package", *parties], body)
