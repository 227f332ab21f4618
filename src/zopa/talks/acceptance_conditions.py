"""When a party accepts, apart from what it offers (Baarslag, Hindriks & Jonker 2014).

Written behind a tactic: ``boulware+AC_next:1.05,0``, ``linear+AC_const:0.8``, ``hardliner+AC_time:0.9``,
``boulware+AC_combi:0.9,20``. u is the own utility from 0 (no agreement) to 1, y the standing offer, t in [0, 1] the share
of the deadline that has passed. None accepts what is below no agreement.

- AC_next(alpha, beta): alpha u(y) + beta >= u(own next offer)
- AC_const(alpha): u(y) >= alpha
- AC_time(T): t >= T
- AC_combi(T, W): AC_next(1, 0), or t >= T and u(y) is at least the best of the others' last W offers
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from zopa.errors import NotApplicable, UnknownName
from zopa.talks.tactics import TOLERANCE, Bidder, History

__all__ = ["CONDITIONS", "Accepting", "condition"]

Condition = Callable[[Bidder, int, int, History], bool]


class Accepting(Bidder):
    """A bidder that offers as another does and accepts by a condition of its own."""

    def __init__(self, bidder: Bidder, accept: Condition) -> None:
        super().__init__(bidder.own, bidder.me, bidder.rounds, bidder.rng)
        self.bidder, self.accept = bidder, accept
        self.known: tuple[int, int, int] | None = None

    def aspiration(self, step: int, history: History) -> float:
        """That of the bidder."""
        return self.bidder.aspiration(step, history)

    def offer(self, step: int, history: History) -> int:
        """That of the bidder; asked once for every moment, so that chance is drawn once."""
        moment = (step, len(history))
        if self.known is None or self.known[:2] != moment:
            self.known = (*moment, self.bidder.offer(step, history))
        return self.known[2]

    def accepts(self, package: int, step: int, history: History) -> bool:
        """Whether the condition holds and the package is not below no agreement."""
        floor = self.floor(step)
        return bool(self.own.value(package) >= floor - TOLERANCE) and self.accept(
            self, package, step, history
        )


def _next(alpha: float, beta: float) -> Condition:
    def accept(me: Bidder, package: int, step: int, history: History) -> bool:
        own = float(me.own.value(me.offer(step, history)))
        return alpha * float(me.own.value(package)) + beta >= own - TOLERANCE

    return accept


def _const(alpha: float) -> Condition:
    return lambda me, package, _step, _history: float(me.own.value(package)) >= alpha - TOLERANCE


def _time(share: float) -> Condition:
    return lambda me, _package, step, _history: (step + 1) / (me.rounds + 1) >= share - TOLERANCE


def _combi(share: float, window: float) -> Condition:
    follows, late = _next(1.0, 0.0), _time(share)

    def accept(me: Bidder, package: int, step: int, history: History) -> bool:
        if follows(me, package, step, history):
            return True
        heard = [float(me.own.value(x)) for who, x in history if who != me.me][-int(window) :]
        return late(me, package, step, history) and float(me.own.value(package)) >= max(heard) - TOLERANCE

    return accept


CONDITIONS: Mapping[str, tuple[Callable[..., Condition], tuple[float, ...]]] = {
    "AC_next": (_next, (1.0, 0.0)),
    "AC_const": (_const, (0.9,)),
    "AC_time": (_time, (0.9,)),
    "AC_combi": (_combi, (0.9, 20.0)),
}
"""Name -> what makes it, and its numbers where none are given."""


def condition(spec: str) -> Condition:
    """The condition of a spec: its name, and behind a colon its numbers.

    Raises
    ------
    UnknownName
        No condition of that name.
    NotApplicable
        Wrong numbers.
    """
    name, sign, rest = spec.partition(":")
    if name not in CONDITIONS:
        raise UnknownName("acceptance condition", name, CONDITIONS)
    make, numbers = CONDITIONS[name]
    try:
        given = tuple(float(x) for x in rest.split(",")) if sign else numbers
    except ValueError:
        given = ()
    if len(given) != len(numbers) or (name == "AC_combi" and not (given[1] >= 1 and given[1].is_integer())):
        raise NotApplicable(f"expected {name} with {len(numbers)} numbers, saw '{spec}'")
    return make(*given)
