"""Whether fingers are all there is to type with, as Linux lists what is connected."""

from pathlib import Path

DEVICES = Path("/proc/bus/input/devices")
_DIRECT = 1 << 1  # INPUT_PROP_DIRECT: touched where it shows, as a screen is and a touch pad is not
_LETTERS = (*range(16, 26), *range(30, 39), *range(44, 51))  # KEY_Q to KEY_P, KEY_A to KEY_L, KEY_Z to KEY_M


def touch_only(devices: Path = DEVICES) -> bool:
    """There is a touch screen, and nothing that has the keys of all letters."""
    try:
        listed = devices.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    found = [_bits(device) for device in listed.split("\n\n")]
    touched = any(bits.get("PROP", 0) & _DIRECT for bits in found)
    typed = any(all(bits.get("KEY", 0) >> key & 1 for key in _LETTERS) for bits in found)
    return touched and not typed


def _bits(device: str) -> dict[str, int]:
    """The bit masks of one device: its lines such as `B: KEY=10000 0 0 fffffffe`, the highest 64 bits first."""
    masks = {}
    for line in device.splitlines():
        name, equals, words = line.removeprefix("B: ").partition("=")
        if line.startswith("B: ") and equals:
            try:
                masks[name] = sum(int(word, 16) << 64 * place for place, word in enumerate(reversed(words.split())))
            except ValueError:
                continue
    return masks
