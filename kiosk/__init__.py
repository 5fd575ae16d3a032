"""kiosk: the screen beside an office door that knows who walks up, welcomes them and opens."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("kiosk")
except PackageNotFoundError:  # run from a checkout that was never installed
    __version__ = "0"
