"""`manage.py restore`: all of a backup into an empty place, or nothing."""

import tarfile

import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from django.db import connection

from config.backups import Refused, folder, restoring
from config.backups.databases import current
from config.backups.manifest import parsed
from config.tests.backups import as_json, asked, empty_place, give_cover, manage, manifest_of, written
from metrics.models import CounterSource, Installation
from metrics.slots import SlotFile

pytestmark = pytest.mark.django_db(transaction=True)
DATABASE = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}
OTHER = {"sqlite": "postgresql", "postgresql": "sqlite"}


@pytest.fixture
def backup(settings, tmp_path, movie, make_movie, alice, bob):
    """Of two movies, one with a cover, that people use, on a host that has counted 41 requests and reported 40."""
    settings.BACKUP_DIR, settings.MEDIA_ROOT = tmp_path / "backups", tmp_path / "media"
    settings.COUNTER_DIR = tmp_path
    give_cover(movie, b"the cover")
    bob.post(f"/api/v1/movies/{movie.pk}/like/")
    bob.put(f"/api/v1/movies/{movie.pk}/rating/", {"rating": 4})
    bob.post(f"/api/v1/movies/{movie.pk}/comments/", {"text": "Hm."})
    make_movie("Aliens", by=bob)
    file = SlotFile.create(tmp_path / f"requests-{Installation.objects.identity()}.counter")
    file.slots()[0] = 41
    CounterSource.objects.record(file.source, 40)
    call_command("backup", verbosity=0)
    return folder.whole(settings.BACKUP_DIR)[0]


def is_empty(place, tmp_path):
    """Whether nothing is there: no database, no cover."""
    media = tmp_path / "new" / "var" / "media"
    assert not media.exists() or not any(path.is_file() for path in media.rglob("*"))
    said = manage(
        place,
        "shell",
        "--no-imports",
        "-c",
        "from config.backups.databases import current; print(repr(current().objection()))",
    )
    return said.stdout.strip() == "''"


def test_what_was_backed_up_is_there_again_and_verify_finds_nothing(backup, tmp_path, movie):
    place = empty_place(tmp_path / "new")
    done = manage(place, "restore", backup)
    assert done.returncode == 0, done.stderr
    assert "as many in each as the backup says, and 1 covers." in done.stdout
    assert "The SECRET_KEY here is another one than there" in done.stderr
    verified = manage(place, "verify")
    assert (verified.returncode, "2 movies verified, 0 differences." in verified.stdout) == (0, True)
    assert (tmp_path / "new" / "var" / "media" / "covers" / f"{movie.uuid}-a.jpg").read_bytes() == b"the cover"
    rows = "list(__import__('movies.models').models.Movie.objects.order_by('title').values_list('title', 'stats__likes_count'))"
    assert asked(place, rows) == [["Alien", 1], ["Aliens", 0]]
    assert asked(place, "__import__('metrics.models').models.CounterSource.objects.total()") == 41
    assert asked(place, "__import__('metrics.models').models.Backup.objects.count()") == 0
    assert "password " in done.stdout  # of the first admin, whom alice and bob are not


def test_the_same_key_is_recognised(backup, tmp_path):
    place = {**empty_place(tmp_path / "new"), "SECRET_KEY": django_settings.SECRET_KEY}
    assert manage(place, "restore", backup, "--verbosity=0").stderr == ""


def test_an_empty_place_is_asked_for(backup, tmp_path):
    place = empty_place(tmp_path / "new")
    assert manage(place, "restore", backup).returncode == 0
    again = manage(place, "restore", backup)
    assert again.returncode == 2
    assert "A backup is restored into an empty place only. " in again.stderr
    assert "There are files in " in again.stderr


@pytest.mark.parametrize("step", ["restoring.row_counts", "covers.put_in_place"])
def test_a_failure_in_the_middle_leaves_an_empty_place(backup, tmp_path, step):
    place = empty_place(tmp_path / "new")
    code = f"from config.backups import covers, restoring\ndef fail(*a): raise OSError('No space left')\n{step} = fail"
    done = manage(place, "restore", backup, code=code)
    assert (done.returncode, "No space left" in done.stderr) == (2, True)
    assert is_empty(place, tmp_path)
    assert manage(place, "restore", backup).returncode == 0


def test_counts_that_differ_leave_an_empty_place(backup, tmp_path):
    place = empty_place(tmp_path / "new")
    code = "from config.backups import restoring\nrestoring.row_counts = lambda: {'movies_movie': 1}"
    done = manage(place, "restore", backup, code=code)
    assert done.returncode == 2
    assert "movies_movie has 1 rows instead of 2" in done.stderr
    assert is_empty(place, tmp_path)


def test_ctrl_c_in_the_middle_leaves_an_empty_place(backup, tmp_path):
    place = empty_place(tmp_path / "new")
    code = "from config.backups import covers\ndef stop(*a): raise KeyboardInterrupt\ncovers.put_in_place = stop"
    done = manage(place, "restore", backup, code=code)
    assert (done.returncode, "Interrupted; nothing was changed." in done.stderr) == (130, True)
    assert is_empty(place, tmp_path)


