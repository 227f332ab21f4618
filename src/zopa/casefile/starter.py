"""A first case: the commented starter, its schemas beside it, and any case data as the text of ``case.yaml``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

from zopa.case.schema import json_schema
from zopa.casefile.read import CASE_FILE, RECORDS_FILE, SOURCES_FILE
from zopa.casefile.write import one_step, refuse_if_there
from zopa.casefile.yamltext import dump

__all__ = ["init", "schema_text", "yaml_of"]


def init(folder: str | Path) -> Path:
    """Make a commented starter case that an editor can complete and check; the folder.

    Raises
    ------
    CannotWrite
        There is a case in the folder already, or it cannot be made; nothing was changed.
    """
    root = Path(folder)
    refuse_if_there(root / CASE_FILE)
    starter = files("zopa.casefile") / "starter"
    with one_step(root) as act:
        for name in (CASE_FILE, RECORDS_FILE, "sources/interview.txt", SOURCES_FILE):
            act.write(name, starter.joinpath(*name.split("/")).read_bytes())
        act.write("case.schema.json", schema_text("case"))
        act.write("statements.schema.json", schema_text("statements"))
    return root


def schema_text(which: str = "case") -> str:
    """The JSON Schema of ``case.yaml`` or ``statements.yaml`` as a file."""
    return json.dumps(json_schema(which), indent=1, ensure_ascii=False) + "\n"


def yaml_of(data: Mapping[str, object]) -> str:
    """Case data as the text of a YAML file."""
    return dump(data).lstrip("\n") + "\n"
