import os
import threading
import time

import numpy as np
import pytest

from kiosk.domain import Box, Conditions, Rejection
from kiosk.evaluation.cache import FeatureCache
from kiosk.evaluation.extractors import Extracted
from kiosk.people.erasure import forget_cached

DIGEST = "a" * 64
PROBE = np.arange(4, dtype=np.float32)
FOUND = {
    "two vectors": Extracted(
        PROBE + 1, PROBE, None, Box(1, 2, 30, 40), Conditions(29, 99.5, None, 0.25), {"read": 1.5}
    ),
    "one for both": Extracted(PROBE, PROBE),
    "no template": Extracted(None, PROBE),
    "rejected": Extracted(None, None, Rejection.OFF_POSE, Box(1, 2, 30, 40), Conditions(29)),
    "nobody": Extracted(rejection=Rejection.NO_FACE),
}


def same(one, other):
    vectors = [(getattr(one, name), getattr(other, name)) for name in ("template", "probe")]
    if not all(a is b is None or np.array_equal(a, b) for a, b in vectors):
        return False
    return all(
        getattr(one, name) == getattr(other, name) for name in ("rejection", "box", "conditions", "milliseconds")
    )


@pytest.mark.parametrize("name", FOUND)
def test_what_was_found_is_known_again(cache, name):
    FeatureCache(cache, "path").put(DIGEST, FOUND[name])
    assert same(FeatureCache(cache, "path").get(DIGEST), FOUND[name])


def test_another_content_and_another_path_are_not_known(cache):
    FeatureCache(cache, "path").put(DIGEST, FOUND["nobody"])
    assert FeatureCache(cache, "path").get("b" * 64) is None
    assert FeatureCache(cache, "other path").get(DIGEST) is None


def entry(cache):
    (path,) = cache.glob(f"*/{DIGEST}")
    return path


@pytest.mark.parametrize("keep", [0, 3, 4, 20, -1])
def test_a_file_that_is_cut_off_is_not_known(cache, keep):
    features = FeatureCache(cache, "path")
    features.put(DIGEST, FOUND["two vectors"])
    entry(cache).write_bytes(entry(cache).read_bytes()[:keep])
    assert features.get(DIGEST) is None


def test_a_byte_that_was_altered_makes_it_unknown(cache):
    features = FeatureCache(cache, "path")
    features.put(DIGEST, FOUND["two vectors"])
    whole = entry(cache).read_bytes()
    for place in range(len(whole)):
        entry(cache).write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert features.get(DIGEST) is None


def test_a_folder_that_cannot_be_written_costs_nothing_but_time(cache):
    cache.write_text("a file")
    features = FeatureCache(cache, "path")
    features.put(DIGEST, FOUND["nobody"])
    assert features.get(DIGEST) is None


def test_several_may_write_the_same_at_once(cache):
    features = FeatureCache(cache, "path")
    threads = [threading.Thread(target=lambda: [features.put(DIGEST, FOUND["two vectors"]) for _ in range(50)])] * 1
    threads += [threading.Thread(target=lambda: [features.put(DIGEST, FOUND["two vectors"]) for _ in range(50)])]
    for thread in threads:
        thread.start()
    seen = [features.get(DIGEST) for _ in range(200)]
    for thread in threads:
        thread.join()
    assert all(one is None or same(one, FOUND["two vectors"]) for one in seen)
    assert [path.name for path in cache.glob("*/*")] == [DIGEST]


def test_whoever_is_erased_from_the_kiosk_is_erased_from_here(cache):
    features = FeatureCache(cache, "path")
    features.put(DIGEST, FOUND["two vectors"])
    assert forget_cached(cache, lambda source: False, [DIGEST]) == 1
    assert features.get(DIGEST) is None


def test_what_is_used_again_is_young_again(cache):
    features = FeatureCache(cache, "path")
    features.put(DIGEST, FOUND["nobody"])
    old = time.time() - 40 * 86400
    os.utime(entry(cache), (old, old))
    features.get(DIGEST)
    assert entry(cache).stat().st_mtime > old + 86400
