"""The command line: the same words as in Python. Heavy parts are imported by the command that needs them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable

import typer

from zopa.cli import (
    agreement,
    ask,
    backtest,
    case,
    compare,
    convert,
    delay,
    division,
    evaluate,
    forecasts,
    history,
    proofs,
    ratify,
    read,
    review,
    run,
    seal,
    serve,
    stability,
    stress,
    talks,
    team,
)

__all__ = ["app", "main"]

COMMANDS: dict[str, Callable[..., None]] = {
    "demo": run.demo,
    "run": run.run,
    "init": case.init,
    "show": ask.show,
    "check": case.check,
    "rename": case.rename,
    "schema": case.schema,
    "read": read.read,
    "review": review.review,
    "record": history.record,
    "zone": ask.zone,
    "solve": ask.solve,
    "frontier": ask.frontier,
    "why-not": ask.why_not,
    "judge": ask.judge,
    "stress": stress.stress,
    "questions": stress.questions,
    "answer": stress.answer,
    "describe": ask.describe,
    "check-proof": proofs.check_proof,
    "forecast": forecasts.forecast,
    "stability": stability.stability,
    "delay": delay.delay,
    "ratify": ratify.ratify,
    "divide": division.divide,
    "start": talks.start,
    "path": talks.path,
    "simulate": talks.simulate,
    "audit": talks.audit,
    "explain": ask.explain,
    "compare": compare.compare,
    "backtest": backtest.backtest,
    "seal": seal.seal,
    "verify-seal": seal.verify_seal,
    "serve": serve.serve,
    "team": team.team,
    "convert": convert.convert,
    "formats": convert.formats,
    "agreement": agreement.agreement,
    "evaluate": evaluate.evaluate,
    "train": evaluate.train,
}
"""Command -> function, in the order of the help."""

WRITING = ("read", "review", "record", "rename", "answer")
"""Commands that change a case: what they do is kept in its record as done by them."""


def _root(
    context: typer.Context,
    version: bool = typer.Option(False, "--version", help="Show the version and stop."),
) -> None:
    if context.invoked_subcommand in WRITING:
        from zopa.casefile import acting, acting_now

        context.with_resource(acting(acting_now().who, f"zopa {context.invoked_subcommand}"))
    if version:
        from zopa import __version__

        typer.echo(f"zopa {__version__}")
        raise typer.Exit


def _application(names: Iterable[str]) -> typer.Typer:
    """The program with these commands: reading the options of all of them takes longer than most answers."""
    made = typer.Typer(
        name="zopa",
        help="From words on record to the agreements that all parties to a dispute could accept.",
        epilog="Start with `zopa demo`. Exit codes: 0 fine, 1 the answer is no, 2 bad use or input.",
        no_args_is_help=True,
        add_completion=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    made.callback(invoke_without_command=True)(_root)
    for name in names:
        made.command(name)(COMMANDS[name])
    return made


app = _application(COMMANDS)

BAD_USE: type[Exception] = next(c for c in typer.BadParameter.__mro__ if c.__name__ == "ClickException")
"""What typer raises when a command line is not right."""


def main() -> None:
    """Entry point: errors of ours become text (or JSON under ``--json``) and exit code 2, never a traceback."""
    from zopa.errors import ZopaError

    as_json = "--json" in sys.argv
    asked = [name for name in sys.argv[1:2] if name in COMMANDS]
    program = _application(asked) if asked else app
    try:
        sys.exit(program(standalone_mode=not as_json))
    except ZopaError as error:
        _fail(error, as_json)
    except BAD_USE as error:  # only under --json: otherwise typer prints it itself
        _fail(error, as_json)
    except (KeyboardInterrupt, typer.Abort):
        typer.echo("stopped; no file was left incomplete", err=True)
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except SystemExit as end:  # typer ends with 1 where the reader of a pipe has seen enough
        if isinstance(end.__context__, BrokenPipeError):
            sys.exit(0)
        raise
    except (
        OSError,
        UnicodeError,
    ) as error:  # a path that cannot be used, a terminal that cannot show a letter
        name = getattr(error, "filename", None)
        where = f"{name}: " if name else ""
        said = f"{where}{getattr(error, 'strerror', None) or error}"
        _fail(ZopaError(said.encode("ascii", "backslashreplace").decode()), as_json)


def _fail(error: Exception, as_json: bool) -> None:
    from zopa.errors import failure

    if as_json:
        import json

        typer.echo(json.dumps(failure(error), ensure_ascii=False, indent=2))
    else:
        typer.echo(str(error), err=True)
    sys.exit(2)
