from kiosk.cli.faces import open_gallery


def test_the_gallery_of_the_configuration_is_opened_with_a_reader_for_more(images, eileen, tmp_path):
    config = tmp_path / "config.yaml"
    config.write_text("gallery: {folder: images}\n")
    known = open_gallery(config, None)
    assert (known.folder, known.gallery.people) == (images, ("Grace_Hopper",))
    assert (known.gallery.encoder, known.threshold, known.margin) == ("sface_fp16", 1.069, 0.05)


def test_the_numbers_of_the_configuration_count_for_their_encoder(images, tmp_path):
    config = tmp_path / "config.yaml"
    config.write_text("matching: {threshold: {sface_fp16: 0.9, sface: 0.8}, margin: {sface: 0.2}}\n")
    known = open_gallery(config, images)
    assert (known.threshold, known.margin) == (0.9, 0.05)
