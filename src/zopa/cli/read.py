"""read: texts in, suggestions out, or into a case."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from zopa.cli.evaluate import report_score, train_to
from zopa.cli.next_steps import tell_next
from zopa.cli.options import JsonOption, print_answer, still_working
from zopa.counts import things

if TYPE_CHECKING:
    from zopa.case import Case
    from zopa.reading import Extract, Text
    from zopa.reading.ingest import Ingested
    from zopa.reading.llm import Dialogue
    from zopa.reading.sources.files import Incoming

    Reader = Callable[[Text, Case | None], Extract]

__all__ = ["read"]


def read(
    sources: Annotated[
        list[str] | None,
        typer.Argument(
            help="Files (txt, html, pdf, docx, eml, rss) or http(s) addresses.", metavar="SOURCE..."
        ),
    ] = None,
    case: Annotated[
        Path | None,
        typer.Option(
            "--case", help="Case folder that the suggestions are added to; made if it does not exist."
        ),
    ] = None,
    language: Annotated[
        str,
        typer.Option(
            help="Language pack: a name such as uk or de, or the path of a TOML file; left out, that of each text."
        ),
    ] = "",
    endpoint: Annotated[
        str | None,
        typer.Option(help="Also ask an OpenAI-compatible endpoint at this base URL. Off unless given."),
    ] = None,
    model: Annotated[
        str, typer.Option(help="Model name at the endpoint, or the file of a trained model.")
    ] = "",
    timeout: Annotated[
        float, typer.Option(min=1, help="Seconds to wait for one answer of the endpoint.")
    ] = 120.0,
    yes: Annotated[
        bool, typer.Option("--yes", help="Do not ask before a text is sent to the endpoint.")
    ] = False,
    replaces: Annotated[
        str,
        typer.Option(
            help="Id of a source of the case of which SOURCE is a newer version: its records move over."
        ),
    ] = "",
    again: Annotated[
        bool,
        typer.Option(
            "--again",
            help="Read the sources of the case anew, for its issues, speakers and parties as they are now; every decision is kept.",
        ),
    ] = False,
    published: Annotated[str, typer.Option("--date", help="Day of publication, as 2025-03-17.")] = "",
    title: Annotated[str, typer.Option(help="Title of the text.")] = "",
    publisher: Annotated[str, typer.Option(help="Who published it.")] = "",
    score: Annotated[
        Path | None, typer.Option("--score", hidden=True, help="The same as `zopa evaluate`.")
    ] = None,
    polnear: Annotated[
        Path | None, typer.Option("--polnear", hidden=True, help="The same as `zopa evaluate`.")
    ] = None,
    train: Annotated[
        Path | None, typer.Option("--train", hidden=True, help="The same as `zopa train`.")
    ] = None,
    split: Annotated[str, typer.Option(hidden=True, help="Split of the corpus.")] = "",
    json: JsonOption = False,
) -> None:
    """Suggest statements from texts; with --case, add them to statements.yaml for `zopa review`."""
    if train is not None:
        train_to(train, model, split, language or "en")
        return
    corpus = polnear or score
    if corpus is not None:
        texts = Path((sources or ["."])[0])
        report_score(corpus, texts, split=split, model=model, language=language or "en", json=json)
        return
    if not sources and not (again and case):
        what = "name a case with --case CASE" if again else "name at least one file or address"
        raise typer.BadParameter(what)
    from zopa.reading.sources.files import open_source

    incoming = [item for source in sources or () for item in open_source(source)]
    incoming = [_with_data(item, published, title, publisher) for item in incoming]
    if case is not None and replaces:
        _replace(incoming[0], case, replaces, language)
        return
    if endpoint:
        reader = _endpoint(endpoint, model, language, timeout=timeout, yes=yes, json=json)
    else:
        reader = _rules(model, language)
    with still_working(json or bool(endpoint), _amount(incoming)):  # an endpoint tells its own progress
        if again and case is not None:
            if incoming:
                from zopa.casefile import drop_missing_names
                from zopa.reading.ingest import ingest as ingest_all

                drop_missing_names(case)
                ingest_all(incoming, case, language=language, reader=reader)
            _read_again(case, language, reader, json)
        elif case is None:
            _show(incoming, sources or [], language, reader, json)
        else:
            _add(incoming, case, language, reader, json)


def _amount(incoming: list[Incoming]) -> str:
    """What is read, in words."""
    if not incoming:
        return "reading the sources of the case"
    size = f"{things(sum(len(item.text) for item in incoming), 'character')}"
    return f"reading {incoming[0].name if len(incoming) == 1 else f'{len(incoming)} texts'} ({size})"


def _with_data(item: Incoming, on: str, title: str, publisher: str) -> Incoming:
    """A text with the publication data that the user gave."""
    from dataclasses import replace
    from datetime import date

    try:
        day = date.fromisoformat(on) if on else item.published.on
    except ValueError:
        raise typer.BadParameter(f"--date: expected a day such as 2025-03-17, saw '{on}'") from None
    known = item.published
    data = replace(known, on=day, title=title or known.title, publisher=publisher or known.publisher)
    return replace(item, published=data)


def _read_again(folder: Path, language: str, reader: Reader, json: bool) -> None:
    """Read the sources of a case anew and say what changed."""
    from dataclasses import asdict

    from zopa.reading.ingest import read_again

    done = read_again(folder, language=language, reader=reader)
    if json:
        print_answer("read", {"sources": [asdict(a) for a in done]}, case=str(folder), again=True)
        return
    for a in done:
        typer.echo(
            f"{a.source}: {things(a.kept, 'decision')} kept; {things(a.new, 'new suggestion')}, {a.changed} changed, {a.gone} gone"
        )
        for note in a.notes:
            typer.echo(f"  note: {note}")
    tell_next(["review CASE"], folder)


def _rules(model: str, language: str) -> Reader:
    """Reads by the rules, or by a trained model in a file."""
    from zopa.reading import extract

    trained = None
    if model:
        from zopa.reading.evaluation.train import load_model

        trained = load_model(Path(model))
    return lambda text, case: extract(text, case, language=language, trained=trained)


def _endpoint(url: str, model: str, language: str, *, timeout: float, yes: bool, json: bool) -> Reader:
    """Reads by the rules and asks an endpoint beside them, after the user agreed."""
    import os

    from zopa.cli.options import progress, time_left
    from zopa.reading import extract
    from zopa.reading.llm import Endpoint, ask, planned

    def reader(text: Text, case: Case | None) -> Extract:
        requests, tokens = planned(text, case, language=language)
        size = (
            f"{things(len(text.text), 'character')}, {things(requests, 'request')}, about {tokens:,} tokens"
        )
        typer.echo(f"the text ({size}) would be sent to {url}", err=True)
        if not yes:
            typer.confirm("send it?", abort=True, err=True)
        with progress(json) as tell:
            endpoint = Endpoint(
                url=url,
                model=model,
                key=os.environ.get("ZOPA_API_KEY", ""),
                keep=_keeper(Path(case.folder)) if case else None,
                timeout=timeout,
                tell=time_left(tell),
            )
            return ask(extract(text, case, language=language), case, endpoint, language=language)

    return reader


def _keeper(folder: Path) -> Callable[[Dialogue], None]:
    """Keeps every request and answer beside the case they were made for."""
    from json import dumps

    from zopa.reading.store import write_text

    def keep(dialogue: Dialogue) -> None:
        data = {
            "to": dialogue.destination,
            "request": dialogue.request,
            "answer": dialogue.answer,
            "problem": dialogue.problem,
        }
        name = f"{dialogue.digest[:16]}.json"
        write_text(folder / "exchanges" / name, dumps(data, ensure_ascii=False, indent=1) + "\n")

    return keep


def _show(incoming: list[Incoming], sources: list[str], language: str, reader: Reader, json: bool) -> None:
    from zopa.reading import prepare

    found = [(item, reader(prepare(item.text, item.published, language), None)) for item in incoming]
    if json:
        print_answer("read", [_shown(item, result) for item, result in found])
        return
    for item, result in found:
        for note in item.notes:
            typer.echo(f"note: {item.name}: {note}")
        typer.echo(str(result))
    tell_next([shlex.join(["read", *sources, "--case", "my-case"])])


def _shown(item: Incoming, result: Extract) -> dict[str, object]:
    return {"doc": item.name} | result.to_dict() | {"notes": [*item.notes, *result.notes]}


def _add(incoming: list[Incoming], folder: Path, language: str, reader: Reader, json: bool) -> None:
    from zopa.errors import NotApplicable
    from zopa.reading.ingest import ingest

    try:
        done = ingest(incoming, folder, language=language, reader=reader)
    except NotApplicable as error:
        typer.echo(f"{error}; `zopa init {folder}` makes a case to fill in by hand", err=True)
        raise typer.Exit(2) from None
    if json:
        print_answer("read", _report(done), case=str(folder))
        return
    if done.made:
        typer.echo(
            f"made {folder}/case.yaml from the words of the text: correct its parties, speakers and issues first"
        )
    for added in done.sources:
        counts = ", ".join(things(n, group.removesuffix("s")) for group, n in added.records.items())
        typer.echo(f"{added.source}: {counts or 'nothing added'}")
        for note in added.notes:
            typer.echo(f"  note: {note}")
    typer.echo("all are suggestions that wait for review")
    tell_next(["review CASE"], folder)


def _report(done: Ingested) -> dict[str, object]:
    sources = [
        {"source": a.source, "notes": list(a.notes), **(a.records if a.new else {"added": 0})}
        for a in done.sources
    ]
    return {"case": str(done.folder), "made": done.made, "sources": sources}


def _replace(item: Incoming, folder: Path, old: str, language: str) -> None:
    """Move the records of a source to a newer version of its text; say what moved and what changed."""
    from zopa.reading.ingest import replace_source

    done = replace_source(item, folder, old, language=language)
    if done is None:
        typer.echo("this text is in the case already; nothing was changed")
        tell_next(["review CASE"], folder)
        return
    typer.echo(
        f"{done.source}: {things(done.moved, 'record')} moved over; {done.changed} changed in the newer text and wait for review"
    )
    tell_next(["review CASE"], folder)
