"""The rules of the house: values in, values out.

Nothing here opens a file, a socket or a database, and nothing reads a clock: `now` and randomness are arguments.
"""
