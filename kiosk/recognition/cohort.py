"""Symmetric score normalisation: distances relative to those to a cohort of strangers."""

from __future__ import annotations

import io
import math
import weakref
import zipfile
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kiosk.errors import WeightsError
from kiosk.i18n import Message

_UNEVEN = 1e-3  # in length, after rounding
_LEAST = 50  # strangers: fewer tell little of what is usual
_Vectors = NDArray[np.float32]
# Limits of the spread, in parts of the usual one: an extreme spread must not bring anybody near.
_NARROWEST, _WIDEST = 0.5, 2.0


class Cohort:
    """Embeddings of strangers (C, D), one encoder's, L2-normalised; may be used by several threads.

    A face that is near to everybody gets larger distances. A distance d between probe and template becomes
    m + s * ((d - m_probe) / s_probe + (d - m_template) / s_template) / 2, where m_x and s_x are mean and standard
    deviation of the distances from x to the nearer half of the cohort (adaptive s-norm: Matejka and others 2017,
    "Analysis of score normalization in multilingual speaker recognition"), and m and s are their means over people. So
    the result is on the encoder's scale, and threshold and margin keep their meaning.

    Attributes:
        vectors: the strangers.
        usual: m and s.

    Raises ValueError where the numbers cannot be distances of normalised vectors.
    """

    def __init__(self, vectors: _Vectors, usual: tuple[float, float]) -> None:
        if vectors.ndim != 2 or len(vectors) < _LEAST or not np.isfinite(vectors).all():
            raise ValueError(f"it is no table of numbers of at least {_LEAST} strangers")
        if np.abs(np.linalg.norm(vectors, axis=1) - 1).max() > _UNEVEN:
            raise ValueError("its members are no directions")
        if not (0 < usual[0] < 2 and 0 < usual[1] < 1):
            raise ValueError("its mean or its deviation is none of distances")
        self.vectors = vectors
        self.usual = usual
        self._last: tuple[weakref.ref[_Vectors], NDArray[np.float64], NDArray[np.float64]] | None = None

    @classmethod
    def of(cls, people: _Vectors, count: int, seed: int = 0) -> Cohort:
        """Return a cohort of `count` strangers, each the mean of two people (P, D) drawn at random.

        It holds no person's own embedding, and is the same for the same people. FNMR at FMR 1e-4 on LFW's development
        view: 17.0 % without a cohort, 11.3 % with people, 12.1 % with means of two, 17 % with draws from a normal
        distribution. Raises ValueError where the people are too few.
        """
        if len(people) < 2 * _LEAST:
            raise ValueError(f"{2 * _LEAST} people are needed, {len(people)} were given")
        random, pairs = np.random.default_rng(seed), len(people) // 2
        orders = [random.permutation(len(people))[: 2 * pairs] for _ in range(math.ceil(count / pairs))]
        first, second = np.concatenate(orders).reshape(-1, 2)[:count].T
        blends = people[first].astype(np.float64) + people[second]
        blends /= np.linalg.norm(blends, axis=1, keepdims=True)
        vectors = blends.astype(np.float16).astype(np.float32)
        apart = _nearer_half(_apart(people, vectors))
        return cls(vectors, (float(apart.mean(axis=1).mean()), float(apart.std(axis=1).mean())))

    def normalised(self, distances: NDArray[np.float32], probe: _Vectors, templates: _Vectors) -> NDArray[np.float32]:
        """Return the distances (T,) of a probe (D,) to templates (T, D), normalised by the cohort."""
        last = self._last  # a door asks about the same gallery with each frame
        if last is None or last[0]() is not templates:
            self._last = last = weakref.ref(templates), *self._surroundings(templates)
        scores = np.zeros(len(distances))
        for mean, spread in (self._surroundings(probe[np.newaxis]), last[1:]):
            scores += (distances - mean) / spread / 2
        return np.asarray(self.usual[0] + self.usual[1] * scores, np.float32)

    def _surroundings(self, vectors: _Vectors) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return mean and standard deviation of the distances to the nearer half of the cohort, (T,) each."""
        apart = _nearer_half(_apart(vectors, self.vectors))
        spread = np.clip(apart.std(axis=1), _NARROWEST * self.usual[1], _WIDEST * self.usual[1])
        return apart.mean(axis=1), spread


def cohort_bytes(cohort: Cohort, key: str) -> bytes:
    """Return the file that `read_cohort` reads; the same bytes for the same cohort."""
    usual = np.array(cohort.usual, np.float64)
    return npz_bytes({"encoder": np.array(key), "usual": usual, "vectors": cohort.vectors.astype(np.float16)})


def npz_bytes(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """Return the arrays as a compressed .npz; equal arrays give equal bytes, because it contains no time."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(arrays):
            content = io.BytesIO()
            np.lib.format.write_array(content, arrays[name], allow_pickle=False)
            member = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            archive.writestr(member, content.getvalue(), zipfile.ZIP_DEFLATED, compresslevel=9)
    return buffer.getvalue()


def read_cohort(thing: object, content: bytes, key: str, dimension: int) -> Cohort:
    """Return the cohort of an array file; raise WeightsError, naming `thing`, unless it is this encoder's.

    `key` and `dimension` are those of the encoder: a cohort of other weights does not fit.
    """
    remedy = Message("make it again with `kiosk weights cohort FOLDER`")
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as file:
            made_with, vectors = str(file["encoder"]), file["vectors"].astype(np.float32)
            mean, spread = (float(number) for number in file["usual"])
        if made_with == key and vectors.shape[1:] == (dimension,):
            return Cohort(vectors, (mean, spread))
    except Exception as fault:  # a damaged file can make numpy and zipfile raise almost anything
        raise WeightsError(thing, Message("is no cohort: {error}", error=fault), remedy) from fault
    raise WeightsError(thing, "was made with another state of the encoder", remedy)


def _nearer_half(apart: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the smaller half of each row (A, C): (A, C / 2)."""
    half = apart.shape[1] // 2
    return np.asarray(np.partition(apart, half, axis=1)[:, :half])


def _apart(some: _Vectors, others: _Vectors) -> NDArray[np.float64]:
    """Return the distances of L2-normalised vectors (A, D) and (B, D): (A, B)."""
    cosines = some.astype(np.float64) @ others.T.astype(np.float64)
    return np.sqrt(np.maximum(2 - 2 * cosines, 0))
