"""The answer to "will it hold": what was examined, and what it says to people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from zopa.case import OnRecord
from zopa.space import Answer, Why

__all__ = ["Change", "Departure", "GraphEdge", "Group", "Move", "Node", "Stability", "Standing", "StateGraph"]


@dataclass(frozen=True)
class Move:
    """One step of one party, in words, and whether it is an improvement for that party by itself."""

    party: str
    does: tuple[str, ...]
    gain: bool
    package: Mapping[str, str]


@dataclass(frozen=True)
class Departure:
    """A step by which one party alone could gain, and the best answer of the others.

    Attributes
    ----------
    party, does, package : who, what, and where it leads.
    why : the preference that makes it a gain.
    answer : the others' steps; None when nothing they do would leave the party no better off.
    credible : each step of the answer is an improvement for the one who takes it.
    final : the party has no way out of the answer.
    end : where the answer leads; empty without one.
    loss : the preference by which the party is no better off there.
    ways : in how many states an equally good answer ends.
    """

    party: str
    does: tuple[str, ...]
    package: Mapping[str, str]
    why: Why
    answer: tuple[Move, ...] | None
    credible: bool = False
    final: bool = False
    end: Mapping[str, str] | None = None
    loss: Why | None = None
    ways: int = 0


@dataclass(frozen=True)
class Group:
    """Parties that could leave together, each gaining, without any part of them able to do the same."""

    parties: tuple[str, ...]
    package: Mapping[str, str]
    answered: bool


@dataclass(frozen=True)
class Change:
    """A least change of one party's preferences that would make a state stable for it.

    Attributes
    ----------
    edits : which of its priorities would have to drop out or stand elsewhere, in words.
    states : without priorities, how many states it would have to stop preferring; None beside edits, or when
        more than four.
    alone : the change leaves the state stable for all for whom it is stable now.
    """

    party: str
    edits: tuple[str, ...]
    states: int | None
    alone: bool


@dataclass(frozen=True)
class Standing:
    """How one state stands.

    Attributes
    ----------
    name : str
        Its name in the case; empty where it has none.
    package : issue or action -> option.
    done : what each party does in it, in words.
    strength : strongest concept under which it is stable for every party; empty where there is none.
    stable : concept -> party -> verdict.
    coalitions : the coalition concepts under which no group would leave.
    rank, states : place of the state in each party's order of all states, 1 the best; and their number.
    better : party -> whether it prefers the state to the status quo; empty without a status quo.
    efficient : no state is better for one party and worse for none.
    steps : improvements that lead there from the status quo, one party at a time; None where none do.
    route : a shortest way there by any moves; None where there is none.
    together : smallest coalitions that could jump there from the status quo, each member gaining.
    shares : test -> share of the perturbed models in which the state passes it.
    departures : per party, each step by which it alone could gain.
    groups : groups of two or more that could leave together.
    idle : parties for which it holds only because they can do nothing from there.
    cautious : concepts that hold whichever way the preferences marked unsure turn out; None where none is.
    leaving : parties that could gain by leaving, whatever the others did, whichever way they turn out.
    sees : party -> whether the state holds in its own picture of the conflict by the concept asked for; None
        where the picture does not have the state. None where no party has a picture of its own.
    least : least changes of preferences under which it would be stable by the concept asked for.
    says : the same in sentences.
    """

    name: str
    package: Mapping[str, str]
    done: tuple[str, ...]
    strength: str
    stable: Mapping[str, Mapping[str, bool]]
    coalitions: tuple[str, ...]
    rank: Mapping[str, int]
    states: int
    better: Mapping[str, bool]
    efficient: bool
    steps: tuple[Move, ...] | None
    route: tuple[Move, ...] | None
    together: tuple[tuple[str, ...], ...]
    shares: Mapping[str, float]
    departures: tuple[Departure, ...] = ()
    groups: tuple[Group, ...] = ()
    idle: tuple[str, ...] = ()
    cautious: tuple[str, ...] | None = None
    leaving: tuple[str, ...] = ()
    sees: Mapping[str, bool | None] | None = None
    least: tuple[Change, ...] = ()
    says: tuple[Why, ...] = ()

    @property
    def label(self) -> str:
        """Its name, or what is done in it."""
        return self.name or "; ".join(self.done) or "nothing is done"


@dataclass(frozen=True)
class Node:
    """A state in the picture: its place from left to right by steps from the status quo."""

    id: int
    label: str
    done: tuple[str, ...]
    strength: str
    column: int


@dataclass(frozen=True)
class GraphEdge:
    """A step in the picture."""

    source: int
    target: int
    party: str
    does: tuple[str, ...]
    gain: bool


@dataclass(frozen=True)
class StateGraph:
    """What improvements alone lead to from the status quo, and a way to each examined state."""

    nodes: tuple[Node, ...]
    edges: tuple[GraphEdge, ...]


@dataclass(frozen=True)
class Stability(Answer):
    """Will it hold, who would break it, who can answer.

    Attributes
    ----------
    form : ``actions`` or ``moves`` (the graph section of the case) or ``issues``.
    concept : the concept by which ``holds`` judges.
    examined : the packages asked for, or the named states of the case.
    status_quo : how the status quo stands; None without one.
    drift : equilibria that improvements alone reach from the status quo, nearest first.
    equilibria : the best equilibria, in the order described in ``ranking``.
    counts : concept -> number of equilibria.
    perceived : concept -> number of states that every party sees and finds stable in its own picture of the
        conflict (a level-1 hypergame); empty where no party has a picture of its own.
    basis : party -> how many of its preferences are stated, inferred, assumed.
    perturbed : number of variants behind the shares; 0 when there are none.
    varied : what was varied in them, in words.
    picture : states and steps for the figure.
    notes : what limits the answer.
    """

    @property
    def records(self) -> tuple[OnRecord, ...]:
        """What the case rests on where its values rank the states; a graph section ranks them by itself."""
        return super().records if self.form == "issues" else ()

    form: str
    concept: str
    examined: tuple[Standing, ...]
    status_quo: Standing | None
    drift: tuple[Standing, ...]
    equilibria: tuple[Standing, ...]
    counts: Mapping[str, int]
    perceived: Mapping[str, int]
    feasible: int
    basis: Mapping[str, Mapping[str, int]]
    perturbed: int
    varied: str
    picture: StateGraph
    why: tuple[Why, ...]
    notes: tuple[str, ...]

    ranking = (
        "strongest concept first; then stable against every group; then better than the status quo for all; "
        "then efficient; then reached by improvements alone, in few steps; then the better ranks"
    )

    @property
    def holds(self) -> bool:
        """Whether every examined package is stable for every party under ``concept``."""
        return all(all(s.stable[self.concept].values()) for s in self.examined)
