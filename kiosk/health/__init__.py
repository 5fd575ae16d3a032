"""The checks behind `kiosk doctor` and the health page, and the table of encoders."""
