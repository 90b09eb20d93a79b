"""Cover images: checked, re-encoded and named by us; nothing of the uploaded file itself is ever kept."""

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import transaction
from PIL import Image, ImageOps, UnidentifiedImageError

from movies.models import Movie

FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
MAX_SIDE = 2000  # pixels; larger covers are scaled down
QUALITY = 85


def cleaned(upload: Any) -> ContentFile:
    """The picture in `upload` as a new JPEG without metadata. Raises ValidationError for anything doubtful.

    The pixels are counted from the header before anything is decoded: 20 kB of PNG can unpack to a gigabyte. What
    else the file holds (scripts, archives, EXIF with its place of taking) does not survive the re-encoding.
    """
    if upload.size > settings.MAX_COVER_BYTES:
        raise ValidationError(f"The file is larger than {settings.MAX_COVER_BYTES} bytes.", code="too_large")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our own, lower limit follows
            picture = Image.open(upload, formats=FORMATS)
        if picture.width * picture.height > settings.MAX_COVER_PIXELS:
            raise ValidationError(
                f"The image has more than {settings.MAX_COVER_PIXELS} pixels.", code="too_many_pixels"
            )
        return ContentFile(encoded(picture), name="cover.jpg")
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError, SyntaxError, EOFError) as error:
        names = ", ".join(FORMATS)
        raise ValidationError(f"Not a complete image in one of the formats {names}.", code="invalid_image") from error


def encoded(picture: Image.Image) -> bytes:
    picture.draft("RGB", (MAX_SIDE, MAX_SIDE))  # lets the JPEG decoder scale down while it decodes
    upright = ImageOps.exif_transpose(picture)
    upright.thumbnail((MAX_SIDE, MAX_SIDE))
    flat = Image.new("RGB", upright.size, "white")
    rgba = upright.convert("RGBA")
    flat.paste(rgba, mask=rgba.getchannel("A"))
    buffer = io.BytesIO()
    flat.save(buffer, "JPEG", quality=QUALITY, optimize=True)
    return buffer.getvalue()


def replace(movie: Movie, cover: ContentFile | None) -> None:
    """Gives an unsaved change of `movie` a new cover or none; the old file goes once the change is committed."""
    old, storage = movie.cover_image.name, movie.cover_image.storage
    if cover is None:
        movie.cover_image = ""
    else:
        movie.cover_image.save(cover.name, cover, save=False)
    if old:
        transaction.on_commit(lambda: storage.delete(old), robust=True)


@contextmanager
def kept_only_if_committed(movie: Movie) -> Iterator[None]:
    """A transaction that changes `movie`. Where it fails, the file of the new cover goes too."""
    old = movie.cover_image.name
    try:
        with transaction.atomic():
            yield
    except BaseException:
        new = movie.cover_image.name
        if new and new != old:
            movie.cover_image.storage.delete(new)
        raise
