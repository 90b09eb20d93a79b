"""Cover images: checked, re-encoded and named by us; nothing of the uploaded file itself is ever kept."""

import ctypes
import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Sum
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from accounts.models import User
from metrics import quotas
from metrics.quotas import wait_for_account
from movies import avif
from movies.models import Movie
from movies.models.catalogue import cover_path
from rest.database.undo import on_rollback
from rest.gates import Gate

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "AVIF")
MAX_BRANDS = 256  # bytes of the container's head that are looked at
# What Pillow and its decoders raise for broken files.
UNREADABLE = (
    UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError, SyntaxError, EOFError, RuntimeError,
)  # fmt: skip
MAX_SIDE = 2000  # pixels; larger covers are scaled down
QUALITY = 85
PREMULTIPLIED = {"RGBA": "RGBa", "LA": "La"}
STRIP = 256  # rows that are converted at a time
# Decoded pictures are what memory is needed for, so few are decoded at a time. Who waits for that holds a thread.
DECODING = Gate("covers", places=settings.COVER_DECODING_PLACES, waiting=3, wait_seconds=5)

LIBC = ctypes.CDLL(None)  # the one that Python runs on


def cleaned(upload: Any) -> ContentFile:
    """The picture in `upload` as a new JPEG without metadata. Raises ValidationError for anything doubtful.

    The pixels are counted from the header before anything is decoded: 20 kB of PNG can unpack to a gigabyte. What
    else the file holds (scripts, archives, EXIF with its place of taking) does not survive the re-encoding. Raises
    Busy (503) where others are being decoded.
    """
    if upload.size > settings.MAX_COVER_BYTES:
        raise ValidationError(f"The file is larger than {settings.MAX_COVER_BYTES} bytes.", code="too_large")
    with DECODING.enter():
        try:
            return ContentFile(encoded(opened(upload)), name="cover.jpg")
        except UNREADABLE as error:
            names = ", ".join(FORMATS)
            raise ValidationError(
                f"Not a complete image in one of the formats {names}.", code="invalid_image"
            ) from error
        finally:
            give_memory_back()


def give_memory_back() -> None:
    """Lets the system have what decoding has freed: glibc keeps it for each thread, a gigabyte after ten covers.

    Other C libraries have no such call, and keep less.
    """
    if hasattr(LIBC, "malloc_trim"):
        LIBC.malloc_trim(0)


def opened(upload: Any) -> Image.Image:
    """The picture, of which nothing has been decoded, and which has few enough pixels. Raises ValidationError."""
    if is_avif_or_heic(upload):
        upload = still_avif(upload.read())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our own, lower limit follows
        picture = Image.open(upload, formats=FORMATS)
    refuse_more_pixels(picture.width * picture.height)
    return picture


def refuse_more_pixels(count: int) -> None:
    if count > settings.MAX_COVER_PIXELS:
        raise ValidationError(f"The image has more than {settings.MAX_COVER_PIXELS} pixels.", code="too_many_pixels")


def is_avif_or_heic(upload: Any) -> bool:
    """Whether the container is theirs; they share it."""
    beginning = upload.read(12)
    upload.seek(0)
    return bool(beginning[4:8] == b"ftyp")


