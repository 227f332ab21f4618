"""A folder of text files read as a case: every problem at once, as file:line:column.

May not enter: any maths, any lens.
"""

from zopa.casefile.anchors import digest, find_quote, line_of, normalise
from zopa.casefile.matrices import PriceTable, TradeTables
from zopa.casefile.read import case_digest, inspect, load
from zopa.casefile.yamldoc import read_text

__all__ = [
    "PriceTable",
    "TradeTables",
    "case_digest",
    "digest",
    "find_quote",
    "inspect",
    "line_of",
    "load",
    "normalise",
    "read_text",
]
