"""Where uploaded files are kept."""

from urllib.parse import urljoin

from django.core.files.storage import FileSystemStorage
from django.urls import get_script_prefix


class PrefixedFileSystemStorage(FileSystemStorage):
    """Files whose addresses follow the script prefix of each request.

    Django's own takes MEDIA_URL with the prefix of whichever request came first, and keeps it for the process. A
    `base_url` without a leading slash is relative to the prefix.
    """

    @property
    def base_url(self) -> str:
        base_url: str = self._base_url or ""  # type: ignore[attr-defined]  # missing in the stubs
        return urljoin(get_script_prefix(), base_url)
