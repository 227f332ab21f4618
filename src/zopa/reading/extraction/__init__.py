"""What was said: speakers, kinds, dates, quantities, events, issues."""
