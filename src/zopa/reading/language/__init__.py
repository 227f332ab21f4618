"""The words and patterns of a language."""
