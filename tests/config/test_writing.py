"""Saving options: nothing lost, nothing half, nobody's edit overwritten."""

import errno
import fcntl
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path

import pytest

from kiosk.config import ConfigFile
from kiosk.config.saving import BACKUPS, ConfigWriter, Conflict, Seen
from kiosk.config.schema import Value
from kiosk.errors import ConfigError

CONTENT = "# ours\nthreads: 2   # cores\ndecision:\n  k: 3\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "services" / "config.yaml"
    file.parent.mkdir()
    file.write_text(CONTENT)
    return file


@pytest.fixture
def writer(path: Path) -> ConfigWriter:
    return ConfigWriter(path, lambda: datetime(2026, 3, 4, 5, 6, 7))


def changed(writer: ConfigWriter, **changes: Value) -> Seen:
    seen = writer.change(changes, writer.look())
    assert isinstance(seen, Seen)
    return seen


def fault_of(step: Callable[[], object]) -> str:
    try:
        step()
    except ConfigError as error:
        return str(error)
    return ""


def left_behind(path: Path) -> list[str]:
    return sorted(found.name for found in path.parent.iterdir() if found != path)


class TestSaving:
    def test_value_is_saved_and_seen_by_the_kiosk(self, writer: ConfigWriter, path: Path) -> None:
        kiosk = ConfigFile(path)
        seen = changed(writer, threads=4)
        assert path.read_text() == CONTENT.replace("2   #", "4   #")
        assert seen == writer.look()
        assert (fresh := kiosk.changed()) is not None
        assert fresh.threads == 4

    def test_what_stood_there_before_is_kept(self, writer: ConfigWriter, path: Path) -> None:
        changed(writer, threads=4)
        (backup,) = writer.backups.iterdir()
        assert backup.read_text() == CONTENT
        assert backup.name == "0001-2026-03-04T05-06-07-config.yaml"
        assert left_behind(path) == ["config.yaml.backups"]

    def test_last_ten_are_kept(self, writer: ConfigWriter) -> None:
        (writer.backups).mkdir()
        (writer.backups / "mine.yaml").write_text("not a backup")
        for threads in range(3, 18):
            changed(writer, threads=threads)
        kept = sorted(file.name for file in writer.backups.iterdir())
        assert len(kept) == BACKUPS + 1
        assert [int(name[:4]) for name in kept[:-1]] == list(range(6, 16))
        assert kept[-1] == "mine.yaml"

    def test_same_values_write_nothing(self, writer: ConfigWriter, path: Path) -> None:
        before = path.stat()
        changed(writer, threads=2)
        assert path.stat() == before
        assert left_behind(path) == []

    def test_rights_stay(self, writer: ConfigWriter, path: Path) -> None:
        path.chmod(0o640)
        changed(writer, threads=4)
        assert path.stat().st_mode & 0o777 == 0o640
        assert next(writer.backups.iterdir()).stat().st_mode & 0o777 == 0o640

    @pytest.mark.skipif(os.getuid() != 0, reason="only root may give a file away")
    def test_owner_stays(self, writer: ConfigWriter, path: Path) -> None:
        os.chown(path, 12345, 54321)
        changed(writer, threads=4)
        assert (path.stat().st_uid, path.stat().st_gid) == (12345, 54321)

    def test_link_stays_a_link(self, path: Path, tmp_path: Path) -> None:
        link = tmp_path / "config.yaml"
        link.symlink_to(path)
        changed(ConfigWriter(link), threads=4)
        assert link.is_symlink()
        assert "threads: 4" in path.read_text()

    def test_file_that_was_not_there_is_made(self, tmp_path: Path) -> None:
        writer = ConfigWriter(tmp_path / "config.yaml")
        assert writer.look().digest == ""
        changed(writer, threads=4)
        assert ConfigFile(writer.path).current.threads == 4
        assert list(tmp_path.iterdir()) == [writer.path]
        assert writer.path.stat().st_mode & 0o111 == 0

    def test_value_that_is_not_allowed_changes_nothing(self, writer: ConfigWriter, path: Path) -> None:
        with pytest.raises(ConfigError, match="agree"):
            writer.change({"decision.k": 77}, writer.look())
        assert path.read_text() == CONTENT
        assert left_behind(path) == []


