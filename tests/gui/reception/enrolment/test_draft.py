from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from kiosk.errors import EncoderError, GalleryError
from kiosk.files import asset
from kiosk.gui.reception.enrolment.step import Checked, Draft, check, picture_of, save_draft, warm_up
from kiosk.paths import cache_folder
from kiosk.people.enrolment import DuplicateFinding, Offered
from kiosk.people.register import PersonRecord
from kiosk.people.templates import TemplateCache


def test_what_was_given_is_taken_over_and_what_was_not_stays():
    draft = Draft("Ada", texts={"shown": "", "email": "a@b.c"}, valid_until=date(2027, 1, 2))
    before = PersonRecord("Ada", shown="Ada L.", email="old@b.c", valid_from=date(2026, 1, 1))
    after = replace(before, email="a@b.c", valid_until=date(2027, 1, 2))
    assert draft.changed(before) == after


def test_pictures_are_examined_strangers_named_and_what_is_there_already_left_out(services, station, pictures):
    ricardo, other = pictures("Ricardo_Lagos"), pictures("Jennifer_Garner")[0]
    offered = [Offered.file(path) for path in (*ricardo[:3], other, ricardo[0])]
    offered.append(Offered("notes.txt", b"no picture"))
    found = check(services, "Ricardo", offered, [])
    assert found.odd == {3}
    assert found.repeated == {4}
    assert "ends in none of" in found.pictures[5].fault
    assert [found.is_good(number) for number in range(6)] == [True, True, True, False, False, False]
    assert not found.may_be_saved
    without = check(
        services, "Ricardo", [], [one for number, one in enumerate(found.pictures) if found.is_good(number)]
    )
    assert without.may_be_saved
    assert without.finding == DuplicateFinding()


def test_somebody_enrolled_under_another_name_stops_it(services, station):
    portrait = asset("demo", "gallery", "Grace_Hopper.jpg")
    found = check(services, "Mary", [Offered.file(portrait)], [])
    assert [one.person for one in found.finding.same] == ["Grace_Hopper"]
    assert not found.may_be_saved
    assert picture_of(services, "Grace_Hopper") == services.folder / "Grace_Hopper.jpg"
    assert picture_of(services, "Nobody") is None


def test_nothing_of_a_face_is_kept_before_it_is_saved_nor_when_that_fails(services, station, pictures, monkeypatch):
    draft = Draft("Ricardo")
    checked = check(services, "Ricardo", [Offered.file(pictures("Ricardo_Lagos")[0])], [])
    (picture,) = checked.good
    with services.reader() as reader:
        cache = TemplateCache(cache_folder(), picture.embedding.encoder, reader.key)
    assert cache.get(picture.digest) is None

    def full(descriptor):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("kiosk.people.staging.os.fsync", full)
        with pytest.raises(GalleryError):
            save_draft(services, draft, checked, "Eve")
    assert cache.get(picture.digest) is None
    save_draft(services, draft, checked, "Eve")
    assert np.array_equal(cache.get(picture.digest).vector, picture.embedding.vector)


def test_an_empty_check_may_not_be_saved_and_without_a_station_there_is_none(services):
    assert not Checked().may_be_saved
    with pytest.raises(EncoderError):
        check(services, "Ada", [], [])


def test_warming_up_tells_a_fault(services, home):
    assert warm_up(services) == ""
    (home / "config.yaml").write_text("encoder: none_of_that_name\n")
    services.config.changed()
    assert warm_up(services)
