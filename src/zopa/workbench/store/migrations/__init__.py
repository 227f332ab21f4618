"""Changes of the store's tables, in order: one module each under ``versions``."""
