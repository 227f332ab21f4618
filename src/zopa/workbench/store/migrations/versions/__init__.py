"""The migrations. What is released is never edited: a change of a table is a new module."""
