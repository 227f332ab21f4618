"""Proofs: checked by plain integers, and against the case that they are about."""

from __future__ import annotations

import json as json_module
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from zopa.cli.options import JsonOption, ReadingsOption, console, open_case, pick_readings, print_json

__all__ = ["check_proof", "save_proof"]

MOST_BYTES = 500_000_000


def save_proof(proof: Mapping[str, Any] | None, path: Path, name: str) -> None:
    """Write a proof, or say why there is none."""
    if proof is None:
        typer.echo(
            "no proof was saved: the search was stopped, only a part was found, ties are too many, or it is too large",
            err=True,
        )
        return
    from zopa.casefile import write_file

    write_file(path, json_module.dumps(proof))
    typer.echo(f"saved the proof; next: zopa check-proof {path} {name}", err=True)


def check_proof(
    file: Annotated[
        Path,
        typer.Argument(
            help="A proof that `zopa solve`, `zone` or `frontier --proof` wrote.", metavar="PROOF"
        ),
    ],
    name: Annotated[
        str | None,
        typer.Argument(
            help="The case it is about; without it only the proof itself is checked.", metavar="[CASE]"
        ),
    ] = None,
    steps: Annotated[
        int, typer.Option(help="Give up after so many steps; hard proofs need more.", min=1)
    ] = 5_000_000,
    readings: ReadingsOption = None,
    json: JsonOption = False,
) -> None:
    """Verify a saved proof with plain integers, and that it is about this case."""
    from zopa.bargaining.search import check
    from zopa.casefile import read_text
    from zopa.errors import CaseError, Finding

    text, problems = read_text(file, str(file), limit=MOST_BYTES)
    try:
        proof = json_module.loads(text, parse_float=_not_whole) if not problems else None
    except ValueError as error:
        problems = [
            Finding(
                "",
                f"expected a proof, saw {str(error)[:80]}",
                "zopa solve CASE --method nash --proof FILE",
                str(file),
            )
        ]
    if problems:
        raise CaseError(problems, "nothing was checked")
    wrong = _other_case(proof, name, pick_readings(readings)) if name else ""
    verdict = "wrong" if wrong else "right"
    if not wrong:
        try:
            check(proof, steps)
        except TimeoutError as error:
            verdict, wrong = "not checked", f"{error}; next: --steps {20 * steps}"
        except ValueError as error:
            verdict, wrong = "wrong", str(error)
        except (LookupError, TypeError, AttributeError, ArithmeticError) as error:
            verdict, wrong = "wrong", f"a part of the proof is missing or misshapen ({error})"
    if json:
        print_json(
            {
                "proof": str(file),
                "verdict": verdict,
                "why": wrong,
                "claim": proof.get("claim") if isinstance(proof, dict) else None,
            }
        )
    else:
        console().print(_verdict(proof, verdict, wrong, name), markup=False)
    raise typer.Exit(0 if verdict == "right" else 1)


def _not_whole(number: str) -> NoReturn:
    raise ValueError(f"the number {number}; a proof has whole numbers only")


def _other_case(proof: Any, name: str, readings: Any) -> str:
    """Why the proof is not about this case; empty when it is."""
    from zopa.bargaining.proofs.certificate import problem
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
        "count": f"{claim.get('number', 0):,} packages obey the rules and are acceptable; one of them",
        "frontier": f"no acceptable package is beyond these {n} in one party's utility without being short of them in another's",
        "member": "the package obeys the rules and is acceptable",
        "maxmin": f"no package does better for the party worst off, then the next; all {n} are listed",
    }[claim["kind"]]
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
