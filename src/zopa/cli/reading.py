"""read and review: texts in, suggestions into the case, decisions by a person."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from zopa.cli.options import JsonOption, console, print_json

if TYPE_CHECKING:
    from zopa.case import Case
    from zopa.reading import Extract
    from zopa.reading.review import Session

__all__ = ["read", "review"]


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
    language: Annotated[str, typer.Option(help="Language pack: a name, or the path of a TOML file.")] = "en",
    endpoint: Annotated[
        str | None,
        typer.Option(help="Also ask an OpenAI-compatible endpoint at this base URL. Off unless given."),
    ] = None,
    model: Annotated[
        str, typer.Option(help="Model name at the endpoint, or the file of a trained model.")
    ] = "",
    yes: Annotated[
        bool, typer.Option("--yes", help="Do not ask before a text is sent to the endpoint.")
    ] = False,
    score: Annotated[
        Path | None,
        typer.Option(
            "--score", help="Measure the reader on a gold file; SOURCE is then the folder of its texts."
        ),
    ] = None,
    polnear: Annotated[
        Path | None, typer.Option("--polnear", help="Measure the reader on your copy of the PolNeAR corpus.")
    ] = None,
    split: Annotated[str, typer.Option(help="Split of the corpus.")] = "dev",
    train: Annotated[
        Path | None,
        typer.Option(
            "--train",
            help="Train a model on your copy of a corpus (PolNeAR's form or gold JSON); write it to --model.",
        ),
    ] = None,
    replaces: Annotated[
        str,
        typer.Option(
            help="Id of a source of the case of which SOURCE is a newer version: its records move over."
        ),
    ] = "",
    json: JsonOption = False,
) -> None:
    """Suggest statements from texts; with --case, add them to statements.yaml for `zopa review`."""
    if train is not None:
        _train(train, split, model)
        return
    if score is not None or polnear is not None:
        _score(score, polnear, split, (sources or ["."])[0], model, language, json)
        return
    if not sources:
        raise typer.BadParameter("name at least one file or address")
    from zopa.reading.sources.files import open_source

    incoming = [item for source in sources for item in open_source(source)]
    if case is not None and replaces:
        _replace(incoming[0], case, replaces, language)
        return
    if case is None:
        _show(incoming, language, endpoint, model, yes, json)
        return
    _into_case(incoming, case, language, endpoint, model, yes, json)


def _show(
    incoming: list[Any], language: str, endpoint: str | None, model: str, yes: bool, json: bool
) -> None:
    from zopa.reading import prepare

    found = []
    for item in incoming:
        text = prepare(item.text, item.published, language)
        found.append((item, _extract(text, None, language, endpoint, model, yes)))
    if json:
        print_json([{"doc": item.name} | result.to_dict() for item, result in found])
        return
    for item, result in found:
        for note in item.notes:
            typer.echo(f"note: {item.name}: {note}")
        typer.echo(str(result))
    typer.echo("next: zopa read SOURCE --case FOLDER keeps these as suggestions")


def _extract(
    text: Any, case: Case | None, language: str, endpoint: str | None, model: str, yes: bool
) -> Extract:
    from zopa.reading import extract

    if endpoint is None:
        trained = None
        if model:
            from zopa.reading.evaluation.train import load_model

            trained = load_model(Path(model))
        return extract(text, case, language=language, trained=trained)
    import os

    from zopa.reading.llm import ask

    typer.echo(f"the text ({len(text.text):,} characters) would be sent to {endpoint}", err=True)
    if not yes:
        typer.confirm("send it?", abort=True, err=True)
    key = os.environ.get("ZOPA_API_KEY", "")
    rules = extract(text, case, language=language)
    return ask(rules, case, endpoint, model, key=key, language=language, keep=_keeper(case))


def _keeper(case: Case | None) -> Any:
    """Keeps every request and answer beside the case they were made for; without a case nothing is kept."""
    if case is None:
        return None
    from json import dumps

    from zopa.reading.store import write_text

    def keep(exchange: Any) -> None:
        data = {
            "to": exchange.destination,
            "request": exchange.request,
            "answer": exchange.answer,
            "problem": exchange.problem,
        }
        write_text(
            Path(case.folder) / "exchanges" / f"{exchange.digest[:16]}.json",
            dumps(data, ensure_ascii=False, indent=1) + "\n",
        )

    return keep


def _into_case(
    incoming: list[Any], folder: Path, language: str, endpoint: str | None, model: str, yes: bool, json: bool
) -> None:
    from zopa.casefile import load
    from zopa.reading import prepare, to_records
    from zopa.reading.sources.duplicates import copies
    from zopa.reading.store import add_records, add_source, source_id, write_text
    from zopa.reading.structure import skeleton

    texts = [prepare(item.text, item.published, language) for item in incoming]
    made = not (folder / "case.yaml").exists()
    if made:
        try:
            drafted = skeleton(texts, language=language)
        except ValueError as error:
            typer.echo(f"{error}; `zopa init {folder}` makes a case to fill in by hand", err=True)
            raise typer.Exit(2) from None
        write_text(folder / "case.yaml", drafted)
    report: dict[str, Any] = {"case": str(folder), "made": made, "sources": []}
    for item, text in zip(incoming, texts, strict=True):
        case = load(folder)
        ident, new = source_id(folder, text, item.name)
        row: dict[str, Any] = {
            "source": ident,
            "notes": [*item.notes, *(f"{n} {what} removed" for what, n in text.removed)],
        }
        if not new:
            row["notes"].append("this text is in the case already; nothing was added")
            report["sources"].append(row | {"added": 0})
            continue
        found = _extract(text, case, language, endpoint, model, yes)
        found, repeated = _without_copies(
            found, copies({**{k: s.text for k, s in case.sources.items()}, ident: text.text}), ident
        )
        if repeated:
            row["notes"].append(
                f"{repeated} statements stand in paragraphs copied from earlier sources; counted once"
            )
        taken = {*case.statements, *case.contacts, *case.figures, *case.shifts}
        records = to_records(found, ident, case, taken, language)
        add_source(folder, ident, text, item.url)
        add_records(folder, records)
        row |= {
            "statements": len(records.statements),
            "contacts": len(records.contacts),
            "figures": len(records.figures),
            "shifts": len(records.shifts),
        }
        report["sources"].append(row)
    load(folder)  # what was written must be sound
    _tell(report, folder, made, json)


def _replace(item: Any, folder: Path, old: str, language: str) -> None:
    """Move the records of a source to a newer version of its text; say what moved and what changed."""
    from zopa.casefile import load
    from zopa.errors import UnknownName
    from zopa.reading import prepare
    from zopa.reading.records import moved
    from zopa.reading.store import add_source, save_records, source_id

    case = load(folder)
    if old not in case.sources:
        raise UnknownName("source", old, case.sources)
    text = prepare(item.text, item.published, language)
    new, fresh = source_id(folder, text, old)
    if not fresh:
        typer.echo("this text is in the case already; nothing was changed")
        return
    groups = moved(case, old, new, text.text)
    add_source(folder, new, text, item.url)
    for group, changed in groups.items():
        save_records(folder, changed, group)
    load(folder)
    everything = [r for changed in groups.values() for r in changed.values()]
    stay = sum(r.source == old for r in everything)
    typer.echo(
        f"{new}: {len(everything) - stay} records moved over; {stay} changed in the newer text and wait for review"
    )


def _without_copies(found: Extract, repeated: dict[Any, Any], ident: str) -> tuple[Extract, int]:
    """Leave out what stands in paragraphs that an earlier source has."""
    from dataclasses import replace

    paragraphs, at = [], 0
    for line in found.text.text.split("\n"):
        if line.strip():
            paragraphs.append((at, at + len(line)))
        at += len(line) + 1
    copied = [paragraphs[n] for source, n in repeated if source == ident]

    def fresh(start: int) -> bool:
        return not any(a <= start < b for a, b in copied)

    kept = [i for i, s in enumerate(found.statements) if fresh(s.span[0])]
    if len(kept) == len(found.statements):
        return found, 0
    place = {old: new for new, old in enumerate(kept)}
    statements = tuple(
        replace(s, nested_in=place.get(s.nested_in) if s.nested_in is not None else None)
        for s in (found.statements[i] for i in kept)
    )
    trimmed = replace(
        found, statements=statements, contacts=tuple(c for c in found.contacts if fresh(c.start)),
        figures=tuple(f for f in found.figures if fresh(f.start)), shifts=tuple(s for s in found.shifts if fresh(s.start)),
        claims=tuple(c for c in found.claims if fresh(c.start)),
    )  # fmt: skip
    return trimmed, len(found.statements) - len(kept)


def _tell(report: dict[str, Any], folder: Path, made: bool, json: bool) -> None:
    if json:
        print_json(report)
        return
    if made:
        typer.echo(
            f"made {folder}/case.yaml from the words of the text: correct its parties, speakers and issues first"
        )
    for row in report["sources"]:
        counts = ", ".join(
            f"{row[k]} {k}" for k in ("statements", "contacts", "figures", "shifts") if k in row
        )
        typer.echo(f"{row['source']}: {counts or 'nothing added'}")
        for note in row["notes"]:
            typer.echo(f"  note: {note}")
    typer.echo(f"all are suggestions; next: zopa review {folder}")


def _score(
    gold: Path | None, polnear: Path | None, split: str, texts: str, model: str, language: str, json: bool
) -> None:
    from zopa.reading.evaluation.corpora import read_gold, read_polnear
    from zopa.reading.evaluation.score import evaluate

    trained = None
    if model:
        from zopa.reading.evaluation.train import load_model

        trained = load_model(Path(model))
    documents = (
        read_polnear(polnear, split)
        if polnear is not None
        else read_gold(gold or Path(), Path(texts), language)
    )
    result = evaluate(documents, language=language, trained=trained)
    if json:
        print_json(result.to_dict())
    else:
        typer.echo(str(result))


def _train(corpus: Path, split: str, model: str) -> None:
    from zopa.reading.evaluation.corpora import read_corpus
    from zopa.reading.evaluation.train import train_model

    if not model:
        raise typer.BadParameter("name the file to write with --model")
    documents = read_corpus(corpus, "train" if split == "dev" else split)
    written = train_model(documents, Path(model))
    typer.echo(f"wrote {written}; measure it: zopa read --polnear {corpus} --model {model}")
    typer.echo(
        "a model carries words of the texts it was trained on: share it only if their licence allows that"
    )


# ---------------------------------------------------------------- review


def review(
    folder: Annotated[Path, typer.Argument(help="Case folder.", metavar="CASE")],
    by: Annotated[str, typer.Option(help="Whose decisions these are.")] = "",
    accept_all: Annotated[
        bool, typer.Option("--accept-all", help="Accept every suggestion without looking; each is marked so.")
    ] = False,
) -> None:
    """Walk through the suggestions by single keys: accept, edit, reject, merge, split, undo. Every key is saved at once."""
    from datetime import date

    from zopa.casefile import load
    from zopa.reading.review import Session

    case = load(folder)
    session = Session(dict(case.statements), by or _user(), date.today())
    if not session.queue:
        typer.echo("nothing is waiting for review")
        return
    if accept_all:
        n = session.accept_all("accepted together, unread")
        _save(folder, session)
        typer.echo(f"accepted {n} statements, unread")
    else:
        with _keys() as keys:
            _walk(folder, case, session, keys)
    typer.echo(_summary(session))
    typer.echo(
        f"next: zopa run {folder}"
        if not session.left
        else f"next: zopa review {folder} goes on where you stopped"
    )


def _user() -> str:
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""


class _keys:  # noqa: N801
    """Single keys from a terminal (restored whatever happens), or characters from a pipe."""

    def __enter__(self) -> Iterator[str]:
        self.old: Any = None
        if sys.stdin.isatty():
            import termios
            import tty

            self.old = termios.tcgetattr(sys.stdin)
            tty.setcbreak(sys.stdin)
        return iter(lambda: sys.stdin.read(1), "")

    def __exit__(self, *_: object) -> None:
        self.cooked()

    def cooked(self) -> None:
        if self.old is not None:
            import termios

            termios.tcsetattr(sys.stdin, termios.TCSADRAIN, self.old)


def _walk(folder: Path, case: Case, session: Session, keys: Iterator[str]) -> None:
    from zopa.reading.review import KEYS

    typer.echo("  ".join(f"[{k}] {what}" for k, what in KEYS.items()))
    _present(case, session)
    try:
        for key in keys:
            if key in "\r\n \t":
                continue
            if key == "q" or not _act(key, case, session, keys):
                break
            _save(folder, session)
            _present(case, session)
            if session.current is None:
                break
    except KeyboardInterrupt:
        typer.echo("\nstopped; every decision so far is kept")


def _act(key: str, case: Case, session: Session, keys: Iterator[str]) -> bool:
    """One key; False ends the walk."""
    ident = session.current
    text = case.sources[session.statements[ident].source].text if ident else ""
    if key == "a":
        session.accept()
    elif key == "r":
        session.reject(_line("why? ", keys))
    elif key == "n":
        session.skip()
    elif key == "b":
        session.back()
    elif key == "u":
        typer.echo("undone" if session.undo() else "nothing to undo")
    elif key == "A":
        session.accept_all()
    elif key == "m":
        typer.echo("joined" if session.merge(text) else "there is nothing before it to join with")
    elif key == "s" and ident:
        words = _line("first words of the second part: ", keys)
        s = session.statements[ident]
        at = s.quote.find(words) if words else -1
        done = at > 0 and session.split((s.start or 0) + at, text)
        typer.echo("split" if done else "these words are not inside the quotation")
    elif key == "e" and ident:
        _edit(session, _line("field=value ... (stance=accept issue=nato options=N2,N3): ", keys))
    elif key == "\x04":
        return False
    else:
        typer.echo(f"no key '{key}'")
    return True


def _edit(session: Session, line: str) -> None:
    import shlex

    fields: dict[str, Any] = {}
    try:
        for part in shlex.split(line):
            name, sign, value = part.partition("=")
            if not sign:
                raise ValueError(f"expected field=value, saw '{part}'")
            fields[name] = (
                tuple(value.split(","))
                if name == "options"
                else int(value)
                if name == "strength"
                else value or None
            )
        if fields:
            session.edit(fields)
    except ValueError as error:
        typer.echo(f"not changed: {str(error).splitlines()[0]}")


def _line(prompt: str, keys: Iterator[str]) -> str:
    """A line typed key by key, with backspace; the same for a terminal and a pipe."""
    typer.echo(prompt, nl=False)
    typed: list[str] = []
    for key in keys:
        if key in "\r\n":
            break
        if key in "\x7f\b":
            del typed[-1:]
        else:
            typed.append(key)
            if sys.stdin.isatty():
                typer.echo(key, nl=False)
    typer.echo("")
    return "".join(typed).strip()


def _present(case: Case, session: Session) -> None:
    ident = session.current
    out = console()
    if ident is None:
        return
    s = session.statements[ident]
    speaker = case.speakers[s.speaker].name if s.speaker else s.party or "(nobody named)"
    out.print(
        f"\n{session.at + 1} of {len(session.queue)}  {ident}  {s.review.state}", markup=False, style="bold"
    )
    out.print(f"“{s.quote}”", markup=False)
    facts = [
        f"speaker: {speaker}",
        f"kind: {s.kind}",
        f"said: {s.said or 'not stated'}",
        f"channel: {s.channel}",
    ]
    facts += [
        f"issue: {s.issue} {', '.join(s.options)}" if s.issue else "issue: none",
        f"stance: {s.stance or 'none'}",
    ]
    out.print("  ".join(facts), markup=False)
    if s.condition:
        out.print(f"condition: {s.condition}\nfor: {s.consequent or 'not stated'}", markup=False)
    if s.why:
        out.print(f"why: {s.why}", markup=False)


def _save(folder: Path, session: Session) -> None:
    from zopa.reading.store import save_records

    save_records(folder, session.pending())


def _summary(session: Session) -> str:
    states = [s.review.state for s in session.statements.values()]
    return ", ".join(f"{states.count(k)} {k}" for k in ("accepted", "edited", "rejected", "suggested"))
