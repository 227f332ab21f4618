"""zopa: from words on record to the agreements that all parties to a dispute could accept."""

__version__ = "0.1.0"
