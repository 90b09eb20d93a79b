"""What the documents and docstrings name is there: files and folders, modules, commands and targets of make.

What stands in backticks, in blocks of code and in links counts, and in docstrings any path of a file. A placeholder stands for any name:
`<app>/dialects/<dialect>.py` and `movies/views/…` are there if anything fits.
"""

import ast
import importlib.util
import re
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import get_commands
from django.utils.module_loading import import_string

ROOT = Path(settings.BASE_DIR)
PACKAGES = ("rest", "accounts", "metrics", "movies", "collections_app", "config", "benchmarks")
DOCUMENTS = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
SOURCES = [path for name in PACKAGES for path in sorted((ROOT / name).rglob("*.py")) if "migrations" not in path.parts]
# What is made while one works is not in the repository, and may be named all the same.
MADE = re.findall(r"^/([^/\n*]+)/?$", (ROOT / ".gitignore").read_text(), re.MULTILINE)
HERE = {path.relative_to(ROOT).as_posix() for path in ROOT.iterdir() if path.name not in {".git", *MADE}}
HERE |= {
    path.relative_to(ROOT).as_posix()
    for name in (*PACKAGES, "docs", "bin", ".ci")
    for path in (ROOT / name).rglob("*")
    if "__pycache__" not in path.parts
}
TARGETS = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))

CODE = re.compile(r"^```[a-z]*\n(.*?)^```|`([^`\n]+)`", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"(?:[\w-]+/)+[\w-]+\.(?:py|md|toml|json)")
LINK = re.compile(r"\]\((?!https?:)([^)#\s]+)")
PATH = re.compile(r"(?:[\w.<>*…-]+/)+[\w.<>*…-]*|[\w-]+\.(?:py|md|toml|txt|ini|json|sh)")
MODULE = re.compile(rf"(?:{'|'.join(PACKAGES)})(?:\.\w+)+")
COMMAND = re.compile(r"manage\.py ([a-z_]+)")
RUN_MODULE = re.compile(r"python -m ([\w.]+)")
TARGET = re.compile(r"(?:^|[\s=])make ([a-z]+)", re.MULTILINE)
# Not in the repository, or no paths at all: what is made, what the server answers at, media types, rates, ports.
ELSEWHERE = re.compile(
    rf"({'|'.join(map(re.escape, MADE))}|media|static)(/.*)?$"
    r"|(application|multipart|text|image|message)/|[0-9]+/[a-z]*$"
)


def named(document: Path) -> Iterator[tuple[int, str, bool]]:
    """What a document names: its line, its text, and whether it is a link."""
    text = document.read_text(encoding="utf-8")
    for match in CODE.finditer(text):
        yield text.count("\n", 0, match.start()) + 1, match[1] or match[2], False
    for match in LINK.finditer(text):
        yield text.count("\n", 0, match.start()) + 1, match[1], True


def named_in_docstrings(source: Path) -> Iterator[tuple[int, str, bool]]:
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and (text := ast.get_docstring(node)):
            line = getattr(node, "lineno", 1)
            yield from ((line, match[1] or match[2], False) for match in CODE.finditer(text))
            yield from ((line, path, False) for path in FILE.findall(CODE.sub("", text)))


def missing(document: Path, text: str, is_link: bool = False) -> list[str]:
    """What there is not, of all that a piece of code or a link names."""
    if is_link:
        return [] if (document.parent / text).exists() else [text]
    wrong = [f"make {target}" for target in TARGET.findall(text) if target not in TARGETS]
    wrong += [f"manage.py {command}" for command in COMMAND.findall(text) if command not in get_commands()]
    wrong += [f"python -m {module}" for module in RUN_MODULE.findall(text) if not is_module(module)]
    if MODULE.fullmatch(text) and not PATH.fullmatch(text) and not is_object(text):
        wrong.append(text)
    paths = [word for word in re.split(r"[\s,;:]+", text) if PATH.fullmatch(word) and not ELSEWHERE.match(word)]
    return wrong + [path for path in paths if not is_there(document, path)]


def is_there(document: Path, path: str) -> bool:
    """Whether a file or folder is there, seen from the root, from the document or from any folder of an app."""
    pattern = re.sub(r"<\w+>|…", "*", path.rstrip("/")).replace("[", "[[]")
    is_near = (document.parent / path).exists()
    return is_near or any(fnmatch(name, pattern) or fnmatch(name, f"*/{pattern}") for name in HERE)


def is_module(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:
        return False


def is_object(name: str) -> bool:
    """Whether it is a module, something in one, or a model by its label."""
    if is_module(name) or name in {model._meta.label for model in apps.get_models()}:
        return True
    try:
        return bool(import_string(name))
    except ImportError:
        return False


def wrongs(documents: list[Path]) -> list[str]:
    pieces = (
        (document, *piece)
        for document in documents
        for piece in (named if document.suffix == ".md" else named_in_docstrings)(document)
    )
    return [
        f"{document.relative_to(ROOT)}:{line}: `{wrong}` does not exist"
        for document, line, text, is_link in pieces
        for wrong in missing(document, text, is_link)
    ]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.relative_to(ROOT).as_posix())
def test_whatever_a_document_names_is_there(document):
    assert not (found := wrongs([document])), "\n".join(found)


def test_whatever_a_docstring_names_is_there():
    assert not (found := wrongs(SOURCES)), "\n".join(found)


@pytest.mark.parametrize(
    "text",
    [
        "config/urls.py",
        "config/urls.py: urlpatterns",
        "rows.py",
        "movies/importing/",
        "<app>/dialects/<dialect>.py",
        "movies/views/…",
        "make test ARGS='-k x'",
        "SECONDS=2 make bench",
        ".venv/bin/python manage.py verify",
        "rest.fast_path",
        "python -m benchmarks.servers",
        "application/json",
        "120/hour",
        "var/media/",
        ".bench/",
    ],
)
def test_what_is_there_is_found(text):
    assert missing(ROOT / "README.md", text) == []


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("config/nowhere.py", "config/nowhere.py"),
        ("nowhere.py", "nowhere.py"),
        ("config/nowhere.py: nothing", "config/nowhere.py"),
        ("movies/nowhere/", "movies/nowhere/"),
        ("<app>/nowhere/<dialect>.py", "<app>/nowhere/<dialect>.py"),
        ("SECONDS=2 make nothing", "make nothing"),
        (".venv/bin/python manage.py nothing", "manage.py nothing"),
        ("rest.nowhere", "rest.nowhere"),
        ("rest.fast_path.nothing", "rest.fast_path.nothing"),
        ("python -m benchmarks.nowhere", "python -m benchmarks.nowhere"),
    ],
)
def test_what_is_not_there_is_noticed(text, wrong):
    assert missing(ROOT / "README.md", text) == [wrong]


def test_a_path_in_a_docstring_is_noticed_with_its_file_and_line(tmp_path, monkeypatch):
    monkeypatch.setattr(f"{__name__}.ROOT", tmp_path)
    (source := tmp_path / "code.py").write_text('def f():\n    """docs/why.md says why."""\n', encoding="utf-8")
    assert wrongs([source]) == ["code.py:1: `docs/why.md` does not exist"]


def test_a_link_that_leads_nowhere_is_noticed_with_its_document_and_line(tmp_path, monkeypatch):
    monkeypatch.setattr(f"{__name__}.ROOT", tmp_path)
    (document := tmp_path / "README.md").write_text("# Title\n\nSee [why](docs/why.md).\n", encoding="utf-8")
    assert wrongs([document]) == ["README.md:3: `docs/why.md` does not exist"]
