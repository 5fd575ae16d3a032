"""Calibration of a door: its own pictures and journal, what is known of its encoder, and the answer in words."""
