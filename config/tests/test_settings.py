"""Every setting that a deployment changes has a default, is documented, and does what its name says."""

import os
import re
import stat
import subprocess
import sys

import pytest
from django.conf import settings
from django.urls import get_resolver
from rest_framework.settings import api_settings

from rest.fast_path.routes import patterns

SOURCE = (settings.BASE_DIR / "config" / "settings.py").read_text(encoding="utf-8")
README = (settings.BASE_DIR / "README.md").read_text(encoding="utf-8")
VARIABLES = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', SOURCE))


def settings_of_a_new_installation(folder, expression, **environment):
    """What `expression` is in a process that has nothing in its environment but `environment`."""
    environment = {"PATH": os.environ["PATH"], "VAR_DIR": str(folder / "var"), **environment}
    code = f"from config import settings; print({expression})"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip(), done.stderr


def test_every_variable_is_in_the_readmes_table():
    table = README.split("## Configuration")[1].split("\n## ")[0]
    rows = set(re.findall(r"^\|\s*`([A-Z_]+)`", table, re.MULTILINE))
    named = set(re.findall(r"`([A-Z_]+)`", table))
    assert len(VARIABLES) > 15
    assert VARIABLES - named == set()
    assert rows


def test_every_variable_has_a_default(tmp_path):
    shown, errors = settings_of_a_new_installation(tmp_path, "settings.DATABASES['default']['ENGINE'], settings.DEBUG")
    assert shown == "rest.database.sqlite False", errors


def test_the_secret_key_is_made_once_and_only_its_owner_reads_it(tmp_path):
    first, errors = settings_of_a_new_installation(tmp_path, "settings.SECRET_KEY")
    assert len(first) >= 64, errors
    assert settings_of_a_new_installation(tmp_path, "settings.SECRET_KEY")[0] == first
    assert stat.S_IMODE((tmp_path / "var" / "secret_key").stat().st_mode) == 0o600
    assert settings_of_a_new_installation(tmp_path / "other", "settings.SECRET_KEY")[0] != first


@pytest.mark.parametrize(
    ("variable", "value", "expression", "shown"),
    [
        ("SECRET_KEY", "mine", "settings.SECRET_KEY", "mine"),
        ("DEBUG", "on", "settings.DEBUG", "True"),
        ("ALLOWED_HOSTS", "a.example,b.example", "settings.ALLOWED_HOSTS", "['a.example', 'b.example']"),
        ("DATABASE_URL", "postgres://u:p@h:1/n", "settings.DATABASES['default']['HOST']", "h"),
        ("BACKUP_DIR", "/b", "settings.BACKUP_DIR", "/b"),
        ("BACKUP_HOURS", "0.5", "settings.BACKUP_HOURS", "0.5"),
        ("DEMO", "off", "settings.DEMO", "False"),
        ("ADMIN_PASSWORD", "mine", "settings.ADMIN_PASSWORD", "mine"),
        ("DATABASE_URL", "", "settings.DATABASES['default']['ENGINE']", "rest.database.sqlite"),
        ("ACCESS_TOKEN_MINUTES", "5", "settings.SIMPLE_JWT['ACCESS_TOKEN_LIFETIME']", "0:05:00"),
        ("SESSION_DAYS", "2", "settings.SESSION_DAYS", "2"),
        ("PATH_PREFIX", "marquee/", "settings.PATH_PREFIX", "/marquee"),
        ("TRUSTED_PROXIES", "1", "settings.USE_X_FORWARDED_HOST", "True"),
        ("MAX_BODY_BYTES", "10", "settings.DATA_UPLOAD_MAX_MEMORY_SIZE", "10"),
        ("THROTTLE_LOGIN", "1/day", "settings.REST_FRAMEWORK['DEFAULT_THROTTLE_RATES']['login']", "1/day"),
    ],
)
def test_a_variable_changes_its_setting(tmp_path, variable, value, expression, shown):
    got, errors = settings_of_a_new_installation(tmp_path, expression, **{variable: value})
    assert got == shown, errors


def test_nobodys_headers_are_believed_unless_a_proxy_is_declared(tmp_path):
    expression = "hasattr(settings, 'SECURE_PROXY_SSL_HEADER'), hasattr(settings, 'USE_X_FORWARDED_HOST')"
    assert settings_of_a_new_installation(tmp_path, expression)[0] == "False False"


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("DEBUG", "perhaps-not"),
        ("SESSION_DAYS", "x"),
        ("MAX_BODY_BYTES", "1MB"),
        ("PATH_PREFIX", "http://x/y"),
        ("TRUSTED_PROXIES", "-1"),
        ("PASSWORD_HASHING_PLACES", "-1"),
        ("BACKUP_KEEP", "0"),
        ("BACKUP_HOURS", "-1"),
        ("CORS_ALLOWED_ORIGINS", "localhost:5173"),
        ("CORS_ALLOWED_ORIGINS", "*,http://a"),
    ],
)
def test_a_value_that_cannot_be_is_no_silent_default(tmp_path, variable, value):
    shown, errors = settings_of_a_new_installation(tmp_path, f"settings.{variable}", **{variable: value})
    assert (shown == "False" and variable == "DEBUG") or (shown == "" and "ValueError" in errors)


def test_the_tests_run_with_the_real_settings_but_cheap_hashes(tmp_path):
    assert settings.PASSWORD_HASHERS == ["django.contrib.auth.hashers.MD5PasswordHasher"]
    shown, _ = settings_of_a_new_installation(tmp_path, "settings.PASSWORD_HASHERS[0]")
    assert shown == "accounts.hashing.GatedPBKDF2PasswordHasher"


def test_what_is_limited_is_a_method_and_its_scope_has_a_rate():
    viewsets = {pattern.callback.cls for _, pattern, _ in patterns(get_resolver())}
    limits = [(viewset, *limit) for viewset in viewsets for limit in getattr(viewset, "throttle_scopes", {}).items()]
    assert limits
    for viewset, action, scope in limits:
        where = f"{viewset.__name__}.throttle_scopes"
        assert callable(getattr(viewset, action, None)), f"{where}: {action!r} is no method, so nothing is limited."
        assert scope in api_settings.DEFAULT_THROTTLE_RATES, f"{where}: {scope!r} is not in DEFAULT_THROTTLE_RATES."


@pytest.mark.parametrize(("name", "number"), [(None, 2), ("normal", 1), ("FULL", 2)])
def test_how_long_sqlite_waits_for_the_disk(tmp_path, name, number):
    asked = (
        "(__import__('django').setup(), __import__('django.db').db.connection.cursor()"
        ".execute('PRAGMA synchronous').fetchone())[1]"
    )
    environment = {"DJANGO_SETTINGS_MODULE": "config.settings"} | ({"SQLITE_SYNCHRONOUS": name} if name else {})
    assert settings_of_a_new_installation(tmp_path, asked, **environment)[0] == f"({number},)"


def test_another_word_for_it_is_refused(tmp_path):
    errors = settings_of_a_new_installation(tmp_path, "1", SQLITE_SYNCHRONOUS="off")[1]
    assert "SQLITE_SYNCHRONOUS='OFF' is neither FULL nor NORMAL." in errors
