"""What is shown of the kept faces: grouped, as pictures, with the name of who is most alike."""

import pytest

from kiosk.errors import EncoderError
from kiosk.gui.reception.visitors import MOST_SHOWN, load
from kiosk.people.register import PersonRecord


def test_visitors_come_with_their_newest_faces_and_how_many_there_are(running, keep):
    for shot in range(MOST_SHOWN + 3):
        keep(1, shot, minutes_ago=10)
    keep(2)
    (newest, oldest), total = load(running, 5)
    assert (len(newest.images), len(oldest.images), len(oldest.visitor.faces)) == (1, MOST_SHOWN, MOST_SHOWN + 3)
    assert total == 2
    assert not newest.images[0].isNull()
    assert len(load(running, 1)[0]) == 1


def test_the_nearest_person_is_called_as_on_the_screen(running, keep):
    running.people.save(PersonRecord("Grace_Hopper", shown="Amazing Grace"))
    keep(1)
    assert load(running, 5)[0][0].nearest_name == "Amazing Grace"


def test_a_face_of_another_encoder_is_compared_with_nobody(running, keep, looks):
    keep(1, embedding=looks(1, encoder="another"))
    assert load(running, 5)[0][0].nearest_name == ""


def test_a_picture_that_cannot_be_read_is_an_empty_one(running, looks):
    from datetime import UTC, datetime

    running.visitors.keep(b"no picture", looks(1), datetime.now(UTC))
    assert load(running, 5)[0][0].images[0].isNull()


def test_while_the_recognition_is_loaded_it_says_so(services):
    with pytest.raises(EncoderError, match="is being loaded"):
        load(services, 5)
