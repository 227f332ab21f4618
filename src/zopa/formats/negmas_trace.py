"""Traces of NegMAS: a saved run of talks as a record of offers, and a record of offers as such a trace.

A run is a folder with ``trace.csv``, ``config.yaml`` and ``scenario/``; the trace alone will do. Offers stand there by
the position of the issues, as a tuple of Python, and answers as a text of Python: both are parsed, never evaluated.
"""

from __future__ import annotations

import ast
import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zopa.case import Case
from zopa.errors import CaseError, Finding
from zopa.formats.documents import decode, refuse, take, yaml_data
from zopa.formats.names import label
from zopa.formats.offers import Offer, read_offers, with_ids

if TYPE_CHECKING:
    from zopa.space import Problem

__all__ = ["is_trace", "offers_of", "read_trace", "scenario_folder", "write_trace"]

COLUMNS = ("time", "relative_time", "step", "negotiator", "offer", "responses", "state", "text", "data")
TRACE, CONFIG, SCENARIO = "trace.csv", "config.yaml", "scenario"
MOST_OFFERS = 200_000
_ACCEPTS = re.compile(r"['\"]([^'\"]{1,200})['\"]\s*:\s*<?ResponseType\.ACCEPT_OFFER\b")
_ENDS = re.compile(r"['\"]([^'\"]{1,200})['\"]\s*:\s*<?ResponseType\.END_NEGOTIATION\b")


def scenario_folder(path: Path) -> Path:
    """The scenario of a saved run, for the folder of a run; other paths as they are."""
    inside = path / SCENARIO
    return inside if (path / TRACE).is_file() and inside.is_dir() else path


def is_trace(path: Path) -> bool:
    """Whether a path is a saved run of NegMAS or the trace of one."""
    if path.is_dir():
        return (path / TRACE).is_file()
    try:
        with path.open("rb") as file:
            head = file.read(400)
    except OSError:
        return False
    first = head.decode("utf-8", "replace").lstrip("\ufeff").split("\n", 1)[0].strip().split(",")
    return {"negotiator", "offer", "step"} <= set(first)


def offers_of(file: str | Path, case: Case) -> tuple[Offer, ...]:
    """The offers of a file: typed by a person, or a trace of NegMAS; see :func:`read_offers`, :func:`read_trace`."""
    path = Path(file)
    return read_trace(path, case) if is_trace(path) else with_ids(read_offers(path), case)


def read_trace(path: Path, case: Case) -> tuple[Offer, ...]:
    """The offers of a trace, with the ids of the case; what the case does not have keeps its name.

    Issues are matched by their names in the run's scenario where it is there, else by their order in the case;
    parties by their names, ids or, where neither is known, by the order of the negotiators.

    Raises
    ------
    CaseError
        A column is missing, an offer is no tuple of texts and numbers or has another number of issues; each located.
    """
    file = path / TRACE if path.is_dir() else path
    text = decode(next(iter(take(file).values())), file.name)
    table = csv.DictReader(io.StringIO(text, newline=""))
    try:
        header, rows = table.fieldnames or (), list(table)
    except csv.Error as error:
        refuse(
            file.name,
            f"expected CSV, saw a mistake: {error}",
            "is a quotation mark left open?",
            table.line_num,
        )
    missing = [c for c in ("step", "negotiator", "offer") if c not in header]
    if missing:
        refuse(
            file.name,
            f"expected the columns {', '.join(missing)}, saw none",
            "save the run with NegMAS as csv",
            1,
        )
    if len(rows) > MOST_OFFERS:
        refuse(file.name, f"expected at most {MOST_OFFERS:,} offers, saw {len(rows):,}")
    bad: list[Finding] = []
    order = _issues(file.parent / SCENARIO, case)
    parties = _parties(file.parent / CONFIG, case, rows)
    found = []
    for line, row in enumerate(rows, 2):
        values = _tuple(row.get("offer") or "")
        if values is None or len(values) not in (0, len(order)):
            saw = label((row.get("offer") or "")[:60])
            bad.append(
                Finding(
                    "offer",
                    f"expected a tuple of {len(order)} texts or numbers, saw {saw}",
                    "",
                    file.name,
                    line,
                    1,
                )
            )
            continue
        found.append(
            _offer(row, dict(zip(order, values, strict=False)), parties, case, f"{file.name}:{line}")
        )
    if bad:
        raise CaseError(bad[:20], "no offer was read")
    return tuple(found)


