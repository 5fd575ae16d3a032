from kiosk.cli.known import open_gallery


def test_the_gallery_of_the_configuration_is_opened_with_a_reader_for_more(images, eileen, tmp_path):
    config = tmp_path / "config.yaml"
    config.write_text("gallery: {folder: images}\n")
    known = open_gallery(config, None)
    assert (known.folder, known.gallery.people) == (images, ("Grace_Hopper",))
    assert known.config.encoder == "dlib_resnet"
