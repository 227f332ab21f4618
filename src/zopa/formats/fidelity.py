"""What a conversion read, changed and left out, with counts and places.

Nothing is lost in silence by construction: :func:`left_out` walks over everything that is written in a
case, and lists what the target does not say that it carries.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from zopa.case import Case

__all__ = ["IMPORTED", "Fidelity", "Remark", "left_out"]

IMPORTED = "imported from"
"""How the basis of an imported number begins; it says where the number was read and needs no place elsewhere."""


@dataclass(frozen=True)
class Remark:
    """One thing that was read, changed or left out; how often, and where first."""

    what: str
    place: str = ""
    count: int = 1

    def __str__(self) -> str:
        times = f" ({self.count:,} times)" if self.count > 1 else ""
        return f"{self.what}{times}" + (f", at {self.place}" if self.place else "")


@dataclass
class Fidelity:
    """The report of one conversion.

    ``read`` is what was carried, ``changed`` what was carried in another shape (never another order of
    preference), ``left_out`` what was not carried. ``beside`` holds files for a person to check and change, which
    are written beside the target.
    """

    format: str
    read: list[Remark] = field(default_factory=list)
    changed: list[Remark] = field(default_factory=list)
    left_out: list[Remark] = field(default_factory=list)
    beside: dict[str, bytes] = field(default_factory=dict)

    def keep(self, what: str, count: int = 1, place: str = "") -> None:
        """Note something that was carried."""
        self.read.append(Remark(what, place, count))

    def change(self, what: str, place: str = "", count: int = 1) -> None:
        """Note something that was carried in another shape."""
        self.changed.append(Remark(what, place, count))

    def leave(self, what: str, place: str = "", count: int = 1) -> None:
        """Note something that was not carried."""
        self.left_out.append(Remark(what, place, count))

    @property
    def lossless(self) -> bool:
        """Whether everything was carried."""
        return not self.left_out

    def to_dict(self) -> dict[str, Any]:
        """The report as plain data."""
        return {
            "format": self.format,
            "lossless": self.lossless,
            **{k: [asdict(r) for r in getattr(self, k)] for k in ("read", "changed", "left_out")},
        }

    def __str__(self) -> str:
        lines = []
        for title, remarks in (("read", self.read), ("changed", self.changed), ("left out", self.left_out)):
            if title == "read":
                said = ", ".join(f"{r.count:,} {r.what}" for r in remarks) or "nothing"
                lines.append(f"read: {said}")
                continue
            lines.append(f"{title}:" if remarks else f"{title}: nothing")
            lines += [f"  {r}" for r in remarks]
        return "\n".join(lines)


def left_out(case: Case, carried: Iterable[str | Sequence[str]], fidelity: Fidelity) -> None:
    """List in ``fidelity`` everything written in the case that none of the patterns covers.

    Parameters
    ----------
    carried : iterable of str or sequences of str
        Paths with ``*`` for any one name and ``**`` for any rest, such as ``parties.*.name``.
    """
    known = [p.split(".") if isinstance(p, str) else p for p in (*carried, "digest", "folder")]
    lost: dict[str, list[str]] = {}
    for path, value in _leaves(case.model_dump(mode="json", exclude_defaults=True, by_alias=True), ()):
        if path[-1] == "assumed" and str(value).startswith(IMPORTED):
            continue
        if not any(_covers(p, path) for p in known):
            lost.setdefault(_kind(path), []).append(".".join(path))
    for source in case.sources:
        if case.sources[source].text and not any(_covers(p, ("sources", source, "text")) for p in known):
            lost.setdefault("texts of sources", []).append(f"sources.{source}")
    for kind, places in lost.items():
        fidelity.leave(kind, ", ".join(places[:3]) + (", ..." if len(places) > 3 else ""), len(places))


def _covers(pattern: Sequence[str], path: Sequence[str]) -> bool:
    if not pattern or pattern[0] == "**":
        return bool(pattern) or not path
    return bool(path) and pattern[0] in ("*", path[0]) and _covers(pattern[1:], path[1:])


def _leaves(value: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            yield from _leaves(inner, (*path, str(key)))
    elif isinstance(value, list) and value and any(isinstance(v, Mapping | list) for v in value):
        for k, inner in enumerate(value):
            yield from _leaves(inner, (*path, str(k)))
    elif path:
        yield path, value


def _kind(path: tuple[str, ...]) -> str:
    """What sort of thing stands at a path: ``rules``, ``parties: capability``, ``bases`` ..."""
    if path[-1] in ("stated", "inferred", "assumed", "why", "by") and path[0] in (
        "parties",
        "issues",
        "basis",
        "graph",
    ):
        return f"{path[0]}: basis"
    if path[0] in ("parties", "issues") and len(path) > 2:
        inner = "options: " + path[-1] if path[2] == "options" and len(path) > 4 else path[2]
        return f"{path[0]}: {inner}"
    if path[0] == "graph" and len(path) > 1:
        return f"graph: {path[1]}" + (f": {path[-1]}" if path[1] == "preferences" else "")
    return path[0].replace("_", " ")
