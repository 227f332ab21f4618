"""One router module per screen, and the table of them."""

from zopa.workbench.screens import (
    compared,
    draft,
    entries,
    evidence,
    history,
    long_jobs,
    one_record,
    questions,
    report,
    sources,
    standpoints,
    steps,
    today,
    uploads,
    why_not,
)

__all__ = ["SCREENS"]

SCREENS = (
    today.router,
    sources.router,
    uploads.router,
    entries.router,
    draft.router,
    why_not.router,
    questions.router,
    standpoints.router,
    steps.router,
    compared.router,
    evidence.router,
    report.router,
    history.router,
    long_jobs.router,
    one_record.router,
)
"""The routers of all screens inside a case."""
