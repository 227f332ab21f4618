"""evaluate and train: how well the reader agrees with annotated texts, and a reader trained on them."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from zopa.cli.next_steps import tell_next
from zopa.cli.options import JsonOption, print_answer

__all__ = ["evaluate", "report_score", "train", "train_to"]

_SPLIT_HELP = "Split of the corpus, where it has several."


def evaluate(
    corpus: Annotated[
        Path, typer.Argument(help="A gold file in JSON, or your copy of the PolNeAR corpus.", metavar="GOLD")
    ],
    texts: Annotated[
        Path, typer.Argument(help="Folder of the texts that the gold file annotates.", metavar="TEXTS")
    ] = Path(),
    split: Annotated[str, typer.Option(help=_SPLIT_HELP)] = "dev",
    model: Annotated[str, typer.Option(help="File of a trained model, instead of the rules.")] = "",
    language: Annotated[str, typer.Option(help="Language pack: a name, or the path of a TOML file.")] = "en",
    json: JsonOption = False,
) -> None:
    """Measure the reader on texts that somebody annotated."""
    report_score(corpus, texts, split=split, model=model, language=language, json=json)


def train(
    corpus: Annotated[
        Path, typer.Argument(help="A gold file in JSON, or your copy of the PolNeAR corpus.", metavar="GOLD")
    ],
    model: Annotated[Path, typer.Argument(help="File to write the model to.", metavar="MODEL")],
    split: Annotated[str, typer.Option(help=_SPLIT_HELP)] = "train",
    language: Annotated[str, typer.Option(help="Language pack: a name, or the path of a TOML file.")] = "en",
    json: JsonOption = False,
) -> None:
    """Train a reader on annotated texts and write it to a file."""
    train_to(corpus, str(model), split, language, json=json)


def report_score(corpus: Path, texts: Path, *, split: str, model: str, language: str, json: bool) -> None:
    """Measure and print."""
    from zopa.reading.evaluation.corpora import read_corpus
    from zopa.reading.evaluation.ready import by_genre, table
    from zopa.reading.evaluation.score import evaluate as measure

    trained = None
    if model:
        from zopa.reading.evaluation.train import load_model

        trained = load_model(Path(model))
    documents = list(read_corpus(corpus, split or "dev", texts, language))
    genres = by_genre(documents, language)
    result = measure(documents, language=language, trained=trained)
    if json:
        rates = {"ready": {name: r.rates() for name, r in genres.items()}} if genres else {}
        print_answer("evaluate", result.to_dict() | rates)
    else:
        typer.echo("\n".join(filter(None, (str(result), table(genres)))))
        if not model:
            tell_next([shlex.join(["train", str(corpus), "trained.crf"])])


def train_to(corpus: Path, model: str, split: str, language: str, *, json: bool = False) -> None:
    """Train and say what was written."""
    from zopa.reading.evaluation.corpora import read_corpus
    from zopa.reading.evaluation.train import train_model

    if not model:
        raise typer.BadParameter("name the file to write with --model")
    split = "train" if split in ("", "dev") else split
    written = train_model(read_corpus(corpus, split, language=language), Path(model), language)
    if json:
        print_answer("train", {"written": str(written)}, split=split, language=language)
        return
    typer.echo(f"wrote {written}")
    typer.echo(
        "a model carries words of the texts it was trained on: share it only if their licence allows that"
    )
    tell_next([shlex.join(["evaluate", str(corpus), "--model", model])])
