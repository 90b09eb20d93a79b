"""The README is true: its session runs as it stands, and its table knows every variable."""

import re
import subprocess

import pytest
from django.conf import settings
from django.core.management import call_command

from metrics.tests.server import Server, database_url

README = (settings.BASE_DIR / "README.md").read_text(encoding="utf-8")
SESSION = re.findall(r"```bash\n(.*?)```", README, re.DOTALL)


@pytest.fixture
def server(request, tmp_path, capsys):
    call_command("load_demo", verbosity=0)
    with Server(database_url(tmp_path), tmp_path / "host") as server:
        yield server


@pytest.mark.django_db(transaction=True, reset_sequences=True)  # the session names director 1 and genres 1 and 2
def test_the_first_session_runs_as_it_stands_in_every_dialect(server):
    assert len(SESSION) == 6
    script = "\n".join(SESSION).replace("http://localhost:8000", server.base_url)
    done = subprocess.run(["bash", "-euo", "pipefail", "-c", script], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    for expected in (
        "The Shawshank Redemption",
        "logged out!",
        "Transformer",
        "Bring a map.",
        "Comedy, Family",
        "Queerama",
        '"requests":',
    ):
        assert expected in done.stdout


def test_the_dialects_in_the_table_are_those_that_are_mounted():
    for dialect in settings.REST_FRAMEWORK["ALLOWED_VERSIONS"]:
        assert f"| `{dialect}`" in README, f"{dialect} has no line in README's table of the dialects: write one."


def test_every_environment_variable_is_in_the_table():
    files = ("config/settings.py", "config/server/gunicorn.py", "bin/run")
    code = "\n".join((settings.BASE_DIR / name).read_text() for name in files)
    variables = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', code)) | set(re.findall(r"\$\{([A-Z_]+):-", code))
    table = README.split("## Configuration")[1].split("\n## ")[0]
    assert variables
    assert variables - set(re.findall(r"`([A-Z_]+)`", table)) == set()


def test_the_links_in_the_documents_lead_somewhere():
    for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md"):
        text = (settings.BASE_DIR / name).read_text(encoding="utf-8")
        for target in re.findall(r"\]\((?!http)([^)#]+)\)", text):
            assert (settings.BASE_DIR / target).exists(), f"{name}: {target}"
