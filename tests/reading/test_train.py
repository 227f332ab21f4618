"""A trained reader: the user trains it; the file says on what."""

import json
import zipfile
from pathlib import Path

import pytest

from zopa.errors import CaseError
from zopa.reading.evaluation.corpora import read_corpus, read_gold
from zopa.reading.evaluation.score import evaluate
from zopa.reading.evaluation.train import load_model, train_model

GOLD = Path(__file__).parent / "gold"


def test_a_model_trained_on_a_text_reads_that_text_and_carries_its_card(tmp_path):
    documents = read_corpus(GOLD / "marra.gold.json", "train") * 6
    path = train_model(documents, tmp_path / "m.crf")
    card = json.loads(zipfile.ZipFile(path).read("card.json"))
    assert card["documents"] == 6
    assert card["licence"] == "that of the training texts"
    score = evaluate(read_gold(GOLD / "marra.gold.json", GOLD), trained=load_model(path))
    assert score.prf["statements partial"][2] > 0.8


def test_nothing_to_train_on_and_a_file_that_is_no_model_are_named(tmp_path):
    with pytest.raises(CaseError, match="annotated documents"):
        train_model([], tmp_path / "m.crf")
    (tmp_path / "x.crf").write_text("no model")
    with pytest.raises(CaseError, match="expected a model"):
        load_model(tmp_path / "x.crf")


def test_without_the_extra_the_error_holds_the_pip_line(monkeypatch):
    import sys

    from zopa.errors import MissingExtra

    monkeypatch.setitem(sys.modules, "pycrfsuite", None)
    with pytest.raises(MissingExtra, match=r"zopa\[train\]"):
        load_model(Path("m.crf"))


@pytest.mark.slow
def test_trained_on_the_whole_corpus_it_reaches_the_floor(shared, tmp_path):
    from zopa.reading.evaluation.corpora import read_polnear

    archive = shared / "data" / "reading" / "polnear_train_dev.tar.gz"
    path = train_model(read_polnear(archive, "train"), tmp_path / "m.crf")
    score = evaluate(read_polnear(archive, "dev"), trained=load_model(path))
    assert score.prf["statements partial"][2] >= 0.66
