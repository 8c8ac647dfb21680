"""wekelijks: one good letter, every week, at the promised moment, to every reader exactly once.

The way things go
-----------------

Material and subscribers come in, the clock opens a slot, a letter is composed once and frozen, one ledger row
is promised per subscriber, the sender carries letters to the relay and settles the rows, and what comes back
(a click, a refusal) changes a standing. No arrow runs back up::

    blog article ─► services.importing ─► domain.article ─► store.articles
                                                               │
    tick ──► services.publishing ─► domain.calendar ─► domain.picking
                     │                                         │
                     └──► mail.composer (once) ─► store.slots (frozen) ─► store.ledger (a row per subscriber)
                                                                               │
    delivery.sender: claim ─► mail.blueprint (per reader: bytes) ─► delivery.smtp ─► 250 │ 4xx │ 5xx │ silence
                       ▲                                                     │
                       └──────────── store.ledger.settle ◄── domain.outcome ◄┘

    reader's click ─► web.public ─► services.subscribing ─► domain.tokens, consent ─► store.subscribers

The stairs
----------

A floor knows the floors below it and nothing else; rooms on one floor are strangers. ``lint-imports`` keeps it so::

    6  cli                        the operator's commands: ask, act, say; no logic
    5  web | scheduler            HTTP; ticks. They decide nothing
    4  app                        the one place that builds things: settings → database, templates, signer, clock
    3  services | delivery        one function for each thing a person or the clock can ask | carry letters (async)
    2  store | mail | settings    SQL only here | values to bytes and back | the environment, read once
    1  domain | i18n              pure rules: values in, values out; `now` and randomness are arguments | words

The words
---------

==============  =====================================================================================
newsletter      one weekly publication: name, sender, language, time zone, weekly moment
subscriber      an address with a standing in one newsletter
consent         the append-only proof: when, from where, to which wording; also its withdrawal
theme, insight  the pool's material, with questions; insights and questions belong to a theme
answer          a frequently asked question with its answer; belongs to an article
issue           the content of one letter: in the queue, or made from the pool
slot            the week as an object: (newsletter, local date) is unique; exactly one issue per slot
mailing         what is sent at once: a slot's letter, a confirmation, a proof, an alarm, a test
delivery        one row: this mailing to this recipient, with its state. All rows together: the ledger
blank           a place in the blueprint that is filled per reader
in doubt        a delivery of which nobody can know whether the relay accepted it
relay           the SMTP server that we hand letters to
rhythm, pause   every or every other week; rest until a date
suppression     an address that must not be written to
==============  =====================================================================================
"""

__version__ = "0.1.0"
