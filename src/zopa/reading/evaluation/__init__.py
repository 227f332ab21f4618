"""Corpora, scores and training."""
