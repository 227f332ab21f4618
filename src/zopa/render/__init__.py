"""Documents for the terminal, as HTML, as pictures, as JSON; the report of a study as files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from zopa.views import view

if TYPE_CHECKING:
    from zopa.case import Case
    from zopa.render.report_files import report
    from zopa.space import Answer

__all__ = ["case_html", "html_of", "report", "text_of"]


def text_of(answer: Answer) -> str:
    """The view of an answer as plain text."""
    from zopa.render.terminal import plain_text

    return plain_text(view(answer))


def case_html(case: Case) -> str:
    """A case on one screen as a fragment of HTML, for notebooks."""
    from zopa.render.html import fragment
    from zopa.views.case import overview

    return fragment(overview(case))


def html_of(answer: Answer) -> str:
    """The view of an answer as a fragment of HTML, for notebooks."""
    from zopa.render.html import fragment

    return fragment(view(answer))


def __getattr__(name: str) -> Any:
    if name == "report":  # it brings every lens with it, which a single answer does not need
        from zopa.render.report_files import report

        return report
    raise AttributeError(f"module 'zopa.render' has no attribute '{name}'")
