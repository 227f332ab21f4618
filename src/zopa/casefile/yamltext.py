"""A YAML file changed value by value: the text keeps its comments, its order and everything that is not meant.

A change is cut into the text at the marks of the parsed file. The result is parsed again and must hold exactly
the data that was meant; where it does not (a form of YAML that nobody should write), nothing is changed.
"""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

from zopa.casefile.yamldoc import Path_, YamlDocument, parse_yaml
from zopa.errors import CaseError, Finding

__all__ = ["YamlText", "dump", "scalar"]

WIDTH = 110
_PLAIN = re.compile(r"[^\W\d_][^\n:#,\[\]{}\"'&*!|>%@`\\?]*")
_RESERVED = {"null", "true", "false"}
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]")


def scalar(value: object) -> str:
    r"""One value on one line, safe in any place of a YAML file.

    >>> [scalar(v) for v in (70, None, True, "prefer", "a: b", "7", "it's")]
    ['70', 'null', 'true', 'prefer', "'a: b'", "'7'", '"it\'s"']
    """
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | float):
        return _number(value)
    text = str(value)
    if (
        _PLAIN.fullmatch(text)
        and text == text.strip()
        and text.lower() not in _RESERVED
        and text.isprintable()
    ):
        return text
    if "\n" not in text and "\t" not in text and not _UNPRINTABLE.search(text):
        if "'" in text and '"' not in text and "\\" not in text:
            return f'"{text}"'
        return "'" + text.replace("'", "''") + "'"
    quoted = json.dumps(text, ensure_ascii=False)
    return _UNPRINTABLE.sub(lambda m: f"\\u{ord(m[0]):04x}", quoted)


def _number(value: float) -> str:
    text = repr(value)
    return {"inf": ".inf", "-inf": "-.inf", "nan": ".nan"}.get(text, text)


def dump(value: object, indent: int = 0, flow: bool = False) -> str:
    """What stands after ``key:`` for a value: `` 70``, `` [a, b]``, or an indented block."""
    if isinstance(value, Mapping):
        if not value or flow:
            return " " + _flow(value)
        return "".join(f"\n{' ' * indent}{scalar(k)}:{dump(v, indent + 2)}" for k, v in value.items())
    if isinstance(value, list | tuple):
        line = _flow(value)
        plain = not any(isinstance(v, Mapping | list | tuple) for v in value)
        if not value or flow or (plain and len(line) <= 80):
            return " " + line
        return "".join(f"\n{' ' * indent}- {_item(v, indent + 2)}" for v in value)
    if isinstance(value, str) and not flow:
        return _text(value, indent)
    return " " + scalar(value)


def _item(value: object, indent: int) -> str:
    block = dump(value, indent)
    return block.lstrip("\n ") if block.startswith("\n") else block[1:]


def _text(text: str, indent: int) -> str:
    """A long text folded, one with lines as it stands, where the block gives the same text back."""
    sound = text == text.strip() and "\t" not in text and not _UNPRINTABLE.search(text) and "\x85" not in text
    pad = " " * max(indent, 2)
    if sound and "\n" in text and not any(line != line.strip() for line in text.split("\n")):
        return " |-" + "".join(f"\n{pad}{line}" if line else "\n" for line in text.split("\n"))
    if sound and len(text) > 90 and "  " not in text and "\n" not in text:
        lines = textwrap.wrap(
            text,
            max(WIDTH - indent, 40),
            break_long_words=False,
            break_on_hyphens=False,
            expand_tabs=False,
            replace_whitespace=False,
        )
        return " >-" + "".join(f"\n{pad}{line}" for line in lines)
    return " " + scalar(text)


def _flow(value: object) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{scalar(k)}: {_flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_flow(v) for v in value) + "]"
    return scalar(value)


