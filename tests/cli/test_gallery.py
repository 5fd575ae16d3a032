import json


def test_an_empty_gallery_says_what_to_do(kiosk, tmp_path):
    shown = kiosk("people", "--gallery", tmp_path / "nowhere")
    assert shown.code == 0
    assert "kiosk enrol NAME PICTURE" in shown.out
    assert "For hundreds of people, first: kiosk weights fetch sface." in shown.out


def test_who_is_enrolled_is_identified(kiosk, images, eileen):
    report = kiosk("enrol", "Eileen Collins", eileen, "--gallery", images, "--json")
    assert report.code == 0
    assert json.loads(report.out)["person"] == "Eileen Collins"
    assert kiosk("identify", eileen, "--gallery", images).code == 0


def test_enrolling_into_a_folder_that_is_not_there_makes_it(kiosk, tmp_path, grace):
    assert kiosk("enrol", "Grace", grace, "--gallery", tmp_path / "new").code == 0
    assert kiosk("identify", grace, "--gallery", tmp_path / "new").code == 0


def test_a_refused_enrolment_names_each_picture_and_changes_nothing(kiosk, images, grace, eileen, tmp_path):
    bad = tmp_path / "bad.jpg"
    bad.write_bytes(b"")
    before = sorted(path.name for path in images.iterdir())
    refused = kiosk("enrol", "Eileen Collins", eileen, bad, "--gallery", images)
    assert (refused.code, "bad.jpg" in refused.err, refused.err.count("\n")) == (19, True, 1)
    assert sorted(path.name for path in images.iterdir()) == before


def test_somebody_else_under_another_name_is_refused(kiosk, images, grace):
    refused = kiosk("enrol", "Not Grace", grace, "--gallery", images)
    assert (refused.code, "Grace Hopper" in refused.err) == (19, True)
