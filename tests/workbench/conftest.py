"""The browser and the rules of WCAG, for the pages of the workbench."""

from browser_fixtures import axe, browser

__all__ = ["axe", "browser"]
