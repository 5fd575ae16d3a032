import dataclasses

import pytest

from kiosk.door.report import Status


def test_a_status_cannot_be_changed_by_those_who_show_it():
    status = Status(1, 0, ())
    with pytest.raises(dataclasses.FrozenInstanceError):
        status.people = 2
