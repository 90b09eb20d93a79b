from rest import background


def test_a_job_that_fails_is_logged_and_keeps_no_other_from_its_turn(monkeypatch, caplog):
    done = []

    def fail():
        raise RuntimeError("cannot")

    monkeypatch.setattr(background, "JOBS", {})
    background.register("failing", fail)
    background.register("other", lambda: done.append("other"))
    monkeypatch.setattr(background.connections, "close_all", lambda: done.append("closed"))
    background.work()
    assert done == ["closed", "other"]
    assert "The job 'failing' failed." in caplog.text
