"""Import OpenCV without the Qt settings that it leaves: `from kiosk.vision.opencv import cv2`."""

import os

import cv2

# opencv-python points Qt at its own Qt 5 plug-ins and fonts, which PyQt6 cannot load.
for _name in ("QT_QPA_PLATFORM_PLUGIN_PATH", "QT_QPA_FONTDIR"):
    os.environ.pop(_name, None)

__all__ = ["cv2"]
