"""A case compiled to arrays, bit masks and exact integers; rules compiled to clauses.

Names become indices here and come back here; they never enter the maths. May not enter: files, clocks,
chance.
"""

from zopa.space.answer import Answer, Question, Why, plain
from zopa.space.compilation import (
    Readings,
    choose_readings,
    clause_basis,
    clause_text,
    clauses,
    reading_names,
)
from zopa.space.compiled import Bonus, Clause, IntArray, Package, Space, Term
from zopa.space.decimals import decimal
from zopa.space.problem import Problem, compile_case
from zopa.space.table import MAX_PACKAGES, Table

__all__ = [
    "MAX_PACKAGES", "Answer", "Bonus", "Clause", "IntArray", "Package", "Problem", "Question", "Readings", "Space", "Table",
    "Term", "Why", "choose_readings", "clause_basis", "clause_text", "clauses", "compile_case", "decimal", "plain",
    "reading_names",
]  # fmt: skip
