"""What the validation of a noun says, in words: expected and seen, causes only, each at its place."""

from __future__ import annotations

from functools import cache
from typing import TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from zopa.case.model import Case
from zopa.case.schema import nouns_of
from zopa.casefile.yamldoc import YamlDocument
from zopa.errors import Finding, nearest

__all__ = ["causes", "finding_of", "saw", "validate", "words"]

Model = TypeVar("Model", bound=BaseModel)


def validate(
    doc: YamlDocument, path: tuple[str | int, ...], model: type[Model], value: object
) -> Model | None:
    """The noun, or what is sound of it (for further checks; with findings no case is built), or None."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        doc.findings += [finding_of(doc, path, e) for e in causes(doc, path, error)]
        bad = {e["loc"][0] for e in error.errors(include_url=False) if e["loc"]}
        if not isinstance(value, dict) or not bad or bad & _NEEDED:
            return None
        rest = {k: v for k, v in value.items() if k not in bad}
        # Of a table of judgments only the refused entries go, so that the others are still checked.
        refused = {tuple(e["loc"][:2]) for e in error.errors(include_url=False)}
        for k in bad & _TABLES:
            if isinstance(value[k], dict) and (str(k),) not in refused:
                rest[k] = {name: entry for name, entry in value[k].items() if (k, name) not in refused}
        try:
            return model.model_validate({k: v for k, v in _STANDS_IN.items() if k in bad} | rest)
        except ValidationError:
            return None


_STANDS_IN = {"name": "-", "kind": "report"}
_TABLES = {"weights", "values", "start"}
_NEEDED = {"when", "only_if", "clauses", "readings"}  # a rule without these would be another rule


def causes(doc: YamlDocument, path: tuple[str | int, ...], error: ValidationError) -> list[ErrorDetails]:
    """Drop what follows from a refused value, and 'missing key' beside a misspelling of that key."""
    listed = [
        e
        for e in error.errors(include_url=False)
        if not doc.consequence((*path, *(e["loc"][:-1] if e["type"] == "missing" else e["loc"])))
    ]
    extra = [e["loc"] for e in listed if e["type"] == "extra_forbidden"]
    return [
        e
        for e in listed
        if not (
            e["type"] == "missing"
            and any(loc[:-1] == e["loc"][:-1] and nearest(str(loc[-1]), [str(e["loc"][-1])]) for loc in extra)
        )
    ]


def finding_of(doc: YamlDocument, path: tuple[str | int, ...], error: ErrorDetails) -> Finding:
    """A validation error at its place in the file."""
    loc = (*path, *error["loc"])
    what, hint = words(error)
    if error["type"] == "missing":
        loc = loc[:-1]
    elif error["type"] == "extra_forbidden":
        hint = _known_key(error)
    return doc.finding(loc, what, hint)


def _known_key(error: ErrorDetails) -> str:
    key = str(error["loc"][-1])
    close = nearest(key, _keys())
    if close == key:
        owners = " or ".join(_sections_with(key))
        return f"'{key}' belongs {f'under {owners}' if owners else 'elsewhere: see `zopa schema`'}"
    return f"did you mean '{close}'?" if close else "delete it, or see `zopa schema`"


@cache
def _sections_with(key: str) -> tuple[str, ...]:
    """The sections of a case whose entries have this key."""
    kinds = {name: get_args(field.annotation)[1:] for name, field in Case.model_fields.items()}
    return tuple(
        name
        for name, nouns in kinds.items()
        for noun in nouns
        if isinstance(noun, type) and issubclass(noun, BaseModel) and key in noun.model_fields
    )


@cache
def _keys() -> tuple[str, ...]:
    """Every key that may stand anywhere in a case, in the order of the models."""
    return tuple(dict.fromkeys(name for noun in nouns_of(Case) for name in noun.model_fields))


def words(error: ErrorDetails) -> tuple[str, str]:
    """A validation error as (expected ..., saw ...) and a hint."""
    kind, given, context = error["type"], error.get("input"), error.get("ctx") or {}
    if kind == "zopa":
        return error["msg"], str(context.get("hint", ""))
    if kind == "missing":
        return f"missing key '{error['loc'][-1]}'", "add it"
    if kind == "extra_forbidden":
        return "unknown key", ""
    if kind == "literal_error":
        allowed = [w.strip(" '") for w in str(context["expected"]).replace(" or ", ", ").split(",")]
        close = nearest(str(given), allowed)
        return (
            f"expected one of {', '.join(allowed)}; saw {saw(given)}",
            f"did you mean '{close}'?" if close else "",
        )
    table = {
        "string_type": (
            "a text",
            "put it in quotes" if isinstance(given, int | float) or hasattr(given, "isoformat") else "",
        ),
        "float_type": ("a number", "write digits, with a dot for decimals"),
        "int_type": ("a whole number", ""),
        "bool_type": ("true or false", ""),
        "date_type": ("a date such as 2025-02-13", "write it without quotes"),
        "finite_number": ("an ordinary number", "infinity and NaN cannot be weighed"),
        "dict_type": ("a mapping 'key: value'", "indent the entries below the key"),
        "model_type": ("a mapping 'key: value'", "indent the entries below the key"),
        "tuple_type": ("a list", "write [a, b], or one '- ' per line"),
        "string_too_short": ("a text that is not empty", ""),
        "string_too_long": ("a shorter text", ""),
        "too_short": ("at least one entry", ""),
    }
    if kind in table:
        expected, hint = table[kind]
        return f"expected {expected}, saw {saw(given)}", hint
    bounds = [
        f"{sign} {context[k]:g}"
        for k, sign in (("ge", "at least"), ("le", "at most"), ("gt", "more than"))
        if k in context
    ]
    if bounds:
        return f"expected a number {' and '.join(bounds)}, saw {saw(given)}", ""
    return f"{error['msg'][0].lower()}{error['msg'][1:]}, saw {saw(given)}", ""


def saw(value: object) -> str:
    """A value as a message shows it, never in full length."""
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, tuple | list):
        return "a list"
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else text[:57] + "…"
