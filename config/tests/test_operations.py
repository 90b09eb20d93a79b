"""docs/operations.md, the example for Prometheus and its alarms speak of what there is."""

import re

import pytest
import yaml
from django.conf import settings

from metrics import observed
from metrics.measures import Measures
from metrics.observed import Observed
from metrics.tests.test_metrics import TOKEN, samples
from rest.tests.requests import answered, asked

DOCS = settings.BASE_DIR / "docs"
OPERATIONS = (DOCS / "operations.md").read_text(encoding="utf-8")
ALERTS = yaml.safe_load((DOCS / "alerts.yml").read_text())["groups"][0]["rules"]
NAME = re.compile(r"marquee_[a-z_]+")
ENDINGS = ("_bucket", "_count", "_sum")


@pytest.fixture
def names(db, tmp_path, settings, monkeypatch):
    """The names and labels of a real answer, of a server that has refused somebody and polled."""
    settings.METRICS_DIR, settings.METRICS_TOKEN = tmp_path, TOKEN
    measures = Measures()
    monkeypatch.setattr(observed, "measures", measures)
    measures.count("throttled", "login")
    for name in ("threads", "waiting", "connections", "db_connections"):
        measures.set(name, 1)
    from config.wsgi import full_stack

    server = Observed(full_stack)
    answered(server, asked("GET", "/livez"))
    text = answered(server, asked("GET", "/metrics", HTTP_AUTHORIZATION=f"Bearer {TOKEN}"))[2].decode()
    return {key[0]: {label for label, _ in key[1:]} for key in samples(text)}


def without_ending(name):
    return next((name.removesuffix(ending) for ending in ENDINGS if name.endswith(ending)), name)


def test_every_metric_that_an_alarm_asks_for_is_there_with_its_labels(names):
    asked_for = [name for rule in ALERTS for name in NAME.findall(rule["expr"])]
    assert len(asked_for) > 10
    assert set(asked_for) - set(names) == set()
    for rule in ALERTS:
        for name, labels in re.findall(r"(marquee_[a-z_]+)\{([^}]*)\}", rule["expr"]):
            assert set(re.findall(r"(\w+)\s*(?:=~|!=|=)", labels)) <= names[name], rule["alert"]


def test_the_table_names_every_metric_and_none_that_is_not_there(names):
    table = OPERATIONS.split("## Metrics")[1].split("## What each alarm means")[0]
    documented = set(NAME.findall(table))
    assert documented == {without_ending(name) for name in names}


def test_every_alarm_has_a_section_and_every_section_an_alarm():
    sections = re.findall(r"^### (Marquee\w+)$", OPERATIONS, re.MULTILINE)
    assert sections == [rule["alert"] for rule in ALERTS]
    for rule in ALERTS:
        assert rule["labels"]["severity"] in ("page", "ticket")
        assert rule["annotations"]["summary"]


def test_the_example_scrapes_what_there_is():
    example = yaml.safe_load((DOCS / "prometheus.yml").read_text())
    (job,) = example["scrape_configs"]
    assert job["metrics_path"] == "/metrics"
    assert job["authorization"]["type"] == "Bearer"
    assert f'job="{job["job_name"]}"' in ALERTS[0]["expr"]
    assert [(DOCS / name).exists() for name in example["rule_files"]] == [True]


def test_the_loggers_that_it_names_are_there():
    code = "\n".join(
        path.read_text()
        for app in ("rest", "metrics", "accounts", "config/server")
        for path in (settings.BASE_DIR / app).rglob("*.py")
    )
    for name in set(re.findall(r"`((?:rest|metrics)\.[a-z_.]+)`", OPERATIONS)):
        assert (settings.BASE_DIR / f"{name.replace('.', '/')}.py").exists(), name
    for name in set(re.findall(r"`(marquee\.[a-z]+)`", OPERATIONS)):
        assert f'"{name}"' in code, name
