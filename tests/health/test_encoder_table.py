import pytest

from kiosk.config import ConfigFile
from kiosk.domain import Crop, CropKind
from kiosk.health import encoder_table as encoder_table_module
from kiosk.health.encoder_table import EncoderRow, crop_in_words, encoder_table


@pytest.fixture
def table(home):
    """table("encoder: x"): the rows by name, in order."""

    def rows(option: str = "") -> dict[str, EncoderRow]:
        (home / "config.yaml").write_text(f"threads: 1\n{option}\n")
        found = encoder_table(ConfigFile(home / "config.yaml"))
        assert len({row.name for row in found}) == len(found)
        return {row.name: row for row in found}

    return rows


def test_the_default_is_there_with_what_it_costs_now(table):
    row = table()["sface_fp16"]
    assert (row.in_use, row.installed, row.fault, row.threshold) == (True, True, None, 1.12)
    assert row.spec is not None
    assert row.spec.parameters == 9_629_632
    assert row.milliseconds is not None
    assert row.milliseconds > 0


def test_what_can_be_fetched_or_exported_is_there_and_not_installed(table):
    rows = table()
    assert [name for name in ("sface", "facenet", "openface") if rows[name].installed] == []
    assert [rows[name].fault for name in ("sface", "facenet", "openface")] == [None] * 3
    assert (rows["sface"].threshold, rows["sface"].milliseconds) == (1.12, None)


@pytest.mark.parametrize(
    ("name", "parameters", "size_px", "licence"),
    [("openface", 3_743_280, 96, "Apache-2.0"), ("facenet", 22_808_144, 160, "MIT")],
)
def test_of_those_that_can_be_exported_all_but_the_size_is_known(*, table, name, parameters, size_px, licence):
    row = table(f"matching: {{threshold: {{{name}: 0.6}}}}")[name]
    assert (row.spec.parameters, row.spec.licence, row.spec.size_bytes) == (parameters, licence, 0)
    assert [crop.size_px for crop in row.spec.crops] == [size_px]
    assert (row.threshold, table()[name].threshold) == (0.6, 0.7)


def test_the_specs_are_looked_through_once(table, monkeypatch):
    looked = []
    monkeypatch.setattr(encoder_table_module, "encoder_names", lambda own: looked.append(own) or ("dlib_resnet",))
    table()
    assert len(looked) == 1


def test_an_altered_part_of_a_composite_is_faulty_and_a_missing_one_not_installed(table, save_spec):
    save_spec("altered", sha256="0" * 64)
    row = table("encoder: [dlib_resnet, altered]")["dlib_resnet+altered"]
    assert (row.installed, "SHA-256" in (row.fault or "")) == (True, True)
    row = table("encoder: [dlib_resnet, sface]")["dlib_resnet+sface"]
    assert (row.installed, "fetch sface" in (row.fault or "")) == (False, True)


def test_a_spec_with_a_file_name_that_no_disk_takes_hinders_no_other(table, save_spec):
    save_spec("endless", file=f"{'x' * 300}.tflite")
    rows = table()
    assert (rows["endless"].installed, rows["dlib_resnet"].installed) == (False, True)


def test_own_encoders_are_there_the_faulty_ones_with_their_reason(table, save_spec):
    save_spec("other", mirror=False, threshold=0.4)
    save_spec("altered", sha256="0" * 64)
    save_spec("golden", golden={"values": [0.5] * 4})
    save_spec("broken").write_text("kind: encoder\nfile: [\n")
    save_spec("no_such_key", colour="rgb")
    rows = table("matching: {threshold: {other: 0.3}}")
    assert (rows["other"].fault, rows["other"].threshold) == (None, 0.3)
    assert "SHA-256" in (rows["altered"].fault or "")
    assert "its spec expects something else" in (rows["golden"].fault or "")
    assert "line 3: " in (rows["broken"].fault or "")
    assert "no_such_key.yaml: colour" in (rows["no_such_key"].fault or "")
    assert rows["dlib_resnet"].fault is None


def test_a_composite_of_the_configuration_is_a_row_of_its_own(table, save_spec):
    save_spec("other", mirror=False)
    rows = table("encoder: [dlib_resnet, other]")
    assert [row.name for row in rows.values() if row.in_use] == ["dlib_resnet+other"]
    row = rows["dlib_resnet+other"]
    assert (row.spec.dimension, row.spec.size_bytes) == (256, 2 * 11_253_284)


def test_a_weighted_one_bears_the_name_under_which_its_threshold_is_set(table, save_spec):
    save_spec("other", mirror=False)
    rows = table("encoder: {dlib_resnet: 2, other: 1}\nmatching: {threshold: {2*dlib_resnet+1*other: 0.2}}")
    assert [(row.name, row.threshold) for row in rows.values() if row.in_use] == [("2*dlib_resnet+1*other", 0.2)]


def test_a_list_of_one_is_that_one(table):
    assert [row.name for row in table("encoder: [dlib_resnet]").values() if row.in_use] == ["dlib_resnet"]


def test_a_composite_with_an_unknown_part_is_a_faulty_row(table):
    row = table("encoder: [dlib_resnet, nonsense]")["dlib_resnet+nonsense"]
    assert (row.in_use, row.spec, "'nonsense'" in (row.fault or "")) == (True, None, True)


def test_a_crop_in_words():
    assert crop_in_words(Crop(CropKind.ARCFACE, 112)) == "112 px arcface"
    assert crop_in_words(Crop(CropKind.BOX, 160, 0.2)) == "160 px box + 0.2"


@pytest.mark.parametrize(("name", "told"), [("sface", "weights fetch sface"), ("openface", "weights export openface")])
def test_one_in_use_that_is_not_installed_says_how_to_come_by_it(table, name, told):
    row = table(f"encoder: {name}")[name]
    assert (row.in_use, row.installed, told in (row.fault or "")) == (True, False, True)
