"""The image folder as templates: whoever has a usable picture in it is known at the door."""

from kiosk.people.gallery.gallery import Gallery
from kiosk.people.gallery.reading import EncodePicture
from kiosk.people.gallery.snapshot import GallerySnapshot, Skipped

__all__ = ["EncodePicture", "Gallery", "GallerySnapshot", "Skipped"]
