"""Commands about exact answers of any size: prove, check-proof, describe."""

from __future__ import annotations

import json as json_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from zopa.cli.shared import (
    CaseArgument,
    JsonOption,
    ReadingsOption,
    console,
    open_case,
    pick_readings,
    print_json,
    table,
)

if TYPE_CHECKING:
    from zopa.bargaining.large import Proven

__all__ = ["check_proof", "describe", "prove"]


def prove(
    name: CaseArgument,
    method: Annotated[
        str,
        typer.Option(help="nash, kalai-smorodinsky, egalitarian, utilitarian, weighted-nash or proportional"),
    ] = "nash",
    power: Annotated[
        list[str] | None, typer.Option(help="PARTY=NUMBER, for weighted-nash and proportional")
    ] = None,
    coalition: Annotated[
        list[str] | None, typer.Option(help="Parties whose acceptance counts; default all")
    ] = None,
    time: Annotated[
        float | None, typer.Option(help="Seconds after which the best found is shown with its gap")
    ] = None,
    save: Annotated[Path | None, typer.Option(help="Write the proof to this file")] = None,
    readings: ReadingsOption = None,
    json: JsonOption = False,
) -> None:
    """What a solution picks, in a space of any size, with a proof that `zopa check-proof` verifies."""
    from time import monotonic

    from zopa.bargaining.large import prove as ask

    powers = dict(_power(item) for item in power or ())
    until = None if time is None else monotonic() + time
    answer = ask(
        open_case(name), method, pick_readings(readings), powers=powers or None, coalition=coalition,
        stop=lambda: until is not None and monotonic() > until,
    )  # fmt: skip
    if save is not None and answer.proof is not None:
        save.write_text(json_module.dumps(answer.proof), encoding="utf-8")
    if json:
        print_json(answer.to_dict())
    else:
        _print_proven(answer, name, save)
    raise typer.Exit(0 if answer.solution.deals else 1)


def _power(item: str) -> tuple[str, float]:
    party, sign, number = item.partition("=")
    try:
        value = float(number)
    except ValueError:
        sign = ""
    if not sign:
        raise typer.BadParameter(f"expected PARTY=NUMBER, saw '{item}'")
    return party, value


def _print_proven(answer: Proven, name: str, save: Path | None) -> None:
    out = console()
    out.print(str(answer), markup=False)
    rows = [[d.options, *(f"{float(u):g}" for u in d.utilities.values())] for d in answer.solution.deals[:10]]
    if rows:
        table(["package", *answer.solution.parties], rows)
    if save is not None:
        said = f"proof written to {save}" if answer.proof else "no proof to write: the answer is not proven"
        out.print(said, markup=False)
    if answer.solution.deals:
        step = (
            f"zopa check-proof {save} {name}"
            if save and answer.proof
            else f"zopa prove {name} --save proof.json"
        )
        out.print(f"next: {step}", markup=False)


def check_proof(
    file: Annotated[Path, typer.Argument(help="A proof that `zopa prove --save` wrote.", metavar="PROOF")],
    name: Annotated[
        str | None,
        typer.Argument(
            help="The case it is about; without it only the proof itself is checked.", metavar="[CASE]"
        ),
    ] = None,
    readings: ReadingsOption = None,
    json: JsonOption = False,
) -> None:
    """Verify a saved proof with plain integers, and that it is about this case."""
    from zopa.bargaining.exact import check
    from zopa.errors import CaseError, Finding

    try:
        proof = json_module.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CaseError(
            [Finding("", f"expected a proof, saw {error}", "zopa prove CASE --save FILE", str(file))]
        ) from None
    wrong = _other_case(proof, name, pick_readings(readings)) if name else ""
    verdict = "wrong" if wrong else "right"
    if not wrong:
        try:
            check(proof)  # type: ignore[no-untyped-call]
        except TimeoutError as error:
            verdict, wrong = "not checked", str(error)
        except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
            verdict, wrong = "wrong", str(error) or type(error).__name__
    if json:
        print_json({"proof": str(file), "verdict": verdict, "why": wrong, "claim": proof.get("claim")})
    else:
        console().print(_verdict(proof, verdict, wrong, name), markup=False)
    raise typer.Exit(0 if verdict == "right" else 1)


def _other_case(proof: Any, name: str, readings: Any) -> str:
    """Why the proof is not about this case; empty when it is."""
    from zopa.bargaining.exact.certificate import problem
    from zopa.space import compile_case

    stated = proof.get("problem", {}) if isinstance(proof, dict) else {}
    for key, value in json_module.loads(
        json_module.dumps(problem(compile_case(open_case(name), readings)))
    ).items():
        if stated.get(key) != value:
            return f"the proof is about another case or other readings: its {key} differ from those of {name}"
    return ""


def _verdict(proof: Any, verdict: str, wrong: str, name: str | None) -> str:
    if verdict != "right":
        return f"{verdict}: {wrong}"
    claim = proof["claim"]
    n = len(claim["packages"])
    said = {
        "nash": f"no package has a larger product of gains; all {n} that attain it are listed",
        "empty": "no package that the rules allow is acceptable",
        "member": "the package obeys the rules and is acceptable",
        "maxmin": f"no package does better for the party worst off, then the next; all {n} are listed",
    }[claim["kind"]]
    if claim["kind"] == "nash" and not claim["ties"]:
        said = "no package has a larger product of gains (ties are not listed)"
    if claim["sum"]:
        said = f"no package has a larger sum; all {n} that attain it are listed"
    elif claim["kind"] == "maxmin" and not claim["ties"]:
        said = "no package does better for the party worst off (ties are not listed)"
    about = (
        f"about the case {name}" if name else "about the numbers in the proof; name the case to compare them"
    )
    packages = "\n".join(
        "  " + " ".join(o[k] for o, k in zip(proof["problem"]["options"], p, strict=True))
        for p in claim["packages"][:10]
    )
    return f"right: {said} ({about})\n{packages}".rstrip()


def describe(name: CaseArgument, readings: ReadingsOption = None, json: JsonOption = False) -> None:
    """Which engine answers which question about the case, why, and what it will cost."""
    from zopa.bargaining.large import describe as ask
    from zopa.space import plain

    answer = ask(open_case(name), pick_readings(readings))
    if json:
        print_json(plain(answer))
    else:
        console().print(str(answer), markup=False)
