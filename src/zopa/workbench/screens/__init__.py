"""One router module per screen, and the table of them."""

from zopa.workbench.screens import draft, evidence, report, today, why_not

__all__ = ["SCREENS"]

SCREENS = (today.router, draft.router, why_not.router, evidence.router, report.router)
"""The routers of all screens inside a case."""
