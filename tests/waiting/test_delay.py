import shutil
from fractions import Fraction
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import zopa
from zopa.casefile import inspect
from zopa.errors import CaseError, NotApplicable, UnknownName
from zopa.waiting import Opening

from .folders import folder

EXAMPLE = Path(str(files("zopa"))) / "examples" / "ukraine-2025"


def test_the_worked_switching_months_from_a_case(tmp_path):
    # rolling 12 months, flow 1, losses growing by .05 and .02 a month: months 7 and 32, an exact tie
    case = zopa.load(
        folder(
            tmp_path,
            """
costs:
  months: 12
  parties:
    A: {flow: 1, rising: {per_month: 0.05}}
    B: {flow: 1, rising: {per_month: 0.02}}
""",
        )
    )
    answer = zopa.delay(case, {"line": "L1"}, months=40)
    asked = answer.packages[0]
    assert asked.by_party == {"A": Opening(7, 7, 7), "B": Opening(32, 32, 32)}
    assert asked.opening == Opening(32, 32, 32)
    assert asked.pivotal == ("B",)
    assert answer.zone.opening == Opening(32, 32, 32)
    assert answer.pivotal == ("B",)
    assert answer.curves[1].values[32].best == 33
    assert "2027-10" in str(answer)
    assert zopa.delay(case, {"line": "L1"}, months=31).zone.opening == Opening(None, None, None)


def test_without_a_cost_file_the_example_says_that_only_the_authors_remark_speaks_of_prices():
    answer = zopa.delay(zopa.load(EXAMPLE))
    assert answer.costless
    (note,) = answer.notes
    assert "the sources state no cost figure" in note.text
    assert "only the author's remark speaks of prices or costs: author-prices" in note.text
    assert "sources/remark.txt:1" in note.text
    assert note.statements == ("author-prices",)
    assert note.text in str(answer)
    assert set(answer.ripeness.hurting) == {"unknown"}


def test_a_source_that_is_not_to_be_quoted_gives_its_place_only(example):
    register = example / "sources" / "sources.csv"
    head, *rows = register.read_text().splitlines()
    assert head.endswith(",access")
    hidden = [
        row.removesuffix("public") + "do-not-quote" if row.startswith("remark") else row for row in rows
    ]
    register.write_text("\n".join([head, *hidden, ""]))
    (note,) = zopa.delay(zopa.load(example)).notes
    assert "author-prices (sources/remark.txt:1)" in note.text
    assert "Limits on" not in note.text


@pytest.fixture
def example(tmp_path):
    root = tmp_path / "ukraine"
    shutil.copytree(EXAMPLE, root)
    (root / "case.yaml").write_text((EXAMPLE / "case.yaml").read_text() + "\ncosts: {clock: from-date}\n")
    return root


def test_with_a_users_cost_file_the_example_shows_the_month_its_interval_and_the_line(example):
    (example / "costs.csv").write_text(
        "party,from,low,central,high,unit,basis\n"
        "RUS,2025-02,0.5,1,1.5,points per month,assumed: a figure of the test\n"
        "US,2025-02,0.1,0.2,0.4,points per month,inferred author-prices: prices rise while limits stay\n"
    )
    answer = zopa.delay(zopa.load(example), months=60)
    europe = next(p for p in answer.packages if p.name == "starting position of EUR")
    # Russia gets 34.9 from it and counts no agreement as 46 (38 to 54) before costs: by hand,
    # 46 - t <= 34.9 in month 12, 38 - 1.5 t in month 3, 54 - .5 t in month 39
    assert europe.utilities["RUS"] == Fraction("34.9")
    assert europe.by_party["RUS"] == Opening(3, 12, 39)
    assert europe.pivotal == ("RUS",)
    text = " ".join(w.text for w in answer.why)
    assert "costs.csv:2: Russia loses 1 (0.5 to 1.5) points per month from 2025-02; assumed: a figure" in text
    assert "costs.csv:3: United States loses" in text
    assert (
        "«Limits on Russia's trade with the West raise prices in Western countries.» (sources/remark.txt:1)"
        in text
    )


