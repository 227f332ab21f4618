"""Commands that ask one question of a case. Each names its options; :func:`reply` answers for all of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from zopa.cli import completion
from zopa.cli.next_steps import tell_next
from zopa.cli.options import (
    CaseArgument,
    DayOption,
    JsonOption,
    PackageArgument,
    PackageOption,
    ReadingsOption,
    SetOption,
    TimeOption,
    TypedOption,
    UnsourcedOption,
    console,
    examples,
    package_of,
    pairs_of,
    print_answer,
    print_json,
    problem_of,
    progress,
    stopper,
)
from zopa.cli.proofs import save_proof

if TYPE_CHECKING:
    from zopa.bargaining import Deal
    from zopa.robustness import WorthByWords
    from zopa.space import Answer, Problem, Question
    from zopa.views import Document

__all__ = [
    "describe",
    "explain",
    "frontier",
    "judge",
    "reply",
    "show",
    "show_document",
    "solve",
    "why_not",
    "zone",
]


def reply(
    answer: Answer | Sequence[Answer],
    name: str,
    *,
    json: bool,
    no: bool,
    view: Document | None = None,
    by_words: Sequence[WorthByWords] = (),
    first: Sequence[str] = (),
) -> NoReturn:
    """Show an answer, as text or as JSON, and end with 1 where it is no or rests on too little, else with 0.

    ``by_words`` is what words say of the packages shown, for JSON. ``first`` holds steps that stand before those of the
    view.
    """
    one = answer if not isinstance(answer, Sequence) else answer[0]
    if json:
        from zopa.render.json import answered

        print_json(answered(answer, by_words))
    else:
        from zopa.views import finished
        from zopa.views import view as view_of

        show_document(finished(view, one) if view else view_of(one), name, one.question, first)
    raise typer.Exit(1 if no or one.too_little else 0)


def _by_words(problem: Problem, deals: Iterable[Deal]) -> tuple[WorthByWords, ...]:
    """What the words alone say that the packages shown are worth to each party."""
    from zopa.robustness import worth_by_words

    return worth_by_words(problem, [d.package for d in deals])


def show_document(
    document: Document, name: str, question: Question | None = None, first: Sequence[str] = ()
) -> None:
    """Print a document and the commands that lead on."""
    from zopa.render.terminal import show

    show(document, console())
    tell_next((*first, *document.next), name, question)


def zone(
    name: CaseArgument,
    proof: Annotated[
        Path | None, typer.Option(help="Save a proof of how many packages are acceptable, or that none is.")
    ] = None,
    readings: ReadingsOption = None,
    changes: SetOption = None,
    day: DayOption = None,
    typed: TypedOption = False,
    most_unsourced: UnsourcedOption = 0.75,
    seconds: TimeOption = None,
    json: JsonOption = False,
) -> None:
    """Is there a deal all could accept? Counts, break-even values, best for each party."""
    from zopa.bargaining import prove_zone
    from zopa.bargaining import zone as ask
    from zopa.views import Labels
    from zopa.views.bargaining import zone as view
    from zopa.views.worth import by_words

    problem = problem_of(name, readings, changes, day, typed)
    first: tuple[str, ...] = ()
    with stopper(seconds) as stop:
        answer = ask(problem, most_unsourced=most_unsourced, stop=stop)
        if proof is not None:
            first = save_proof(prove_zone(problem, known=answer, stop=stop).proof, proof)
    shown = [d for best in answer.best.values() for d in best[:1]]
    said = _by_words(problem, shown)
    document = view(answer, Labels(problem.case), by_words(said))
    reply(answer, name, json=json, no=not answer.yes, view=document, by_words=said, first=first)


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
    changes: SetOption = None,
    day: DayOption = None,
    typed: TypedOption = False,
    most_unsourced: UnsourcedOption = 0.75,
    seconds: TimeOption = None,
    json: JsonOption = False,
) -> None:
    """The package that a solution picks from the zone, with all ties."""
    from zopa.bargaining import SOLUTIONS
    from zopa.bargaining import solve as ask
    from zopa.views import Labels
    from zopa.views.bargaining import MOST_TIES, solutions
    from zopa.views.worth import by_words

    problem = problem_of(name, readings, changes, day, typed)
    powers = _powers(power, problem.case.parties)
    if proof is not None and method == "all":
        raise typer.BadParameter("a proof is of one solution: add --method")
    methods = [m for m, s in SOLUTIONS.items() if not s.needs or powers] if method == "all" else [method]
    with stopper(seconds) as stop, progress(json) as tell:
        found = [
            ask(
                problem,
                m,
                powers=powers or None,
                coalition=coalition,
                proof=proof is not None,
                most_unsourced=most_unsourced,
                stop=stop,
                progress=tell,
            )
            for m in methods
        ]
    saved = save_proof(found[0].proof, proof) if proof is not None else ()
    first = found[0].standing
    none = not any(a.deals for a in found) or (first is not None and not first.record.enough)
    said = _by_words(problem, (d for x in found for d in x.deals[: MOST_TIES if x.tied > 1 else 1]))
    document = solutions(found, Labels(problem.case), by_words(said))
    reply(found, name, json=json, no=none, view=document, by_words=said, first=saved)


def _powers(items: list[str] | None, parties: object) -> dict[str, float]:
    found = {}
    for party, number in pairs_of(items or (), "PARTY=NUMBER").items():
        if party not in parties:  # type: ignore[operator]
            raise typer.BadParameter(
                f"expected PARTY=NUMBER with a party of the case, saw '{party}={number}'"
            )
        try:
            found[party] = float(number)
        except ValueError:
            raise typer.BadParameter(f"expected PARTY=NUMBER, saw '{party}={number}'") from None
    return found


def describe(
    name: CaseArgument,
    readings: ReadingsOption = None,
    changes: SetOption = None,
    day: DayOption = None,
    typed: TypedOption = False,
    json: JsonOption = False,
) -> None:
    """Which engine will answer each question about a case, why, and what it will cost."""
    from zopa.bargaining import describe as ask
    from zopa.space import plain
    from zopa.views.bargaining import engines

    problem = problem_of(name, readings, changes, day, typed)
    answer = ask(problem)
    if json:
        print_json({"question": plain(problem.question("describe")), "answer": plain(answer)})
    else:
        from zopa.views import with_settings

        question = problem.question("describe")
        show_document(with_settings(engines(answer), question), name, question)


def frontier(
    name: CaseArgument,
    most: Annotated[int, typer.Option(min=1, help="How many packages to print")] = 20,
    proof: Annotated[Path | None, typer.Option(help="Save the frontier here, for check-proof.")] = None,
    readings: ReadingsOption = None,
    changes: SetOption = None,
    day: DayOption = None,
    typed: TypedOption = False,
    seconds: TimeOption = None,
    json: JsonOption = False,
) -> None:
    """Packages of the zone where no party can gain without a loss to another (the Pareto frontier)."""
    from zopa.bargaining import frontier as ask
    from zopa.bargaining import prove_frontier
    from zopa.views import Labels
    from zopa.views.bargaining import frontier as view
    from zopa.views.worth import by_words

    problem = problem_of(name, readings, changes, day, typed)
    with stopper(seconds) as stop:
        answer = ask(problem, stop=stop)
    saved = save_proof(prove_frontier(problem, known=answer), proof) if proof is not None else ()
    said = _by_words(problem, answer.deals[:most])
    shown = view(answer, Labels(problem.case), most, by_words(said))
    reply(answer, name, json=json, no=not answer.points, view=shown, by_words=said, first=saved)


def why_not(
    name: CaseArgument,
    readings: ReadingsOption = None,
    changes: SetOption = None,
    day: DayOption = None,
    typed: TypedOption = False,
    seconds: TimeOption = None,
    json: JsonOption = False,
) -> None:
    """What rules a deal out: smallest conflicts, smallest concessions, the reading that decides."""
    from zopa.bargaining import why_not as ask

    with stopper(seconds) as stop:
        answer = ask(problem_of(name, readings, changes, day, typed), stop=stop)
    reply(answer, name, json=json, no=answer.empty)


def judge(
    name: CaseArgument,
    draft: PackageArgument = None,
    package: PackageOption = None,
    readings: ReadingsOption = None,
    changes: SetOption = None,
    day: DayOption = None,
    typed: TypedOption = False,
    json: JsonOption = False,
) -> None:
    """Who accepts a draft, who refuses it and by which statement, and what would change that."""
    from zopa.bargaining import judge as ask
    from zopa.robustness import worth_by_words
    from zopa.views import Labels
    from zopa.views.bargaining import draft as draft_view
    from zopa.views.worth import by_words

    given = package_of(draft, package)
    if given is None:
        raise typer.BadParameter(
            f"expected ISSUE=OPTION for each issue that the draft settles; zopa show {name} lists them"
        )
    problem = problem_of(name, readings, changes, day, typed)
    answer = ask(problem, given)
    said = worth_by_words(problem, [answer.draft])
    document = draft_view(answer, Labels(problem.case), by_words(said))
    reply(answer, name, json=json, no=answer.state != "accepted", view=document, by_words=said)


def show(
    name: CaseArgument = "",
    changes: SetOption = None,
    day: DayOption = None,
    typed: TypedOption = False,
    json: JsonOption = False,
) -> None:
    """What is in a case: parties, issues, options, rules, readings, and what is missing. Without CASE: the examples."""
    from zopa.views.case import missing, overview

    if not name:
        _list_examples(json=json)
        return
    problem = problem_of(name, None, changes, day, typed)
    case = problem.case
    if json:
        from zopa.space import plain

        kept = {"title", "as_of", "parties", "issues", "rules", "readings", "agreement"}
        data = case.model_dump(mode="json", exclude_defaults=True, include=kept)
        print_json(
            {"question": plain(problem.question("show")), "answer": {**data, "missing": missing(case)}}
        )
    else:
        from zopa.views import with_settings

        question = problem.question("show")
        show_document(with_settings(overview(case), question), name, question)


def _list_examples(*, json: bool) -> None:
    """The bundled cases by name and title."""
    from zopa.casefile import load

    titles = {p.name: load(p).title for p in sorted(examples().iterdir()) if p.is_dir()}
    if json:
        print_answer("show", {"examples": titles})
        return
    for name, title in titles.items():
        typer.echo(f"{name:24}{title}")
    tell_next([f"show {next(iter(titles))}", "init my-case"])


def explain(
    name: CaseArgument,
    ident: Annotated[
        str,
        typer.Argument(
            metavar="ID",
            autocompletion=completion.names,
            help="A statement, rule, solution, zone, or PARTY.reservation, PARTY.weights.ISSUE, PARTY.values.ISSUE.OPTION",
        ),
    ],
    changes: SetOption = None,
    day: DayOption = None,
    typed: TypedOption = False,
    json: JsonOption = False,
) -> None:
    """Print the chain behind a number or a rule, down to the sentence in the source."""
    from zopa.study import explain as ask

    problem = problem_of(name, None, changes, day, typed)
    step = ask(problem.case, ident)
    if json:
        from zopa.space import plain

        print_json({"question": plain(problem.question("explain", id=ident)), "answer": step.to_dict()})
        return
    out = console()
    for depth, s in step.lines():
        mark = f" [{s.basis}]" if s.basis in ("stated", "inferred", "assumed", "gap") else ""
        out.print("  " * depth + s.title + mark, markup=False, style="bold" if depth == 0 else None)
        if s.text:
            out.print(
                "  " * depth + "  " + s.text, markup=False, style="italic" if s.basis == "source" else None
            )
    tell_next(["show CASE"], name, problem.question("explain", id=ident))