def still_avif(content: bytes) -> io.BytesIO:
    """An AVIF file whose pictures may be decoded. HEIC, which browsers do not show, is refused with what to do."""
    brands = content[8 : min(int.from_bytes(content[:4], "big"), MAX_BRANDS)]
    if b"avif" not in brands and b"avis" not in brands:
        raise ValidationError("A HEIC picture, or a film. Save it as JPEG, and send that.", code="heic")
    refuse_more_pixels(avif.pixels(content) // 2)  # a picture and its transparency are two
    return io.BytesIO(avif.still(content))


def encoded(picture: Image.Image) -> bytes:
    picture.draft("RGB", (MAX_SIDE, MAX_SIDE))  # lets the JPEG decoder scale down while it decodes
    picture.load()
    upright = scaled_down(picture)
    ImageOps.exif_transpose(upright, in_place=True)
    flat = Image.new("RGB", upright.size, "white")
    rgba = upright.convert("RGBA")
    flat.paste(in_srgb(upright, rgba), mask=rgba.getchannel("A"))
    buffer = io.BytesIO()
    flat.save(buffer, "JPEG", quality=QUALITY, optimize=True)
    return buffer.getvalue()


def scaled_down(picture: Image.Image) -> Image.Image:
    """The picture in eight bits, at most MAX_SIDE pixels a side. A large one is not copied as a whole on the way."""
    picture = in_eight_bits(picture)
    if picture.mode in PREMULTIPLIED and max(picture.size) > MAX_SIDE:
        return scaled_down_by_strips(picture)
    picture.thumbnail((MAX_SIDE, MAX_SIDE))
    return picture


def scaled_down_by_strips(picture: Image.Image) -> Image.Image:
    """One with transparency, with which its colours have to be multiplied first.

    STRIP rows at a time are, and made narrow. Rows and columns are scaled one after the other anyway, so the result is
    the same but for rounding.
    """
    width, height = (max(1, round(side * MAX_SIDE / max(picture.size))) for side in picture.size)
    mode = PREMULTIPLIED[picture.mode]
    narrow = Image.new(mode, (width, picture.height))
    for top in range(0, picture.height, STRIP):
        strip = picture.crop((0, top, picture.width, min(top + STRIP, picture.height))).convert(mode)
        narrow.paste(strip.resize((width, strip.height)), (0, top))
    scaled = narrow.resize((width, height)).convert(picture.mode)
    scaled.info = picture.info
    return scaled


def in_eight_bits(picture: Image.Image) -> Image.Image:
    """Grey of 16 bits with its shades: Pillow's own conversion makes everything above 255 white."""
    if not picture.mode.startswith("I"):
        return picture
    grey = picture.point(lambda shade: shade * (1 / 257) + 0.5).convert("L")
    if "transparency" in picture.info:  # the shade that stands for nothing
        grey.info["transparency"] = picture.info["transparency"] // 257
    return grey


def in_srgb(picture: Image.Image, rgba: Image.Image) -> Image.Image:
    """The colours of `picture` as its profile means them, because the JPEG that is stored has none; else `rgba`.

    A profile that cannot be read, or that is one for other colours, is ignored, as browsers do.
    """
    embedded = picture.info.get("icc_profile")
    if not embedded:
        return rgba
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(embedded))
        colours = as_profiled(picture, rgba, profile.profile.xcolor_space.strip())
        srgb = ImageCms.createProfile("sRGB")
        return (colours and ImageCms.profileToProfile(colours, profile, srgb, outputMode="RGB")) or rgba
    except (OSError, ImageCms.PyCMSError):
        return rgba


def as_profiled(picture: Image.Image, rgba: Image.Image, space: str) -> Image.Image | None:
    """The picture in the colour space that its profile is for; None where the picture is of another kind."""
    if space == "RGB" and picture.mode != "CMYK":
        return rgba.convert("RGB")
    if space == "GRAY" and picture.mode in ("1", "L", "LA"):
        return picture.convert("L")
    return picture if space == picture.mode == "CMYK" else None


@contextmanager
def stored(movie: Movie, fields: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A transaction for `fields`, in which a new cover is the name of its file; where it fails, the file goes too."""
    storage, cover = movie.cover_image.storage, fields.get("cover_image")
    if cover is not None:
        name = storage.save(cover_path(movie, cover.name), cover)
        on_rollback(lambda: storage.delete(name))
        fields = {**fields, "cover_image": name, "cover_bytes": cover.size}
    try:
        with transaction.atomic():
            yield fields
    except BaseException:
        if cover is not None:
            storage.delete(fields["cover_image"])
        raise


def require_room(movie: Movie, owner: User, size: int) -> None:
    """Holds the account's quotas, and raises StorageFull where its covers, this one among them, are too many bytes."""
    wait_for_account(owner)
    others = Movie.objects.filter(user=owner).exclude(pk=movie.pk).aggregate(bytes=Sum("cover_bytes", default=0))
    quotas.require_room("covers", others["bytes"] + size, settings.QUOTA_COVER_BYTES)


def replace(movie: Movie, name: str | None, size: int) -> None:
    """Gives an unsaved change of `movie` a stored cover or none; the old file goes once the change is committed."""
    old = movie.cover_image.name
    movie.cover_image, movie.cover_bytes = name or "", size
    if old:
        discard(old)


def discard(name: str) -> None:
    """Deletes a stored cover once the transaction is committed."""
    storage = Movie._meta.get_field("cover_image").storage
    transaction.on_commit(lambda: storage.delete(name), robust=True)
