import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import kiosk
from kiosk.encoders.encoder import InputFormat
from kiosk.errors import EncoderError
from kiosk.training import loop
from kiosk.training.chips import split
from kiosk.training.loop import BEST, CHECKPOINT, LOG, Learner, train
from kiosk.training.settings import Settings

SETTINGS = Settings(
    people=6, pictures=2, steps=24, warm_up_steps=4, all_steps=12, report_every=6, learning_rate=0.01, held_out=0.3
)
INPUTS = InputFormat(scale=(1 / 255,) * 3)


PROCESS = """
import sys
from pathlib import Path

import keras
import numpy as np

from kiosk.encoders.encoder import InputFormat
from kiosk.training.chips import PeopleChips, split
from kiosk.training.loop import train
from kiosk.training.settings import Settings
from kiosk.training.loop import make_learner


def build():
    images = keras.Input((8, 8, 3))
    return keras.Model(images, keras.layers.Dense(4, name="dense")(keras.layers.Flatten()(images)))


def tell(row):
    # The second process ends by itself after three reports.
    told.append(row)
    if (out / "go on").exists() and len(told) == 3:
        sys.exit(0)


told, out, settings = [], Path(sys.argv[1]), Settings(people=4, pictures=2, steps=1000000, report_every=3)
random = np.random.default_rng(1).integers(0, 256, (30, 8, 8, 3)).astype(np.uint8)
parts = split(PeopleChips(random, np.repeat(np.arange(10), 3), tuple("abcdefghij")), settings)
train(make_learner(build, InputFormat(), settings), *parts, out, settings=settings, run="one", tell=tell)
"""


class KilledError(Exception):
    """Stands for kill -9: nothing of the run is tidied up."""


@pytest.fixture
def people(coloured):
    return split(coloured(20, 3), SETTINGS)


@pytest.fixture
def run(small_network, people, tmp_path):
    """run(folder, settings, tell): a run in a fresh process' stead."""
    import keras

    def start(folder="out", settings=SETTINGS, tell=lambda row: None, learner=None):
        keras.utils.set_random_seed(5)
        fresh = learner or Learner(small_network(), INPUTS, settings)
        (tmp_path / folder).mkdir(exist_ok=True)
        ended = train(fresh, *people, tmp_path / folder, settings=settings, run=f"run {settings}", tell=tell)
        return ended, fresh

    return start


def logged(folder):
    return [line.split(",") for line in (folder / LOG).read_text().splitlines()[1:]]


def test_a_run_reports_logs_and_keeps_the_best(run, tmp_path, small_network, people):
    rows = []
    ended, _ = run(tell=rows.append)
    assert [row.step for row in rows] == [6, 12, 18, 24] == [int(cells[0]) for cells in logged(tmp_path / "out")]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [BEST, CHECKPOINT, LOG]
    assert ended.rows == tuple(rows)
    assert ended.progress.best_accuracy == max(row.accuracy for row in rows)
    assert all(row.faces_per_second > 0 and row.triplets > 0 and 0 <= row.zero_loss <= 1 for row in rows)


def test_strangers_are_told_apart_better_than_by_chance(run):
    ended, _ = run(settings=Settings(**{**vars_of(SETTINGS), "steps": 60, "report_every": 30}))
    assert ended.progress.best_accuracy > 0.7


def vars_of(settings):
    return {name: getattr(settings, name) for name in settings.__slots__}


def test_the_best_weights_are_those_of_the_best_report(run, tmp_path, small_network, people):
    from kiosk.training.validation import distances_of, pairs_of, verification_accuracy

    ended, _ = run()
    model = small_network()
    model.load_weights(tmp_path / "out" / BEST)
    pairs = pairs_of(people[1].owners, SETTINGS.seed)
    embeddings = Learner(model, INPUTS, SETTINGS).embed(people[1].images)
    assert verification_accuracy(distances_of(embeddings, pairs), pairs) == pytest.approx(ended.progress.best_accuracy)


