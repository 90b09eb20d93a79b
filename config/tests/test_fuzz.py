"""A short run of `make fuzz`: whatever is asked, the answer is one that the Swagger document knows, and none is 5xx."""

import pytest

from config.tests.fuzzing import Fuzzer
from drills.server import running

SEED, EXAMPLES = 20, 1  # the same requests in each run


@pytest.mark.long
def test_every_answer_to_what_is_made_up_is_one_that_the_document_knows():
    with running(THROTTLING="off", DJANGO_SETTINGS_MODULE="config.settings", COUNTER_WRITE_SECONDS="1") as server:
        fuzzer = Fuzzer(server.address, seed=SEED, examples=EXAMPLES)
        fuzzer.run()
        log = server.log.read_text(errors="replace")
    assert fuzzer.requests > 1000
    assert [f"{what}: {said}" for what, said in fuzzer.findings.items()] == []
    assert "Traceback" not in log
