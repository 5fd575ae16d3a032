from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from kiosk.config import ConfigFile
from kiosk.door.decision import RuleSettings
from kiosk.errors import EvaluationError
from kiosk.evaluation import visits
from kiosk.evaluation.extractors import KioskRecipe, PixelsRecipe
from kiosk.evaluation.features import Picture
from kiosk.evaluation.results import as_json
from kiosk.evaluation.visits import Asked, run_visits, who_comes
from kiosk.files import asset

RULE = RuleSettings()


def save_people(folder: Path, counts: list[int]) -> Path:
    """People whose pictures are much alike, and unlike each other's."""
    for person, count in enumerate(counts):
        pattern = np.random.default_rng(person).integers(0, 256, (4, 4, 3))
        for number in range(count):
            change = np.random.default_rng([person, number]).integers(-8, 9, (4, 4, 3))
            path = folder / f"p{person:02}" / f"{number}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(np.clip(pattern + change, 0, 255).astype(np.uint8)).resize((48, 48)).save(path)
    return folder


def run(folder: Path, cache: Path, recipe=None, **asked):
    shown: list[tuple[int, int]] = []
    report = run_visits(
        folder,
        [recipe or PixelsRecipe()],
        RULE,
        Asked(**{"gallery": (3,), "templates": 2, "seeds": 2, **asked}),
        cache=cache,
        show=lambda done, total: shown.append((done, total)),
    )
    return report, shown


@pytest.fixture(scope="module")
def people(tmp_path_factory) -> Path:
    return save_people(tmp_path_factory.mktemp("people"), [4, 4, 3, 3, 2, 2, 1, 1])


