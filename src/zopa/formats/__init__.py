"""Other tools' files, in and out; one module per tool, one table, and a report of what was not carried.

May not enter: any lens.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from zopa.formats.loading import load

if TYPE_CHECKING:
    from zopa.formats.conversion import FORMATS, Conversion, Format, convert, plan, recognise
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


def __getattr__(name: str) -> Any:
    """Loading a case folder, the common thing, brings no other format with it."""
    if name in __all__:
        module = "fidelity" if name in ("Fidelity", "Remark") else "conversion"
        return getattr(import_module(f"zopa.formats.{module}"), name)
    raise AttributeError(f"module 'zopa.formats' has no attribute '{name}'")
