"""Pictures made for the tests."""

import io
import struct
import zlib
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image


def picture(format: str = "PNG", size: tuple[int, int] = (40, 60), mode: str = "RGB", **options: Any) -> bytes:
    buffer = io.BytesIO()
    Image.new(mode, size, options.pop("color", None) or ("red" if mode != "L" else 128)).save(buffer, format, **options)
    return buffer.getvalue()


def upload(content: bytes | None = None, name: str = "poster.png", content_type: str = "image/png") -> Any:
    return SimpleUploadedFile(name, picture() if content is None else content, content_type)


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few kilobytes that says, and has, `width` × `height` black pixels."""
    packer = zlib.compressobj(9)
    row = b"\0" * (1 + (width + 7) // 8)
    packed = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def profile(space: str, pcs: str, tags: dict[str, bytes]) -> bytes:
    """An ICC profile of version 2 for a display, of those tags."""
    table, data, offset = b"", b"", 128 + 4 + 12 * len(tags)
    for name, content in tags.items():
        table += struct.pack(">4sII", name.encode(), offset + len(data), len(content))
        data += content + bytes(-len(content) % 4)
    body = struct.pack(">I", len(tags)) + table + data
    kind = b"prtr" if space == "CMYK" else b"mntr"
    header = struct.pack(">I4sI4s4s4s", 128 + len(body), bytes(4), 0x02400000, kind, space.encode(), pcs.encode())
    header += bytes(12) + b"acsp" + bytes(28) + D50 + bytes(48)
    return header + body


def xyz(*values: float) -> bytes:
    return b"".join(struct.pack(">i", round(value * 65536)) for value in values)


D50 = xyz(0.9642, 1, 0.8249)
LINEAR = b"curv" + bytes(4) + struct.pack(">I", 0)
WHITE = b"XYZ " + bytes(4) + D50
# The columns of sRGB.
COLUMNS = [xyz(0.4361, 0.2225, 0.0139), xyz(0.3851, 0.7169, 0.0971), xyz(0.1431, 0.0606, 0.7141)]


def rgb_profile(order: str = "rgb") -> bytes:
    """sRGB with linear shades, whose channels come in another order: with "grb", red is green and green is red."""
    columns = {
        f"{name}XYZ": b"XYZ " + bytes(4) + COLUMNS["rgb".index(channel)]
        for name, channel in zip("rgb", order, strict=True)
    }
    return profile("RGB ", "XYZ ", {"wtpt": WHITE, **columns, **{f"{name}TRC": LINEAR for name in "rgb"}})


def grey_profile() -> bytes:
    """Linear shades."""
    return profile("GRAY", "XYZ ", {"wtpt": WHITE, "kTRC": LINEAR})


def cmyk_profile() -> bytes:
    """Inks of which only the black one is seen."""
    straight, black_and_white = bytes(range(256)), (bytes([255, 128, 128]) + bytes([0, 128, 128])) * 8  # in Lab
    table = struct.pack(">4sIBBBx9i", b"mft1", 0, 4, 3, 2, *(65536 if i % 4 == 0 else 0 for i in range(9)))
    lookup = table + straight * 4 + black_and_white + straight * 3
    return profile("CMYK", "Lab ", {"wtpt": WHITE, "A2B0": lookup})
