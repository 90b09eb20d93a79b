"""`cover_image` of POST, PUT and PATCH, and the files behind it."""

import io
import struct
import zipfile
import zlib
from contextlib import suppress
from random import Random

import pytest
from django.core.exceptions import ValidationError
from PIL import Image

from config import urls
from movies import covers
from movies.models import Movie
from movies.tests.contract import Canonical, refused_fields
from movies.tests.pictures import bomb, chunk, cmyk_profile, grey_profile, picture, rgb_profile, upload

SCRIPT = b"<script>alert('cover')</script><?php system($_GET['c']); ?>"


def files(media):
    return sorted(path.name for path in media.rglob("*") if path.is_file())


@pytest.fixture
def url(movies_url, movie):
    return f"{movies_url}{movie.pk}/"


@pytest.fixture
def send(alice, url, media, django_capture_on_commit_callbacks):
    """Sends a cover of Alice's movie, with whatever happens after the commit: `send(upload(…))`."""

    def patch(cover, who=alice, **fields):
        with django_capture_on_commit_callbacks(execute=True):
            return who.patch(url, {"cover_image": cover, **fields}, format="multipart")

    return patch


@pytest.fixture
def stored(media, movie):
    """The stored file's name and bytes; there is exactly one."""

    def read() -> tuple[str, bytes]:
        (name,) = files(media)
        movie.refresh_from_db()
        assert movie.cover_image.name == f"covers/{name}"
        return name, (media / movie.cover_image.name).read_bytes()

    return read


def opened(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "GIF", "AVIF"])
def test_the_usual_formats_are_taken_and_stored_anew_as_jpeg(send, stored, format):
    original = picture(format)
    response = send(upload(original, f"poster.{format.lower()}"))
    assert response.status_code == 200, response.content
    name, content = stored()
    image = opened(content)
    assert (image.format, image.size, image.mode) == ("JPEG", (40, 60), "RGB")
    assert image.getpixel((20, 30))[0] > 200 > 60 > image.getpixel((20, 30))[1]
    assert content != original
    assert name.endswith(".jpg")


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_pictures_of_any_colour_mode_are_taken(send, stored, mode):
    assert send(upload(picture("PNG", mode=mode, color=1 if mode != "LA" else (1, 1)))).status_code == 200
    assert opened(stored()[1]).mode == "RGB"


@pytest.mark.parametrize("mode", ["CMYK", "L"])
def test_jpegs_for_print_and_grey_ones_are_taken(send, stored, mode):
    assert send(upload(picture("JPEG", mode=mode, color=None if mode == "L" else (0, 0, 0, 0)))).status_code == 200
    assert opened(stored()[1]).mode == "RGB"


def ramp(mode, step):
    """256 shades from black to white, of ten rows."""
    image = Image.new(mode, (256, 10))
    for x in range(256):
        for y in range(10):
            image.putpixel((x, y), x * step)
    return image


def saved(image, format="PNG", **options):
    buffer = io.BytesIO()
    image.save(buffer, format, **options)
    return buffer.getvalue()


def shades(content, *places):
    return [opened(content).getpixel((x, 5)) for x in places]


def near(colour, wanted):
    return all(abs(is_ - should) < 25 for is_, should in zip(colour, wanted, strict=True))


@pytest.mark.parametrize(("mode", "step"), [("L", 1), ("I;16", 257)])
def test_grey_of_8_and_of_16_bits_keeps_its_shades(send, stored, mode, step):
    send(upload(saved(ramp(mode, step))))
    for shade, colour in zip((0, 64, 128, 192, 255), shades(stored()[1], 0, 64, 128, 192, 255), strict=True):
        assert near(colour, [shade] * 3)


