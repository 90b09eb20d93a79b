"""All steps together: how an example begins, and how it ends."""

from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import initialize

from config.tests.machine import database
from config.tests.machine.accounts import AUTH, PASSWORDS
from config.tests.machine.keys import IdempotencyKeys
from config.tests.machine.lists import Lists
from config.tests.machine.model import User
from config.tests.machine.tags import Tags
from config.tests.machine.world import SERVER, expect
from movies.verification import differences


class Machine(Tags, Lists, IdempotencyKeys):
    """One example. Transactions are real, as clients have them, so the tables are emptied between two of them."""

    def __init__(self) -> None:
        super().__init__()
        database.empty()

    @initialize()
    def begin(self) -> None:
        """sam is staff; three others register, and two of them add a movie."""
        from accounts.models import User as Account

        account = Account.objects.create_superuser("sam", "sam@example.com", PASSWORDS[0])
        staff = User(account.pk, "sam", "sam@example.com", PASSWORDS[0], is_staff=True)
        self.model.users.append(staff)
        body = {"username": "sam", "password": PASSWORDS[0]}
        self.opened(staff, expect(self.world.send("POST", AUTH["api"].format("login"), None, body), 200))
        for _ in range(3):
            self.register(door="api", way=SERVER)
        for number in (1, 2):
            fields = {"title": "Alien", "description": "In space.", "release_date": "1979-05-25"}
            fields |= {"director": "Ridley Scott", "genre": ["Horror"]}
            self.add_a_movie(number=number, fields=fields, dialect="api", way=SERVER, keyed=False)

    def teardown(self) -> None:
        """Whatever has been done, every movie is as the model says, and nothing that is kept differs from its cause."""
        type(self).requests.update(self.world.sent)
        if self.model.users and not self.has_failed:
            self.look_at_the_movies(number=len(self.model.sessions), size=50)
            found = list(differences())
            assert found == [], f"verify finds {found}"


def how_long(*, examples: int, steps: int, derandomize: bool) -> Any:
    """hypothesis's settings of a run."""
    return settings(
        max_examples=examples,
        stateful_step_count=steps,
        derandomize=derandomize,
        deadline=None,  # a busy machine is no reason to fail
        database=None,  # what was found elsewhere must not decide here
        phases=[Phase.generate, Phase.shrink],
        report_multiple_bugs=False,
        print_blob=False,
        # Examples are slow, because they ask a server, and many steps have nothing to be done to yet.
        suppress_health_check=list(HealthCheck),
    )
