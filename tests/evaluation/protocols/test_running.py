import pytest

from kiosk.config import ConfigFile
from kiosk.errors import ConfigError, EvaluationError
from kiosk.evaluation.extractors import KioskRecipe, PixelsRecipe
from kiosk.evaluation.features import people_in
from kiosk.evaluation.lfw import Lfw, read_pairs
from kiosk.evaluation.open_set import OpenSet
from kiosk.evaluation.running import PEERS, Request, evaluate, recipes_of


@pytest.fixture
def config(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text("detector: yunet\nencoder: [dlib_resnet, sface]\n")
    return ConfigFile(path)


def told(recipes):
    return [
        (one.config.current.encoder, one.config.current.detector) for one in recipes if isinstance(one, KioskRecipe)
    ]


def test_without_names_the_path_is_the_configurations(config):
    assert told(recipes_of(config, [], [], [])) == [(["dlib_resnet", "sface"], "yunet")]


def test_each_encoder_is_behind_each_detector_and_the_peers_come_last(config):
    recipes = recipes_of(config, ["sface", "dlib_resnet+sface", "pixels"], ["haar", "yunet"], ["dlib"])
    assert told(recipes) == [
        ("sface", "haar"),
        (["dlib_resnet", "sface"], "haar"),
        ("sface", "yunet"),
        (["dlib_resnet", "sface"], "yunet"),
    ]
    assert recipes[-2:] == [PixelsRecipe(), PEERS["dlib"]]
    assert config.current.detector == "yunet"


def test_a_peer_that_is_not_known_and_a_name_that_can_be_none_are_told(config):
    with pytest.raises(EvaluationError, match="there is dlib"):
        recipes_of(config, [], [], ["nobody"])
    for names in (["x" * 500], ["sface+sface"], ["0*sface"]):
        with pytest.raises(ConfigError, match="encoder"):
            recipes_of(config, names, [], [])
    with pytest.raises(ConfigError, match="detector"):
        recipes_of(config, [], ["x" * 501], [])


def test_a_run_measures_every_path_on_the_same_pictures(crowd, in_this_process):
    folder = crowd([2] * 6 + [1] * 10)
    protocol = OpenSet(people_in(folder), (3,), seeds=1)
    shown = []
    report = evaluate(
        Request(protocol, folder, [PixelsRecipe(), PixelsRecipe()], 4, {"set": []}), lambda *both: shown.append(both)
    )
    assert (report.protocol, report.folder, report.seed, report.settings) == ("open-set", folder, 4, {"set": []})
    first, second = report.results
    assert first.rows == second.rows
    assert shown[-1] == (44, 44)
    assert [done for done, _ in shown] == sorted(done for done, _ in shown)
    assert {total for _, total in shown} == {44}
    assert report.seconds > 0


def test_missing_pictures_are_told_before_anything_is_loaded(crowd, tmp_path, config):
    folder = crowd([2])
    (tmp_path / "pairs.txt").write_text("Person_0\t1\t7\nPerson_0\t1\tNobody\t1\n")
    protocol = Lfw(read_pairs(tmp_path / "pairs.txt", folder))
    with pytest.raises(EvaluationError, match=r"2 of 3 pictures are missing \(Nobody/Nobody_0001\.jpg, Person_0"):
        evaluate(Request(protocol, folder, recipes_of(config, ["nobody"], [], [])), lambda done, total: None)
