"""Sentences, tokens, phrases and clauses."""
