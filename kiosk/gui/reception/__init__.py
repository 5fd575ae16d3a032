"""The staff side behind the PIN."""
