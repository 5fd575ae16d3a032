"""The door: decision, unlocking, voice, the running station and the services it offers to the staff side."""
