"""A training run: learning, the log, and continuing after a kill at every step."""

import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import kiosk
from kiosk.encoders.encoder import Colour, InputFormat, Layout
from kiosk.errors import EncoderError
from kiosk.training import checkpoint
from kiosk.training.augmentation import augmented
from kiosk.training.checkpoint import HEADINGS, Progress, Row, read_log, restore, save, write_log
from kiosk.training.chips import split
from kiosk.training.loop import (
    BEST,
    CHECKPOINT,
    LOG,
    Learner,
    Settings,
    distances_of,
    make_learner,
    pairs_of,
    train,
    verification_accuracy,
)
from kiosk.training.triplet import Mining

SETTINGS = Settings(
    people=6, pictures=2, steps=24, warm_up_steps=4, all_steps=12, report_every=6, learning_rate=0.01, held_out=0.3
)
INPUTS = InputFormat(size_px=16, layout=Layout.CHANNELS_LAST, scale=1 / 255)
RUN, PROGRESS = "encoder small; steps 10", Progress(step=7, seconds=1.5, best_accuracy=0.75, best_step=5)
PROCESS = """
import sys
from pathlib import Path

import keras
import numpy as np

from kiosk.encoders.encoder import InputFormat, Layout
from kiosk.training.chips import PeopleChips, split
from kiosk.training.loop import Settings, make_learner, train


def build():
    images = keras.Input((8, 8, 3))
    return keras.Model(images, keras.layers.Dense(4, name="dense")(keras.layers.Flatten()(images)))


def tell(row):
    # The second process ends after three reports.
    told.append(row)
    if (out / "go on").exists() and len(told) == 3:
        sys.exit(0)


told, out, settings = [], Path(sys.argv[1]), Settings(people=4, pictures=2, steps=1000000, report_every=3)
random = np.random.default_rng(1).integers(0, 256, (30, 8, 8, 3)).astype(np.uint8)
parts = split(PeopleChips(random, np.repeat(np.arange(10), 3), tuple("abcdefghij")), 0.1, 4, 1)
inputs = InputFormat(size_px=16, layout=Layout.CHANNELS_LAST)
train(make_learner(build, inputs, settings), *parts, out, settings=settings, run="one", tell=tell)
"""


class KilledError(Exception):
    """Stands for kill -9."""


@pytest.fixture
def people(coloured):
    return split(coloured(20, 3), 0.3, 6, 1)


@pytest.fixture
def run(small_network, people, tmp_path):
    """run(folder, settings, tell): a run as in a new process."""
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


@pytest.mark.slow
def test_a_run_learns_reports_and_keeps_the_best_weights(run, tmp_path, small_network, people):
    rows = []
    settings = replace(SETTINGS, steps=60, report_every=25)
    ended, _ = run(settings=settings, tell=rows.append)
    assert [row.step for row in rows] == [25, 50, 60] == [int(cells[0]) for cells in logged(tmp_path / "out")]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [BEST, CHECKPOINT, LOG]
    assert ended.progress.best_accuracy == max(row.accuracy for row in rows) > 0.7
    assert all(row.faces_per_second > 0 and row.triplets > 0 and 0 <= row.zero_loss <= 1 for row in rows)
    model = small_network()
    model.load_weights(tmp_path / "out" / BEST)
    pairs = pairs_of(people[1].owners, SETTINGS.seed)
    embeddings = Learner(model, INPUTS, SETTINGS).embed(people[1].images)
    assert verification_accuracy(distances_of(embeddings, pairs), pairs) == pytest.approx(ended.progress.best_accuracy)
    again, _ = run(settings=settings, tell=rows.append)
    assert (again.progress, len(rows)) == (ended.progress, 3)
    with pytest.raises(EncoderError, match="belongs to another run"):
        run(settings=replace(settings, margin=0.5))


@pytest.mark.slow
def test_a_killed_run_ends_like_one_that_was_not_killed(run, tmp_path):
    _, whole = run("whole")
    for killed_at in (6, 18):

        def kill(row, killed_at=killed_at):
            if row.step == killed_at:
                raise KilledError

        folder, rows = f"cut {killed_at}", []
        with pytest.raises(KilledError):
            run(folder, tell=kill)
        _, resumed = run(folder, tell=rows.append)
        assert [row.step for row in rows] == list(range(killed_at + 6, 25, 6))
        for one, other in zip(whole.variables, resumed.variables, strict=True):
            np.testing.assert_allclose(one, other, atol=1e-4)
        columns = (0, 2, 3, 4, 5, 7)  # all except the seconds and the speed
        for ours, theirs in zip(logged(tmp_path / "whole"), logged(tmp_path / folder), strict=True):
            np.testing.assert_allclose(*([float(cells[c]) for c in columns] for cells in (ours, theirs)), rtol=1e-2)


