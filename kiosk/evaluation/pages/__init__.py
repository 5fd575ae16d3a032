"""Pages to read and to print, and their plots: what an evaluation or a calibration found."""