def test_no_cost_opens_a_zone_that_the_rules_shut(example):
    answer = zopa.delay(zopa.load(example), readings="E")
    assert answer.zone is None
    assert answer.obstacle == "no zone"
    assert "waiting opens none" in str(answer)


def test_cost_plays_no_part_where_a_loss_is_worth_no_points(tmp_path):
    case = zopa.load(
        folder(
            tmp_path,
            '\ncosts: {clock: from-date, parties: {A: {points_per: {"% of income": 0}}}}\n',
            costs_csv="party,from,low,central,high,unit,basis\nA,,1,2,3,% of income per year,assumed: test\n",
        )
    )
    answer = zopa.delay(case)
    assert answer.costless
    assert answer.still
    assert "cost plays no part for Aland: one % of income is worth 0 points to it" in [
        n.text for n in answer.notes
    ]


def test_the_file_wins_over_a_model_and_says_so(tmp_path):
    case = zopa.load(
        folder(
            tmp_path,
            """
costs:
  clock: from-date
  parties:
    A:
      points_per: {"% of income": 12}
      cutoff: {share: [0.03, 0.05], substitution: {low: 0.04, best: 0.1, high: 0.22}, cut: 0.08}
    B:
      points_per: {"% of income": 12}
      cutoff: {share: {low: 0.03, best: 0.04, high: 0.05}, substitution: {low: 0.04, best: 0.1, high: 0.22}, cut: 0.08}
""",
            costs_csv="party,from,low,central,high,unit,basis\nA,2025-03,1,2,3,% of income a year,assumed: test\n",
        )
    )
    answer = zopa.delay(case)
    a, b = answer.curves
    assert (a.source, b.source) == ("costs.csv", "cutoff")
    assert any("win over the model 'cutoff'" in n.text for n in answer.notes)
    # month 0 has no loss yet; then 2 % a year is 1/6 % a month, at 12 points each: 2 points
    assert [v.best for v in a.values[:4]] == [30, 30, 28, 26]
    # .024 to .096 % of income a month (central .0404) at 12 points
    drop = [30 - float(x) for x in (b.values[1].high, b.values[1].best, b.values[1].low)]
    assert drop == pytest.approx([12 * x / 12 for x in (0.289, 0.485, 1.150)], abs=6e-4)


def test_import_shares_prices_and_trade_tables_are_models_too(tmp_path):
    case = zopa.load(
        folder(
            tmp_path,
            """
costs:
  clock: from-date
  parties:
    A:
      points_per: {"% of income": 12}
      prices: {table: io.csv, item: energy, rise: 0.1}
    B:
      points_per: {"% of income": 12}
      import_share: {before: 0.07, after: 0, elasticity: [-10, -5]}
""",
            io_csv="row,agri,industry,basket\nagri,0.15,0.25,0.5\nindustry,0.20,0.05,0.5\nenergy,0.65,0,\n",
        )
    )
    a, b = zopa.delay(case).curves
    # 8.15 and 2.15 % at equal weights (Miller & Blair), a year; 12 points per %, so a month's points = % a year
    assert 30 - float(a.values[1].best) == pytest.approx((8.15 + 2.15) / 2, abs=6e-3)
    assert 30 - float(b.values[1].low) == pytest.approx(1.441, abs=5e-4)
    assert 30 - float(b.values[1].high) == pytest.approx(0.723, abs=5e-4)


TRADE = dict(
    trade_csv="importer,exporter,sector,value,barrier\nAA,AA,all,80,\nAA,BB,all,20,inf\nBB,BB,all,180,\nBB,AA,all,20,inf\n",
    inputs_csv="country,input,sector,share\nAA,all,all,0.5\nBB,all,all,0.5\n",
    elasticities_csv="sector,elasticity\nall,5\n",
)
TRADE_YAML = """
costs:
  clock: from-date
  parties:
    A: {points_per: {"% of income": 12}, trade: {country: AA}}
"""


