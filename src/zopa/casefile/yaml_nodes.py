"""Nodes of a plain YAML text by libyaml's parser, as ruamel.yaml composes them, at a twentieth of the time.

Only what both read alike: no tags, anchors, directives, second documents, empty values, tabs or line separators other
than line feeds. For the rest, and for mistakes, the caller asks ruamel.yaml, whose messages name the places.
"""

from __future__ import annotations

import re
from typing import Any

import yaml
from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

__all__ = ["UnusualError", "plain_nodes"]

_UNUSUAL = re.compile(
    "[^\n -~\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
    "|^(?:%|---|\\.\\.\\.)|[|>][-+0-9]*#",
    re.M,
)
"""Tabs, control characters, Unicode's separators of lines; directives and marks of documents; a remark right after
the sign of a block, which libyaml takes."""


class UnusualError(Exception):
    """The text has something in it on which parsers may differ."""


def plain_nodes(text: str, most: int, deep: int) -> Any:
    """The root node of a text with at most ``most`` keys and values and ``deep`` levels, None where it is empty.

    Raises
    ------
    UnusualError
        The text has more, is no YAML, or is none of the plain sort.
    """
    if _UNUSUAL.search(text):
        raise UnusualError
    reader = _Events(text, most)
    try:
        return reader.root(deep)
    except (yaml.YAMLError, ValueError) as error:
        raise UnusualError from error


class _Events:
    def __init__(self, text: str, most: int) -> None:
        self.next = yaml.CSafeLoader(text).get_event
        self.resolve = YAML(typ="safe", pure=True).resolver.resolve
        self.left = most

    def root(self, deep: int) -> Any:
        self.next()  # the stream
        if isinstance(self.next(), yaml.StreamEndEvent):
            return None
        found = self.node(self.next(), deep)
        self.next()  # the end of the document
        if not isinstance(self.next(), yaml.StreamEndEvent):
            raise UnusualError
        return found

    def node(self, event: Any, deep: int) -> Any:
        self.left -= 1
        if (
            self.left < 0
            or deep < 0
            or event.anchor is not None
            or isinstance(event, yaml.AliasEvent)
            or event.tag
        ):
            raise UnusualError
        start, end = event.start_mark, event.end_mark
        if isinstance(event, yaml.ScalarEvent):
            if start.index == end.index:
                raise UnusualError  # nothing: parsers place it before or after what is remarked there
            tag = self.resolve(ScalarNode, event.value, event.implicit)
            return ScalarNode(tag, event.value, start, end, style=event.style or None)
        kind = SequenceNode if isinstance(event, yaml.SequenceStartEvent) else MappingNode
        values: list[Any] = []
        while not isinstance(inner := self.next(), yaml.CollectionEndEvent):
            child = self.node(inner, deep - 1)
            values.append((child, self.node(self.next(), deep - 1)) if kind is MappingNode else child)
        tag = self.resolve(kind, None, event.implicit)
        return kind(tag, values, start, inner.end_mark, flow_style=event.flow_style)
