"""The list of modules in ``docs/architecture.md``, made from the first line of every module's docstring.

``python tests/architecture_page.py`` writes it anew.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "zopa"
PAGE = ROOT / "docs" / "architecture.md"
START, END = "<!-- modules -->", "<!-- end of modules -->"


def line_of(path: Path) -> str:
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    first = " ".join(text.split("\n\n")[0].split())
    return re.sub(r":\w+:`[.~]*([^`]*)`", r"`\1`", first).replace("``", "`")


def modules() -> str:
    """One line per module, room by room."""
    out: list[str] = []
    for room in sorted(p for p in SOURCE.iterdir() if p.is_dir() and (p / "__init__.py").exists()):
        out += ["", f"### `{room.name}`", "", line_of(room / "__init__.py"), ""]
        for path in sorted(room.rglob("*.py")):
            name = path.relative_to(room)
            if name.name == "__init__.py":
                if len(name.parts) > 1:
                    out.append(f"- `{name.parent}/`: {line_of(path)}")
                continue
            out.append(f"- `{name}`: {line_of(path)}")
    return "\n".join(out).strip()


def rendered(page: str) -> str:
    """The page with its list of modules as the source has it."""
    before, rest = page.split(START)
    return f"{before}{START}\n\n{modules()}\n\n{END}{rest.split(END)[1]}"


if __name__ == "__main__":
    PAGE.write_text(rendered(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