@pytest.mark.slow
def test_a_kill_between_row_and_checkpoint_leaves_no_row_twice(run, tmp_path, monkeypatch):
    def killed(*arguments):
        raise KilledError

    with monkeypatch.context() as patch:
        patch.setattr("kiosk.training.loop.save", killed)
        with pytest.raises(KilledError):
            run()
    assert [cells[0] for cells in logged(tmp_path / "out")] == ["6"]
    run()
    assert [cells[0] for cells in logged(tmp_path / "out")] == ["6", "12", "18", "24"]


@pytest.mark.slow
def test_kill_9_loses_only_the_steps_since_the_last_report(tmp_path):
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


@pytest.mark.slow
def test_a_loss_that_is_not_finite_ends_the_run(run, small_network, tmp_path):
    learner = Learner(small_network(), INPUTS, SETTINGS)
    learner.model.get_layer("dense").kernel.assign(np.full(learner.model.get_layer("dense").kernel.shape, np.nan))
    with pytest.raises(EncoderError, match="is no finite number; train with a lower --learning-rate"):
        run(learner=learner)
    assert [path.name for path in (tmp_path / "out").iterdir()] == [LOG]


# A step ------------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_step_changes_the_network_and_embedding_does_not(small_network, coloured):
    learner, chips = Learner(small_network(), INPUTS, SETTINGS), coloured(4, 2)
    before = {variable.path: variable.numpy() for variable in learner.model.variables}
    found = learner.embed(coloured(70, 1).images)
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)
    assert all(np.array_equal(before[v.path], v) for v in learner.model.variables)
    for mining in (Mining.SEMI_HARD, Mining.HARD):
        other = Learner(small_network(), INPUTS, replace(SETTINGS, all_steps=0, mining=mining))
        assert np.isfinite(other.learn(chips.images, chips.owners, 0, 0.01)).all()
    learner.learn(chips.images, chips.owners, 0, 0.01)
    changed = {v.path for v in learner.model.variables if not np.array_equal(before[v.path], v)}
    assert {"conv/kernel", "dense/kernel", "norm/gamma", "norm/moving_mean", "norm/moving_variance"} <= changed


@pytest.mark.slow
def test_training_prepares_pictures_as_the_encoder_does(coloured):
    import keras

    images = coloured(3, 1).images
    for inputs in (
        InputFormat(
            size_px=16, layout=Layout.CHANNELS_LAST, colour=Colour.BGR, mean=(10, 20, 30), scale=(0.1, 0.2, 0.3)
        ),
        InputFormat(size_px=16, layout=Layout.CHANNELS_LAST, standardise=True),
        InputFormat(size_px=16, layout=Layout.CHANNELS_FIRST, scale=1 / 255),
    ):
        pixels = keras.Input(inputs.batch_shape(1)[1:])
        network = keras.Model(pixels, keras.layers.Flatten()(pixels))
        expected = inputs.prepared(images).reshape(3, -1)
        expected /= np.linalg.norm(expected, axis=1, keepdims=True)
        np.testing.assert_allclose(Learner(network, inputs, SETTINGS).embed(images), expected, atol=1e-5)


@pytest.mark.slow
def test_half_precision_is_used_on_a_gpu_only(monkeypatch, small_network, coloured):
    import keras
    import tensorflow as tf

    chips = coloured(4, 2)
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: [])
    single = [make_learner(small_network, INPUTS, SETTINGS).model for _ in range(2)]
    assert single[0].get_layer("conv").compute_dtype == "float32"
    np.testing.assert_array_equal(*(model.get_weights()[0] for model in single))
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: ["gpu"])
    learner = make_learner(small_network, INPUTS, SETTINGS)
    assert learner.model.get_layer("conv").compute_dtype == "float16"
    assert keras.config.dtype_policy().name == "float32"
    # The first steps find the scale that keeps gradients finite in half precision.
    assert np.isfinite([learner.learn(chips.images, chips.owners, step, 0.01) for step in range(20)]).all()
    assert learner.embed(chips.images).dtype == np.float32


