"""Pixels to aligned face chips; the home of OpenCV."""
