"""Proofs: saved, and checked in whole numbers against the case that they are about."""

from __future__ import annotations

import json as json_module
import shlex
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from zopa.cli.next_steps import tell_next
from zopa.cli.options import JsonOption, ReadingsOption, console, open_case, pick_readings, print_answer

__all__ = ["check_proof", "save_proof"]

MOST_SHOWN = 10


def save_proof(proof: Mapping[str, Any] | None, path: Path) -> tuple[str, ...]:
    """Write a proof and return the step that checks it; or say why there is none."""
    from zopa.bargaining.proofs import MOST_BYTES

    text = None if proof is None else json_module.dumps(proof)
    if text is None or len(text) > MOST_BYTES:
        typer.echo(
            "no proof was saved: the search was stopped, only a part was found, or the proof is too large to be checked",
            err=True,
        )
        return ()
    from zopa.casefile import write_file

    write_file(path, text)
    typer.echo(f"saved the proof in {path}", err=True)
    return (f"check-proof {shlex.quote(str(path))} CASE",)


def check_proof(
    file: Annotated[
        Path,
        typer.Argument(
            help="A proof that `zopa solve`, `zone`, `frontier` or `stress --proof` wrote.", metavar="PROOF"
        ),
    ],
    name: Annotated[
        str | None,
        typer.Argument(
            help="The case it is about; without it nothing ties the proof to a case.", metavar="[CASE]"
        ),
    ] = None,
    steps: Annotated[
        int, typer.Option(help="Give up after so many steps; hard proofs need more.", min=1)
    ] = 10_000_000,
    readings: ReadingsOption = None,
    json: JsonOption = False,
) -> None:
    """Verify a saved proof in whole numbers, and that it is about this case."""
    from zopa.bargaining import proof_check
    from zopa.bargaining.proofs import MOST_BYTES, ProofRefused, read_proof
    from zopa.casefile import read_text
    from zopa.errors import CaseError

    text, problems = read_text(file, str(file), limit=MOST_BYTES)
    if problems and not file.is_file():
        raise CaseError(problems, "nothing was checked")
    case = None if name is None else open_case(name)
    try:
        if problems:
            raise ProofRefused(f"this is no proof: {problems[0].what}")
        proof = read_proof(text)
        found = _zones(proof, case) or proof_check.check_proof(
            proof, case, pick_readings(readings), steps=steps
        )
    except ProofRefused as error:
        found = proof_check.ProofVerdict("refused", str(error))
    if json:
        print_answer("check-proof", asdict(found), proof=str(file), case=name)
    else:
        console().print(_verdict(found), markup=False)
        tell_next(_next(found, file, steps, known=case is not None), name or "CASE")
    raise typer.Exit(0 if found.verdict == "valid" else 1)


def _zones(proof: Any, case: Any) -> Any:
    """The verdict on a proof about zones of words alone; None for a proof of another kind."""
    from zopa.bargaining.proof_check import ProofVerdict
    from zopa.robustness import ZONE_FORMAT, ZONE_WORDS, BadCertificate, check_zone_proof

    if not isinstance(proof, dict) or proof.get("format") != ZONE_FORMAT:
        return None
    if case is None:
        return ProofVerdict(
            "not checked",
            "a proof about the words of a case is checked with the case; name it after the file",
        )
    try:
        claims = check_zone_proof(proof, case)
    except BadCertificate as error:
        return ProofVerdict("refused", str(error))
    under = ", ".join(proof["readings"])
    taken = ", ".join(f"{k} {v}" for k, v in proof["settings"].items())
    said = "; ".join(
        f"{zone} ({ZONE_WORDS[zone]}): {sum(z == zone for z, _ in claims)}"
        for zone in ZONE_WORDS
        if any(z == zone for z, _ in claims)
    )
    why = (
        f"packages by zone: {said}. Readings: {under}; words taken as: {taken}. The inequalities are those that the "
        "words of the case named give."
    )
    return ProofVerdict("valid", why, "zones", tuple(package for _, package in claims))


def _next(found: Any, file: Path, steps: int, *, known: bool) -> list[str]:
    """What leads on from a verdict."""
    again = f"check-proof {shlex.quote(str(file))}"
    if found.verdict == "not checked" and "steps" in found.why:
        return [f"{again}{' CASE' if known else ''} --steps {20 * steps}"]
    return ["run CASE"] if known else [f"{again} CASE"]


def _verdict(found: Any) -> str:
    lines = [f"{found.verdict}: {found.why}"]
    lines += ["  " + " ".join(x.values()) for x in found.packages[:MOST_SHOWN]]
    if len(found.packages) > MOST_SHOWN:
        lines.append(f"  and {len(found.packages) - MOST_SHOWN:,} more")
    return "\n".join(lines)