@pytest.mark.slow
def test_augmentation_mirrors_moves_and_lights_by_little():
    size = 48
    face = np.broadcast_to(np.linspace(200, 60, size)[:, None, None], (size, size, 3)).astype(np.uint8).copy()
    face[20:28, 8:16] = (250, 20, 20)  # a red spot on the left
    chips = np.stack([face] * 200)
    seen, again, other = (augmented(chips, np.array(seed, np.int32)).numpy() for seed in ([1, 2], [1, 2], [1, 3]))
    np.testing.assert_array_equal(seen, again)
    assert np.abs(seen - other).max() > 1
    assert (seen.min() >= 0, seen.max() <= 255) == (True, True)
    redness = np.maximum(seen[..., 0] - seen[..., 1:].mean(axis=-1), 0)
    columns = redness.sum(axis=1)
    assert 0.35 < (columns[:, size // 2 :].sum(axis=1) > columns[:, : size // 2].sum(axis=1)).mean() < 0.65
    weight = redness > 60
    rows = (weight * np.arange(size)[:, None]).sum(axis=(1, 2)) / weight.sum(axis=(1, 2))
    assert np.abs(rows - 23.5).max() < 7
    assert 1 < rows.std() < 4
    assert seen.mean(axis=(1, 2, 3)).std() > 15
    grey = augmented(np.full((50, size, size, 3), 200, np.uint8), np.array([4, 4], np.int32)).numpy()
    assert (grey.std(axis=(1, 2)) < 8).all(), "black came in from outside"


# Files -------------------------------------------------------------------------------------------------------------


class Variable:
    """A variable like those of Keras."""

    def __init__(self, value):
        self.value = np.asarray(value, np.float32)
        self.shape = self.value.shape

    def numpy(self):
        return self.value

    def assign(self, value):
        self.value = value


def variables(fill=0.0):
    return [Variable(np.full((2, 3), fill)), Variable(np.full(4, fill)), Variable(fill)]


def test_a_checkpoint_is_restored(tmp_path):
    path = tmp_path / "checkpoint.npz"
    assert restore(path, RUN, variables()) == Progress()
    save(path, RUN, PROGRESS, variables(2.5))
    fresh = variables()
    assert restore(path, RUN, fresh) == PROGRESS
    assert [float(one.value.mean()) for one in fresh] == [2.5] * 3
    assert [one.name for one in path.parent.iterdir()] == ["checkpoint.npz"]


def test_a_checkpoint_of_another_run_or_with_damage_is_refused(tmp_path):
    path = tmp_path / "checkpoint.npz"
    save(path, RUN, PROGRESS, variables())
    with pytest.raises(EncoderError, match=r"another run \(steps 10 there, steps 20 now\); name another folder"):
        restore(path, "encoder small; steps 20", variables())
    with pytest.raises(EncoderError, match="other shapes"):
        restore(path, RUN, [Variable(np.zeros((2, 3))), Variable(np.zeros(5)), Variable(0)])
    whole = path.read_bytes()
    flipped = bytearray(whole)
    flipped[len(whole) // 2] ^= 0xFF
    for content in (b"", b"no archive", whole[:-30], bytes(flipped)):
        path.write_bytes(content)
        with pytest.raises(EncoderError, match=r"checkpoint\.npz: "):
            restore(path, RUN, variables())
    for state in (np.array("[]"), np.array("no json"), np.array([print], object)):
        np.savez(path, state=state)
        with pytest.raises(EncoderError, match="is no checkpoint"):
            restore(path, RUN, variables())


def test_a_full_disk_leaves_the_old_checkpoint(tmp_path, monkeypatch):
    path = tmp_path / "checkpoint.npz"
    save(path, RUN, PROGRESS, variables(1.0))

    def full(file, **arrays):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(checkpoint.np, "savez", full)
        with pytest.raises(EncoderError, match="No space left on device; free some space"):
            save(path, RUN, Progress(), variables())
    assert restore(path, RUN, variables()) == PROGRESS
    assert [one.name for one in tmp_path.iterdir()] == ["checkpoint.npz"]


def test_the_log_keeps_complete_rows_up_to_the_checkpoint(tmp_path):
    path = tmp_path / "log.csv"

    def row(step):
        return Row(step, step * 1.5, 1e-3, 0.25, 100.5, 0.125, 80.0, 0.75)

    rows = [row(10), row(20), row(30)]
    assert read_log(path, 0) == []
    write_log(path, rows)
    assert path.read_text().splitlines()[:2] == [",".join(HEADINGS), "10,15,0.001,0.25,100.5,0.125,80,0.75"]
    assert [read_log(path, step) for step in (20, 30)] == [rows[:2], rows]
    path.write_text(path.read_text()[:-9])
    assert read_log(path, 30) == rows[:2]
    path.write_bytes(b"a,b\n1,2\n\xff\xfe\n" + b"5," + b"0.5," * 6 + b"0.5\n" + b"x," * 8 + b"\n")
    assert [each.step for each in read_log(path, 30)] == [5]
    with pytest.raises(EncoderError, match="cannot be used"):
        read_log(tmp_path, 0)
    with pytest.raises(EncoderError, match=r"log\.csv: cannot be written"):
        write_log(tmp_path / "missing" / "log.csv", rows)
