"""Calibration of a door from its pictures, its journal and the statistics of its encoder."""
