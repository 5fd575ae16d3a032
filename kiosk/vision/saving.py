"""Arrays as picture files in memory."""

from kiosk.domain import ByteImage
from kiosk.errors import PictureError
from kiosk.i18n import translate
from kiosk.vision.opencv import cv2

_QUALITY = 95


def as_jpeg(image: ByteImage) -> bytes:
    """The picture (H, W, 3) BGR as a JPEG; raises PictureError where it is none."""
    try:
        written, content = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    except cv2.error as fault:
        raise PictureError(
            "picture", translate("faults", "cannot be written as JPEG"), translate("faults", "take it again")
        ) from fault
    if not written:
        raise PictureError(
            "picture", translate("faults", "cannot be written as JPEG"), translate("faults", "take it again")
        )
    return bytes(content)
