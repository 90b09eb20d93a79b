"""Other users of the machine read nothing of what the server keeps, whatever umask its user has."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.base import ContentFile

from config.tests.test_settings import settings_of_a_new_installation
from metrics.tests.server import Server
from rest import private_files
from rest.storage import MediaStorage

pytestmark = [
    pytest.mark.skipif(os.name != "posix", reason="Modes are POSIX's."),
    pytest.mark.own_database,
]


def prepare(var, umask, **environment):
    """`manage.py prepare` as a user with that umask starts it: what it said."""
    done = subprocess.run(
        [sys.executable, "manage.py", "prepare", "--no-demo"],
        cwd=settings.BASE_DIR,
        env={"PATH": os.environ["PATH"], "VAR_DIR": str(var), **environment},
        umask=umask,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return done.stdout


def mode(path):
    return stat.S_IMODE(path.lstat().st_mode)


def open_to_others(folder):
    """What anybody but the owner may do something with."""
    return sorted(str(path) for path in [folder, *folder.rglob("*")] if mode(path) & 0o077)


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_nothing_of_a_new_installation_is_open_to_others(tmp_path, umask):
    var = tmp_path / "var"
    assert "Other users" not in prepare(var, umask)
    names = {path.name for path in var.rglob("*")}
    assert {"secret_key", "marquee.sqlite3", "static"} <= names
    assert open_to_others(var) == []


def test_nothing_that_a_running_server_makes_is_open_to_others(tmp_path):
    var = tmp_path / "var"
    prepare(var, 0o000)
    previous = os.umask(0o000)  # which the server's processes inherit
    try:
        with Server(f"sqlite:///{var}/marquee.sqlite3", var) as server:
            login = {"username": "rosa", "email": "rosa@example.com", "password": "correct-horse-9"}
            assert server.post("/api/v1/auth/register/", login)[0] == 201
            assert server.post("/api/v1/auth/login/", login)[0] == 200
            made = {path.name for path in var.rglob("*")}
            assert {"marquee.sqlite3-wal", "marquee.sqlite3-shm"} <= made
            assert any(name.endswith(".counter") for name in made)
            assert open_to_others(var) == [str(server.log)]  # made by this test
    finally:
        os.umask(previous)


@pytest.fixture
def opened_wide(copy_prepared, tmp_path):
    """An installation as an older release has left it."""
    var = copy_prepared(tmp_path / "var")
    (var / "media" / "covers").mkdir(parents=True)
    for name in ("media/covers/a.jpg", "marquee.sqlite3-wal", "server.log", "requests-old.counter.replaced"):
        (var / name).write_text("")
    for path in [var, *var.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)
    return var


def test_what_an_older_release_left_open_is_closed_and_said_once(opened_wide):
    var = opened_wide
    assert "Other users of this machine are kept from " in prepare(var, 0o022)
    assert open_to_others(var) == []
    assert mode(var / "secret_key") == 0o600
    assert mode(var / "static") == 0o700
    assert prepare(var, 0o022) == ""


@pytest.mark.parametrize(
    ("chosen", "file", "folder", "passed"),
    [("", 0o644, 0o755, 0o711), ("640", 0o640, 0o750, 0o710), ("600", 0o600, 0o700, 0o700)],
)
def test_covers_that_another_web_server_serves_are_read_by_its_user_and_nothing_else_is(
    opened_wide, chosen, file, folder, passed
):
    var = opened_wide
    prepare(var, 0o022, SERVE_MEDIA="off", **({"MEDIA_FILE_MODE": chosen} if chosen else {}))
    media = var / "media"
    assert (mode(media / "covers" / "a.jpg"), mode(media / "covers"), mode(media)) == (file, folder, folder)
    assert mode(var) == passed  # gone through, and not listed
    kept = [path for path in var.rglob("*") if path != media and media not in path.parents]
    assert len(kept) > 10
    assert [path for path in kept if mode(path) & 0o077] == []


def test_covers_and_the_counter_elsewhere_are_closed_and_what_is_not_ours_there_is_not(tmp_path):
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "media").mkdir(parents=True)
    for name in ("requests-x.counter", "somebody's", "media/cover.jpg"):
        (elsewhere / name).write_text("")
        (elsewhere / name).chmod(0o644)
    elsewhere.chmod(0o755)
    prepare(tmp_path / "var", 0o022, COUNTER_DIR=str(elsewhere), MEDIA_ROOT=str(elsewhere / "media"))
    assert open_to_others(elsewhere) == [str(elsewhere), str(elsewhere / "somebody's")]


def test_a_database_elsewhere_is_closed_with_what_belongs_to_it(tmp_path):
    (tmp_path / "film.db-wal").touch(0o644)
    prepare(tmp_path / "var", 0o000, DATABASE_URL=f"sqlite:///{tmp_path}/film.db")
    assert [mode(path) for path in tmp_path.glob("film.db*")] == [0o600] * len(list(tmp_path.glob("film.db*")))


def test_links_and_folders_for_everybody_are_left_as_they_are(tmp_path):
    (tmp_path / "file").touch()
    (tmp_path / "file").chmod(0o644)
    (tmp_path / "link").symlink_to(tmp_path / "file")
    (tmp_path / "everybody's").mkdir()
    (tmp_path / "everybody's").chmod(0o1777)
    assert not private_files.give_mode(tmp_path / "link", 0o600)
    assert not private_files.give_mode(tmp_path / "everybody's", 0o700)
    assert not private_files.give_mode(tmp_path / "gone", 0o600)
    assert mode(tmp_path / "file") == 0o644
    assert mode(tmp_path / "everybody's") == 0o777 | stat.S_ISVTX


@pytest.mark.parametrize(("file", "folder"), [(0o600, 0o700), (0o640, 0o750), (0o644, 0o755)])
def test_a_cover_and_its_folders_get_the_modes_when_they_are_made(tmp_path, file, folder):
    root = tmp_path / "media"
    MediaStorage(location=root, file_permissions_mode=file).save("covers/1/a.jpg", ContentFile(b"cover"))
    made = [root, root / "covers", root / "covers" / "1"]
    assert [mode(each) for each in made] == [folder] * 3
    assert mode(root / "covers" / "1" / "a.jpg") == file


@pytest.mark.parametrize("text", ["", "rw-", "7777", "0640", "440", "68"])
def test_what_is_no_mode_of_files_is_refused(tmp_path, text):
    shown, errors = settings_of_a_new_installation(tmp_path, "settings.MEDIA_FILE_MODE", MEDIA_FILE_MODE=text or " ")
    assert shown == ""
    assert "is no mode of files such as 640" in errors


def test_whoever_wants_the_umask_to_decide_says_so(tmp_path):
    var = tmp_path / "var"
    prepare(var, 0o027, PRIVATE_FILES="off")
    assert mode(var / "marquee.sqlite3") == 0o640
    assert mode(var / "secret_key") == 0o600
    assert Path(var / "static").is_dir()
