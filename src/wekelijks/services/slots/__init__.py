"""What becomes of a week: planned by the clock, opened once, and changed by a person while that is still possible.

`ticking` is the clock's turn: it lets `planning` write down which slots have fallen due, and `opening` freeze a
letter. `handling` is a person's hand: hold, release, skip, pause, resume, cancel, settle. `ahead` knows what comes.
"""
