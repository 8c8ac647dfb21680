"""Watching: how things stand, told truthfully to a person (`status`), a monitor (`/health`) and a graph (`/metrics`).

Nothing is written here, and nothing is said to be well that was not looked at.
"""
