"""Reading: from a text to suggested statements that can be followed back to the words.

The face of the room is :func:`read`. The way of a text: ``sources`` (bytes to a :class:`Text`), ``parsing`` (tokens,
tags, phrases), ``attribution`` (who said what), ``extraction`` (speakers, speech acts, dates, quantities, issues),
``grounding`` (nothing passes that the text does not say), ``records``, ``ingest`` (into a folder), ``review``.
Only ``sources.files``, ``sources.web``, ``store``, ``ingest``, ``llm`` and ``evaluation`` touch files or the network,
and nothing imports them unless it is asked to.
"""

from __future__ import annotations

from zopa.case.model import Case
from zopa.reading.case_records import to_records
from zopa.reading.extraction.extract import Extract, Suggestion, extract
from zopa.reading.extraction.speakers import Roster
from zopa.reading.grounding import Candidate, Ground, Grounding
from zopa.reading.sources.text import Published, Text, prepare

__all__ = [
    "Candidate",
    "Extract",
    "Ground",
    "Grounding",
    "Published",
    "Roster",
    "Suggestion",
    "Text",
    "extract",
    "prepare",
    "read",
    "to_records",
]  # fmt: skip


def read(
    text: str | Text, case: Case | None = None, *, language: str = "", published: Published | None = None
) -> Extract:
    """Suggest statements, contacts, figures, dates, shifts and claims of the author from one text.

    Parameters
    ----------
    text : str or Text
        The words, as they came or prepared.
    case : Case, optional
        Its speakers and the words of its issues are used. Nothing in it is changed.
    language : str
        A language pack: the name of one that is installed, or the path of a TOML file; left out, that of the text.
    published : Published, optional
        Publication data that the text does not state; the date makes relative dates into days.

    Returns
    -------
    Extract
        Suggestions only. What is accepted is decided by a person.

    Examples
    --------
    >>> found = read("The mayor said the village could pay half if it gets half of the water.")
    >>> found.statements[0].kind.kind
    'conditional_offer'
    """
    return extract(
        text if isinstance(text, Text) else prepare(text, published, language), case, language=language
    )
