"""Nouns of a forecast: the ``ktab`` section of ``case.yaml``, how KTAB's model is to be run on this case."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from zopa.case.basis import Noun

__all__ = ["KtabSettings"]

Share = Annotated[float, Field(ge=0, le=1)]


class KtabSettings(Noun):
    """The choices of a run of KTAB's Spatial Model of Politics, in KTAB's own words; defaults are its own.

    Its XML names them VictoryProbModel, PCEModel, StateTransitions, VotingRule, BigRAdjust, BigRRange,
    ThirdPartyCommit, InterVecBrgn (``bargain``), BargnModel (``perspective``), prngSeed, IdealAdjustment.
    """

    victory: Literal["Linear", "Square", "Quartic", "Octic", "Binary"] = "Linear"
    pce: Literal["Conditional", "MarkovIncentive", "MarkovUniform"] = "Conditional"
    transition: Literal["Deterministic", "Stochastic"] = "Deterministic"
    voting: Literal["Binary", "PropBin", "Proportional", "PropCbc", "Cubic", "ASymProsp"] = "Proportional"
    risk_adjust: Literal["Full", "TwoThirds", "Half", "OneThird", "No"] = "OneThird"
    risk_range: Literal["Min", "Mid", "Max"] = "Mid"
    commit: Literal["NoCommit", "SemiCommit", "FullCommit"] = "SemiCommit"
    bargain: Literal["S1P1", "S2P2", "S2PMax"] = "S2P2"
    perspective: Literal["InitOnlyInterp", "InitRcvrInterp", "PWCompInterp"] = "InitOnlyInterp"
    seed: str = Field("", description="KTAB's own seed; kept for its files, zopa draws with its own")
    adjust: dict[str, dict[str, Share]] = Field(
        default_factory=dict,
        description="how far a party's ideal follows positions: party, then the party followed, then the share",
    )
