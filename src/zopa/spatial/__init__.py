"""Where pressure leads on an issue's line, as a distribution whose width was measured.

The verb takes a case; the engines (``one_shot``, ``expected_utility``, ``ktab``, ``exchange``, ``calibration``)
take plain arrays. May not enter: files, clocks, global chance.
"""

from zopa.spatial.answers import Bar, Forecast, Lever, Moment, Outlook
from zopa.spatial.forecast import forecast
from zopa.spatial.lines import Input, Line, Stand, lines_of
from zopa.spatial.models import MODELS, ForecastModel, ForecastStep

__all__ = [
    "MODELS", "Bar", "Forecast", "ForecastModel", "ForecastStep", "Input", "Lever", "Line", "Moment", "Outlook", "Stand",
    "forecast", "lines_of",
]  # fmt: skip