class YamlText:
    """The text of a YAML file and the changes made to it.

    Raises
    ------
    CaseError
        The text is no YAML that zopa reads, or a change cannot be made without rewriting the file.
    """

    def __init__(self, text: str, file: str) -> None:
        self.text, self.file = text.replace("\r\n", "\n"), file
        self._parse()

    def _parse(self) -> None:
        self.doc: YamlDocument = parse_yaml(self.text, self.file)
        if self.doc.findings:
            raise CaseError(self.doc.findings, "nothing was changed")

    @property
    def data(self) -> Any:
        """The plain data as it stands now."""
        return self.doc.data

    def set(self, path: Path_, value: object) -> None:
        """Give a value to a path; keys on the way to it are made, a new key comes last."""
        self._change(lambda: self._set(path, value), _with(self.data, path, value), path)

    def update(self, path: Path_, entries: Mapping[str, object]) -> None:
        """Add entries to the mapping at a path, in one go, or give it new values."""
        if not entries:
            return
        meant = self.data
        for key, value in entries.items():
            meant = _with(meant, (*path, key), value)
        self._change(lambda: self._update(path, entries), meant, path)

    def end(self, key: str) -> int:
        """Where the value of a key of the file ends in the text, without the remarks that follow it."""
        key_node, value = self._entry((key,))
        return max(self._end(value), self._colon(key_node)) if _written(value) else self._colon(key_node)

    def remove(self, path: Path_) -> None:
        """Take an entry out, with the lines that it fills; comments above it stay."""
        self._change(lambda: self._remove(path), _without(self.data, path), path)

    def rename(self, keys: Iterable[Path_], values: Mapping[Path_, str], new: str) -> None:
        """Give the keys at these paths the name ``new``, and the values at the others their new text.

        A path of ``values`` that leads to a mapping entry whose value is no text renames its key.
        """
        splices = []
        for path in keys:
            splices.append((*self._key_span(path), _styled(self._entry(path)[0], new)))
        for path, text in values.items():
            node = self._node(path)
            if isinstance(node, ScalarNode) and not str(node.tag).endswith((":int", ":float")):
                splices.append((node.start_mark.index, self._end(node), _styled(node, text)))
            else:
                splices.append((*self._key_span(path), _styled(self._entry(path)[0], text)))
        for start, end, text in sorted(splices, reverse=True):
            self.text = self.text[:start] + text + self.text[end:]
        self._parse()

    def _key_span(self, path: Path_) -> tuple[int, int]:
        key = self._entry(path)[0]
        return int(key.start_mark.index), int(key.end_mark.index)

    # ------------------------------------------------------------ inside

    def _change(self, act: Any, meant: Any, path: Path_) -> None:
        before = self.text
        line, column = self.doc.place(path)
        try:
            act()
            self._parse()
            if repr(_bare(self.data)) == repr(_bare(meant)):
                return
        except (CaseError, LookupError, ValueError):
            pass
        self.text = before
        self._parse()
        what = "this place is written in a form that zopa cannot change without touching the rest"
        hint = "change it in an editor, or write it as plain 'key: value' lines"
        raise CaseError(
            [Finding(".".join(map(str, path)), what, hint, self.file, line, column)], "nothing was changed"
        )

    def _entry(self, path: Path_) -> tuple[Any, Any]:
        """Key node and value node at a path whose last part is a key."""
        return _child(self._node(path[:-1]), path[-1])

    def _node(self, path: Path_) -> Any:
        node = self.doc.node
        if node is None:
            raise LookupError(path)
        for part in path:
            if isinstance(node, SequenceNode) and isinstance(part, int):
                node = node.value[part]
            else:
                node = _child(node, part)[1]
        return node

    def _inside_flow(self, path: Path_) -> bool:
        return any(getattr(self._node(path[:k]), "flow_style", False) for k in range(len(path)))

    def _end(self, node: Any) -> int:
        """Where the value ends in the text, without the comments that follow it."""
        if isinstance(node, ScalarNode):
            if node.style not in ("|", ">"):
                return int(node.end_mark.index)
            return self._block_end(int(node.start_mark.index))
        if node.flow_style or not node.value:
            return int(node.end_mark.index)
        last = node.value[-1]
        if isinstance(node, MappingNode):
            key, value = last
            return max(self._colon(key), self._end(value)) if _written(value) else self._colon(key)
        return self._end(last) if _written(last) else int(last.start_mark.index)

    def _block_end(self, start: int) -> int:
        at = end = self._line_end(start)
        depth: int | None = None
        while at < len(self.text):
            after = self._line_end(at + 1)
            line = self.text[at + 1 : after]
            if line.strip(" "):
                own = len(line) - len(line.lstrip(" "))
                depth = own if depth is None else depth
                if own < depth or own == 0:
                    break
                end = after
            at = after
        return end

    def _line_end(self, at: int) -> int:
        end = self.text.find("\n", at)
        return end if end >= 0 else len(self.text)

    def _colon(self, key: Any) -> int:
        """Just after the colon of a key."""
        at = int(key.end_mark.index)
        found = re.compile(r"[ \t]*:").match(self.text, at)
        if found is None:
            raise LookupError(str(key.value))
        return found.end()

    def _set(self, path: Path_, value: object) -> None:
        if self.doc.node is None:
            self.text = self.text.rstrip("\n") + ("\n" if self.text.strip() else "")
            self.text += f"{scalar(path[0])}:{dump(_nest(path[1:], value), 2)}\n"
            return
        try:
            node = self._node(path)
        except LookupError:
            self._add(path, value)
            return
        flow = self._inside_flow(path)
        if isinstance(path[-1], int):
            self._cut(node.start_mark.index, self._end(node), _flow(value))
            return
        key = self._entry(path)[0]
        colon = self._colon(key)
        inline = isinstance(node, ScalarNode) and node.style not in ("|", ">") and _written(node)
        if flow or (inline and not isinstance(value, Mapping | list | tuple) and not _long(value)):
            if _written(node):
                self._cut(node.start_mark.index, self._end(node), _flow(value))
            else:
                self._cut(colon, colon, " " + _flow(value))
            return
        end = max(self._end(node), colon) if _written(node) else colon
        remark = re.match(r"[ \t]*#[^\n]*", self.text[colon : max(int(node.start_mark.index), colon)])
        block = dump(value, key.start_mark.column + 2)
        if remark is not None:
            first, _, rest = block.partition("\n")
            if first.strip() in ("|-", ">-") or rest == "":
                block = first + " " + remark[0].strip() + (f"\n{rest}" if rest else "")
            else:
                block = " " + remark[0].strip() + block
        self._cut(colon, end, block)

    def _add(self, path: Path_, value: object) -> None:
        """A key or list entry that is not there yet, last in the deepest part of the path that is."""
        depth = max(k for k in range(len(path)) if self._there(path[:k]))
        parent, name = self._node(path[:depth]), path[depth]
        new = _nest(path[depth + 1 :], value)
        if isinstance(parent, ScalarNode):
            if _written(parent) and str(parent.value) not in ("null", "~"):
                raise LookupError(path)
            self._set(path[:depth], {name: new} if isinstance(name, str) else [new])
            return
        flow = bool(parent.flow_style) or self._inside_flow(path[:depth])
        keyed = isinstance(parent, MappingNode)
        if keyed != isinstance(name, str):
            raise LookupError(path)
        if flow:
            entry = f"{scalar(name)}: {_flow(new)}" if keyed else _flow(new)
            if not parent.value:
                at = int(parent.end_mark.index) - 1
                if depth and not self._inside_flow(path[:depth]):
                    self._set(path[:depth], {name: new} if keyed else [new])
                    return
                self._cut(at, at, entry)
                return
            at = self._flow_end(parent)
            self._cut(at, at, ", " + entry)
            return
        column = (parent.value[0][0] if keyed else parent).start_mark.column
        at = self._line_end(self._end(parent))
        head = f"\n{' ' * column}"
        entry = f"{scalar(name)}:{dump(new, column + 2)}" if keyed else f"- {_item(new, column + 2)}"
        self._cut(at, at, head + entry)

    def _update(self, path: Path_, entries: Mapping[str, object]) -> None:
        node = self._node(path) if self._there(path) else None
        block = isinstance(node, MappingNode) and bool(node.value) and not node.flow_style
        if node is not None and block and not self._inside_flow(path):
            if any(str(k.value) in entries for k, _ in node.value):
                raise LookupError(path)
            at = self._line_end(self._end(node))
            self._cut(at, at, dump(entries, node.value[0][0].start_mark.column))
        elif node is None or not node.value or str(node.value) in ("null", "~"):
            self._set(path, dict(entries))
        else:
            raise LookupError(path)

    def _flow_end(self, parent: Any) -> int:
        last = parent.value[-1]
        key, value = last if isinstance(parent, MappingNode) else (None, last)
        if _written(value):
            return self._end(value)
        return int(key.end_mark.index) if key is not None else int(value.end_mark.index)

    def _there(self, path: Path_) -> bool:
        try:
            self._node(path)
        except LookupError:
            return False
        return True

    def _remove(self, path: Path_) -> None:
        parent = self._node(path[:-1])
        keyed = isinstance(parent, MappingNode)
        names: list[str | int] = (
            [str(k.value) for k, _ in parent.value] if keyed else [*range(len(parent.value))]
        )
        at = names.index(path[-1])
        if len(names) == 1:
            if len(path) == 1:
                raise LookupError(path)
            self._set(path[:-1], {} if keyed else [])
            return
        starts = [int((v[0] if keyed else v).start_mark.index) for v in parent.value]
        if parent.flow_style:
            if at + 1 < len(names):
                self._cut(starts[at], starts[at + 1], "")
                return
            value = parent.value[at - 1]
            before = self._end(value[1] if keyed else value)
            last = parent.value[at]
            self._cut(before, self._end(last[1] if keyed else last), "")
            return
        start = starts[at] if keyed else self.text.rindex("-", 0, starts[at])
        line = self.text.rfind("\n", 0, start) + 1
        if self.text[line:start].strip():  # the first key of a list entry: the next one moves up
            self._cut(start, starts[at + 1], "")
            return
        node = parent.value[at][1] if keyed else parent.value[at]
        end = (
            self._end(node) if _written(node) else (self._colon(parent.value[at][0]) if keyed else start + 1)
        )
        self._cut(line, min(self._line_end(end) + 1, len(self.text)), "")

    def _cut(self, start: int, end: int, new: str) -> None:
        self.text = self.text[:start] + new + self.text[end:]


