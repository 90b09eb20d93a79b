"""The counter over real worker processes: gunicorn, and where needed several of them as several hosts."""

import os
import signal

from metrics.tests.server import wait_until


def requests_of(server):
    status, body = server.get("/request-count/")
    assert status == 200, server.describe()
    return body["requests"]


def test_n_concurrent_requests_and_one_get_make_n_plus_1_also_after_a_restart_and_a_reset(new_server):
    server = new_server(workers=3)
    assert server.burst(300) == [200] * 300
    assert [requests_of(server) for _ in range(6)] == [301, 302, 303, 304, 305, 306]  # whichever worker answers
    server.restart()
    assert requests_of(server) == 307
    server.restart(signal.SIGKILL)
    assert requests_of(server) == 308
    server.burst(50, "/request-count/reset/", method="POST")
    assert requests_of(server) == 1


def test_kill_9_of_a_worker_loses_no_answered_request(new_server):
    server = new_server()
    victim = server.worker_pids()[0]

    def kill_in_the_middle(number):
        if number == 200:
            os.kill(victim, signal.SIGKILL)

    statuses = server.burst(600, before=kill_in_the_middle)
    assert set(statuses) <= {200, None}, server.describe()
    answered = len(statuses) - statuses.count(None)
    counted = requests_of(server) - 1
    assert answered <= counted <= 600
    assert answered > 500

    wait_until(lambda: len(server.worker_pids()) == 2, server.describe)
    assert server.burst(50) == [200] * 50
    assert requests_of(server) == counted + 52  # the successor has taken the dead worker's slot over


def test_two_hosts_on_one_database_count_together(new_server):
    hosts = new_server("first"), new_server("second")
    assert hosts[0].burst(50) == [200] * 50
    assert hosts[1].burst(30) == [200] * 30
    sent = 80

    def sees_everything(host):
        nonlocal sent
        sent += 1
        return requests_of(host) == sent

    for host in (*hosts, *hosts):
        wait_until(lambda host=host: sees_everything(host), host.describe)
    hosts[0].stop(signal.SIGKILL)
    wait_until(lambda: sees_everything(hosts[1]), hosts[1].describe)


def test_requests_succeed_while_the_counters_folder_cannot_be_used(new_server, impossible_folder):
    server = new_server(env={"COUNTER_DIR": str(impossible_folder)})
    assert server.burst(20) == [200] * 20
    assert server.get("/request-count/")[0] == 503
    assert "Requests are counted in the memory" in server.describe()
