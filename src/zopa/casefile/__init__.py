"""The case folder, both ways: read with every problem located, changed value by value, written whole or not at all.

May not enter: any maths, any lens.
"""

from zopa.casefile.anchors import digest, find_quote, line_of, normalise
from zopa.casefile.change_log import (
    RecordCheck,
    RecordEntry,
    acting,
    acting_now,
    check_record,
    read_record,
    texts_at,
)
from zopa.casefile.coders import Coding, add_codings, codings_of
from zopa.casefile.commits import at_commit, committed_on
from zopa.casefile.concurrent_edit import (
    Version,
    note_outside,
    save_text,
    save_values,
    start_record,
    undo,
    version_of,
)
from zopa.casefile.drafts import SavedDraft, read_drafts, remove_draft, save_draft
from zopa.casefile.edit import REMOVED, Place, address_at, locate, place_of, remove, set_value, set_values
from zopa.casefile.folder import CaseFiles, read_text
from zopa.casefile.matrices import PriceTable, TradeTables
from zopa.casefile.pieces import RecordChange, RecordConflict
from zopa.casefile.read import check, inspect, load
from zopa.casefile.record import NewSource, drop_missing_names, save_records, source_id
from zopa.casefile.rename import Renamed, rename
from zopa.casefile.starter import init, schema_text, yaml_of
from zopa.casefile.write import fingerprint, finish, one_step, write_file

__all__ = [
    "REMOVED",
    "CaseFiles",
    "Coding",
    "NewSource",
    "Place",
    "PriceTable",
    "RecordChange",
    "RecordCheck",
    "RecordConflict",
    "RecordEntry",
    "Renamed",
    "SavedDraft",
    "TradeTables",
    "Version",
    "acting",
    "acting_now",
    "add_codings",
    "address_at",
    "at_commit",
    "check",
    "check_record",
    "codings_of",
    "committed_on",
    "digest",
    "drop_missing_names",
    "find_quote",
    "fingerprint",
    "finish",
    "init",
    "inspect",
    "line_of",
    "load",
    "locate",
    "normalise",
    "note_outside",
    "one_step",
    "place_of",
    "read_drafts",
    "read_record",
    "read_text",
    "remove",
    "remove_draft",
    "rename",
    "save_draft",
    "save_records",
    "save_text",
    "save_values",
    "schema_text",
    "set_value",
    "set_values",
    "source_id",
    "start_record",
    "texts_at",
    "undo",
    "version_of",
    "write_file",
    "yaml_of",
]
