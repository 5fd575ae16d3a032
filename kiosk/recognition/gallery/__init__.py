"""The image folder as templates: whoever has a usable picture in it is known at the door."""

from kiosk.recognition.gallery.gallery import Gallery
from kiosk.recognition.gallery.reading import EncodePicture
from kiosk.recognition.gallery.snapshot import GallerySnapshot, Skipped

__all__ = ["EncodePicture", "Gallery", "GallerySnapshot", "Skipped"]