def test_a_cut_or_changed_file_is_refused_wherever_it_is_cut(backup, tmp_path):
    content = backup.read_bytes()
    bad = tmp_path / "bad.tar.gz"
    for size in (0, 10, len(content) // 3, len(content) // 2, len(content) - 9, len(content) - 1):
        bad.write_bytes(content[:size])
        with pytest.raises(Refused):
            restoring.examined(bad, lambda n: None)
    for at in range(20, len(content), len(content) // 20):
        bad.write_bytes(content[:at] + bytes([content[at] ^ 255]) + content[at + 1 :])
        with pytest.raises(Refused):
            restoring.examined(bad, lambda n: None)
    place = empty_place(tmp_path / "new")
    assert manage(place, "restore", bad).returncode == 2
    assert is_empty(place, tmp_path)


def test_a_file_that_is_none_is_said_so(tmp_path):
    (tmp_path / "films").write_text("films of mine")
    place = empty_place(tmp_path / "new")
    for name, said in (("films", "is damaged, cut, or no backup of Marquee"), ("nothing", "There is no file ")):
        done = manage(place, "restore", tmp_path / name)
        assert (done.returncode, said in done.stderr) == (2, True), done.stderr


# --- Archives that nobody of us has made ----------------------------------------------------------------------------


def objection(tmp_path, members):
    with pytest.raises(Refused) as caught:
        restoring.examined(written(tmp_path / "made-up.tar.gz", members), lambda n: None)
    return str(caught.value)


def link(name, target, kind=tarfile.SYMTYPE):
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


@pytest.mark.parametrize(
    "name",
    ["media/../../x", "media//etc/x", "/etc/x", "media/.x", "media/covers/../x", "x", "media/", "media/a\\..\\b/\n"],
)
def test_a_name_that_leads_elsewhere_is_refused(tmp_path, name):
    files = {DATABASE[connection.vendor]: b"d", name: b"x"}
    said = objection(tmp_path, [*files.items(), ("manifest.json", as_json(manifest_of(files)))])
    assert "cannot be understood" in said


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE])
def test_what_is_no_plain_file_is_refused(tmp_path, kind):
    assert "is no plain file" in objection(tmp_path, [(link("media/covers/a.jpg", "/etc/passwd", kind), b"")])


def test_what_the_manifest_does_not_name_or_names_in_vain_is_refused(tmp_path):
    files = {DATABASE[connection.vendor]: b"d"}
    said = as_json(manifest_of(files))
    assert "is not what manifest.json says" in objection(
        tmp_path, [*files.items(), ("media/a.jpg", b"a"), ("manifest.json", said)]
    )
    assert "is not what manifest.json says" in objection(tmp_path, [("manifest.json", said)])
    assert "where nothing should be" in objection(tmp_path, [*files.items(), *files.items(), ("manifest.json", said)])
    assert "where nothing should be" in objection(
        tmp_path, [*files.items(), ("manifest.json", said), ("manifest.json", said)]
    )
    assert "there is no manifest.json in it" in objection(tmp_path, [*files.items()])


@pytest.mark.parametrize(
    "changed",
    [
        {"files": {}}, {"files": []}, {"database": {"vendor": "oracle"}}, {"counts": {"a": "1"}}, {"taken_at": "today"},
        {"counter": {"source": "x", "counted": 1}}, {"counter": {"source": "2f0cafc2-6f5e-4d5b-8f0e-111111111111", "counted": -1}},
        {"another": 1},
    ],
)  # fmt: skip
def test_a_manifest_that_cannot_be_is_refused(changed):
    with pytest.raises(Refused, match="cannot be understood"):
        parsed(as_json(manifest_of({DATABASE[connection.vendor]: b""}, **changed)))


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"1", b"\xff", b"null"])
def test_a_manifest_that_is_none_is_refused(content):
    with pytest.raises(Refused, match="cannot be understood"):
        parsed(content)


def test_another_format_is_refused_with_the_version_that_made_it():
    with pytest.raises(Refused, match=r"has format 2, and .* reads format 1: it was made by Marquee 9\.0\."):
        parsed(as_json(manifest_of({}, format=2, marquee="9.0")))


def test_a_newer_release_and_the_other_database_are_refused():
    newer = parsed(as_json(manifest_of({DATABASE[connection.vendor]: b""}, migrations=["movies.9999_the_future"])))
    with pytest.raises(Refused, match=r"made by a newer Marquee .*movies\.9999_the_future"):
        restoring.require_fitting(newer, current())
    other = OTHER[connection.vendor]
    theirs = manifest_of({DATABASE[other]: b""}, database={"vendor": other, "version": "1", "tool": 1})
    with pytest.raises(Refused, match="goes back into that kind only"):
        restoring.require_fitting(parsed(as_json(theirs)), current())
