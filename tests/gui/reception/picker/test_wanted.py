from kiosk.gui.reception.picker import wanted_archive, wanted_pictures


def test_the_button_says_how_many_are_chosen():
    wanted = wanted_pictures()
    assert [wanted.add(count) for count in (0, 2)] == ["Add pictures", "Add 2 pictures"]
    assert (wanted.several, ".png" in wanted.suffixes) == (True, True)


def test_one_archive_is_imported():
    wanted = wanted_archive()
    assert (wanted.add(0), wanted.add(1), wanted.several, wanted.suffixes) == ("Import", "Import", False, {".zip"})
