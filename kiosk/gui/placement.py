"""Where the camera's picture lies inside the space it is given. No Qt."""

from dataclasses import dataclass

from kiosk.domain import Box

MOST_CROPPED = 1.2  # the picture may be so much larger than what would fit whole


@dataclass(frozen=True, slots=True)
class Placement:
    """A picture scaled, centred and perhaps mirrored; view coordinates in px."""

    left: float
    top: float
    width: float
    height: float
    scale: float
    mirrored: bool

    def of(self, box: Box) -> tuple[float, float, float, float]:
        """(left, top, width, height) in the view of a box in the picture."""
        width, height = box.width * self.scale, box.height * self.scale
        x = box.left * self.scale
        left = self.width - x - width if self.mirrored else x
        return self.left + left, self.top + box.top * self.scale, width, height


def place(picture: tuple[int, int], view: tuple[int, int], *, mirrored: bool) -> Placement:
    """Fills the view where that cuts little off; else leaves bars. Both as (width, height) px, not empty."""
    whole = min(view[0] / picture[0], view[1] / picture[1])
    filling = max(view[0] / picture[0], view[1] / picture[1])
    scale = min(filling, whole * MOST_CROPPED)
    width, height = picture[0] * scale, picture[1] * scale
    return Placement((view[0] - width) / 2, (view[1] - height) / 2, width, height, scale, mirrored)
