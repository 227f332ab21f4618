"""The workbench: the answers of zopa as pages of a local web server, and the case edited on a screen.

The frame, for whoever adds a screen:

- :mod:`~zopa.workbench.app` makes the application: ``create_app(cases, sign_in, hosts)``. A case is a name and a
  folder; one case is served at ``/``, several at ``/cases/NAME/``.
- :mod:`~zopa.workbench.screens` has one router module per screen and the table ``SCREENS``. A screen is a function of
  :class:`~zopa.workbench.frame.Here` that gives a :class:`~zopa.workbench.frame.Page`; ``screen(router, path, template)``
  registers it twice, as HTML and, with ``.json`` at the end of the path, as JSON: the same function, the same answer.
- :mod:`~zopa.workbench.frame` is what a screen knows: who asks (``here.member``), of which case (``here.case``), the
  problem as asked (``here.problem``), answers that are kept (``here.answer``), and URLs that carry the question on
  (``here.url``). Documents of ``zopa.views`` are shown by the report's own blocks (``here.shown``), their links opening
  evidence cards.
- :mod:`~zopa.workbench.asked` reads the date cut, the readings, other judgments and a draft from the query of the URL,
  and writes them back. No other module parses the query for these.
- :mod:`~zopa.workbench.guard` is the one security layer around everything: host, origin, session, CSRF, size, headers.
- :mod:`~zopa.workbench.access` says who asks and in which role (:mod:`~zopa.workbench.rights`: what a role may do). Single-user mode is ``SingleUser``; another way to sign
  in is another class with the same methods. A screen that changes something depends on ``needs("review")`` and the like.
- :mod:`~zopa.workbench.failures` turns every error into one page, or JSON, in words.
- :mod:`~zopa.workbench.opened_cases` re-reads a folder when its files change and keeps a bounded number of answers.

``templates/base.html.j2`` is the one page around all others; ``static/`` holds the style sheet, one script of our own
for keys and the side panel, and htmx, unchanged and pinned (``static/htmx-LICENSE.txt``). Pages work without scripts.
"""
