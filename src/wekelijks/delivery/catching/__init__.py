"""Catching: a relay of our own that keeps letters instead of sending them on, for `demo`, `bench` and looking.

Nothing that is caught leaves this machine.
"""
