import io
import zipfile

import numpy as np
import pytest

from kiosk.training.keras_h5 import npz_bytes

ARRAYS = {"b": np.arange(6, dtype=np.int16).reshape(2, 3), "a": np.linspace(0, 1, 5, dtype=np.float32)}


def test_an_archive_has_the_same_bytes_whatever_the_clock_and_the_order() -> None:
    first = npz_bytes(ARRAYS)
    assert npz_bytes(dict(reversed(ARRAYS.items()))) == first
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert {member.date_time for member in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_an_archive_is_read_by_numpy() -> None:
    with np.load(io.BytesIO(npz_bytes(ARRAYS)), allow_pickle=False) as found:
        assert set(found.files) == {"a", "b"}
        for name, array in ARRAYS.items():
            assert found[name].dtype == array.dtype
            assert np.array_equal(found[name], array)


def test_objects_never_get_into_an_archive() -> None:
    with pytest.raises(ValueError, match="allow_pickle"):
        npz_bytes({"a": np.array([{}])})
