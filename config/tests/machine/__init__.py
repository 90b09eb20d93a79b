"""A machine that does at random whatever clients do, and compares every answer with a model in memory.

    make machine      on SQLite and on PostgreSQL; `make test` has a short run of it (config/tests/test_machine.py)

    SECONDS=3600      goes on for that long, with further seeds
    SEED=7            repeats a run
    STEPS=60          what one example does at most

hypothesis chooses the steps (RuleBasedStateMachine) and, where one fails, looks for the shortest sequence that does.

    model         what the server has to remember, as plain dataclasses
    shapes        the model as each dialect shows it
    world         requests, in this process: to the server's own application, which has the fast path, or past that
    looking       comparing what is read with the model
    accounts  catalogue  feedback  lists  keys  tags      the steps, by subject
    machine       all of them together, and the end: `verify` finds no difference

In it: accounts and their logins (each with several credentials), movies, ratings, likes, favourites, comments and
collections in all dialects, whoever may not (401, 403) and whatever is gone (404), `Idempotency-Key`, `If-Match`,
`If-None-Match`, the lists in their orders.

Not in it, because other tests are about them: two requests at once, forms and covers, filters beyond the genre and the
ranking of searches, limits, mail, second factors and personal tokens, the admin and the import.
"""
