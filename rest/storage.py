"""Where files are kept, and the addresses at which they are found."""

from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from django.core.files.storage import FileSystemStorage
from django.urls import get_script_prefix
from whitenoise.storage import CompressedStaticFilesStorage

from rest import private_files


class FollowsPrefix:
    """Files whose addresses follow the script prefix of each request.

    Django's own takes MEDIA_URL and STATIC_URL with the prefix of whichever request came first, and keeps them for the
    process. A `base_url` without a leading slash is relative to the prefix.
    """

    _base_url: str | None

    @property
    def base_url(self) -> str:
        return urljoin(get_script_prefix(), self._base_url or "")


class MediaStorage(FollowsPrefix, FileSystemStorage):
    """Uploaded files, in folders that are read by whoever reads the files.

    Django would make such folders by another umask for the whole process, which other threads make files by meanwhile.
    """

    def _save(self, name: str, content: Any) -> str:
        mode = private_files.folder_mode(self.file_permissions_mode or private_files.FILE_MODE)
        private_files.make_folder(Path(self.path(name)).parent, below=Path(self.location), mode=mode)
        saved: str = super()._save(name, content)  # type: ignore[misc]  # missing in the stubs
        return saved


class PrefixedStaticFilesStorage(FollowsPrefix, CompressedStaticFilesStorage):
    """Static files, compressed once when they are collected."""
