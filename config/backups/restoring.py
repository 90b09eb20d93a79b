"""Putting a backup into an empty place: all of it or nothing."""

import shutil
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils.crypto import constant_time_compare

from config.backups import Refused, archive, covers
from config.backups.archive import MANIFEST, MEDIA, MOST_MANIFEST, Advance, Facts
from config.backups.databases import Database, current
from config.backups.manifest import Manifest, differing_counts, fingerprint, parsed, row_counts, unknown_migrations
from rest.private_files import FILE_MODE, folder_mode, make_folder

NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


def restore(path: Path, advance: Advance = lambda size: None) -> Manifest:
    """Puts the backup at `path` here; its manifest. Raises Refused, and has then changed nothing.

    `advance` hears of the bytes of the file, which is read twice: nothing is written before all of it is known to be
    whole.
    """
    database = current()
    require_empty(database)
    manifest = examined(path, advance)
    require_fitting(manifest, database)
    with ExitStack() as stack, ExitStack() as undo:
        dump, media = unpack(path, manifest, database, advance, stack)
        undo.callback(database.clear)
        database.load(dump)
        if found := differing_counts(manifest.counts, row_counts()):
            raise Refused(f"What was restored is not what the backup says: {'; '.join(found)}.")
        put = covers.put_in_place(media) if manifest.covers else []
        undo.callback(covers.remove, put)
        undo.pop_all()
    database.after_load()
    return manifest


# --- What is looked at first ------------------------------------------------------------------------------------------


def require_empty(database: Database) -> None:
    try:
        objections = [said for said in (database.objection(), covers.objection()) if said]
    except DatabaseError as error:
        raise Refused(f"The database cannot be used: {str(error).strip()} DATABASE_URL names it.") from error
    if objections:
        raise Refused(f"A backup is restored into an empty place only. {' '.join(objections)} Nothing was changed.")


def examined(path: Path, advance: Advance) -> Manifest:
    """The manifest of a backup whose every member is what it says. Raises Refused for any other."""
    found, manifest = dict[str, Facts](), None
    for name, content in archive.members(path, advance):
        if manifest is not None or name in found:
            raise Refused(f"{path} is no backup of Marquee: it has {name!r} where nothing should be.")
        if name == MANIFEST:
            manifest = parsed(content.read(MOST_MANIFEST))
        else:
            while content.read(archive.BLOCK):
                pass
            found[name] = content.facts()
    if manifest is None:
        raise Refused(f"{path} is no backup of Marquee, or its end is missing: there is no {MANIFEST} in it.")
    wrong = sorted(name for name in {*found, *manifest.files} if found.get(name) != manifest.files.get(name))
    if wrong:
        raise Refused(f"{path} is damaged: {', '.join(wrong[:5])} is not what {MANIFEST} says. Nothing was changed.")
    return manifest


def require_fitting(manifest: Manifest, database: Database) -> None:
    """Raises Refused for a backup of another database, or of a newer release, and where there is no room for it."""
    theirs = manifest.database["vendor"]
    if theirs != connection.vendor:
        raise Refused(
            f"This is a backup of {NAMES[theirs]}, and DATABASE_URL names {NAMES[connection.vendor]}. A backup holds "
            "the database as its own kind writes it, and goes back into that kind only."
        )
    if unknown := unknown_migrations(manifest.migrations):
        raise Refused(
            f"The backup was made by a newer Marquee ({manifest.marquee}), with migrations that this one does not have "
            f"({', '.join(unknown[:3])}{' …' if len(unknown) > 3 else ''}): restore it with that version."
        )
    database.require_tool(manifest.database)
    needed = sum(facts.bytes for facts in manifest.files.values())
    for folder in (database.folder(), Path(settings.MEDIA_ROOT)):
        there = next(each for each in (folder, *folder.parents) if each.exists())
        if (free := shutil.disk_usage(there).free) < needed:
            raise Refused(f"{folder} has {free / 1e6:,.0f} MB left, and the backup takes {needed / 1e6:,.0f} MB.")


# --- What is written --------------------------------------------------------------------------------------------------


def unpack(path: Path, manifest: Manifest, database: Database, advance: Advance, stack: ExitStack) -> tuple[Path, Path]:
    """The database's file, and a folder with the covers. Both are where the real ones will be, and go with `stack`."""
    beside, media = database.folder(), Path(settings.MEDIA_ROOT)
    beside.mkdir(parents=True, exist_ok=True)
    covers.clear_leftovers(beside)
    covers.clear_leftovers(media)
    dump = Path(stack.enter_context(TemporaryDirectory(prefix=covers.RESTORING, dir=beside))) / manifest.member
    unpacked = dump.parent
    if manifest.covers:
        mode = folder_mode(settings.MEDIA_FILE_MODE)
        make_folder(media, below=media, mode=mode)
        unpacked = Path(stack.enter_context(TemporaryDirectory(prefix=covers.RESTORING, dir=media)))
    for name, content in archive.members(path, advance):
        if name == MANIFEST:
            continue
        if name == manifest.member:
            archive.write_out(content, dump, FILE_MODE)
        elif name in manifest.files:
            target = unpacked / name.removeprefix(MEDIA)
            if target.parent != unpacked:
                make_folder(target.parent, below=unpacked / target.relative_to(unpacked).parts[0], mode=mode)
            archive.write_out(content, target, settings.MEDIA_FILE_MODE)
        if content.facts() != manifest.files.get(name):
            raise Refused(f"{path} has changed while it was read.")
    return dump, unpacked


def same_key(manifest: Manifest) -> bool:
    """Whether the SECRET_KEY here is that of the installation that was backed up."""
    return constant_time_compare(fingerprint(manifest.taken_at), manifest.secret_key)
