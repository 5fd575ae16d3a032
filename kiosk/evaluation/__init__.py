"""Measure how often recognition errs, and calibrate a door. Needs the extra [evaluation] for report pages."""
