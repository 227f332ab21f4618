"""The interface in another language: a catalogue of messages that a user names, and the language that is spoken now.

English is the language of the sources and needs no catalogue. A message that a catalogue lacks stays English. What the
case says, what the answers say, and every JSON stay as they are: only the words of the interface are translated.
"""

from __future__ import annotations

import gettext
import re
import struct
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path

from zopa.errors import NotApplicable

__all__ = ["Catalogue", "read_catalogue", "speaking", "spoken", "translated"]

MOST = 10_000_000
RIGHT_TO_LEFT = frozenset(("ar", "arc", "ckb", "dv", "fa", "he", "ks", "ps", "sd", "ug", "ur", "yi"))
_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


@dataclass(frozen=True, eq=False)
class Catalogue:
    """The messages of a language: English -> translation, both as plain text; ``language`` is its BCP 47 tag."""

    language: str
    messages: Mapping[str, str] = field(repr=False)

    @property
    def direction(self) -> str:
        """``rtl`` for a language that is written from right to left, else ``ltr``."""
        return "rtl" if self.language.split("-")[0].lower() in RIGHT_TO_LEFT else "ltr"


_SPOKEN: ContextVar[Catalogue | None] = ContextVar("spoken", default=None)


@contextmanager
def speaking(catalogue: Catalogue | None) -> Iterator[None]:
    """Speak the language of a catalogue within this block; None is English."""
    token = _SPOKEN.set(catalogue)
    try:
        yield
    finally:
        _SPOKEN.reset(token)


def spoken() -> Catalogue | None:
    """The catalogue of the language that is spoken now; None for English."""
    return _SPOKEN.get()


def translated(text: str) -> str:
    """A message in the language that is spoken now, as plain text; itself where the catalogue lacks it."""
    catalogue = _SPOKEN.get()
    return text if catalogue is None else catalogue.messages.get(text) or text


def read_catalogue(path: str | Path) -> Catalogue:
    """Read a compiled catalogue of gettext; the language is the name of the file: ``de.mo``, ``pt-BR.mo``.

    Raises
    ------
    NotApplicable
        There is no such file, it is no catalogue, or its name is no language tag.
    """
    place = Path(path)
    tag = place.stem.replace("_", "-")
    if place.suffix != ".mo" or not _TAG.fullmatch(tag):
        raise NotApplicable(
            f"expected a catalogue named by its language, as in de.mo or pt-BR.mo, saw '{place.name}'"
        )
    try:
        if place.stat().st_size > MOST:
            raise NotApplicable(f"{place} is larger than any catalogue: at most {MOST // 1_000_000} MB")
        with place.open("rb") as file:
            read = gettext.GNUTranslations(file)
    except OSError as error:
        raise NotApplicable(
            f"the catalogue {place} cannot be read: {error.strerror or error}; msgfmt makes one: msgfmt de.po -o de.mo"
        ) from None
    except (ValueError, LookupError, struct.error, MemoryError):
        raise NotApplicable(
            f"{place} is no catalogue of gettext; msgfmt makes one: msgfmt de.po -o de.mo"
        ) from None
    found: Mapping[object, object] = getattr(read, "_catalog")  # noqa: B009 - the only way to all of its messages
    return Catalogue(
        tag, {k: v for k, v in found.items() if isinstance(k, str) and isinstance(v, str) and k and v}
    )
