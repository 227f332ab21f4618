"""Other tools' files, in and out; one module per tool, one table, and a report of what was not carried.

May not enter: any lens.
"""

from zopa.formats.conversion import FORMATS, Conversion, Format, convert, load, plan, recognise
from zopa.formats.fidelity import Fidelity, Remark

__all__ = [
    "FORMATS",
    "Conversion",
    "Fidelity",
    "Format",
    "Remark",
    "convert",
    "load",
    "plan",
    "recognise",
]
