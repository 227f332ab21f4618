"""YAML 1.2 to plain data plus the place of every path; hostile or careless files end in findings.

Refused, each with its place: duplicate keys, anchors and aliases (they can loop or explode), tags,
directives, keys that are not text, control characters, deeper than ``MAX_DEPTH``, more than ``MAX_ENTRIES``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.composer import Composer
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

from zopa.casefile.folder import CaseFiles
from zopa.casefile.yaml_nodes import UnusualError, plain_nodes
from zopa.errors import Finding

__all__ = ["Path_", "YamlDocument", "parse_yaml", "read_yaml"]

MAX_DEPTH = 30
MAX_ENTRIES = 400_000
"""Keys and values of one file; more would take a minute and gigabytes to hold."""
MAX_KEY = 200
_TAG = "tag:yaml.org,2002:"
_PLAIN = {
    ScalarNode: {"str", "int", "float", "bool", "null", "timestamp"},
    SequenceNode: {"seq"},
    MappingNode: {"map"},
}
Path_ = tuple[str | int, ...]


@dataclass
class YamlDocument:
    """Plain data of one file and where each path stands in it.

    ``node`` is the parsed text with its marks. ``broken`` holds the paths of values that were refused, and of mappings from which a key was: what is said
    about these later would be a consequence.
    """

    file: str
    data: Any = None
    node: Any = field(default=None, repr=False)
    places: dict[Path_, tuple[int, int]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    broken: set[Path_] = field(default_factory=set)
    missed: int = 0
    """How many names were looked up in vain so far."""

    def place(self, path: Path_) -> tuple[int, int]:
        """1-based line and column of a path, or of its nearest ancestor that stands in the file."""
        while path and path not in self.places:
            # A single entry may stand where a list is allowed; the file then has no position for it.
            at = next((k for k in range(len(path) - 1, 0, -1) if path[k] == 0), None)
            if at is not None and path[:at] in self.places and path[:at] + path[at + 1 :] in self.places:
                return self.places[path[:at] + path[at + 1 :]]
            path = path[:-1]
        return self.places.get(path, (1, 1))

    def consequence(self, path: Path_) -> bool:
        """Whether the value at this path was refused already, or is short of a key that was."""
        names = [p for p in path if isinstance(p, str)]
        return any([p for p in b if isinstance(p, str)] == names for b in self.broken)

    def finding(self, path: Path_, what: str, hint: str = "") -> Finding:
        """A finding at a path of this file."""
        line, column = self.place(path)
        return Finding(".".join(map(str, path)), what, hint, self.file, line, column)


def read_yaml(files: CaseFiles, name: str) -> YamlDocument:
    """A YAML file as plain data. Problems are in ``findings``; ``data`` is then None or partial."""
    text, findings = files.text(name)
    return parse_yaml(text, name) if not findings else YamlDocument(name, findings=findings)


def parse_yaml(text: str, name: str) -> YamlDocument:
    """The text of a YAML file as plain data, as :func:`read_yaml`."""
    doc = YamlDocument(name)
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("%"):
            doc.findings.append(
                Finding("", f"expected no directive, saw '{line[:40]}'", "delete this line", name, number, 1)
            )
            return doc
        if line.strip() and not line.startswith("#"):
            break
    try:
        node = _compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        what = " ".join(str(p) for p in (error.context, error.problem) if p) or "not readable as YAML"
        doc.findings.append(
            Finding(
                "",
                f"expected YAML, saw a mistake: {what}",
                _yaml_hint(what),
                name,
                mark.line + 1 if mark else 1,
                mark.column + 1 if mark else 1,
            )
        )
        return doc
    except _TooManyError as error:
        what = f"expected at most {MAX_ENTRIES:,} keys and values in one file, saw more"
        line, column = error.args
        doc.findings.append(Finding("", what, "split the case", name, line, column))
        return doc
    except RecursionError:
        doc.findings.append(Finding("", f"expected at most {MAX_DEPTH} levels of nesting", "", name, 1, 1))
        return doc
    except (YAMLError, ValueError) as error:
        before = text[: getattr(error, "position", 0)]
        row, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        what = str(error).splitlines()[0][:200]
        doc.findings.append(Finding("", f"expected YAML, saw a mistake: {what}", "", name, row, column))
        return doc
    if node is not None:
        doc.node = node
        doc.data = _build(node, (), doc)
    return doc


def _compose(text: str) -> Any:
    try:
        return plain_nodes(text, MAX_ENTRIES, MAX_DEPTH)
    except UnusualError:
        yaml = YAML(typ="safe", pure=True)
        yaml.Composer = _Counting
        yaml.composer.warn_double_anchors = False  # refused in any case
        return yaml.compose(text)


class _TooManyError(Exception):
    pass


class _Counting(Composer):
    """Stops where a file holds more than anybody could have written."""

    count = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        """One more key or value."""
        self.count += 1
        if self.count > MAX_ENTRIES:
            mark = self.parser.peek_event().start_mark
            raise _TooManyError(mark.line + 1, mark.column + 1)
        return super().compose_node(parent, index)


def _yaml_hint(problem: str) -> str:
    if "\\t" in problem or "tab" in problem:
        return "indent with spaces, not tabs"
    if "mapping values are not allowed" in problem:
        return "put a text that contains ': ' in quotes"
    if "found unexpected end of stream" in problem or "expected" in problem:
        return "is a quote, bracket or indentation left open, or is the file cut off?"
    return "look at this line and the one above it"


def _build(node: Any, path: Path_, doc: YamlDocument) -> Any:
    line, column = node.start_mark.line + 1, node.start_mark.column + 1
    doc.places.setdefault(path, (line, column))

    def problem(what: str, hint: str = "", where: Any = node) -> None:
        mark = where.start_mark
        doc.broken.add(path)
        doc.findings.append(
            Finding(".".join(map(str, path)), what, hint, doc.file, mark.line + 1, mark.column + 1)
        )

    if node.anchor is not None:
        problem("expected no anchors or aliases ('&', '*')", "write the value out where it is needed")
        return None
    if len(path) > MAX_DEPTH:
        problem(f"expected at most {MAX_DEPTH} levels of nesting")
        return None
    tag = str(node.tag or "").removeprefix(_TAG)
    if tag not in next(plain for kind, plain in _PLAIN.items() if isinstance(node, kind)):
        problem(f"expected no tag, saw '{tag[:40]}'", "delete the tag")
        return None
    if isinstance(node, ScalarNode):
        return _scalar(node, tag, problem)
    if isinstance(node, SequenceNode):
        return tuple(_build(child, (*path, i), doc) for i, child in enumerate(node.value))
    assert isinstance(node, MappingNode)
    return _mapping(node, path, doc, problem)


def _mapping(node: Any, path: Path_, doc: YamlDocument, problem: Any) -> dict[str, Any]:
    result: dict[str, Any] = {}
    first: dict[str, Any] = {}
    for key_node, value_node in node.value:
        if not isinstance(key_node, ScalarNode) or key_node.anchor is not None:
            problem("expected a text as key", "write keys as plain words", key_node)
            continue
        key = str(key_node.value)
        if _odd(key) or len(key) > MAX_KEY:
            problem(
                f"expected a key of at most {MAX_KEY} ordinary characters, saw {key[:40]!a}", "", key_node
            )
            continue
        if str(key_node.tag) not in (_TAG + "str", _TAG + "int", _TAG + "float", _TAG + "timestamp"):
            problem(f"expected a text as key, saw '{key}'", "put it in quotes", key_node)
            continue
        if str(key_node.tag) != _TAG + "str":
            problem(
                f"expected a text as key, saw the number or date {key}", f'write "{key}" in quotes', key_node
            )
            continue
        if key in first:
            other = first[key].start_mark
            problem(
                f"expected each key once, saw '{key}' again (first at line {other.line + 1})",
                "delete or rename one of the two",
                key_node,
            )
            continue
        first[key] = key_node
        doc.places[(*path, key)] = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
        if isinstance(value_node, ScalarNode) and value_node.value != "":
            mark = value_node.start_mark
            doc.places[(*path, key)] = (mark.line + 1, mark.column + 1)
        result[key] = _build(value_node, (*path, key), doc)
    return result


def _odd(text: str) -> bool:
    """Whether a text has characters that no text needs: half of a surrogate pair, or terminal controls."""
    return any(
        (c < " " and c not in "\n\t") or "\x7f" <= c <= "\x9f" or "\ud800" <= c <= "\udfff" for c in text
    )


def _scalar(node: Any, tag: str, problem: Any) -> Any:
    text = str(node.value)
    if tag == "str" and _odd(text):
        problem("expected text, saw a control character or half of one", "delete it, or the \\ before it")
        return None
    if tag == "str":
        return text
    if tag == "null":
        return None
    if tag == "bool":
        return text.lower() == "true"
    try:
        if len(text) > 40:
            raise ValueError
        if tag == "int":
            plain = text.replace("_", "")
            return int(plain, 0) if plain.lstrip("+-")[:2].lower() in ("0x", "0o", "0b") else int(plain)
        if tag == "float":
            return float(
                text.replace("_", "")
                .replace(".inf", "inf")
                .replace(".nan", "nan")
                .replace(".Inf", "inf")
                .replace(".NaN", "nan")
            )
        if tag == "timestamp":
            return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)
    except ValueError:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
            problem(f"expected a day of the calendar, saw '{text}'; there is no such day", "correct the day")
            return None
        shown = text if len(text) <= 30 else text[:30] + "…"
        problem(f"expected a number or date of ordinary size, saw '{shown}'", "put texts in quotes")
    return None
