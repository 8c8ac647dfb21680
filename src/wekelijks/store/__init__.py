"""The store: SQL lives here and nowhere else.

A function answers one question with one statement, takes the open transaction as its first argument and commits
nothing itself: the caller's ``with database.begin()`` does. Values of ``domain`` come in and go out.
"""
