"""The command line: the same words as in Python. Heavy parts are imported by the command that needs them."""

from __future__ import annotations

import sys
from collections.abc import Callable

import typer

from zopa.cli import answers, cases, convert, costs, division, forecasts, main_job, proofs, reading, stability

__all__ = ["app", "main"]

app = typer.Typer(
    name="zopa",
    help="From words on record to the agreements that all parties to a dispute could accept.",
    epilog="Start with `zopa demo`. Exit codes: 0 fine, 1 the answer is no, 2 bad use or input.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

COMMANDS: dict[str, Callable[..., None]] = {
    "demo": main_job.demo,
    "run": main_job.run,
    "init": cases.init,
    "check": cases.check,
    "schema": cases.schema,
    "read": reading.read,
    "review": reading.review,
    "zone": answers.zone,
    "solve": answers.solve,
    "frontier": answers.frontier,
    "why-not": answers.why_not,
    "judge": answers.judge,
    "describe": answers.describe,
    "check-proof": proofs.check_proof,
    "forecast": forecasts.forecast,
    "stability": stability.stability,
    "delay": costs.delay,
    "divide": division.divide,
    "explain": answers.explain,
    "convert": convert.convert,
    "formats": convert.formats,
}
"""Command -> function, in the order of the help."""

for _name, _command in COMMANDS.items():
    app.command(_name)(_command)


@app.callback(invoke_without_command=True)
def _root(version: bool = typer.Option(False, "--version", help="Show the version and stop.")) -> None:
    if version:
        from zopa import __version__

        typer.echo(f"zopa {__version__}")
        raise typer.Exit


def main() -> None:
    """Entry point: errors of ours become text and exit code 2, never a traceback."""
    from zopa.errors import ZopaError

    try:
        app()
    except ZopaError as error:
        typer.echo(str(error), err=True)
        sys.exit(2)
    except KeyboardInterrupt:
        typer.echo("stopped; nothing was half-written", err=True)
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
