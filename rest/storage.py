"""Where files are kept, and the addresses at which they are found."""

from urllib.parse import urljoin

from django.core.files.storage import FileSystemStorage
from django.urls import get_script_prefix
from whitenoise.storage import CompressedStaticFilesStorage


class FollowsPrefix:
    """Files whose addresses follow the script prefix of each request.

    Django's own takes MEDIA_URL and STATIC_URL with the prefix of whichever request came first, and keeps them for the
    process. A `base_url` without a leading slash is relative to the prefix.
    """

    _base_url: str | None

    @property
    def base_url(self) -> str:
        return urljoin(get_script_prefix(), self._base_url or "")


class PrefixedFileSystemStorage(FollowsPrefix, FileSystemStorage):
    """Uploaded files."""


class PrefixedStaticFilesStorage(FollowsPrefix, CompressedStaticFilesStorage):
    """Static files, compressed once when they are collected."""
