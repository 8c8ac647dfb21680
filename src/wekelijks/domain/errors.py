"""What can go wrong, grouped by what a door must do about it.

A message says what happened and what to do, in one sentence that a writer understands. It never holds a token,
and it becomes one line on stderr (status 1) or a page with the status named here.
"""


class WekelijksError(Exception):
    """Anything that this program can explain. Everything else is a defect."""


class NotFound(WekelijksError):
    """There is no such thing (HTTP 404)."""


class NotAllowed(WekelijksError):
    """The thing exists, but its state forbids this (HTTP 409): an illegal transition, an old schema."""


class BadLink(WekelijksError):
    """A signed link that we did not make, or not for this purpose (HTTP 404). It says nothing about anybody."""


class BadInput(WekelijksError):
    """What was given cannot be used (HTTP 422): it names the place and what was expected."""


class Unavailable(WekelijksError):
    """Something outside us does not answer now (HTTP 503): database locked, disk full, relay out of reach."""
