"""wekelijks: one good letter, every week, at the promised moment, to every reader exactly once.

The way things go
-----------------

Material and subscribers come in, the clock opens a slot, a letter is composed once and frozen, one ledger row
is promised per reader, the sender carries letters to the relay and settles the rows, and what comes back
(a click, a refusal) changes a standing or ends a promise. No arrow runs back up::

    blog article ─► services.importing ─► domain.article ─► store.articles (the pool; read by store.content)
    issue's file ─► services.queueing ─► domain.matching ─► store.issues (the queue)
                                                               │
    tick ──► services.slots.ticking ─► planning ─► domain.calendar (which slots are due?)
                     │
                     └──► services.slots.opening ─► services.choosing ─► domain.supply, picking (which letter?)
                                 │
                                 └──► mail.composer (once) ─► store.slots (the letter, for the archive)
                                                          └─► store.ledger (the blueprint, and a row per reader)
                                                                               │
    delivery.feeding ─► store.carrying.claim ─► delivery.working ─► mail.blueprint (per reader: bytes)
                                                                └─► delivery.connection ─► relay
                                                                               │
                       store.carrying.settle ◄── delivery.book ◄── domain.outcome ◄── 250 │ 4xx │ 5xx │ silence

    reader's click ─► web.public ─► domain.tokens ─► services.subscribing ─► domain.consent ─► store.subscribers
                                                                                           └─► store.ledger (ends
                                                                                               what still waits)

The stairs
----------

A floor knows the floors below it and nothing else; rooms on one floor are strangers, and no room has a circle.
``lint-imports`` keeps it so::

    6  cli                        the operator's commands: ask, act, say; no logic
    5  web | scheduler            HTTP; ticks. They decide nothing
    4  app                        the one place that builds things: settings → database, templates, signer, clock
    3  services | delivery        one function for each thing a person or the clock can ask | carry letters (async)
    2  store | mail | settings    SQL only here | values to bytes and back | the environment, read once
    1  domain | i18n | shipped    pure rules: values in, values out; `now` and randomness are arguments | words
                                  of letters and pages | what is shipped beside the code

The words
---------

==============  =====================================================================================
newsletter      one weekly publication: name, sender, language, time zone, weekly moment
subscriber      an address with a standing in one newsletter; to the outside a reader
consent         the append-only proof: when, from where, to which wording; also its withdrawal
rhythm, pause   of a reader: every or every other week; rest until a date. Of a newsletter: its moment
suppression     an address that must not be written to, known by a keyed hash alone
pool            what articles brought and no person retired; the letters come from it when the queue is empty
theme, insight  the pool's material, with questions; insights and questions belong to a theme
answer          a frequently asked question with its answer; belongs to an article
issue           the content of one letter: in the queue, pinned to a date, or made from the pool
runway          the coming letters, by the very rule that will choose them
slot            the week as an object: (newsletter, local date) is unique; exactly one issue per slot
grace           how long after its moment a slot may still open by itself; then it is missed
hold            a slot that does not open until what held it is gone, or a person releases it
extra           a slot outside the newsletter's rhythm: it takes nobody's week
mailing         what is sent at once: a slot's letter, a confirmation, a proof, an alarm, a test
blueprint       a mailing's whole message, frozen
blank           a place in the blueprint that is filled per reader
finding         what the pre-flight says of a letter: it blocks, or warns
delivery        one row, one promise: this mailing to this recipient, with its state. All of them: the ledger
balance         snapshot = accepted + refused + expired + suppressed + cancelled, and nothing else left
in doubt        a delivery of which nobody can know whether the relay accepted it
sender          the process that carries; it has a place, a lock that its death gives back
relay           the SMTP server that we hand letters to; `demo` has one built in, the catcher
alarm           what somebody has to know; it stands until it is mended, and is said once
heartbeat       when a loop last went round
==============  =====================================================================================
"""

__version__ = "0.1.0"
