"""Who said what: cues, their subjects and their contents."""
