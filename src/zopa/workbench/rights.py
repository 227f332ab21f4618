"""Who may do what in a case: one table and one function. Whoever has no role in a case may do nothing in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

__all__ = ["RIGHTS", "ROLES", "Role", "may"]

Role = Literal["owner", "editor", "coder", "viewer"]
ROLES: tuple[Role, ...] = ("owner", "editor", "coder", "viewer")
OWNER, EDITOR, CODER, VIEWER = ROLES

RIGHTS: Mapping[str, tuple[Role, ...]] = {
    "see":               (OWNER, EDITOR, CODER, VIEWER),
    "see restricted":    (OWNER, EDITOR, CODER),
    "code":              (OWNER, EDITOR, CODER),
    "review":            (OWNER, EDITOR),
    "draft":             (OWNER, EDITOR),
    "annotate":          (OWNER, EDITOR),
    "change":            (OWNER, EDITOR),
    "undo":              (OWNER, EDITOR),
    "run job":           (OWNER, EDITOR),
    "export":            (OWNER, EDITOR, CODER, VIEWER),
    "export unredacted": (OWNER,),
    "manage people":     (OWNER,),
    "delete":            (OWNER,),
}  # fmt: skip
"""What can be done in a case -> the roles that may; ``export`` is redacted, ``code`` is one's own coding."""


def may(role: str | None, act: str) -> bool:
    """Whether a role may do something; no for a role or an act that is not in the table.

    >>> may("coder", "code"), may("coder", "review"), may(None, "see"), may("owner", "fly")
    (True, False, False, False)
    """
    return role in RIGHTS.get(act, ())