def _offer(
    row: Mapping[str, Any], values: Mapping[str, str], parties: Mapping[str, str], case: Case, place: str
) -> Offer:
    responses, state = str(row.get("responses") or ""), str(row.get("state") or "")
    accepted = [parties.get(k, k) for k in _ACCEPTS.findall(responses)]
    ended = _ENDS.findall(responses)
    answer = (
        "accepted" if state == "agreement" else "walk-away" if state in ("ended", "broken") or ended else ""
    )
    package = {}
    for issue, text in values.items():
        options = case.issues[issue].options if issue in case.issues else {}
        package[issue] = next((o for o, one in options.items() if one.label == text), text)
    name = str(row.get("negotiator") or "")
    return Offer(
        party=parties.get(name, name),
        package=package,
        answer=answer,
        by=", ".join(accepted) if answer == "accepted" else ", ".join(parties.get(k, k) for k in ended),
        at=str(row.get("step") or ""),
        place=place,
    )


def _tuple(text: str) -> list[str] | None:
    """The texts of a Python tuple or list of texts and numbers; None for anything else. Nothing is evaluated."""
    if not text.strip() or text.strip() == "None":
        return []
    if len(text) > 20_000:
        return None
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    if not isinstance(tree, ast.Tuple | ast.List):
        return None
    found = []
    for one in tree.elts:
        minus = isinstance(one, ast.UnaryOp) and isinstance(one.op, ast.USub)
        value = one.operand if isinstance(one, ast.UnaryOp) and minus else one
        if not isinstance(value, ast.Constant) or not isinstance(value.value, str | int | float):
            return None
        found.append(f"{'-' if minus else ''}{value.value}")
    return found


def _issues(scenario: Path, case: Case) -> list[str]:
    """The ids of the case's issues, in the order of the run's outcome space."""
    names = None
    for name, raw in (take(scenario) if scenario.is_dir() else {}).items():
        if name.endswith((".yml", ".yaml")) and b"OutcomeSpace" in raw:
            data = yaml_data(decode(raw, name), name)
            given = data.get("issues") if isinstance(data, dict) else None
            names = (
                [str(i.get("name")) for i in given if isinstance(i, dict)]
                if isinstance(given, list)
                else None
            )
    if names is None:
        return list(case.issues)
    ids = {issue.name: i for i, issue in case.issues.items()} | {i: i for i in case.issues}
    return [ids.get(label(n), n) for n in names]


def _parties(config: Path, case: Case, rows: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """From the negotiators of a run to the parties of the case."""
    negotiators = list(dict.fromkeys(str(r.get("negotiator") or "") for r in rows))
    names = {
        n: n.rsplit("-", 5)[0] if re.search(r"-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", n) else n
        for n in negotiators
    }
    if config.is_file():
        data = yaml_data(decode(next(iter(take(config).values())), config.name), config.name)
        keys = ("negotiator_ids", "negotiator_names")
        listed = [x for k in keys if isinstance(data, dict) and isinstance(x := data.get(k), list)]
        if len(listed) == 2:
            names |= {str(i): str(n) for i, n in zip(*listed, strict=False)}
    ids = {party.name: p for p, party in case.parties.items()} | {p: p for p in case.parties}
    found = {n: ids[label(name)] for n, name in names.items() if label(name) in ids}
    if not found and len(negotiators) == len(case.parties):
        return dict(zip(negotiators, case.parties, strict=True))
    return {**names, **found}


def write_trace(case: Case | Problem, offers: Sequence[Offer]) -> bytes:
    """A trace as NegMAS writes it: one row per complete offer, with the utility (0 to 1) that it has for each party."""
    from zopa.space import Problem  # numpy, which reading needs not

    problem = Problem.of(case)
    space, nouns = problem.space, problem.case
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow([*COLUMNS, *space.parties])
    steps: dict[str, int] = {}
    rows = [o for o in offers if len(o.package) == len(space.issues)]
    for offer in rows:
        step = steps.setdefault(offer.at or offer.place, len(steps))
        labels = tuple(
            _value(nouns.issues[i].options[o].label if o in nouns.issues[i].options else o)
            for i, o in ((i, offer.package[i]) for i in space.issues if i in offer.package)
        )
        worth = [""] * len(space.parties)
        if all(o in nouns.issues[i].options for i, o in offer.package.items() if i in nouns.issues):
            worth = [str(float(space.points(u) / 100)) for u in space.utility(space.package(offer.package))]
        others = [p for p in space.parties if p != offer.party]
        said = (
            f"{{{', '.join(f'{p!r}: <ResponseType.ACCEPT_OFFER: 0>' for p in others)}}}"
            if offer.answer == "accepted"
            else "{}"
        )
        state = {"accepted": "agreement", "walk-away": "ended"}.get(offer.answer, "continuing")
        table.writerow(
            [0.0, (step + 1) / (len(rows) + 1), step, offer.party, repr(labels), said, state, "", "", *worth]
        )
    return out.getvalue().encode("utf-8", "replace")


def _value(text: str) -> str | int:
    return int(text) if re.fullmatch(r"-?(0|[1-9]\d{0,8})", text) else text
