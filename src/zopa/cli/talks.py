"""The commands `start`, `path`, `simulate` and `audit`: how could they get there."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from zopa.cli.ask import reply
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
    package_of,
    pairs_of,
    problem_of,
    progress,
    spreading,
    time_left,
)

__all__ = ["audit", "path", "simulate", "start"]


def start(
    name: CaseArgument,
    package: PackageArgument = None,
    option: PackageOption = None,
    readings: ReadingsOption = None,
    changes: SetOption = None,
    day: DayOption = None,
    typed: TypedOption = False,
    json: JsonOption = False,
) -> None:
    """Where each party opens, what separates them, what packages ask of each, what may be positioning."""
    from zopa.study.talks import start as ask

    given = package_of(package, option)
    targets = {"the draft": given} if given else None
    answer = ask(problem_of(name, readings, changes, day, typed), targets=targets)
    reply(answer, name, json=json, no=False)


def path(
    name: CaseArgument,
    package: PackageArgument = None,
    option: PackageOption = None,
    to: Annotated[
        str,
        typer.Option(help="Where to: nash, kalai-smorodinsky, egalitarian, utilitarian; or give a package"),
    ] = "nash",
    start: Annotated[
        str | None,
        typer.Option(
            "--from",
            help="A party's opening; `now`; or a package, ISSUE=OPTION,ISSUE=OPTION, in which issues left out stand as they "
            "are now. Default: every party's opening.",
        ),
    ] = None,
    together: Annotated[int, typer.Option(min=1, max=3, help="Issues that one step may change.")] = 2,
    mode: Annotated[
        str,
        typer.Option(
            help="package: nothing is agreed until everything is; interim: every stop obeys the rules."
        ),
    ] = "package",
    floor: Annotated[
        list[str] | None,
        typer.Option(help="reservation, status-quo, or PARTY=POINTS; may be repeated."),
    ] = None,
    shares: Annotated[
        bool, typer.Option("--shares", help="Dips as shares of what the target gives above the floor.")
    ] = False,
    draws: Annotated[
        int,
        typer.Option(
            min=0, help="Draws of the judgments that tell how often no party falls below no agreement."
        ),
    ] = 0,
    law: Annotated[
        str,
        typer.Option(
            help="Of the draws: the case's numbers by their laws, or uniform on what its words allow (words)."
        ),
    ] = "numbers",
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same draws.")] = 1,
    readings: ReadingsOption = None,
    changes: SetOption = None,
    day: DayOption = None,
    typed: TypedOption = False,
    json: JsonOption = False,
) -> None:
    """In which order the steps to a package can be taken so that no party falls far below its floor."""
    from zopa.study.talks import path as ask

    given = package_of(package, option)
    answer = ask(
        problem_of(name, readings, changes, day, typed),
        given or to,
        pairs_of(start.split(","), "ISSUE=OPTION,ISSUE=OPTION") if start and "=" in start else start,
        together=together,
        mode=mode,
        floor=_floor(floor),
        shares=shares,
        draws=draws,
        law=_law(law),
        seed=seed,
    )
    reply(answer, name, json=json, no=not answer.open)


def _law(given: str) -> Literal["words", "numbers"]:
    if given == "words":
        return "words"
    if given == "numbers":
        return "numbers"
    raise typer.BadParameter(f"expected numbers or words, saw '{given}'")


def _floor(given: list[str] | None) -> str | dict[str, float]:
    if not given:
        return "reservation"
    if len(given) == 1 and "=" not in given[0]:
        return given[0]
    try:
        return {party: float(number) for party, number in pairs_of(given, "PARTY=POINTS").items()}
    except ValueError:
        raise typer.BadParameter(f"expected PARTY=POINTS with a number, saw '{', '.join(given)}'") from None


def audit(
    name: CaseArgument,
    offers: Annotated[
        Path,
        typer.Argument(
            metavar="OFFERS",
            help="A CSV or YAML file with one row per offer, or per pair of a class what it agreed; a chat log (JSON); "
            "a saved run of NegMAS. Chats that bring their own preferences (CaSiNo) stand in place of the case, too.",
        ),
    ],
    trace: Annotated[
        Path | None, typer.Option("--trace", help="Write the record as a trace of NegMAS, too.")
    ] = None,
    readings: ReadingsOption = None,
    changes: SetOption = None,
    day: DayOption = None,
    typed: TypedOption = False,
    json: JsonOption = False,
) -> None:
    """What a record of offers left on the table, when a deal was first within reach, and who moved."""
    from zopa.formats.chat_offers import is_chat
    from zopa.talks import audit as ask

    own = name == str(offers) and is_chat(offers)
    problem = None if own else problem_of(name, readings, changes, day, typed)
    answer = ask(problem, offers)
    if problem is not None and trace is not None:
        from zopa.casefile import one_step
        from zopa.formats.negmas_trace import offers_of, write_trace

        with one_step(trace.parent) as act:
            act.write(trace.name, write_trace(problem, offers_of(offers, problem.case)))
    reply(answer, name, json=json, no=not answer.agreed)


def simulate(
    name: CaseArgument,
    tactic: Annotated[
        list[str] | None,
        typer.Option(
            help="boulware, linear, conceder, time-dependent:E, hardliner, random, micro, tit-for-tat, relative-, averaged- "
            "or random-tit-for-tat, log-rolling, frequency, nash-seeker, kalai-seeker; behind a plus sign when it accepts: "
            "AC_next:A,B, AC_const:A, AC_time:T, AC_combi:T,W. Several are drawn from for each party; PARTY=TACTIC fixes "
            "it for a party, and the others draw from the default. Default: boulware, linear, conceder"
        ),
    ] = None,
    protocol: Annotated[
        list[str] | None,
        typer.Option(
            help="alternating, single-text, issue-by-issue, zeuthen (two parties), annealed-text, raiffa; may be repeated; "
            "default: the first three"
        ),
    ] = None,
    runs: Annotated[int, typer.Option(min=1, help="Runs per protocol.")] = 1000,
    rounds: Annotated[
        int,
        typer.Option(
            min=0, help="Rounds until the deadline: offers by all, changes of a text, issues settled."
        ),
    ] = 100,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same runs.")] = 1,
    breakdown: Annotated[
        float, typer.Option(min=0.0, max=0.999, help="Chance per round that talks break off.")
    ] = 0.0,
    together: Annotated[
        int, typer.Option(min=1, max=2, help="Issues that one proposal of the mediator may change.")
    ] = 2,
    months: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Months until the deadline: what no agreement is worth falls by the case's costs of waiting.",
        ),
    ] = None,
    walk_away: Annotated[
        bool,
        typer.Option(
            "--walk-away", help="A party leaves when going on is worth less to it than no agreement now."
        ),
    ] = False,
    readings: ReadingsOption = None,
    changes: SetOption = None,
    day: DayOption = None,
    typed: TypedOption = False,
    workers: WorkersOption = 1,
    dask: DaskOption = None,
    run_folder: RunFolderOption = None,
    json: JsonOption = False,
) -> None:
    """Where talks end under named tactics and protocols, why they stall, what a mediator's text changes."""
    from zopa.study.talks import simulate as ask
    from zopa.talks import PROTOCOLS
    from zopa.talks.tactics import EXPONENTS

    problem = problem_of(name, readings, changes, day, typed)
    fixed = bool(tactic) and all("=" in t for t in tactic or ())
    given = pairs_of(tactic or (), "PARTY=TACTIC") if fixed else tuple(tactic or EXPONENTS)
    with progress(json) as tell, spreading(workers, dask, run_folder) as spread:
        answer = ask(
            problem,
            given,
            protocols=tuple(protocol or PROTOCOLS[:3]),
            runs=runs,
            rounds=rounds,
            seed=seed,
            breakdown=breakdown,
            together=together,
            months=months,
            walk_away=walk_away,
            spread=spread,
            progress=time_left(tell),
        )
    reply(answer, name, json=json, no=not answer.agreed)
