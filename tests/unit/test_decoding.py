"""Decoding of uploads: what is written anew of each kind of picture, and what is refused."""

from __future__ import annotations

import io
import resource
import struct
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageCms, PngImagePlugin

from khaya.pictures.decoding import LONGEST_SIDE, MOST_PIXELS, Decoded, NotDecodable, decode
from khaya.uploads.model import ContentType
from tests.support.template import ROOT
from tests.support.uploads import PDF, picture

PLACE = "29;51;31"
"""What stands for a place in these files' metadata."""


def opened(decoded: Decoded, name: str) -> Image.Image:
    """A file that was written anew, decoded."""
    (body,) = [file.body for file in decoded.files if file.name == name]
    return Image.open(io.BytesIO(body))


def names(decoded: Decoded) -> list[str]:
    return [file.name for file in decoded.files]


def decoded(body: bytes, content_type: ContentType = "image/jpeg", *, with_preview: bool = False) -> Decoded:
    return decode(body, content_type, with_preview=with_preview)


def saved(made: Image.Image, kind: str, **options: Any) -> bytes:
    held = io.BytesIO()
    made.save(held, kind, **options)
    return held.getvalue()


def png_header(width: int, height: int, data: bytes = b"", colours: int = 2) -> bytes:
    """A PNG that claims a size."""
    parts = ((b"IHDR", struct.pack(">IIBBBBB", width, height, 8, colours, 0, 0, 0)), (b"IDAT", data), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in parts
    )


