"""Forecast: where pressure leads."""
