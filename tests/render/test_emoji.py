"""Names that the chart renderer may not know never cost the report."""

from __future__ import annotations

from pathlib import Path

from zopa.case import Case
from zopa.render import report
from zopa.study import run


def test_emoji_and_odd_letters_in_every_name_still_give_a_report_with_all_tables(tmp_path: Path) -> None:
    odd = "🕊️🏛️ 👩‍👩‍👧 \u202eabc ﷽ 𝔘"
    two = {"a": {"label": odd}, "b": {"label": "plain"}}
    party = {"name": odd, "values": {"i": {"a": 100.0, "b": 0.0}}, "reservation": 10.0}
    case = Case.model_validate(
        {
            "title": odd,
            "parties": {
                "x": party,
                "y": {**party, "name": odd + "2", "values": {"i": {"a": 40.0, "b": 100.0}}},
            },
            "issues": {"i": {"name": odd, "options": two}},
        }
    )
    written = report(run(case), tmp_path)
    html = written[0].read_text(encoding="utf-8")
    assert "What each party would get" in html
    assert "Utility of the packages" in html
