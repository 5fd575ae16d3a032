import json

import numpy as np
import pytest

from kiosk.errors import EncoderError
from kiosk.training.checkpoint import Progress, restore, save, write_whole

RUN = "encoder small; steps 10"
PROGRESS = Progress(step=7, seconds=1.5, best_accuracy=0.75, best_step=5)


class Variable:
    """As Keras' own: an array that can be read and assigned."""

    def __init__(self, value):
        self.value = np.asarray(value, np.float32)
        self.shape = self.value.shape

    def numpy(self):
        return self.value

    def assign(self, value):
        self.value = value


def variables(fill=0.0):
    return [Variable(np.full((2, 3), fill)), Variable(np.full(4, fill)), Variable(fill)]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "checkpoint.npz"


def test_everything_comes_back(path):
    save(path, RUN, PROGRESS, variables(2.5))
    fresh = variables()
    assert restore(path, RUN, fresh) == PROGRESS
    assert [float(one.value.mean()) for one in fresh] == [2.5] * 3
    assert [one.name for one in path.parent.iterdir()] == ["checkpoint.npz"]


def test_a_run_without_a_checkpoint_is_at_its_start(path):
    assert restore(path, RUN, variables()) == Progress()


def test_a_checkpoint_of_other_settings_is_named_with_the_difference(path):
    save(path, RUN, PROGRESS, variables())
    with pytest.raises(EncoderError, match=r"another run \(steps 10 there, steps 20 now\); name another folder"):
        restore(path, "encoder small; steps 20", variables())


def test_a_network_of_other_shapes_is_refused_and_nothing_assigned(path):
    save(path, RUN, PROGRESS, [Variable(np.ones((2, 3))), Variable(np.ones(5)), Variable(1)])
    fresh = variables()
    with pytest.raises(EncoderError, match="other shapes"):
        restore(path, RUN, fresh)
    assert all(not one.value.any() for one in fresh)


def test_damaged_files_are_named(path):
    save(path, RUN, PROGRESS, variables())
    whole = path.read_bytes()
    flipped = bytearray(whole)
    flipped[len(whole) // 2] ^= 0xFF
    for content in (b"", b"no archive", whole[:-30], whole[: len(whole) // 2], bytes(flipped)):
        path.write_bytes(content)
        with pytest.raises(EncoderError, match=r"checkpoint\.npz: "):
            restore(path, RUN, variables())


@pytest.mark.parametrize("state", ["[]", "{}", "no json", json.dumps({"run": RUN, "steps": 1}), '"text"'])
def test_a_state_that_is_none_is_named(path, state):
    arrays = {f"variable_{number}": one.numpy() for number, one in enumerate(variables())}
    np.savez(path, state=np.array(state), **arrays)
    with pytest.raises(EncoderError, match="is no checkpoint"):
        restore(path, RUN, variables())


def test_pickled_objects_are_never_opened(path):
    np.savez(path, state=np.array([print], object))
    with pytest.raises(EncoderError, match="is no checkpoint"):
        restore(path, RUN, variables())


def test_what_fails_half_way_leaves_the_file_before_it(path):
    save(path, RUN, PROGRESS, variables(1.0))

    def full(partial):
        partial.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    with pytest.raises(EncoderError, match="No space left on device; free some space"):
        write_whole(path, full)
    assert restore(path, RUN, variables()) == PROGRESS
    assert [one.name for one in path.parent.iterdir()] == ["checkpoint.npz"]
