"""A case compiled to arrays, bit masks and exact integers; rules compiled to clauses.

Names become indices here and come back here; they never enter the maths. May not enter: files, clocks,
chance.
"""

from zopa.space.answers import Answer, Question, Why, plain
from zopa.space.compile import (
    MAX_SCALE,
    Readings,
    choose_readings,
    clause_basis,
    clause_text,
    clauses,
    compile_case,
    reading_names,
)
from zopa.space.model import Bonus, Clause, IntArray, Package, Space, Term

__all__ = [
    "MAX_SCALE", "Answer", "Bonus", "Clause", "IntArray", "Package", "Question", "Readings", "Space", "Term", "Why",
    "choose_readings", "clause_basis", "clause_text", "clauses", "compile_case", "plain", "reading_names",
]  # fmt: skip
