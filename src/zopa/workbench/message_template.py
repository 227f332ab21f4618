"""The template of every catalogue, ``zopa.pot``: all messages of the interface. ``python -m zopa.workbench.message_template``.

It prints the template; ``--write`` keeps it where the package has it. Messages stand in the order of the files, without
line numbers, so that it changes only where the words do.
"""

from __future__ import annotations

import ast
import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path

from zopa.bargaining import SOLUTIONS
from zopa.casefile import write_file
from zopa.workbench.entry_fields import GROUPS
from zopa.workbench.failures import BUG, TITLES
from zopa.workbench.frame import NAVIGATION, environment
from zopa.workbench.interface_text import split
from zopa.workbench.screens.draft import STARTS
from zopa.workbench.screens.steps import MODES, TARGETS
from zopa.workbench.source_view import FILTERS, STATES

__all__ = ["Message", "message_template", "messages"]

TELLS = frozenset(("_", "translated", "ProviderRefused", "Refused"))
"""Calls whose first word is a message."""
HEAD = """\
# The words of zopa's interface. How to translate them: docs/how-to/workbench.md.
msgid ""
msgstr ""
"Project-Id-Version: zopa\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"""


@dataclass
class Message:
    """Where a message stands, and what its expressions are there."""

    places: list[str] = field(default_factory=list)
    about: str = ""


@cache
def messages() -> Mapping[str, Message]:
    """All messages, in the order of the files that they stand in."""
    found: dict[str, Message] = {}
    for place, message, about in (*_of_templates(), *((*x, "") for x in (*_of_modules(), *_of_tables()))):
        known = found.setdefault(message, Message())
        known.about = known.about or about
        if place not in known.places:
            known.places.append(place)
    return found


def _of_templates() -> Iterator[tuple[str, str, str]]:
    spoken = environment()
    for name in sorted(spoken.list_templates()):
        if not name.endswith((".html.j2", "blocks")):
            continue
        said: list[tuple[str, str]] = []

        def say(message: str, about: str, said: list[tuple[str, str]] = said) -> None:
            said.append((message, about))

        assert spoken.loader
        source, _, _ = spoken.loader.get_source(spoken, name)
        tokens = list(spoken.lexer.tokenize(source, name))
        split(tokens, say)
        for a, b, c in zip(tokens, tokens[1:], tokens[2:], strict=False):
            if (a.type, a.value, b.type, c.type) == ("name", "_", "lparen", "string"):
                said.append((c.value, ""))
        yield from ((name, *message) for message in said)


def _of_modules() -> Iterator[tuple[str, str]]:
    root = Path(str(files("zopa.workbench")))
    for path in sorted(root.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in TELLS:
                first = node.args[0] if node.args else None
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    yield path.relative_to(root).as_posix(), first.value


def _of_tables() -> Iterator[tuple[str, str]]:
    yield from (("frame.py", name) for name, _, _ in NAVIGATION)
    yield from (("failures.py", title) for title in TITLES.values())
    yield "failures.py", BUG
    yield from (("screens/draft.py", SOLUTIONS[method].title) for method in STARTS)
    yield from (("screens/steps.py", words) for words in (*TARGETS.values(), *MODES.values()))
    yield from (("source_view.py", words) for words in (*FILTERS, *(word for _, word in STATES.values())))
    for group, entry in GROUPS.items():
        yield from (("entry_fields.py", words) for words in (group.capitalize(), entry))
    try:
        from zopa.workbench.job_worker import JOB_KINDS
        from zopa.workbench.store.accounts import REFUSED
        from zopa.workbench.team import TeamSignIn
    except ImportError:  # without the extra `team` its pages are not served
        return
    yield from (("team.py", name) for name, _, _ in TeamSignIn.navigation)
    yield "store/accounts.py", REFUSED
    for kind in JOB_KINDS.values():
        yield from (("job_worker.py", w) for w in (kind.title, kind.says, *(s.words for s in kind.settings)))


def message_template() -> str:
    """The text of ``zopa.pot``, as gettext reads it."""
    entries = [
        (f"#. {known.about}\n" if known.about else "")
        + f'#: {" ".join(known.places)}\nmsgid {json.dumps(message, ensure_ascii=False)}\nmsgstr ""\n'
        for message, known in messages().items()
    ]
    return "\n".join((HEAD, *entries))


def main() -> None:
    """Print the template, or keep it."""
    if sys.argv[1:] == ["--write"]:
        write_file(str(files("zopa.workbench") / "zopa.pot"), message_template())
    else:
        sys.stdout.write(message_template())


if __name__ == "__main__":
    main()
