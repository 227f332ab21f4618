"""Stability: whether a package will hold, who would leave it, who could answer and how credibly.

The graph model for conflict resolution (Kilgour, Hipel & Fang 1987), exact for any number of parties.
May not enter: files, clocks, chance other than by a seed.
"""
