"""``python -m zopa``."""

from zopa.cli import main

main()
