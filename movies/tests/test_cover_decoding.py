"""What decoding a cover may take: few are decoded at a time, and a large picture is scaled as if all of it had been."""

import pytest
from django.urls import reverse
from PIL import Image, ImageChops

from movies import covers
from movies.tests.pictures import picture, upload
from rest.gates import Gate


@pytest.fixture
def crowd(settings, tmp_path, monkeypatch):
    """Somebody else's picture is being decoded as long as the test runs, and nobody waits."""
    settings.GATES_DIR = tmp_path / "gates"
    gate = Gate("covers", places=1, waiting=1, wait_seconds=0)
    monkeypatch.setattr(covers, "DECODING", gate)
    with gate.enter():
        yield


MOUNTS = ["/api/v1/movies/", "/movies/", "/api/movies/"]


@pytest.mark.parametrize("mount", MOUNTS)
def test_who_sends_a_cover_while_others_are_decoded_is_told_to_come_again(mount, alice, movie, media, crowd):
    reply = alice.patch(f"{mount}{movie.pk}/", {"cover_image": upload(), "title": "Changed"}, format="multipart")
    assert reply.status_code == 503
    assert int(reply["Retry-After"]) > 0
    assert "busy" in reply.json()["detail"]
    assert ("title" in reply.json()) == (mount == MOUNTS[0])  # problem details
    movie.refresh_from_db()
    assert (movie.title, movie.cover_image.name) == ("Alien", "")
    assert not media.exists()


@pytest.mark.parametrize("mount", MOUNTS)
def test_whatever_has_no_cover_goes_on_meanwhile(mount, alice, movie, crowd):
    assert alice.patch(f"{mount}{movie.pk}/", {"title": "Aliens"}).status_code == 200


def test_a_file_that_is_too_long_is_refused_without_waiting(alice, movie, crowd, settings):
    settings.MAX_COVER_BYTES = 10
    assert alice.patch(f"/movies/{movie.pk}/", {"cover_image": upload()}, format="multipart").status_code == 400


def test_the_admins_form_says_so_too(sam, client, movie, media, crowd):
    client.force_login(sam.user)
    lists = ("director_links", "genre_links")
    empty = {f"{name}-{kind}_FORMS": 0 for name in lists for kind in ("TOTAL", "INITIAL")}
    for address in (reverse("admin:movies_movie_add"), reverse("admin:movies_movie_change", args=[movie.pk])):
        reply = client.post(address, {"title": "Alien", "cover_image": upload(), **empty})
        assert reply.status_code == 200
        assert "Save it once more in a few seconds" in reply.content.decode()
    assert not media.exists()


def shaded(mode: str, size: tuple[int, int]) -> Image.Image:
    """Colours and transparency that change from place to place."""
    across, down = Image.linear_gradient("L").rotate(90).resize(size), Image.linear_gradient("L").resize(size)
    around = Image.radial_gradient("L").resize(size)
    return Image.merge(mode, [*[across, down, around][: len(mode) - 1], ImageChops.add(across, around)])


def on_white(image: Image.Image) -> Image.Image:
    flat = Image.new("RGB", image.size, "white")
    flat.paste(image.convert("RGB"), mask=image.getchannel("A"))
    return flat


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
@pytest.mark.parametrize("size", [(2300, 1700), (1100, 2750), (2001, 3)])
def test_scaling_strips_gives_what_scaling_all_at_once_gives(mode, size):
    image = shaded(mode, size)
    at_once = image.copy()
    at_once.thumbnail((covers.MAX_SIDE, covers.MAX_SIDE), reducing_gap=None)
    by_strips = covers.scaled_down(image)
    assert (by_strips.mode, by_strips.size) == (at_once.mode, at_once.size)
    differences = ImageChops.difference(on_white(by_strips), on_white(at_once)).getextrema()
    assert max(most for _, most in differences) <= 2  # of 255: what rounding twice makes of it


def test_what_a_large_transparent_picture_says_of_itself_survives_until_it_is_used():
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90 degrees
    content = covers.cleaned(upload(picture("PNG", size=(2400, 1200), mode="RGBA", color=(0, 0, 0, 0), exif=exif)))
    image = Image.open(content)
    assert image.size == (1000, 2000)
    assert image.getpixel((500, 500)) == (255, 255, 255)