def test_trade_tables_give_the_exact_loss(tmp_path):
    (curve, _) = zopa.delay(zopa.load(folder(tmp_path, TRADE_YAML, **TRADE))).curves
    # one sector cut off: 1 - .8^(1 / (5 x .5)), Arkolakis et al. with inputs
    assert 30 - float(curve.values[1].best) == pytest.approx(100 * (1 - 0.8**0.4), abs=1e-5)


@pytest.mark.parametrize(
    ("name", "text", "complaint"),
    [
        ("trade_csv", TRADE["trade_csv"].replace("20,inf\nBB,BB", "-20,inf\nBB,BB"), "trade.csv:3:11: value: expected a number of 0 or more, saw '-20'"),
        ("trade_csv", TRADE["trade_csv"].replace("BB,BB,all,180,\nBB,AA,all,20,inf\n", ""), "'BB' sells but buys nothing: is the country missing"),
        ("trade_csv", TRADE["trade_csv"] + "AA,AA,all,1,\n", "trade.csv:6:1: importer: expected each importer, exporter and sector once"),
        ("trade_csv", TRADE["trade_csv"].replace("80,\n", "80\n"), "trade.csv:2:1: expected 5 cells as in the header, saw 4"),
        ("inputs_csv", TRADE["inputs_csv"].replace("BB,all,all,0.5\n", ""), "no inputs for the country 'BB'"),
        ("inputs_csv", TRADE["inputs_csv"].replace("AA,all,all,0.5", "AA,all,all,1.5"), "inputs.csv:2:12: share: expected input shares that sum to at most 1, saw 1.5"),
        ("inputs_csv", TRADE["inputs_csv"] + "CC,all,all,0.5\n", "inputs.csv:4:1: country: no country called 'CC' in the flows"),
        ("elasticities_csv", "sector,elasticity\n", "no elasticity for the sector 'all'"),
    ],
)  # fmt: skip
def test_trade_tables_with_a_fault_are_refused_at_the_cell(tmp_path, name, text, complaint):
    with pytest.raises(CaseError) as caught:
        zopa.load(folder(tmp_path, TRADE_YAML, **{**TRADE, name: text}))
    assert complaint in str(caught.value)