@pytest.mark.parametrize("killed_at", [6, 12, 18])
def test_a_run_that_was_killed_ends_like_one_that_was_not(run, tmp_path, killed_at):
    _, whole = run("whole")

    def kill(row):
        if row.step == killed_at:
            raise KilledError

    with pytest.raises(KilledError):
        run("cut", tell=kill)
    rows = []
    _, resumed = run("cut", tell=rows.append)
    assert [row.step for row in rows] == list(range(killed_at + 6, 25, 6))
    for one, other in zip(whole.variables, resumed.variables, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-4)
    columns = (0, 2, 3, 4, 5, 7)  # all but the seconds and the speed
    for ours, theirs in zip(logged(tmp_path / "whole"), logged(tmp_path / "cut"), strict=True):
        np.testing.assert_allclose(*([float(cells[c]) for c in columns] for cells in (ours, theirs)), rtol=1e-2)


def test_kill_9_in_the_middle_costs_no_more_than_the_steps_since_the_last_report(tmp_path):
    """A real process, killed by the system while it learns, and another one that goes on."""
    command, root = [sys.executable, "-c", PROCESS, str(tmp_path)], Path(kiosk.__file__).parents[1]
    with subprocess.Popen(command, cwd=root) as first:
        deadline = time.monotonic() + 120
        while not (tmp_path / CHECKPOINT).exists() and first.poll() is None and time.monotonic() < deadline:
            time.sleep(0.05)
        first.kill()
    assert first.returncode == -signal.SIGKILL
    killed = [int(cells[0]) for cells in logged(tmp_path)]
    (tmp_path / "go on").touch()
    subprocess.run(command, check=True, timeout=120, cwd=root)
    resumed = [int(cells[0]) for cells in logged(tmp_path)]
    assert resumed == list(range(3, resumed[-1] + 1, 3))
    assert len(killed) + 2 <= len(resumed) <= len(killed) + 3


def test_a_kill_between_row_and_checkpoint_leaves_no_row_twice(run, tmp_path, monkeypatch):
    from kiosk.training import checkpoint

    def killed(*arguments):
        raise KilledError

    with monkeypatch.context() as patch:
        patch.setattr(checkpoint, "save", killed)
        with pytest.raises(KilledError):
            run()
    assert [cells[0] for cells in logged(tmp_path / "out")] == ["6"]
    run()
    assert [cells[0] for cells in logged(tmp_path / "out")] == ["6", "12", "18", "24"]


def test_a_finished_run_has_nothing_left_to_do(run):
    first, _ = run()
    rows = []
    again, _ = run(tell=rows.append)
    assert (again.progress, rows) == (first.progress, [])
    assert [row.step for row in again.rows] == [row.step for row in first.rows]


def test_a_run_of_other_settings_is_not_mixed_in(run):
    run()
    with pytest.raises(EncoderError, match="belongs to another run"):
        run(settings=Settings(**{**vars_of(SETTINGS), "margin": 0.5}))


def test_weights_are_kept_however_bad_they_are(run, tmp_path, monkeypatch):
    monkeypatch.setattr(loop, "verification_accuracy", lambda distances, pairs: 0.0)
    ended, _ = run()
    assert (ended.progress.best_step, (tmp_path / "out" / BEST).is_file()) == (6, True)


def test_the_last_report_comes_with_the_last_step(run):
    rows = []
    run(settings=Settings(**{**vars_of(SETTINGS), "steps": 8}), tell=rows.append)
    assert [row.step for row in rows] == [6, 8]


def test_a_loss_that_is_no_number_ends_the_run_and_spoils_no_file(run, small_network, tmp_path):
    learner = Learner(small_network(), INPUTS, SETTINGS)
    learner.model.get_layer("dense").kernel.assign(np.full(learner.model.get_layer("dense").kernel.shape, np.nan))
    with pytest.raises(EncoderError, match="is no finite number; train with a lower --learning-rate"):
        run(learner=learner)
    assert [path.name for path in (tmp_path / "out").iterdir()] == [LOG]
