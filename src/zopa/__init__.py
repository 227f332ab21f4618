"""zopa: from words on record to the agreements that all parties to a dispute could accept.

The verbs are the questions; each takes a case first::

    import zopa
    case = zopa.load("ukraine-2025")
    zopa.zone(case)              is there a deal all could accept?
    zopa.why_not(case)           what rules it out, and what would have to give
    zopa.solve(case, "nash")     what a solution picks, with ties
    zopa.read(text, case)        suggested statements, each with its words
    zopa.judge(case, draft)      who refuses this draft, and what would win them
    zopa.stress(case)            what holds for all numbers, for some, by the words alone
    zopa.questions(case)         which question, to whom, would tell most
    zopa.stability(case)         will it hold, who would break it, who can answer
    zopa.forecast(case, issue)   where pressure leads, as a calibrated distribution
    zopa.delay(case)             what waiting costs, and when the zone opens
    zopa.ratify(case)            who must ratify, who can spoil, whose statements bind
    zopa.divide(case)            how to split what can be split
    zopa.compare(old, new)       what was said since, what moved, what opened or closed the zone
    zopa.start(case)             where each party opens, and which demands may be positioning
    zopa.path(case, "nash")      in which order the steps to a package can be taken
    zopa.backtest([case, ...])   did known outcomes lie where the words of the day before put them
    zopa.agreement(case)         how far coders of the same statements agree
    zopa.seal(case)              a line to publish now; zopa.verify_seal(line, case) checks it later
    zopa.simulate(case)          where talks end under named protocols and tactics
    zopa.audit(case, offers)     what a record of offers left on the table, and how the parties moved
    zopa.convert(FROM, TO)       another tool's file to a case, or back, and what was not carried

and about the case itself::

    zopa.init("my-case")         a commented starter
    zopa.check("my-case")        every problem of a folder, located
    zopa.rename("my-case", "issue.security", "nato")

Verbs are loaded on first use, so that ``import zopa`` stays light.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from zopa._version import __version__ as __version__

# verb -> the room that answers it
_VERBS = {
    "check": "casefile",
    "init": "casefile",
    "rename": "casefile",
    "load": "formats",
    "zone": "bargaining",
    "why_not": "bargaining",
    "solve": "bargaining",
    "frontier": "bargaining",
    "judge": "bargaining",
    "describe": "bargaining",
    "stress": "robustness",
    "questions": "robustness",
    "stability": "graphmodel",
    "forecast": "spatial",
    "delay": "waiting",
    "ratify": "ratification",
    "divide": "division",
    "read": "reading",
    "audit": "talks",
    "simulate": "study",
    "start": "study",
    "path": "study",
    "explain": "study",
    "run": "study",
    "compare": "study",
    "backtest": "study",
    "agreement": "study",
    "seal": "study",
    "verify_seal": "study",
    "report": "render",
    "convert": "formats",
}

if TYPE_CHECKING:
    from zopa.bargaining import describe, frontier, judge, solve, why_not, zone
    from zopa.casefile import check, init, rename
    from zopa.division.divide import divide
    from zopa.formats import convert, load
    from zopa.graphmodel.stability import stability
    from zopa.ratification.two_level import ratify
    from zopa.reading import read
    from zopa.render.report_files import report
    from zopa.robustness.questions import questions
    from zopa.robustness.stress import stress
    from zopa.spatial.forecast import forecast
    from zopa.study.agreement import agreement
    from zopa.study.backtest import backtest
    from zopa.study.compare import compare
    from zopa.study.explain import explain
    from zopa.study.run import run
    from zopa.study.seal import seal, verify_seal
    from zopa.study.talks import path, simulate, start
    from zopa.talks.audit import audit
    from zopa.waiting.delay import delay

__all__ = [
    "agreement",
    "audit",
    "backtest",
    "check",
    "compare",
    "convert",
    "delay",
    "describe",
    "divide",
    "explain",
    "forecast",
    "frontier",
    "init",
    "judge",
    "load",
    "path",
    "questions",
    "ratify",
    "read",
    "rename",
    "report",
    "run",
    "seal",
    "simulate",
    "solve",
    "stability",
    "start",
    "stress",
    "verify_seal",
    "why_not",
    "zone",
]


def __getattr__(name: str) -> Any:
    if name in _VERBS:
        return getattr(import_module(f"zopa.{_VERBS[name]}"), name)
    raise AttributeError(f"module 'zopa' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
