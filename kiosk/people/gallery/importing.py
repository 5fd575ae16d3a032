"""Many people come into the image folder at once: all of them, or nobody."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from kiosk.domain import display_name
from kiosk.errors import EnrolmentError
from kiosk.i18n import translate
from kiosk.names import is_skipped, person_key
from kiosk.people.gallery.folder import list_folder
from kiosk.people.gallery.staging import (
    PictureFile,
    make_folder,
    new_folder,
    put_people_in_place,
    sync_folder,
    turn,
    write_picture,
)


def add_people(folder: Path, people: Mapping[str, Iterable[PictureFile]]) -> int:
    """Stores the pictures of new people, by name; how many pictures.

    Raises EnrolmentError where one of them is in the gallery already, GalleryError where the folder cannot be written;
    then the gallery is as it was. Killed in the middle, it is as it was, or all of them are in it once it is loaded.
    """
    make_folder(folder)
    count = 0
    with turn(folder):
        require_free(folder, people)
        with new_folder(folder) as new:
            for person, pictures in people.items():
                home = new / person
                home.mkdir()
                for picture in pictures:
                    write_picture(picture, home / picture.name)
                    count += 1
                sync_folder(home)
            put_people_in_place(new)
    return count


def require_free(folder: Path, names: Iterable[str]) -> None:
    """Raises EnrolmentError where a name is somebody's in the image folder, or a file is in the way."""
    listed = {person_key(picture.person) for picture in list_folder(folder).pictures}
    there = [path.name for path in folder.iterdir()] if folder.is_dir() else []
    known = listed | {person_key(name) for name in there if not is_skipped(name)}
    taken = sorted(display_name(name) for name in names if person_key(name) in known)
    if taken:
        more = f" and {len(taken) - 3} more" if len(taken) > 3 else ""
        raise EnrolmentError(
            ", ".join(taken[:3]) + more,
            translate("faults", "already in the gallery"),
            translate("faults", "rename or erase them first"),
        )
