"""Services: one function for each thing that a person or the clock can ask.

A service opens the transaction, asks the domain for the rule and the store for the rows, and never talks SMTP: what
leaves, leaves through the ledger.
"""
