"""The parts put together: what the window and the headless run both drive, and what examines it."""
