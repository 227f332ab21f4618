"""Where pressure leads on an issue's line, as a distribution whose width was measured.

The verb takes a case; the engines (``static``, ``pressure``, ``smp``, ``exchange``, ``calibrated``) take
plain arrays. May not enter: files, clocks, global chance.
"""

from zopa.spatial.forecast import Forecast, forecast
from zopa.spatial.lines import Input, Line, Stand, lines_of
from zopa.spatial.models import MODELS, Model, Step
from zopa.spatial.sensitivity import Bar, Lever, Moment, Outlook

__all__ = [
    "MODELS", "Bar", "Forecast", "Input", "Lever", "Line", "Model", "Moment", "Outlook", "Stand", "Step",
    "forecast", "lines_of",
]  # fmt: skip
