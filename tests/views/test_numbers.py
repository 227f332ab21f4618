"""Numbers for people never lie about zero, whole and all."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from zopa.views.numbers import count, percent, points


@given(st.integers(0, 10**30))
def test_a_rounded_count_is_within_a_twentieth_of_the_true_one(n: int) -> None:
    words = count(n)
    number = words.split(" ")[0].replace(",", "")
    size = {"million": 10**6, "billion": 10**9, "trillion": 10**12}.get(words.split(" ")[-1], 1)
    if "^" in words:
        size = 10 ** int(words.split("^")[1])
    assert abs(Fraction(number) * size - n) * 20 <= n


@given(st.fractions(0, 1))
def test_a_share_is_shown_as_nothing_or_all_only_when_it_is(share: Fraction) -> None:
    assert (percent(share) == "0 %") == (share == 0)
    assert (percent(share) == "100 %") == (share == 1)


@given(st.fractions(-1000, 1000))
def test_points_that_are_not_zero_never_look_like_zero(x: Fraction) -> None:
    assert (float(points(x).replace(",", "")) == 0) == (float(x) == 0)
