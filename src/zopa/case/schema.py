"""JSON Schema of the files of a case, and the nouns that a case is made of."""

from __future__ import annotations

from typing import Any, get_args

from pydantic import BaseModel

from zopa.case.basis import Noun
from zopa.case.model import NOT_WRITTEN, Case
from zopa.case.records import Records

__all__ = ["json_schema", "nouns_of"]


def nouns_of(model: type[BaseModel]) -> tuple[type[BaseModel], ...]:
    """A model and every model that can stand inside it, each once."""
    found: dict[type[BaseModel], None] = {}

    def visit(annotation: Any) -> None:
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            if annotation not in found:
                found[annotation] = None
                for field in annotation.model_fields.values():
                    visit(field.annotation)
            return
        for part in get_args(annotation):
            visit(part)

    visit(model)
    return tuple(found)


def json_schema(which: str = "case") -> dict[str, Any]:
    """JSON Schema of ``case.yaml`` (``case``) or ``statements.yaml`` (``statements``), for editors."""
    if which == "statements":
        return {"$schema": "https://json-schema.org/draft/2020-12/schema", **Records.model_json_schema()}
    schema = Case.model_json_schema()
    for noun in nouns_of(Case):
        if issubclass(noun, Noun) and noun.short:  # may be written as just its text
            schema["$defs"][noun.__name__] = {"anyOf": [{"type": "string"}, schema["$defs"][noun.__name__]]}
    for name in NOT_WRITTEN:
        schema["properties"].pop(name, None)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
