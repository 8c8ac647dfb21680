"""Articles: what an import wrote, and what the next one may change.

Nothing that a letter used is ever deleted: memory of use hangs on the ids.
"""