class TestSomebodyElse:
    def test_edit_of_another_option_stays(self, writer: ConfigWriter, path: Path) -> None:
        seen = writer.look()
        path.write_text(CONTENT.replace("k: 3", "k: 4  # slower") + "# theirs\n")
        assert isinstance(writer.change({"threads": 5}, seen), Seen)
        assert path.read_text() == "# ours\nthreads: 5   # cores\ndecision:\n  k: 4  # slower\n# theirs\n"

    def test_edit_of_the_same_option_is_a_conflict_and_nothing_is_written(
        self, writer: ConfigWriter, path: Path
    ) -> None:
        seen = writer.look()
        theirs = CONTENT.replace("2", "7")
        path.write_text(theirs)
        assert writer.change({"threads": 5, "decision.k": 2}, seen) == (Conflict("threads", seen=2, ours=5, theirs=7),)
        assert path.read_text() == theirs

    def test_conflict_is_overwritten_where_that_is_asked_for(self, writer: ConfigWriter, path: Path) -> None:
        path.write_text(CONTENT.replace("2", "7"))
        changed(writer, threads=5)
        assert "threads: 5" in path.read_text()
        assert "threads: 7" in next(writer.backups.iterdir()).read_text()

    def test_same_change_by_both_is_no_conflict(self, writer: ConfigWriter, path: Path) -> None:
        seen = writer.look()
        path.write_text(CONTENT.replace("2", "5"))
        assert isinstance(writer.change({"threads": 5}, seen), Seen)

    def test_edit_that_is_half_done_is_told_and_left_alone(self, writer: ConfigWriter, path: Path) -> None:
        seen = writer.look()
        path.write_text("threads: [\n")
        with pytest.raises(ConfigError, match="line 2"):
            writer.change({"threads": 5}, seen)
        assert path.read_text() == "threads: [\n"

    def test_edit_in_the_last_moment_is_not_overwritten(
        self, writer: ConfigWriter, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        theirs, fsync = [CONTENT.replace("k: 3", "k: 4")], os.fsync

        def slow_disk(descriptor: int) -> None:
            fsync(descriptor)
            if theirs:
                path.write_text(theirs.pop())

        monkeypatch.setattr(os, "fsync", slow_disk)
        changed(writer, threads=5)
        assert path.read_text() == CONTENT.replace("k: 3", "k: 4").replace("threads: 2", "threads: 5")

    def test_file_that_changes_all_the_time_is_given_up(
        self, writer: ConfigWriter, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(os, "fsync", lambda descriptor: path.write_text(path.read_text() + "# more\n"))
        with pytest.raises(ConfigError, match="all the time"):
            changed(writer, threads=5)
        assert "threads: 2" in path.read_text()

    def test_deleted_file_is_told_and_not_made_anew(self, writer: ConfigWriter, path: Path) -> None:
        seen = writer.look()
        path.unlink()
        with pytest.raises(ConfigError, match=r"deleted .* config\.yaml\.backups"):
            writer.change({"threads": 5}, seen)
        assert not path.exists()

    def test_file_that_appears_meanwhile_is_kept(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        writer, link = ConfigWriter(tmp_path / "config.yaml"), os.link

        def late(source: Path, target: Path) -> None:
            if not target.exists():
                target.write_text("threads: 9\n")
            link(source, target)

        monkeypatch.setattr(os, "link", late)
        told = writer.change({"threads": 5}, writer.look())
        assert told == (Conflict("threads", seen=2, ours=5, theirs=9),)
        assert writer.path.read_text() == "threads: 9\n"

    def test_several_threads_lose_nothing(self, path: Path) -> None:
        keys = ["threads", "door.open_seconds", "voice.volume", "decision.n", "decision.k"]
        kept: list[object] = []

        def change(key: str) -> None:
            writer = ConfigWriter(path)
            value: Value = 1.0 if key in {"door.open_seconds", "voice.volume"} else 4
            kept.append(writer.change({key: value}, writer.look()))

        threads = [threading.Thread(target=change, args=(key,)) for key in keys]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(kept) == len(keys)
        config = ConfigFile(path).current
        assert (config.threads, config.door.open_seconds, config.decision.n, config.decision.k) == (4, 1.0, 4, 4)

    def test_kiosk_that_hangs_while_it_writes_is_not_waited_for(self, writer: ConfigWriter, path: Path) -> None:
        seen, folder = writer.look(), os.open(path.parent, os.O_RDONLY)
        fcntl.flock(folder, fcntl.LOCK_EX)
        with pytest.raises(ConfigError, match="another kiosk"):
            writer.change({"threads": 5}, seen)
        os.close(folder)
        assert isinstance(writer.change({"threads": 5}, seen), Seen)


STEPS = ["open", "fsync", "fchmod", "replace", "mkdir", "unlink"]


class TestDisk:
    @pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EIO])
    def test_fault_at_any_step_leaves_the_file_as_it_was(
        self, number: int, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        writer, calls = ConfigWriter(path), 0
        for broken in range(1, 40):
            path.write_text(CONTENT)
            seen, calls = writer.look(), 0

            def failing(real: Callable[..., object], broken: int = broken) -> Callable[..., object]:
                def call(*args: object, **more: object) -> object:
                    nonlocal calls
                    calls += 1
                    if calls == broken:
                        raise OSError(number, os.strerror(number))
                    return real(*args, **more)

                return call

            with monkeypatch.context() as patch:
                for step in STEPS:
                    patch.setattr(os, step, failing(getattr(os, step)))
                told = fault_of(partial(writer.change, {"threads": 4}, seen))
            assert os.strerror(number) in told or told == ""
            assert path.read_text() == (CONTENT if told else CONTENT.replace("2   #", "4   #"))
            if calls < broken:
                break
        assert 8 < broken < 39

    def test_disk_that_is_full_says_what_to_do(self, writer: ConfigWriter, monkeypatch: pytest.MonkeyPatch) -> None:
        def full(descriptor: int) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(ConfigError, match="free space on its disk; nothing was changed"):
            changed(writer, threads=4)

    def test_file_that_may_not_be_written_stays(
        self, writer: ConfigWriter, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(os, "access", lambda file, mode: mode != os.W_OK)
        with pytest.raises(ConfigError, match=r"Permission denied.*permissions of the file"):
            changed(writer, threads=4)
        assert path.read_text() == CONTENT

    def test_folder_or_pipe_in_its_place_is_told(self, path: Path) -> None:
        path.unlink()
        os.mkfifo(path)
        with pytest.raises(ConfigError, match="is not a file"):
            ConfigWriter(path).look()
        with pytest.raises(ConfigError, match="Is a directory"):
            ConfigWriter(path.parent).look()

    def test_folder_that_is_gone_is_told(self, tmp_path: Path) -> None:
        writer = ConfigWriter(tmp_path / "none" / "config.yaml")
        with pytest.raises(ConfigError, match="No such file"):
            writer.change({"threads": 4}, writer.look())

    def test_link_planted_in_the_way_is_not_followed(self, writer: ConfigWriter, path: Path, tmp_path: Path) -> None:
        victim = tmp_path / "victim"
        victim.write_text("untouched")
        (path.parent / ".config.yaml.partial").symlink_to(victim)
        changed(writer, threads=4)
        assert victim.read_text() == "untouched"
        assert not path.is_symlink()


KILLED = """
import os, signal, sys
from pathlib import Path
from kiosk.config.saving import ConfigWriter
writer, left = ConfigWriter(Path(sys.argv[1])), int(sys.argv[2])
seen = writer.look()
def counted(real):
    def call(*args, **more):
        global left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*args, **more)
    return call
for step in ("open", "fsync", "fchmod", "replace", "mkdir", "unlink"):
    setattr(os, step, counted(getattr(os, step)))
writer.change({"threads": 4}, seen)
"""


def test_kill_at_any_step_leaves_the_old_file_or_the_new_one(path: Path) -> None:
    seen, codes = set(), []
    for steps in range(0, 24, 2):
        path.write_text(CONTENT)
        code = subprocess.run([sys.executable, "-c", KILLED, str(path), str(steps)], timeout=60, check=False).returncode
        codes.append(code)
        seen.add(ConfigFile(path).current.threads)
        changed(ConfigWriter(path), threads=5)
        assert left_behind(path) == ["config.yaml.backups"]
        if code == 0:
            break
    assert seen == {2, 4}
    assert codes[-1] == 0
    assert set(codes[:-1]) == {-signal.SIGKILL}
    assert len(codes) > 3
