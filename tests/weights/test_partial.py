import threading
from pathlib import Path

import pytest

from kiosk.errors import WeightsError
from kiosk.weights.fetch import held_part, part_of


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "small.onnx"


def test_what_was_written_stays_for_the_next(path: Path) -> None:
    with held_part(path) as part:
        part.write(b"half")
    with held_part(path) as part:
        assert part.read() == b"half"
    assert part_of(path).read_bytes() == b"half"
    assert not path.exists()


def test_an_empty_part_is_taken_away(path: Path) -> None:
    with held_part(path) as part:
        assert part_of(path).exists()
        part.write(b"wrong")
        part.truncate(0)
    assert list(path.parent.iterdir()) == []


def test_a_part_is_kept_when_the_work_is_interrupted(path: Path) -> None:
    def interrupted() -> None:
        with held_part(path) as part:
            part.write(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert part_of(path).read_bytes() == b"half"


def test_a_part_that_got_its_name_is_left_alone(path: Path) -> None:
    with held_part(path):
        part_of(path).replace(path)
    assert path.exists()


def test_a_second_holder_is_told_so(path: Path) -> None:
    with held_part(path) as part:
        part.write(b"half")
        with (
            pytest.raises(WeightsError, match=r"small\.onnx: is being fetched by another process; wait"),
            held_part(path),
        ):
            pass
    assert part_of(path).read_bytes() == b"half"


def test_many_at_once_never_share_a_part(path: Path) -> None:
    holders, most, refused = [], [], []
    start = threading.Barrier(8)

    def hold() -> None:
        start.wait(30)
        for _ in range(50):
            try:
                with held_part(path) as part:
                    holders.append(1)
                    most.append(len(holders))
                    part.write(b"x")
                    holders.pop()
                    part_of(path).replace(path)  # as at the end of a fetch, while others wait to open it
            except WeightsError:
                refused.append(1)

    threads = [threading.Thread(target=hold) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(most) + len(refused) == 400
    assert max(most) == 1


def test_a_link_in_place_of_the_part_is_not_followed(path: Path) -> None:
    victim = path.parent / "victim"
    victim.write_bytes(b"precious")
    part_of(path).symlink_to(victim)
    with pytest.raises(OSError, match="symbolic links"), held_part(path):
        pass
    assert victim.read_bytes() == b"precious"