@pytest.fixture(scope="module")
def cache(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("cache")


def test_every_kind_of_visit_is_counted_with_the_people_behind_it(people, cache):
    report, _ = run(people, cache)
    (result,) = report.results
    still, pictures = (next(row for row in result.rows if row.kind == kind) for kind in ("still", "pictures"))
    assert (still.people, still.templates, still.frames, still.seeds, still.k, still.n) == (3, 2, 5, 2, 3, 5)
    # Of the four who have pictures left three are enrolled, and the fourth is a stranger.
    assert still.members_refused.trials in range(8, 13)
    assert still.strangers_granted.trials == 2 * 20 - 2 * 6 - still.members_refused.trials
    assert pictures.members_refused.trials <= 4
    assert 0 < pictures.members <= 2
    assert {row.kind for row in result.rows} == {"still", "pictures"}


def test_the_same_seed_gives_the_same_figures_and_progress_ends_at_the_total(people, cache):
    first, shown = run(people, cache)
    again, _ = run(people, cache)
    other, _ = run(people, cache, seed=9)
    rows = [as_json(report)["paths"][0]["rows"] for report in (first, again, other)]
    assert rows[0] == rows[1]
    assert shown[-1] == (40, 40)
    assert [done for done, _ in shown] == sorted(done for done, _ in shown)
    assert other.seed == 9


def test_sizes_that_the_pictures_do_not_carry_are_named(people, cache):
    report, _ = run(people, cache, gallery=(3, 50, 100))
    (result,) = report.results
    assert {row.people for row in result.rows} == {3, 6}
    assert result.left_out == (
        "N = 50: only 6 people have 2 pictures to enrol",
        "N = 100: only 6 people have 2 pictures to enrol",
    )


def test_nobody_with_pictures_enough_is_a_fault(people, cache):
    with pytest.raises(EvaluationError, match="none of them has 9 pictures"):
        run(people, cache, templates=9)


def test_a_folder_without_pictures_is_a_fault(tmp_path, cache):
    with pytest.raises(EvaluationError):
        run(tmp_path, cache)
    with pytest.raises(EvaluationError):
        run(tmp_path / "nowhere", cache)


def test_one_person_has_members_visits_and_no_strangers(tmp_path, cache):
    report, _ = run(save_people(tmp_path / "one", [3]), cache)
    (result,) = report.results
    (row,) = result.rows
    assert (row.strangers_granted.value, row.strangers_granted.trials, row.members) == (None, 0, 1)
    assert "N = 3: only 1 people have 2 pictures to enrol" in result.left_out


def test_unreadable_pictures_are_left_out_and_counted(tmp_path, cache):
    folder = save_people(tmp_path / "people", [3, 3, 1])
    (folder / "p02" / "0.png").write_bytes(b"no picture")
    report, _ = run(folder, cache, gallery=(2,))
    (result,) = report.results
    assert result.acquisition.failures == {"unreadable": 1}
    assert all(row.strangers_granted.trials == 0 for row in result.rows)


def test_clips_of_people_are_visits_of_members_and_others_of_strangers(tmp_path, cache, save_clip):
    folder = save_people(tmp_path / "people", [2, 2, 2])
    clips = tmp_path / "clips"
    for name in ("p00/a.avi", "P 01/a.avi", "nobody/a.avi", "hall.avi"):
        save_clip(clips / name, 40)
    (clips / "bad.mp4").write_bytes(b"\0" * 5000)
    report, _ = run(folder, cache, clips=clips, seeds=1)
    (result,) = report.results
    row = next(row for row in result.rows if row.kind == "clips")
    # Two parts of each clip; nobody is called "P 01".
    assert (row.members, row.members_refused.trials) == (1, 2)
    assert (row.strangers, row.strangers_granted.trials) == (3, 6)
    assert any(reason.startswith("bad.mp4: ") for reason in result.left_out)


def test_all_that_was_found_goes_into_json(people, cache):
    report, _ = run(people, cache)
    found = as_json(report)
    (path,) = found["paths"]
    assert (found["protocol"], path["encoder"]) == ("visits", "pixels")
    facts = path["facts"]["still, N = 3"]
    thresholds = [name for name in facts if name.startswith("at 0.")]
    assert len(thresholds) >= 3
    assert {"frames", "visits"} <= facts.keys()
    assert facts[thresholds[0]].keys() == {"strangers_granted", "members_not_granted"}


def test_the_kiosks_own_path_knows_its_people_and_refuses_others(tmp_path):
    config = tmp_path / "config.yaml"
    config.write_text("")
    folder = tmp_path / "people"
    for name, (left, top) in {"grace_hopper": (66, 16), "eileen_collins": (99, 0)}.items():
        picture = Image.open(asset("demo", f"{name}.jpg")).convert("RGB")
        for number in range(2):
            path = folder / name / f"{number}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            side = 400 if name == "grace_hopper" else 250
            picture.crop((left + 4 * number, top, left + 4 * number + side, top + side)).save(path)
    report, _ = run(folder, tmp_path / "cache", KioskRecipe(ConfigFile(config)), gallery=(1,), templates=1, seeds=2)
    (result,) = report.results
    still = next(row for row in result.rows if row.kind == "still")
    assert (still.strangers_granted.errors, still.wrong_person_granted.errors) == (0, 0)
    assert (still.members_refused.errors, still.members_refused.trials) == (0, 2)
    assert 3.0 <= still.frames_needed["median"] <= 5.0


class TestWhoComes:
    def pictures(self, *counts):
        return [
            Picture(f"{person}", f"{person}/{number}.jpg", Path(f"{person}/{number}.jpg"))
            for person, count in enumerate(counts)
            for number in range(count)
        ]

    def test_everybody_comes_where_there_are_few_pictures(self):
        assert who_comes(self.pictures(1, 3, 6), 5, 0) == list(range(10))

    def test_of_many_those_come_who_may_be_members_and_some_strangers_drawn_by_the_seed(self, monkeypatch):
        monkeypatch.setattr(visits, "_MOST_PICTURES", 20)
        pictures = self.pictures(*[2] * 50, 6, 7)
        coming = who_comes(pictures, 5, 0)
        assert set(range(100, 113)) < set(coming)
        assert len(coming) == 13 + 6
        assert coming == who_comes(pictures, 5, 0) != who_comes(pictures, 5, 1)

    def test_whoever_may_be_a_member_comes_however_many_they_are(self, monkeypatch):
        monkeypatch.setattr(visits, "_MOST_PICTURES", 5)
        assert len(who_comes(self.pictures(6, 6, 6, 1), 5, 0)) == 18
