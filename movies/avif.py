"""How many pixels an AVIF file unpacks to, read before anything is decoded.

The size that the container gives is a claim, and Pillow knows no other. The decoder makes what the coded pictures say
they are: a kilobyte that claims 10 × 10 may unpack to 16,384 × 16,384. They say it in their sequence headers (the AV1
specification, 5.5), which the items of the container hold (ISO/IEC 14496-12, 8.11).
"""

from collections.abc import Iterator
from typing import NamedTuple

from PIL import AvifImagePlugin

AvifImagePlugin.DEFAULT_MAX_THREADS = 1  # of the decoder; the request has a thread already

MAX_PARTS = 10_000  # boxes, items, and units of coded pictures: each
MAX_TABLE = 100_000  # bytes of the table that says where the items are
SEQUENCE_HEADER, FRAME_HEADER, FRAME = 1, 3, 6  # kinds of units


class Unreadable(ValueError):
    """A file that is broken, or has more than a still picture needs."""


class Numbers:
    """Whole numbers of as many bits as are asked for, one after the other."""

    def __init__(self, content: bytes) -> None:
        self.content, self.at = content, 0  # in bits

    def read(self, bits: int) -> int:
        first, self.at = self.at, self.at + bits
        if self.at > 8 * len(self.content):
            raise Unreadable("It ends too early.")
        last = (self.at + 7) // 8
        number = int.from_bytes(self.content[first // 8 : last], "big") >> (8 * last - self.at)
        return number & ((1 << bits) - 1)


class Item(NamedTuple):
    """A coded picture, or what else the container holds: where it is."""

    number: int
    is_in_idat: bool
    extents: list[tuple[int, int]]  # offset, length


def still(content: bytes) -> bytes:
    """The file as one picture; of an animation that is the first."""
    return content[:8] + b"avif" + content[12:]


def pixels(content: bytes) -> int:
    """How many pixels all the pictures in a file have together. Raises Unreadable."""
    parts = boxes(boxes(content).get(b"meta", b"")[4:])
    coded = coded_items(parts.get(b"iinf", b""))
    pictures = [item for item in items(parts.get(b"iloc", b"")) if item.number in coded]
    if sum(length for item in pictures for _, length in item.extents) > len(content):
        raise Unreadable("Its pictures overlap.")
    return sum(pixels_of(payload(item, content, parts)) for item in pictures)


def boxes(content: bytes) -> dict[bytes, bytes]:
    """The boxes side by side in `content`, by kind. Those that may be there several times are of no use here."""
    return dict(listed_boxes(content))


def listed_boxes(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    start, seen, count = 0, set[bytes](), 0
    while start < len(content):
        count = limited(count + 1)
        size, kind, head = int.from_bytes(content[start : start + 4], "big"), content[start + 4 : start + 8], 8
        if size == 1:
            size, head = int.from_bytes(content[start + 8 : start + 16], "big"), 16
        size = size or len(content) - start
        if size < head or start + size > len(content):
            raise Unreadable("A box of it has no such size.")
        if kind in {b"meta", b"iinf", b"iloc", b"idat"} & seen:
            raise Unreadable("It has a box twice.")
        seen.add(kind)
        yield kind, content[start + head : start + size]
        start += size


def coded_items(iinf: bytes) -> set[int]:
    """The items that are pictures coded with AV1."""
    entries = listed_boxes(iinf[6 if iinf[:1] == b"\0" else 8 :])
    found = set()
    for kind, entry in entries:
        wide = 4 if entry[:1] == b"\3" else 2
        if kind == b"infe" and entry[6 + wide : 10 + wide] == b"av01":
            found.add(int.from_bytes(entry[4 : 4 + wide], "big"))
    return found


def items(iloc: bytes) -> Iterator[Item]:
    if len(iloc) > MAX_TABLE:
        raise Unreadable("It has too many items.")
    numbers = Numbers(iloc)
    version, _ = numbers.read(8), numbers.read(24)
    offset_size, length_size, base_size, index_size = (8 * numbers.read(4) for _ in range(4))
    wide = 32 if version == 2 else 16
    for _ in range(limited(numbers.read(wide))):
        number, method = numbers.read(wide), numbers.read(16) & 15 if version else 0
        _, base = numbers.read(16), numbers.read(base_size)
        extents = []
        for _ in range(numbers.read(16) if length_size else 0):
            numbers.read(index_size if version else 0)
            extents.append((base + numbers.read(offset_size), numbers.read(length_size)))
        if method > 1 or not extents:
            raise Unreadable("An item of it is nowhere.")
        yield Item(number, method == 1, extents)


def payload(item: Item, content: bytes, parts: dict[bytes, bytes]) -> bytes:
    source = parts.get(b"idat", b"") if item.is_in_idat else content
    if any(not length or offset + length > len(source) for offset, length in item.extents):
        raise Unreadable("An item of it lies outside.")
    return b"".join(source[offset : offset + length] for offset, length in item.extents)


def pixels_of(coded: bytes) -> int:
    """Those of all the frames of one coded picture."""
    size, total = 0, 0
    for kind, unit in units(coded):
        if kind == SEQUENCE_HEADER:
            size = frame_pixels(unit)
        elif kind in (FRAME_HEADER, FRAME):
            total += size
    return total


def units(coded: bytes) -> Iterator[tuple[int, bytes]]:
    """The open bitstream units: their kind and their content."""
    start = count = 0
    while start < len(coded):
        count = limited(count + 1)
        head = coded[start]
        start += 2 if head & 4 else 1  # with or without an extension
        size = len(coded) - start
        if head & 2:
            size, start = leb128(coded, start)
        yield (head >> 3) & 15, coded[start : start + size]
        start += size


def leb128(content: bytes, start: int) -> tuple[int, int]:
    """A number of seven bits a byte, and where it ends."""
    number = 0
    for place, byte in enumerate(content[start : start + 8]):
        number |= (byte & 127) << (7 * place)
        if byte < 128:
            return number, start + place + 1
    raise Unreadable("A unit of it has no size.")


def frame_pixels(header: bytes) -> int:
    """The pixels of the largest frame that a sequence header allows."""
    numbers = Numbers(header)
    _, is_reduced = numbers.read(4), numbers.read(1)
    if is_reduced:
        numbers.read(5)
    else:
        skip_operating_points(numbers)
    width_bits, height_bits = numbers.read(4) + 1, numbers.read(4) + 1
    width, height = numbers.read(width_bits) + 1, numbers.read(height_bits) + 1
    # Without the reduced header a frame may have a size of its own, of as many bits.
    return width * height if is_reduced else max(width * height, 1 << (width_bits + height_bits - 2))


def skip_operating_points(numbers: Numbers) -> None:
    if numbers.read(1):
        raise Unreadable("It has the times of a film.")
    has_delay = numbers.read(1)
    for _ in range(numbers.read(5) + 1):
        numbers.read(12)
        if numbers.read(5) > 7:
            numbers.read(1)
        if has_delay and numbers.read(1):
            numbers.read(4)


def limited(count: int) -> int:
    if count > MAX_PARTS:
        raise Unreadable("It has too many parts.")
    return count