@pytest.mark.parametrize(
    ("table", "complaint"),
    [
        ("row,agri,industry\nagri,0.1,0.2\n", "missing column 'basket'"),
        ("row,agri,industry,basket\nagri,0.1,0.2,1\n", "expected a row for the sector 'industry', saw none"),
        ("row,agri,basket\nagri,-0.1,1\nenergy,0.2,\n", "io.csv:2:6: agri: expected a number of 0 or more, saw '-0.1'"),
        ("row,agri,basket\nagri,0.9,1\nenergy,0.2,\n", "io.csv:3:8: agri: expected cost shares of 'agri' that sum to at most 1, saw 1.1"),
        ("row,agri,basket\nagri,0.1,1\nfuel,0.2,\n", "no cost item called 'energy'"),
    ],
)  # fmt: skip
def test_price_tables_with_a_fault_are_refused_at_the_cell(tmp_path, table, complaint):
    extra = '\ncosts: {parties: {A: {points_per: {"% of income": 1}, prices: {table: io.csv, item: energy, rise: 0.1}}}}\n'
    with pytest.raises(CaseError) as caught:
        zopa.load(folder(tmp_path, extra, io_csv=table))
    assert complaint in str(caught.value)


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ("C,,1,2,3,points per month,assumed: x", "costs.csv:2:1: party: no party called 'C'"),
        ("A,2025-13,1,2,3,points per month,assumed: x", "costs.csv:2:3: from: expected a month such as 2025-03"),
        ("A,,3,2,1,points per month,assumed: x", "costs.csv:2:4: low: expected low <= central <= high, saw 3, 2, 1"),
        ("A,,1,two,3,points per month,assumed: x", "costs.csv:2:6: central: expected a number, saw 'two'"),
        ("A,,1,2,3e12,points per month,assumed: x", "costs.csv:2:8: high: expected a number of at most 1e+09"),
        ("A,,1,2,inf,points per month,assumed: x", "costs.csv:2:8: high: expected a number, saw 'inf'"),
        ("A,,1,2,3,points per month,assumed: " + "x" * 3000, "expected at most 2,000 characters, saw 3,009"),
        ("A,,1,2,3,points,assumed: x", "costs.csv:2:10: unit: expected a unit per month or year, saw 'points'"),
        ("A,,1,2,3,% of GDP a year,assumed: x", "unit: how many points is one '% of GDP' worth to A?"),
        ("A,,1,2,3,points per month,", "basis: expected statement ids, 'inferred IDS: why' or 'assumed: reason'; saw nothing"),
        ("A,,1,2,3,points per month,some words", "basis: expected statement ids"),
        ("A,,1,2,3,points per month,stated s9", "basis: no statement called 's9'"),
        ("A,,1,2,3,points per month,assumed: x\nA,,1,2,3,points per month,assumed: x", "costs.csv:3:3: from: expected one line for A from this month on"),
        ("A,,1,2,3,points per month,assumed: x\nA,2025-04,1,2,3,% of GDP a year,assumed: x", "costs.csv:3:17: unit: expected one unit for A"),
    ],
)  # fmt: skip
def test_a_cost_file_with_a_fault_is_refused_at_the_cell(tmp_path, row, complaint):
    with pytest.raises(CaseError) as caught:
        zopa.load(folder(tmp_path, costs_csv=f"party,from,low,central,high,unit,basis\n{row}\n"))
    assert complaint in str(caught.value)


def test_a_misspelt_column_is_named_once(tmp_path):
    with pytest.raises(CaseError, match="no column called 'bassis'") as caught:
        zopa.load(folder(tmp_path, costs_csv="party,from,low,central,high,unit,bassis\n"))
    assert len(caught.value.findings) == 1


@pytest.mark.parametrize(
    ("extra", "complaint"),
    [
        ("costs: {parties: {C: {flow: 1}}}", "costs.parties.C: no party called 'C'"),
        ("costs: {clock: rollin}", "costs.clock: expected one of rolling, fixed, from-date"),
        ("costs: {parties: {A: {discount: 1.2}}}", "costs.parties.A.discount: expected above 0 and up to 1, saw 1.2"),
        ("costs: {parties: {A: {cutoff: {share: 2, substitution: 1, cut: 0.1}}}}", "cutoff.share: expected 0 to 1, saw 2"),
        ("costs: {parties: {A: {flwo: 1}}}", "did you mean 'flow'?"),
        ("costs: {parties: {A: {flow: {best: 1, stated: [s9]}}}}", "no statement called 's9'"),
        ("costs: {parties: {A: {rising: {per_month: 1, unit: francs}}}}", "how many points is one 'francs' worth to A?"),
        ("costs: {parties: {A: {rising: {per_month: 1}, cutoff: {share: 0, substitution: 1, cut: 0}}}}", "expected one model, saw cutoff and rising"),
        ("costs: {contest: {secure: {A: 50, B: 30}, later: {C: 9}}}", "no party called 'C'"),
    ],
)  # fmt: skip
def test_cost_settings_with_a_fault_are_refused_at_their_place(tmp_path, extra, complaint):
    with pytest.raises(CaseError) as caught:
        zopa.load(folder(tmp_path, "\n" + extra + "\n"))
    assert complaint in str(caught.value)


