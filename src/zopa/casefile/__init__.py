"""The case folder, both ways: read with every problem located, changed value by value, written whole or not at all.

May not enter: any maths, any lens.
"""

from zopa.casefile.anchors import digest, find_quote, line_of, normalise
from zopa.casefile.folder import CaseFiles, read_text
from zopa.casefile.matrices import PriceTable, TradeTables
from zopa.casefile.read import inspect, load
from zopa.casefile.record import NewSource, save_records, source_id
from zopa.casefile.starter import init, schema_text, yaml_of
from zopa.casefile.write import fingerprint, finish, one_step, write_file

__all__ = [
    "CaseFiles",
    "NewSource",
    "PriceTable",
    "TradeTables",
    "digest",
    "find_quote",
    "fingerprint",
    "finish",
    "init",
    "inspect",
    "line_of",
    "load",
    "normalise",
    "one_step",
    "read_text",
    "save_records",
    "schema_text",
    "source_id",
    "write_file",
    "yaml_of",
]