def test_grey_of_16_bits_is_scaled_down_like_any_other(send, stored):
    send(upload(saved(Image.new("I;16", (3000, 1500), 128 * 257))))
    image = opened(stored()[1])
    assert image.size == (covers.MAX_SIDE, covers.MAX_SIDE // 2)
    assert near(image.getpixel((500, 500)), (128, 128, 128))


def deep_png(samples, colour_type, pixel):
    """A PNG of 20 × 20 such pixels, of `samples` numbers of 16 bits each."""
    rows = (b"\0" + struct.pack(f">{samples}H", *pixel) * 20) * 20
    header = struct.pack(">IIBBBBB", 20, 20, 16, colour_type, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("samples", "colour_type", "pixel", "colour"),
    [
        (3, 2, (0xC8FF, 0x6400, 0x3200), (200, 100, 50)),
        (4, 6, (0xC8FF, 0x6400, 0x3200, 0xFFFF), (200, 100, 50)),
        (4, 6, (0xC8FF, 0x6400, 0x3200, 0), (255, 255, 255)),
        (2, 4, (0x8000, 0xFFFF), (128, 128, 128)),
        (2, 4, (0x8000, 0), (255, 255, 255)),
    ],
)
def test_colours_and_transparency_of_16_bits_keep_their_shades(send, stored, samples, colour_type, pixel, colour):
    send(upload(deep_png(samples, colour_type, pixel)))
    assert near(shades(stored()[1], 5)[0], colour)


@pytest.mark.parametrize("transparency", [1, bytes([255, 0])])
def test_a_transparent_colour_of_a_palette_becomes_white(send, stored, transparency):
    image = Image.new("P", (20, 20), 1)
    image.putpalette([255, 0, 0, 0, 0, 255])
    send(upload(saved(image, transparency=transparency)))
    assert near(shades(stored()[1], 5)[0], (255, 255, 255))


@pytest.mark.parametrize("transparency", [0, 128 * 257, 65535])
def test_a_transparent_shade_of_16_bits_becomes_white(send, stored, transparency):
    send(upload(saved(Image.new("I;16", (20, 20), transparency), transparency=transparency)))
    assert near(shades(stored()[1], 5)[0], (255, 255, 255))


RED_IS_GREEN, LINEAR_SHADES = rgb_profile("grb"), rgb_profile()


@pytest.mark.parametrize(
    ("mode", "format", "colour", "profile", "wanted"),
    [
        ("RGB", "PNG", (255, 0, 0), RED_IS_GREEN, (0, 255, 0)),
        ("RGB", "JPEG", (255, 0, 0), RED_IS_GREEN, (0, 255, 0)),
        ("RGB", "WEBP", (255, 0, 0), RED_IS_GREEN, (0, 255, 0)),
        ("RGB", "AVIF", (255, 0, 0), RED_IS_GREEN, (0, 255, 0)),
        ("RGBA", "PNG", (255, 0, 0, 255), RED_IS_GREEN, (0, 255, 0)),
        ("RGBA", "PNG", (255, 0, 0, 0), RED_IS_GREEN, (255, 255, 255)),
        ("P", "PNG", 1, RED_IS_GREEN, (0, 255, 0)),
        ("RGB", "PNG", (128, 128, 128), LINEAR_SHADES, (188, 188, 188)),
        ("L", "PNG", 128, LINEAR_SHADES, (188, 188, 188)),
        ("L", "JPEG", 128, grey_profile(), (188, 188, 188)),
        ("LA", "PNG", (128, 255), grey_profile(), (188, 188, 188)),
        ("I;16", "PNG", 128 * 257, grey_profile(), (188, 188, 188)),
        ("CMYK", "JPEG", (0, 255, 255, 0), cmyk_profile(), (255, 255, 255)),
    ],
)
def test_colours_are_what_the_profile_of_a_picture_means(send, stored, mode, format, colour, profile, wanted):
    image = Image.new(mode, (20, 20), colour)
    if mode == "P":
        image.putpalette([0, 0, 0, 255, 0, 0])
    send(upload(saved(image, format, icc_profile=profile)))
    content = stored()[1]
    assert near(shades(content, 5)[0], wanted)
    assert "icc_profile" not in opened(content).info


@pytest.mark.parametrize(
    ("mode", "colour", "profile", "wanted"),
    [
        ("RGB", (255, 0, 0), b"no profile", (255, 0, 0)),
        ("RGB", (255, 0, 0), RED_IS_GREEN[:200], (255, 0, 0)),
        ("RGB", (255, 0, 0), grey_profile(), (255, 0, 0)),
        ("RGB", (255, 0, 0), cmyk_profile(), (255, 0, 0)),
        ("L", 128, cmyk_profile(), (128, 128, 128)),
        ("CMYK", (0, 255, 255, 0), RED_IS_GREEN, (255, 0, 0)),
    ],
)
def test_a_profile_that_does_not_fit_the_picture_is_ignored(send, stored, mode, colour, profile, wanted):
    assert send(upload(saved(Image.new(mode, (20, 20), colour), "JPEG", icc_profile=profile))).status_code == 200
    assert near(shades(stored()[1], 5)[0], wanted)


def test_of_an_animation_the_first_picture_is_taken(send, stored):
    first, *others = [Image.new("RGB", (20, 20), colour) for colour in ("red", "lime", "blue")]
    for format in ("GIF", "WEBP", "PNG", "AVIF"):
        assert send(upload(saved(first, format, save_all=True, append_images=others))).status_code == 200
        assert near(shades(stored()[1], 5)[0], (255, 0, 0))


def test_a_transparent_avif_becomes_white_and_one_that_is_turned_stands_upright(send, stored):
    send(upload(saved(Image.new("RGBA", (20, 20), (255, 0, 0, 0)), "AVIF")))
    assert near(shades(stored()[1], 5)[0], (255, 255, 255))
    exif = Image.Exif()
    exif[0x0112] = 6
    send(upload(saved(Image.new("RGB", (40, 60), "red"), "AVIF", exif=exif.tobytes())))
    assert opened(stored()[1]).size == (60, 40)


def claiming(content, width, height):
    """An AVIF file whose container gives another size than its picture has."""
    place = content.index(b"ispe") + 8
    return content[:place] + struct.pack(">II", width, height) + content[place + 8 :]


@pytest.mark.parametrize("options", [{}, {"save_all": True, "append_images": [Image.new("RGB", (700, 700))]}])
def test_an_avif_file_that_claims_fewer_pixels_than_it_has_is_refused_before_it_is_decoded(
    send, media, settings, options
):
    settings.MAX_COVER_PIXELS = 100_000
    content = saved(Image.new("RGB", (700, 700), "red"), "AVIF", **options)
    response = send(upload(claiming(content, 10, 10)))
    assert response.status_code == 400
    assert "more than 100000 pixels" in str(response.json())
    assert not files(media)


@pytest.mark.parametrize("options", [{}, {"save_all": True, "append_images": [Image.new("RGB", (40, 60))]}])
def test_no_damaged_avif_file_is_more_than_a_400(options):
    content, random = saved(Image.new("RGB", (40, 60), "red"), "AVIF", **options), Random(1895)
    for _ in range(300):
        damaged = bytearray(content)
        for _ in range(random.randint(1, 4)):
            damaged[random.randrange(12, len(damaged))] = random.randrange(256)
        with suppress(ValidationError):
            covers.cleaned(upload(bytes(damaged[: random.choice([None, random.randrange(len(damaged))])])))


@pytest.mark.parametrize("brand", [b"heic", b"heix", b"hevc", b"mif1"])
def test_heic_is_refused_with_what_to_do(send, media, brand):
    response = send(upload(b"\0\0\0\x18ftyp" + brand + b"\0\0\0\0mif1heic" + bytes(100), "IMG_1.HEIC", "image/heic"))
    assert response.status_code == 400
    assert "Save it as JPEG" in str(response.json())
    assert not files(media)


def test_what_is_transparent_becomes_white(send, stored):
    send(upload(picture("PNG", mode="RGBA", color=(0, 0, 0, 0))))
    assert opened(stored()[1]).getpixel((20, 30)) == (255, 255, 255)


def test_a_large_cover_is_scaled_down(send, stored):
    send(upload(picture("JPEG", size=(3000, 1500))))
    assert opened(stored()[1]).size == (covers.MAX_SIDE, covers.MAX_SIDE // 2)


def test_exif_is_dropped_and_its_orientation_applied(send, stored):
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90 degrees
    exif[0x010E] = "taken at home"
    exif.get_ifd(0x8825)[1] = "N"
    send(upload(picture("JPEG", size=(40, 60), exif=exif)))
    content = stored()[1]
    assert opened(content).size == (60, 40)
    assert not opened(content).getexif()
    assert b"Exif" not in content
    assert b"taken at home" not in content


@pytest.mark.parametrize(
    "name",
    ["shell.php.png", "../../../etc/passwd.png", "a b.png", "no-extension", "x" * 200 + ".png", "ф.svg", ".htaccess",
     "a.png\u202egnp.php", "CON.png"],
)  # fmt: skip
def test_the_files_name_is_our_own(send, stored, movie, name):
    response = send(upload(name=name))
    assert response.status_code == 200, response.content
    stored_name = stored()[0]
    assert stored_name.startswith(str(movie.uuid))
    assert stored_name.count(".") == 1
    assert stored_name.endswith(".jpg")


def test_each_cover_has_a_new_name_and_the_replaced_file_goes(send, stored):
    first = send(upload()).json()["cover_image"]
    first_name = stored()[0]
    second = send(upload()).json()["cover_image"]
    assert first != second
    assert stored()[0] != first_name


def test_the_replaced_file_stays_until_the_change_is_committed(
    alice, url, media, send, django_capture_on_commit_callbacks
):
    send(upload())
    with django_capture_on_commit_callbacks() as callbacks:
        alice.patch(url, {"cover_image": upload()}, format="multipart")
    assert len(files(media)) == 2
    for callback in callbacks:
        callback()
    assert len(files(media)) == 1


@pytest.mark.django_db(transaction=True)
def test_a_replaced_file_goes_in_real_transactions_too(alice, url, media):
    for _ in range(2):
        assert alice.patch(url, {"cover_image": upload()}, format="multipart").status_code == 200
    assert len(files(media)) == 1
    assert alice.delete(url).status_code == 204
    assert files(media) == []


@pytest.mark.parametrize("body", [{"cover_image": None}, {"cover_image": ""}])
def test_null_or_an_empty_text_removes_it(alice, url, movie, media, send, body, django_capture_on_commit_callbacks):
    send(upload())
    with django_capture_on_commit_callbacks(execute=True):
        assert alice.patch(url, body).json()["cover_image"] is None
    movie.refresh_from_db()
    assert movie.cover_image.name == ""
    assert files(media) == []


def test_an_empty_text_in_a_form_removes_it(send, media):
    send(upload())
    assert send("").json()["cover_image"] is None
    assert files(media) == []


def test_what_is_not_sent_is_left_alone(alice, url, send, stored):
    send(upload())
    before = stored()
    assert alice.patch(url, {"title": "Aliens"}, format="multipart").status_code == 200
    assert alice.patch(url, {"title": "Alien"}).status_code == 200
    assert stored() == before


def test_its_own_address_sent_back_means_no_change(alice, url, send, stored):
    address = send(upload()).json()["cover_image"]
    before = stored()
    assert alice.patch(url, {"cover_image": address}).json()["cover_image"] == address
    assert send(address).json()["cover_image"] == address
    assert stored() == before


@pytest.mark.parametrize(
    "read_at",
    ["http://localhost:8000", "https://movies.example.com:8443", "https://movies.example.com/marquee", "http://[::1]:8000"],
)  # fmt: skip
def test_its_address_may_have_been_read_under_another_name_of_the_server(alice, url, send, stored, read_at):
    address = send(upload()).json()["cover_image"]
    before = stored()
    elsewhere = address.replace("http://testserver", read_at)
    assert alice.patch(url, {"cover_image": elsewhere}).json()["cover_image"] == address
    assert send(elsewhere).json()["cover_image"] == address
    assert stored() == before


@pytest.mark.parametrize(
    "cover",
    ["poster.png", "http://[", "http://[/media/covers/x.jpg", "http://testserver/media/covers/other.jpg", "file:///etc/passwd", "/etc/passwd", "covers/x.jpg", 5, 0,
     True, False, [], {}, ["a"], {"url": "x"}, "data:image/png;base64,iVBORw0KGgo="],
)  # fmt: skip
def test_text_is_no_cover(alice, url, media, send, stored, cover):
    send(upload())
    before = stored()
    assert refused_fields(alice.patch(url, {"cover_image": cover})) == {"cover_image"}
    assert stored() == before


def test_another_movies_address_is_refused(alice, url, media, send, make_movie):
    address = send(upload()).json()["cover_image"]
    other = make_movie("Other", by=alice)
    assert refused_fields(alice.patch(f"/movies/{other.pk}/", {"cover_image": address})) == {"cover_image"}


def gif_with_script() -> bytes:
    return picture("GIF") + SCRIPT


def gif_with_script_in_its_comment() -> bytes:
    return picture("GIF", comment=SCRIPT)


def jpeg_with_zip() -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("payload.html", SCRIPT)
    return picture("JPEG") + archive.getvalue()


def jpeg_with_script_in_its_comment() -> bytes:
    return picture("JPEG", comment=SCRIPT)


@pytest.mark.parametrize(
    "make", [gif_with_script, gif_with_script_in_its_comment, jpeg_with_zip, jpeg_with_script_in_its_comment]
)
def test_what_hides_in_a_picture_does_not_survive(send, stored, make):
    original = make()
    assert SCRIPT in original or zipfile.is_zipfile(io.BytesIO(original))
    assert send(upload(original)).status_code == 200
    content = stored()[1]
    assert opened(content).format == "JPEG"
    assert not zipfile.is_zipfile(io.BytesIO(content))
    assert b"script" not in content
    assert b"payload" not in content


def svg() -> bytes:
    return b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def truncated(format: str) -> bytes:
    noisy = Image.effect_noise((300, 300), 90).convert("RGB")
    buffer = io.BytesIO()
    noisy.save(buffer, format)
    return buffer.getvalue()[: len(buffer.getvalue()) // 2]


def too_many_pixels() -> bytes:
    content = bomb(7000, 7000)
    assert len(content) < 20_000
    return content


def a_bomb_beyond_pillows_own_limit() -> bytes:
    content = bomb(30_000, 30_000)
    assert len(content) < 200_000
    return content


REFUSED = {
    "text": lambda: b"This is no picture.",
    "nothing": lambda: b"",
    "svg": svg,
    "html": lambda: SCRIPT,
    "bmp": lambda: picture("BMP"),
    "tiff": lambda: picture("TIFF"),
    "ico": lambda: picture("ICO", size=(16, 16)),
    "eps": lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n",
    "half a jpeg": lambda: truncated("JPEG"),
    "half a png": lambda: truncated("PNG"),
    "half a webp": lambda: truncated("WEBP"),
    "half a gif": lambda: truncated("GIF"),
    "the first bytes of a png": lambda: picture("PNG")[:20],
    "a damaged png": lambda: picture("PNG").replace(b"IDAT", b"IDAX"),
    "too many pixels": too_many_pixels,
    "a decompression bomb": a_bomb_beyond_pillows_own_limit,
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_is_no_picture_is_400_and_changes_nothing(send, stored, movie, kind):
    send(upload())
    before = stored()
    assert refused_fields(send(upload(REFUSED[kind]()), title="Changed")) == {"cover_image"}
    assert stored() == before
    assert movie.title == "Alien"


def test_too_many_bytes_are_400(send, media, settings):
    settings.MAX_COVER_BYTES = 100
    assert len(picture()) > 100
    assert refused_fields(send(upload())) == {"cover_image"}
    assert files(media) == []


def test_the_bounds_are_settings(send, media, settings):
    settings.MAX_COVER_PIXELS = 40 * 60
    assert send(upload(picture(size=(40, 60)))).status_code == 200
    assert refused_fields(send(upload(picture(size=(41, 60))))) == {"cover_image"}


def test_a_body_beyond_all_bounds_is_413(send, settings, media):
    settings.MAX_COVER_BYTES = settings.MAX_BODY_BYTES = 1000
    assert send(upload(b"x" * 3000)).status_code == 413
    assert files(media) == []


def test_two_covers_at_once_are_one_cover(alice, url, media):
    assert alice.patch(url, {"cover_image": [upload(), upload()]}, format="multipart").status_code == 200
    assert len(files(media)) == 1


class TestCreating(Canonical):
    def test_a_movie_is_created_with_its_cover(self, alice, media):
        response = alice.post(self.list_url, self.body(cover_image=upload()), format="multipart")
        assert response.status_code == 201, response.content
        (name,) = files(media)
        assert response.json()["cover_image"] == f"http://testserver/media/covers/{name}"

    @pytest.mark.parametrize("cover", [None, ""])
    def test_it_may_say_that_there_is_none(self, alice, cover):
        assert alice.post(self.list_url, self.body(cover_image=cover)).json()["cover_image"] is None

    def test_nothing_is_left_on_disk_after_a_400(self, alice, media):
        for broken in ({"title": ""}, {"director": "x" * 300}, {"genre": "x" * 300}, {"release_date": "x"}):
            response = alice.post(self.list_url, self.body(cover_image=upload(), **broken), format="multipart")
            assert refused_fields(response) == set(broken)
        assert files(media) == []
        assert not Movie.objects.exists()

    def test_nothing_is_left_on_disk_when_saving_fails(self, alice, media, monkeypatch):
        def fail(movie):
            raise RuntimeError("the index is broken")

        monkeypatch.setattr("movies.services.reindexed", fail)
        alice.client.raise_request_exception = False
        response = alice.post(self.list_url, self.body(cover_image=upload()), format="multipart")
        assert response.status_code == 500
        assert files(media) == []
        assert not Movie.objects.exists()

    def test_nothing_is_left_on_disk_after_401_403_and_404(self, anonymous, charlie, movie, media):
        sent = {"data": {"cover_image": upload()}, "format": "multipart"}
        assert anonymous.post(self.list_url, **sent).status_code == 401
        assert charlie.patch(self.detail_url(movie.pk), **sent).status_code == 403
        assert charlie.patch(self.detail_url(999_999), **sent).status_code == 404
        assert files(media) == []


def test_deleting_the_movie_removes_the_file(alice, url, send, media, django_capture_on_commit_callbacks):
    send(upload())
    with django_capture_on_commit_callbacks(execute=True):
        assert alice.delete(url).status_code == 204
    assert files(media) == []


@pytest.fixture
def served(media, monkeypatch):
    """The address of covers bound to the test's folder, as it is bound to the real one when a server starts."""
    (pattern,) = [pattern for pattern in urls.urlpatterns if getattr(pattern, "callback", None) is urls.serve_media]
    monkeypatch.setitem(pattern.default_args, "document_root", media)


def test_a_cover_is_served_at_its_address(anonymous, send, served):
    response = anonymous.get(send(upload()).json()["cover_image"])
    assert response.status_code == 200
    assert response["Content-Type"] == "image/jpeg"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert opened(b"".join(response.streaming_content)).size == (40, 60)


@pytest.mark.parametrize("path", ["", "covers", "covers/", "covers/other.jpg", "/etc/passwd", "covers/a%00b.jpg"])
def test_nothing_else_is_served_there(anonymous, send, served, path):
    send(upload())
    assert anonymous.get(f"/media/{path}").status_code == 404


@pytest.mark.parametrize(
    "path", ["../outside.txt", "..%2foutside.txt", "%2e%2e/outside.txt", "covers/../../outside.txt"]
)
def test_nothing_outside_the_folder_is_served(anonymous, send, media, served, path):
    send(upload())
    (media.parent / "outside.txt").write_text("secret")
    assert anonymous.get(f"/media/{path}").status_code == 400
