"""What must not be left of pictures that are gone: their embeddings in the cache, their names in its indexes."""

import contextlib
import json
import time
from collections.abc import Callable, Collection
from pathlib import Path

from kiosk import names
from kiosk.people.gallery import folder as listing
from kiosk.people.gallery.cache import INDEX, NEW, write_whole

_DIGEST_CHARACTERS = 64
# A file that is being written carries its temporary name for a moment; what is older was left by a crash.
_WRITING_SECONDS = 30.0


def forget_cached(cache: Path, gone: Callable[[str], bool], digests: Collection[str]) -> int:
    """Deletes what the cache of every encoder holds of pictures; returns how many embeddings that were.

    Gone are the contents with these hashes, the sources of which `gone` is true, and every content that no index
    names: a picture that was removed earlier, or whose index was written before a crash. A cache without them costs
    nobody more than time. Raises OSError where something cannot be deleted.
    """
    return sum(_forget_in(folder, gone, set(digests)) for folder in sorted(cache.glob("*/")))


def forget_names() -> None:
    """Empties what this process remembers of names that it was asked about."""
    names.person_key.cache_clear()
    names.normal_name.cache_clear()
    listing.name_fault_of.cache_clear()


def source_belongs_to(key: str) -> Callable[[str], bool]:
    """Whether a source, relative to the image folder, is of the person with this person_key."""

    def belongs(source: str) -> bool:
        person, slash, _ = source.partition("/")
        return names.person_key(person if slash else Path(person).stem) == key

    return belongs


def _forget_in(folder: Path, gone: Callable[[str], bool], digests: set[str]) -> int:
    kept: set[str] = set()
    for index in folder.glob(f"{INDEX}*.json"):
        kept |= _without(index, gone, digests)
    for left in folder.glob(f"{NEW}*"):
        with contextlib.suppress(FileNotFoundError):
            if time.time() - left.stat().st_mtime > _WRITING_SECONDS:
                left.unlink()
    entries = [path for path in folder.iterdir() if len(path.name) == _DIGEST_CHARACTERS and path.name not in kept]
    for path in entries:
        path.unlink(missing_ok=True)
    return len(entries)


def _without(index: Path, gone: Callable[[str], bool], digests: set[str]) -> set[str]:
    """Rewrites an index without what is gone; the hashes that it still names."""
    try:
        known = {str(source): [*stamp, str(digest)] for source, (*stamp, digest) in _content(index).items()}
    except (ValueError, TypeError, AttributeError):
        index.unlink(missing_ok=True)  # damaged, it may still hold names
        return set()
    left = {source: entry for source, entry in known.items() if not gone(source) and entry[-1] not in digests}
    if len(left) != len(known):
        write_whole(index, json.dumps(left).encode())
    return {str(entry[-1]) for entry in left.values()}


def _content(index: Path) -> dict[str, list[object]]:
    content = json.loads(index.read_text("utf-8"))
    if not isinstance(content, dict):
        raise TypeError
    return content
