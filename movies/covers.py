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
from movies.models.catalogue import cover_path

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


@contextmanager
def stored(movie: Movie, fields: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A transaction for `fields`, in which a new cover is the name of its file; where it fails, the file goes too."""
    storage, cover = movie.cover_image.storage, fields.get("cover_image")
    if cover is not None:
        fields = {**fields, "cover_image": storage.save(cover_path(movie, cover.name), cover)}
    try:
        with transaction.atomic():
            yield fields
    except BaseException:
        if cover is not None:
            storage.delete(fields["cover_image"])
        raise


def replace(movie: Movie, name: str | None) -> None:
    """Gives an unsaved change of `movie` a stored cover or none; the old file goes once the change is committed."""
    old = movie.cover_image.name
    movie.cover_image = name or ""
    if old:
        discard(old)


def discard(name: str) -> None:
    """Deletes a stored cover once the transaction is committed."""
    storage = Movie._meta.get_field("cover_image").storage
    transaction.on_commit(lambda: storage.delete(name), robust=True)
