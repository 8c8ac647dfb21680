"""Delivery: carries letters to the relay. The only async room, and a stranger to the services.

No transaction is open while a socket is in use: claim, commit; send; settle, commit.
"""
