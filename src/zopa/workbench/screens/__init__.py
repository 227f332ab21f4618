"""One router module per screen, and the table of them."""

from zopa.workbench.screens import draft, evidence, history, report, sources, today, uploads, why_not

__all__ = ["SCREENS"]

SCREENS = (today.router, sources.router, uploads.router, draft.router, why_not.router, evidence.router, report.router, history.router)
"""The routers of all screens inside a case."""
