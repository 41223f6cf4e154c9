"""Decoding of uploaded files, and writing them anew without their metadata. Needs the layer `pictures`.

Everything here works on bytes from strangers, within the limits below. `refused` is the answer to whatever does not
decode, for any reason: Pillow's plugins raise many kinds of error for broken files.
"""

import io
from dataclasses import dataclass
from typing import Final

from PIL import Image, ImageCms, ImageOps

from khaya.platform.base import observability
from khaya.uploads.model import DOCUMENT, PREVIEW, WIDTHS, ContentType, widths_for

MOST_PIXELS: Final = 64_000_000
"""What a picture may have: RGBA takes 256 MB of the function's memory. Phones make up to 50 million."""
LONGEST_SIDE: Final = 16_383
"""Pixels; WebP's own limit."""
PREVIEW_SIZE: Final = (1200, 630)

_FORMATS: Final[dict[ContentType, str]] = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
_WHITE: Final = (255, 255, 255)
_PDF_END: Final = b"%%EOF"
_PDF_END_WITHIN: Final = 1024

Image.MAX_IMAGE_PIXELS = MOST_PIXELS


@dataclass(frozen=True)
class File:
    """A file that was written anew; `name` is its name in the upload's folder."""

    name: str
    body: bytes
    content_type: str


@dataclass(frozen=True)
class Decoded:
    """The files made of an upload.

    Attributes:
        width: pixels of the largest picture; None for a document.
        height: the same.
    """

    files: list[File]
    width: int | None = None
    height: int | None = None


class NotDecodable(Exception):
    """The file is none of its type, is damaged, or is beyond the limits."""


def decode(body: bytes, content_type: ContentType, *, with_preview: bool) -> Decoded:
    """The files made of an upload: WebP in each width, and for previews a JPEG of 1200 x 630; a PDF as it is.

    Raises:
        NotDecodable: the file is none of its type, is damaged, or is beyond the limits.
    """
    if content_type == "application/pdf":
        return _document(body)
    try:
        return _pictures(body, _FORMATS[content_type], with_preview=with_preview)
    except NotDecodable:
        raise
    except Exception as error:  # what Pillow raises for a broken file has no common base
        observability.logger().warning("picture not decodable", extra={"error": type(error).__name__})
        raise NotDecodable from error


def _document(body: bytes) -> Decoded:
    if not body.startswith(b"%PDF-") or _PDF_END not in body[-_PDF_END_WITHIN:]:
        raise NotDecodable
    return Decoded([File(DOCUMENT, body, "application/pdf")])


def _pictures(body: bytes, expected: str, *, with_preview: bool) -> Decoded:
    with Image.open(io.BytesIO(body), formats=[expected]) as opened:
        width, height = opened.size  # known from the header, before anything is decoded
        if width * height > MOST_PIXELS or max(width, height) > LONGEST_SIDE:
            raise NotDecodable
        picture = _upright(opened)
    widths = widths_for(picture.width)
    largest = _scaled(picture, widths[-1])
    files = [_webp(_scaled(largest, wide), wide) for wide in widths]
    if with_preview:
        files.append(_preview(largest if largest.width < PREVIEW_SIZE[0] else picture))
    return Decoded(files, largest.width, largest.height)


def _upright(opened: Image.Image) -> Image.Image:
    """The first frame in RGB or RGBA and sRGB, as large as the files need it, turned as its EXIF data says."""
    if opened.format in ("JPEG", "MPO"):
        # The decoder scales by powers of two at almost no cost; twice the largest width leaves room for quality.
        opened.draft("RGB", (2 * WIDTHS[-1], 2 * WIDTHS[-1]))
    opened.load()
    orientation = opened.getexif().get(0x0112, 1)
    profile = opened.info.get("icc_profile")
    picture = _eight_bit(opened)
    # Scaled first, turned and converted after: the large picture is in memory once only.
    turned = orientation in (5, 6, 7, 8)
    limit = 2 * WIDTHS[-1]
    across, along = (picture.height, picture.width) if turned else picture.size
    if across > limit:
        along = max(1, round(along * limit / across))
        across = limit
        picture = picture.resize(
            (along, across) if turned else (across, along), Image.Resampling.LANCZOS, reducing_gap=3.0
        )
    picture = _in_srgb(picture, profile)
    method = _TURNS.get(orientation)
    if method is not None:
        picture = picture.transpose(method)
    picture.info.clear()  # Pillow writes profiles and EXIF data back that it finds here
    return picture


_TURNS: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""How a picture is set upright, by its EXIF orientation."""


def _eight_bit(opened: Image.Image) -> Image.Image:
    """The picture in a mode that can be scaled: 16-bit grey in 8 bits, palettes in their colours."""
    match opened.mode:
        case "RGB" | "RGBA" | "L" | "LA" | "CMYK":
            return opened.copy() if opened.mode == "L" else opened
        case "I" | "I;16" | "I;16B" | "I;16L":
            return opened.convert("I").point(lambda value: value / 257).convert("L")
        case "1":
            return opened.convert("L")
        case _:
            has_alpha = "transparency" in opened.info or "A" in opened.mode or "a" in opened.mode
            return opened.convert("RGBA" if has_alpha else "RGB")


def _in_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """The picture in RGB or RGBA, with the colours that its colour profile means; as it is where that is broken."""
    wanted = "RGBA" if "A" in picture.mode or "transparency" in picture.info else "RGB"
    if profile and picture.mode in ("RGB", "RGBA", "CMYK"):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            found = ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode=wanted)
        except (ImageCms.PyCMSError, OSError, ValueError):
            found = None
        if found is not None:
            return found
    return picture.convert(wanted)


def _scaled(picture: Image.Image, width: int) -> Image.Image:
    if picture.width <= width:
        return picture
    height = max(1, round(picture.height * width / picture.width))
    return picture.resize((width, height), Image.Resampling.LANCZOS)


def _webp(picture: Image.Image, width: int) -> File:
    held = io.BytesIO()
    picture.save(held, "WEBP", quality=80, method=4)
    return File(f"{width}.webp", held.getvalue(), "image/webp")


def _preview(picture: Image.Image) -> File:
    """1200 x 630: the middle of a picture that is large enough; a smaller one on white, not enlarged."""
    flat = Image.new("RGB", picture.size, _WHITE)
    flat.paste(picture, mask=picture.getchannel("A") if picture.mode == "RGBA" else None)
    if flat.width >= PREVIEW_SIZE[0] and flat.height >= PREVIEW_SIZE[1]:
        shown = ImageOps.fit(flat, PREVIEW_SIZE, Image.Resampling.LANCZOS)
    else:
        flat.thumbnail(PREVIEW_SIZE, Image.Resampling.LANCZOS)
        shown = Image.new("RGB", PREVIEW_SIZE, _WHITE)
        shown.paste(flat, ((PREVIEW_SIZE[0] - flat.width) // 2, (PREVIEW_SIZE[1] - flat.height) // 2))
    held = io.BytesIO()
    shown.save(held, "JPEG", quality=85, optimize=True, progressive=True)
    return File(PREVIEW, held.getvalue(), "image/jpeg")
