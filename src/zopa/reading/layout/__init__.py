"""How a text is laid out: prose, turns of speakers, numbered clauses; each is read in its own way."""
