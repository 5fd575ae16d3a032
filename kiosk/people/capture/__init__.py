"""Taking somebody's pictures from the running camera: guidance, automatic shutter, one picture for each pose."""

from kiosk.people.capture.guidance import CaptureGates, CaptureHint, Shot
from kiosk.people.capture.session import CaptureSession, CaptureState, Taken

__all__ = ["CaptureGates", "CaptureHint", "CaptureSession", "CaptureState", "Shot", "Taken"]
