"""What a team keeps beside the case folders: accounts, sessions, roles, comments, codings, jobs.

The folder stays the truth: deleting this store loses the accounts and what hangs on them, and nothing of a case.
Needs the extra ``team``.
"""

from zopa.errors import MissingExtra

try:
    import alembic  # noqa: F401
    import argon2  # noqa: F401
    import sqlalchemy  # noqa: F401
except ImportError as error:  # pragma: no cover
    raise MissingExtra("team", "team mode") from error

from zopa.workbench.rights import RIGHTS, ROLES, may
from zopa.workbench.store.accounts import (
    Account,
    Refused,
    TeamSession,
    add_person,
    log_in,
    log_out,
    session_of,
)
from zopa.workbench.store.blind_coding import code, codings_for, must_not_see, unblind
from zopa.workbench.store.comments import Comment, comment, comments_on, resolve
from zopa.workbench.store.database import Database, backup, migrate, opened, restore
from zopa.workbench.store.jobs import (
    Job,
    add_job,
    cancel,
    claim,
    finish,
    job,
    jobs_of,
    progress,
    resume_job,
)
from zopa.workbench.store.members import add_case, cases_of, people, remove_person, role_of, set_role

__all__ = [
    "RIGHTS",
    "ROLES",
    "Account",
    "Comment",
    "Database",
    "Job",
    "Refused",
    "TeamSession",
    "add_case",
    "add_job",
    "add_person",
    "backup",
    "cancel",
    "cases_of",
    "claim",
    "code",
    "codings_for",
    "comment",
    "comments_on",
    "finish",
    "job",
    "jobs_of",
    "log_in",
    "log_out",
    "may",
    "migrate",
    "must_not_see",
    "opened",
    "people",
    "progress",
    "remove_person",
    "resolve",
    "restore",
    "resume_job",
    "role_of",
    "session_of",
    "set_role",
    "unblind",
]
