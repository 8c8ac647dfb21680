"""Delivery: carries letters to the relay, and has a relay of its own that catches them for `demo` and `bench`.

The only async room, and a stranger to the services. No transaction is open while a socket is in use: claim, commit;
send; settle, commit.
"""