@pytest.mark.parametrize(
    ("width", "files", "largest"),
    [
        (1, [160], 1),
        (160, [160], 160),
        (161, [160, 320], 161),
        (500, [160, 320, 640], 500),
        (1280, [160, 320, 640, 1280], 1280),
        (3000, [160, 320, 640, 1280], 1280),
    ],
)
def test_a_picture_is_written_in_the_widths_below_its_own_and_the_next_one_and_never_enlarged(
    width: int, files: list[int], largest: int
) -> None:
    made = decoded(picture(width, max(1, width // 2)))
    assert names(made) == [f"{wide}.webp" for wide in files]
    assert (made.width, made.height) == (largest, max(1, largest // 2))
    for wide in files:
        file = opened(made, f"{wide}.webp")
        assert file.format == "WEBP"
        assert file.width == min(wide, width)


@pytest.mark.parametrize(
    ("kind", "content_type"), [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/webp")]
)
def test_every_kind_of_picture_is_decoded(kind: str, content_type: ContentType) -> None:
    assert names(decoded(picture(200, 100, kind), content_type)) == ["160.webp", "320.webp"]


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_a_jpeg_of_each_colour_mode_becomes_rgb(mode: str) -> None:
    assert opened(decoded(picture(mode=mode)), "160.webp").mode == "RGB"


@pytest.mark.parametrize(
    ("mode", "expected"),
    [("1", "RGB"), ("L", "RGB"), ("LA", "RGBA"), ("P", "RGB"), ("RGB", "RGB"), ("RGBA", "RGBA"), ("I;16", "RGB")],
)
def test_a_png_of_each_colour_mode_keeps_its_transparency_and_nothing_else(mode: str, expected: str) -> None:
    grey = Image.new("L", (40, 30), 128)
    if mode == "LA":
        made = Image.merge("LA", (grey, grey))
    elif mode == "RGBA":
        made = Image.merge("RGBA", (grey, grey, grey, grey))
    elif mode == "I;16":
        made = Image.new("I;16", (40, 30), 128 * 257)
    else:
        made = grey.convert(mode)
    file = opened(decoded(saved(made, "PNG"), "image/png"), "160.webp")
    assert file.mode == expected
    pixel = file.convert("L").getpixel((20, 15))
    assert isinstance(pixel, int)
    assert mode == "1" or abs(pixel - 128) < 4


def test_a_transparent_palette_stays_transparent() -> None:
    made = Image.new("L", (40, 30), 128).convert("P")
    body = saved(made, "PNG", transparency=made.getpixel((0, 0)))
    file = opened(decoded(body, "image/png"), "160.webp")
    assert file.getchannel("A").getextrema() == (0, 0)


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_of_an_animation_the_first_frame_is_shown(kind: str) -> None:
    frames = [Image.new("RGB", (40, 30), colour) for colour in ("red", "blue", "green")]
    body = saved(frames[0], kind, save_all=True, append_images=frames[1:], duration=100)
    if kind == "GIF":
        with pytest.raises(NotDecodable):
            decoded(body, "image/jpeg")
        return
    file = opened(decoded(body, "image/webp" if kind == "WEBP" else "image/png"), "160.webp")
    assert getattr(file, "n_frames", 1) == 1
    red, _, blue = file.convert("RGB").getpixel((5, 5))  # type: ignore[misc]
    assert red > 200
    assert blue < 60


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_is_set_upright_as_its_exif_data_says(orientation: int) -> None:
    # given a camera's file whose upper left quarter is white when it is shown upright
    upright = Image.new("L", (400, 200))
    upright.paste(255, (0, 0, 200, 100))
    stored = {
        1: upright,
        2: upright.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
        3: upright.transpose(Image.Transpose.ROTATE_180),
        4: upright.transpose(Image.Transpose.FLIP_TOP_BOTTOM),
        5: upright.transpose(Image.Transpose.TRANSPOSE),
        6: upright.transpose(Image.Transpose.ROTATE_90),
        7: upright.transpose(Image.Transpose.TRANSVERSE),
        8: upright.transpose(Image.Transpose.ROTATE_270),
    }[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    # when it is written anew
    made = decoded(saved(stored, "JPEG", exif=exif))
    # then it is upright without the tag
    assert (made.width, made.height) == (400, 200)
    file = opened(made, "320.webp").convert("L")
    corners = [file.getpixel((x, y)) for x, y in ((20, 20), (300, 20), (20, 140), (300, 140))]
    assert [isinstance(one, int) and one > 128 for one in corners] == [True, False, False, False]
    assert not file.getexif()


def with_metadata(kind: str) -> bytes:
    """A picture that tells where it was taken in every way that its kind has."""
    exif = Image.Exif()
    exif[0x010E] = f"taken at {PLACE}"
    exif.get_ifd(0x8825)[1] = "S"
    exif.get_ifd(0x8825)[2] = (29.0, 51.0, 31.0)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    options: dict[str, Any] = {"exif": exif, "icc_profile": profile}
    if kind == "JPEG":
        options |= {"comment": PLACE, "xmp": f"<x>{PLACE}</x>".encode()}
    elif kind == "WEBP":
        options |= {"xmp": f"<x>{PLACE}</x>".encode()}
    else:
        text = PngImagePlugin.PngInfo()
        text.add_text("Comment", PLACE)
        text.add_itxt("XML:com.adobe.xmp", f"<x>{PLACE}</x>")
        options |= {"pnginfo": text}
    return saved(Image.new("RGB", (400, 300), "green"), kind, **options) + PLACE.encode()


@pytest.mark.parametrize(
    ("kind", "content_type"), [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/webp")]
)
def test_no_metadata_is_left(kind: str, content_type: ContentType) -> None:
    body = with_metadata(kind)
    assert body.count(PLACE.encode()) >= 3
    made = decoded(body, content_type, with_preview=True)
    for file in made.files:
        for trace in (
            PLACE.encode(),
            b"Exif",
            b"EXIF",
            b"XMP",
            b"http://ns.adobe.com",
            b"ICCP",
            b"ICC_PROFILE",
            b"VP8X",
        ):
            assert trace not in file.body, f"{file.name}: {trace!r}"
        again = Image.open(io.BytesIO(file.body))
        assert not again.getexif()
        assert {*again.info} <= {
            "jfif",
            "jfif_version",
            "jfif_unit",
            "jfif_density",
            "progressive",
            "progression",
            "loop",
            "background",
            "timestamp",
            "duration",
        }


@pytest.mark.parametrize(
    ("width", "height", "corner"),
    [(2400, 1260, "picture"), (1200, 630, "picture"), (400, 300, "white"), (1300, 400, "white")],
)
def test_a_preview_has_one_size_and_enlarges_nothing(width: int, height: int, corner: str) -> None:
    made = decoded(saved(Image.new("RGB", (width, height), "black"), "JPEG"), with_preview=True)
    preview = opened(made, "preview.jpg")
    assert (preview.format, preview.size) == ("JPEG", (1200, 630))
    pixel = preview.convert("L").getpixel((2, 2))
    assert isinstance(pixel, int)
    assert (pixel > 250) == (corner == "white")


def test_a_preview_of_a_transparent_picture_is_white_behind_it() -> None:
    made = decoded(saved(Image.new("RGBA", (1300, 700), (0, 0, 0, 0)), "PNG"), "image/png", with_preview=True)
    assert opened(made, "preview.jpg").convert("L").getextrema()[0] > 250  # type: ignore[operator]


def test_a_pdf_stays_as_it_is() -> None:
    made = decoded(PDF, "application/pdf")
    assert (names(made), made.files[0].body, made.width) == (["document.pdf"], PDF, None)


HTML = b"<!doctype html><script>alert(1)</script>"
REFUSED: dict[str, tuple[bytes, ContentType]] = {
    "nothing": (b"", "image/jpeg"),
    "HTML": (HTML, "image/jpeg"),
    "HTML after a JPEG's first bytes": (b"\xff\xd8\xff\xe0" + HTML, "image/jpeg"),
    "HTML after a PNG's first bytes": (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + HTML, "image/png"),
    "HTML in a WebP's container": (b"RIFF\x40\x00\x00\x00WEBPVP8 " + HTML, "image/webp"),
    "a PNG named JPEG": (picture(kind="PNG"), "image/jpeg"),
    "a JPEG named WebP": (picture(), "image/webp"),
    "a GIF named PNG": (picture(kind="GIF"), "image/png"),
    "a BMP": (picture(kind="BMP"), "image/png"),
    "a TIFF": (picture(kind="TIFF"), "image/jpeg"),
    "a JPEG cut off in the middle": (picture(400, 300)[: len(picture(400, 300)) // 2], "image/jpeg"),
    "a PNG cut off in the middle": (picture(400, 300, "PNG")[:120], "image/png"),
    "a WebP cut off in the middle": (picture(400, 300, "WEBP")[:100], "image/webp"),
    "a PNG of a billion pixels": (png_header(40_000, 40_000), "image/png"),
    "a PNG with one pixel too many": (png_header(LONGEST_SIDE, MOST_PIXELS // LONGEST_SIDE + 1), "image/png"),
    "a PNG that is too long": (png_header(LONGEST_SIDE + 1, 1), "image/png"),
    "a PNG without pixels": (png_header(0, 10), "image/png"),
    "a PNG with a chunk of text that swells": (
        png_header(1, 1)[:33] + struct.pack(">I", 100_000) + b"zTXt" + b"a\0\0" + zlib.compress(b"a" * 80_000_000),
        "image/png",
    ),
    "a PDF without an end": (b"%PDF-1.7\n", "application/pdf"),
    "HTML named PDF": (HTML, "application/pdf"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_no_picture_is_refused(what: str) -> None:
    body, content_type = REFUSED[what]
    with pytest.raises(NotDecodable):
        decode(body, content_type, with_preview=True)


def test_what_stands_behind_a_picture_is_not_in_the_new_files() -> None:
    made = decoded(picture() + b"<?php system($_GET['x']); ?>")
    assert all(b"php" not in file.body for file in made.files)


def test_the_largest_picture_that_is_taken_fits_into_the_function(tmp_path: Path) -> None:
    # given the largest RGBA picture that is allowed, all of one colour, so that the file is small
    packer = zlib.compressobj(1)
    rows = b"".join(packer.compress(bytes(1 + 4 * 8000) * 80) for _ in range(100)) + packer.flush()
    (tmp_path / "largest.png").write_bytes(png_header(8000, 8000, rows, colours=6))
    # when it is decoded in a process of its own
    # Linux counts the memory of the process that starts another into `ru_maxrss` of the new one, so it is not asked here.
    code = """
import re, sys
from khaya.pictures.decoding import decode
made = decode(open(sys.argv[1], "rb").read(), "image/png", with_preview=True)
print(re.search(r"VmHWM:\\s*(\\d+) kB", open("/proc/self/status").read())[1], made.width, made.height)
"""
    command = [sys.executable, "-c", code, str(tmp_path / "largest.png")]
    environment = {"PYTHONPATH": str(ROOT / "layers" / "khaya"), "POWERTOOLS_SERVICE_NAME": "test"}
    ended = subprocess.run(command, check=True, env=environment, capture_output=True, text=True)
    # then the process never took three quarters of the function's 1,024 MB
    kilobytes, width, height = map(int, ended.stdout.split())
    assert (width, height) == (1280, 1280)
    assert kilobytes < 768 * 1024


def test_a_decompression_bomb_is_refused_without_decoding() -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for width, height in ((40_000, 40_000), (16_000, 16_000), (2**31 - 1, 2**31 - 1)):
        with pytest.raises(NotDecodable):
            decoded(png_header(width, height, zlib.compress(b"\0" * 1_000_000)), "image/png")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000