def test_on_a_rolling_clock_the_answer_says_why_nothing_moves(tmp_path):
    case = zopa.load(
        folder(
            tmp_path,
            costs_csv="party,from,low,central,high,unit,basis\nA,,1,2,3,points per month,assumed: x\n",
        )
    )
    answer = zopa.delay(case)
    assert answer.still
    assert not answer.costless
    assert any("a constant cost does not move" in n.text for n in answer.notes)
    assert answer.clock == "rolling horizon of 12 months"


def test_a_party_that_expects_to_gain_makes_a_zone_without_a_credible_promise(tmp_path):
    root = folder(tmp_path, "\ncosts: {parties: {A: {drift: 1}}}\n")
    answer = zopa.delay(zopa.load(root))
    assert answer.zone.opening == Opening(0, 0, 0)
    assert answer.obstacle == "a zone but no credible promise"
    asked = zopa.delay(zopa.load(root), {"line": "L1"}).packages[0]
    assert asked.leaves == {"A": 6}  # 30 + t first exceeds 35 in month 6


def test_a_contest_explains_by_the_shift_of_power(tmp_path):
    extra = "\ncosts: {contest: {pie: 100, secure: {A: [45, 55], B: 30}, later: {A: 75, B: 10}}}\n"
    kinds = [o.kind for o in zopa.delay(zopa.load(folder(tmp_path, extra))).contest]
    assert kinds == ["a zone but no credible promise"] * 3


def test_two_parties_that_both_bear_a_cost_fight_a_war_of_attrition(tmp_path):
    case = zopa.load(
        folder(
            tmp_path,
            costs_csv="party,from,low,central,high,unit,basis\nA,,10,10,10,points per month,assumed: x\nB,,10,10,10,points per month,assumed: x\n",
        )
    )
    war = zopa.delay(case).attrition
    assert war.hazards == (Fraction(1, 10), Fraction(1, 10))  # 10 points a month against a prize of 100
    assert war.mean_months == 5
    assert zopa.delay(zopa.load(EXAMPLE)).attrition is None


def test_the_answer_is_plain_data_and_remembers_its_question(tmp_path):
    import json

    answer = zopa.delay(zopa.load(folder(tmp_path)), months=3)
    plain = json.loads(json.dumps(answer.to_dict()))
    assert plain["question"]["verb"] == "delay"
    assert plain["question"]["settings"]["months"] == 3
    assert plain["months_named"] == ["2025-02", "2025-03", "2025-04", "2025-05"]
    assert len(plain["curves"][0]["values"]) == 4


def test_questions_that_cannot_be_asked(tmp_path):
    case = zopa.load(folder(tmp_path))
    with pytest.raises(NotApplicable, match="0 to 240 months"):
        zopa.delay(case, months=-1)
    with pytest.raises(UnknownName, match="did you mean 'line'"):
        zopa.delay(case, {"lines": "L1"})


tokens = st.sampled_from(
    ["A", "B", "C", "", "2025-03", "2025-13", "0", "1", "-2", "3e12", "nan", "x", "% of income a year", "points per month",
     "points", "assumed: t", "assumed:", "s1", "stated", '"', "é"]
)  # fmt: skip


@given(st.lists(st.lists(tokens, min_size=6, max_size=8), max_size=3))
@settings(max_examples=60, deadline=None)
def test_any_cost_file_ends_in_an_answer_or_in_located_findings(rows):
    with TemporaryDirectory() as name:
        text = "\n".join(["party,from,low,central,high,unit,basis", *map(",".join, rows), ""])
        root = folder(
            Path(name), '\ncosts: {parties: {A: {points_per: {"% of income": 1}}}}\n', costs_csv=text
        )
        case, findings = inspect(root)
        assert all(f.file == "costs.csv" and f.line and f.column for f in findings)
        assert (case is None) == bool(findings)
        if case is not None:
            assert len(zopa.delay(case, months=2).curves) == 2