def _styled(old: Any, text: str) -> str:
    """A text in the quotes of the one that it replaces, bare where that one is and nothing new stands in the way."""
    if old.style == "'":
        return "'" + text.replace("'", "''") + "'"
    if old.style == '"':
        return json.dumps(text, ensure_ascii=False)
    added = set(text) - set(str(old.value))
    longer = bool(set(text) & set(" =()")) and all(c.isalnum() or c in "_.-" for c in added)
    return text if longer and old.style is None and text[:1].isalnum() else scalar(text)


def _child(node: Any, name: str | int) -> tuple[Any, Any]:
    if isinstance(node, MappingNode):
        for key, value in node.value:
            if str(key.value) == name:
                return key, value
    raise LookupError(name)


def _written(node: Any) -> bool:
    """Whether a value has characters of its own in the file."""
    return bool(node.end_mark.index > node.start_mark.index)


def _long(value: object) -> bool:
    return isinstance(value, str) and ("\n" in value or len(value) > 90)


def _nest(path: Path_, value: object) -> Any:
    for part in reversed(path):
        value = {part: value} if isinstance(part, str) else [value]
    return value


def _with(data: Any, path: Path_, value: object) -> Any:
    """The data with a value at a path."""
    if not path:
        return value
    part, rest = path[0], path[1:]
    if isinstance(part, int) and (isinstance(data, list | tuple) or data is None):
        items = list(data or ())
        items[part:part] = [] if part < len(items) else [None]
        items[part] = _with(items[part], rest, value)
        return items
    if data is None or isinstance(data, dict):
        return {**(data or {}), part: _with((data or {}).get(part), rest, value)}
    return None


def _without(data: Any, path: Path_) -> Any:
    part, rest = path[0], path[1:]
    if isinstance(data, dict):
        if not rest:
            return {k: v for k, v in data.items() if k != part}
        return {k: _without(v, rest) if k == part else v for k, v in data.items()}
    if not rest:
        return [v for k, v in enumerate(data) if k != part]
    return [_without(v, rest) if k == part else v for k, v in enumerate(data)]


def _bare(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(k): _bare(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_bare(v) for v in value]
    return value
