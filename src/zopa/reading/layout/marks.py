"""Quotation marks of other habits written in one form, letter for letter: „X“, ‚X‘, ”X”, ‘X’, 'X', ``X''; inches left out."""

from __future__ import annotations

import re

__all__ = ["one_form"]

_NEEDED = re.compile(r"[„‚‘”]|``|'|\d\"")
_LOW = re.compile(r"„([^„“”\n]{1,4000})[“”]|‚([^‚‘’\n]{1,4000})[‘’](?!\w)")
_TEX = re.compile(r"``([^`\n]{1,4000}?)''")
_SINGLE = re.compile(r"(?<![\w'’‘])[‘'](?=[^\s'’‘])((?:[^\n‘]|‘(?=\d)){1,4000}?[.,!?…])['’](?![\w'’])")
_GOES_ON = re.compile(r"(?:(?<=^)|(?<=: ))‘(?=[^\n’]*(?:’(?=\w)[^\n’]*)*$)", re.M)
_TURNED = re.compile(r"(?<![^\s(\[])”(?=\w)")
_INCH = re.compile(r"(?<=\d)\"")


def one_form(body: str) -> str:
    """The body with curly double quotation marks where another habit has its own; as long as it was.

    >>> one_form("„Ja“, sagte sie. 'It is over,' he said.")
    '“Ja”, sagte sie. “It is over,” he said.'
    """
    if not _NEEDED.search(body):
        return body
    body = _LOW.sub(lambda m: "“" + (m[1] or m[2]) + "”", body)
    body = _TEX.sub(lambda m: "“ " + m[1] + "” ", body)
    body = _TURNED.sub("“", body)
    if "‘" in body or " '" in body or "\n'" in body or body.startswith("'"):
        body = _SINGLE.sub(lambda m: "“" + m[1] + "”", body)
    if "‘" in body:
        body = _GOES_ON.sub("“", body)
    if '"' in body:
        body = "\n".join(_without_inches(line) if '"' in line else line for line in body.split("\n"))
    return body


def _without_inches(line: str) -> str:
    """A mark after a digit is an inch where the marks of a line do not pair."""
    return _INCH.sub("″", line, count=1) if line.count('"') % 2 else line
