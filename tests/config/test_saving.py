"""Saving options: nothing is lost or half written, and no edit of others is overwritten."""

import errno
import fcntl
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kiosk.config import Config, ConfigFile, saving
from kiosk.config.file import read_config
from kiosk.config.saving import BACKUPS, ConfigWriter, Conflict, Seen, edited
from kiosk.config.schema import Value, objection, values
from kiosk.config.template import template
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
    return ConfigWriter(path)


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


PATH = Path("config.yaml")


def after(text: str, changes: dict[str, Value]) -> str:
    """Return the text with these options changed."""
    fresh = edited(PATH, text.encode(), changes)
    found = values(read_config(PATH, fresh)[0])
    assert {key: found[key] for key in changes} == changes
    return fresh.decode()


def test_only_the_lines_of_the_options_change_in_the_shipped_file():
    text = template()
    changes: dict[str, Value] = {
        "decision.retry_seconds": 12.25,
        "voice.text": "Hallo {names}!",
        "gallery.folder": "/srv/pictures/of/everybody/here",
        "matching.threshold": {"dlib_resnet": 0.36},
        "screen.theme": "dark",
        "voice.enabled": False,
    }
    fresh = after(text, changes)
    changed = [now for was, now in zip(text.splitlines(), fresh.splitlines(), strict=True) if was != now]
    assert len(changed) == len(changes)
    for line in changed:
        assert line.index(" #") in {31, 32} or line.strip().startswith("folder: /srv/pictures/of/everybody/here #"), (
            line
        )
    back = {key: values(Config())[key] for key in changes}
    assert after(fresh, back).splitlines()[:20] == text.splitlines()[:20]
    assert edited(PATH, text.encode(), values(Config())) == text.encode()


def test_options_that_are_not_set_come_first_and_their_comments_stay():
    text = template()
    fresh = after(text, {"encoder": ["dlib_resnet", "sface"], "matching.stranger_rate": 0.0005})
    assert fresh.replace("encoder: [dlib_resnet, sface]\n", "").replace("  stranger_rate: 0.0005\n", "") == text
    assert "#encoder: " in fresh
    assert "#stranger_rate: " in fresh


LAYOUTS: tuple[tuple[str, dict[str, Value], str], ...] = (
    ("", {"threads": 3}, "threads: 3\n"),
    ("# mine", {"threads": 3}, "# mine\nthreads: 3\n"),
    ("threads: 3", {"decision.k": 2}, "threads: 3\ndecision:\n  k: 2\n"),
    ("# a\ndecision:\n  k: 2\n# b\n", {"threads": 3}, "# a\nthreads: 3\ndecision:\n  k: 2\n# b\n"),
    ("decision: {k: 2}\n", {"decision.k": 1}, "decision: {k: 1}\n"),
    ("voice:\n  text: 'Hello'  # said\n", {"voice.text": "Hi"}, "voice:\n  text: 'Hi'     # said\n"),
    ("voice: {name: a}\n", {"voice.name": "?"}, 'voice: {name: "?"}\n'),
    ("camera:\n  source: 0\n", {"camera.source": "0"}, "camera:\n  source: '0'\n"),
    ("encoder: [a, b]   # two\n", {"encoder": {"a": 1.0, "b": 0.5}}, "encoder: {a: 1.0, b: 0.5} # two\n"),
    ("encoder:\n  - a\n  - b\n", {"encoder": "sface"}, "encoder: sface\n"),
    (
        "matching:\n  threshold:\n    a: 0.9  # measured\n    b: 0.8\n",
        {"matching.threshold": {"a": 1.05}},
        "matching:\n  threshold:\n    a: 1.05 # measured\n",
    ),
    ("matching:\n  threshold:\n    a: 0.9\n", {"matching.threshold": "auto"}, "matching:\n  threshold: auto\n"),
    ("{threads: 2}\n", {"decision.k": 2}, "{threads: 2, decision: {k: 2}}\n"),
    ("\ufeffthreads: 2\r\n# end\r\n", {"threads": 12}, "\ufeffthreads: 12\r\n# end\r\n"),
)


def test_a_value_finds_its_place_in_any_layout():
    for before, changes, now in LAYOUTS:
        assert after(before, changes) == now


def test_what_is_no_configuration_or_would_be_none_is_refused():
    refused: tuple[tuple[str, dict[str, Value], str], ...] = (
        (template(), {"decision.k": 99}, "No more frames can agree"),
        (template(), {"threads": 65}, "threads"),
        (template(), {"voice.text": "{nobody}"}, "names"),
        ("threads: many\n", {"threads": 2}, "line 1"),
        ("threads: [\n", {"threads": 2}, "line"),
        ("a: &a 1\nb: *a\n", {"threads": 2}, "line 2"),
    )
    for content, changes, told in refused:
        with pytest.raises(ConfigError, match=told):
            edited(PATH, content.encode(), changes)


texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=40)
nasty = st.sampled_from(
    ["true", "null", "~", "on", "1.0", "0x1f", "- a", "a: b", "a #b", "'", '"', "{a}", "[", "%", "é", "?a", ": a"]
)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(["", "threads: 2 # few\r\n", "voice: {text: a}\n", "encoder:\n  - a\nvoice:\n  name: |\n    a\n"]),
    st.fixed_dictionaries(
        {},
        optional={
            "voice.name": texts | nasty,
            "voice.text": texts | nasty,
            "gallery.folder": texts | nasty,
            "threads": st.integers(0, 65),
            "door.open_seconds": st.floats(0, 61),
            "matching.margin": st.dictionaries(nasty, st.floats(0, 1), max_size=3),
            "encoder": st.lists(nasty, min_size=1, max_size=3),
            "voice.enabled": st.booleans(),
        },
    ),
)
def test_any_value_is_written_so_that_it_is_read_again(text, changes):
    before = values(read_config(PATH, text.encode())[0])
    changes = {key: "auto" if value == {} else value for key, value in changes.items()}
    if objection(before, changes):
        with pytest.raises(ConfigError):
            edited(PATH, text.encode(), changes)
        return
    fresh = read_config(PATH, edited(PATH, text.encode(), changes))[0]
    assert values(fresh) == {**before, **changes}


def left_behind(path: Path) -> list[str]:
    return sorted(found.name for found in path.parent.iterdir() if found != path)


class TestSaving:
    def test_value_is_saved_and_seen_by_the_kiosk_and_what_stood_there_is_kept(self, writer, path):
        kiosk, before = ConfigFile(path), path.stat()
        changed(writer, threads=2)
        assert (path.stat(), left_behind(path)) == (before, [])
        path.chmod(0o640)
        seen = changed(writer, threads=4)
        assert path.read_text() == CONTENT.replace("2   #", "4   #")
        assert seen == writer.look()
        assert (fresh := kiosk.changed()) is not None
        assert fresh.threads == 4
        (backup,) = writer.backups.iterdir()
        assert backup.read_text() == CONTENT
        assert re.fullmatch(r"0001-[\d-]{10}T[\d-]{8}-config\.yaml", backup.name)
        assert left_behind(path) == ["config.yaml.backups"]
        assert [file.stat().st_mode & 0o777 for file in (path, backup)] == [0o640, 0o640]

    def test_last_ten_are_kept(self, writer):
        (writer.backups).mkdir()
        (writer.backups / "mine.yaml").write_text("not a backup")
        for threads in range(3, 18):
            changed(writer, threads=threads)
        kept = sorted(file.name for file in writer.backups.iterdir())
        assert len(kept) == BACKUPS + 1
        assert [int(name[:4]) for name in kept[:-1]] == list(range(6, 16))
        assert kept[-1] == "mine.yaml"

    @pytest.mark.skipif(os.getuid() != 0, reason="only root may give a file away")
    def test_owner_stays(self, writer, path):
        os.chown(path, 12345, 54321)
        changed(writer, threads=4)
        assert (path.stat().st_uid, path.stat().st_gid) == (12345, 54321)

    def test_link_stays_a_link_and_a_missing_file_is_made(self, path, tmp_path):
        link = tmp_path / "config.yaml"
        link.symlink_to(path)
        changed(ConfigWriter(link), threads=4)
        assert (link.is_symlink(), ConfigFile(path).current.threads) == (True, 4)
        writer = ConfigWriter(tmp_path / "new" / "config.yaml")
        writer.path.parent.mkdir()
        assert writer.look().digest == ""
        changed(writer, threads=4)
        assert (ConfigFile(writer.path).current.threads, left_behind(writer.path)) == (4, [])
        assert writer.path.stat().st_mode & 0o111 == 0


class TestSomebodyElse:
    def test_edit_of_another_option_stays(self, writer, path):
        seen = writer.look()
        path.write_text(CONTENT.replace("k: 3", "k: 4  # slower") + "# theirs\n")
        assert isinstance(writer.change({"threads": 5}, seen), Seen)
        assert path.read_text() == "# ours\nthreads: 5   # cores\ndecision:\n  k: 4  # slower\n# theirs\n"

    def test_edit_of_the_same_option_is_a_conflict_and_is_overwritten_only_where_that_is_asked_for(self, writer, path):
        seen = writer.look()
        theirs = CONTENT.replace("2", "7")
        path.write_text(theirs)
        assert writer.change({"threads": 5, "decision.k": 2}, seen) == (Conflict("threads", ours=5, theirs=7),)
        assert path.read_text() == theirs
        assert isinstance(writer.change({"threads": 7}, seen), Seen)  # the same change by both
        changed(writer, threads=5)
        assert "threads: 5" in path.read_text()
        assert "threads: 7" in next(writer.backups.iterdir()).read_text()

    def test_edit_that_is_half_done_or_a_deleted_file_is_told_and_left_alone(self, writer, path):
        seen = writer.look()
        path.write_text("threads: [\n")
        with pytest.raises(ConfigError, match="line 2"):
            writer.change({"threads": 5}, seen)
        assert path.read_text() == "threads: [\n"
        path.unlink()
        with pytest.raises(ConfigError, match=r"deleted .* config\.yaml\.backups"):
            writer.change({"threads": 5}, seen)
        assert not path.exists()

    def test_edit_in_the_last_moment_is_not_overwritten(self, writer, path, monkeypatch):
        theirs, fsync = [CONTENT.replace("k: 3", "k: 4")], os.fsync

        def slow_disk(descriptor: int) -> None:
            fsync(descriptor)
            if theirs:
                path.write_text(theirs.pop())

        monkeypatch.setattr(os, "fsync", slow_disk)
        changed(writer, threads=5)
        assert path.read_text() == CONTENT.replace("k: 3", "k: 4").replace("threads: 2", "threads: 5")

    def test_file_that_changes_all_the_time_is_given_up(self, writer, path, monkeypatch):
        monkeypatch.setattr(os, "fsync", lambda descriptor: path.write_text(path.read_text() + "# more\n"))
        with pytest.raises(ConfigError, match="all the time"):
            changed(writer, threads=5)
        assert "threads: 2" in path.read_text()

    def test_file_that_appears_meanwhile_is_kept(self, tmp_path, monkeypatch):
        writer, link = ConfigWriter(tmp_path / "config.yaml"), os.link

        def late(source: Path, target: Path) -> None:
            if not target.exists():
                target.write_text("threads: 9\n")
            link(source, target)

        monkeypatch.setattr(os, "link", late)
        told = writer.change({"threads": 5}, writer.look())
        assert told == (Conflict("threads", ours=5, theirs=9),)
        assert writer.path.read_text() == "threads: 9\n"

    def test_several_threads_lose_nothing(self, path):
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

    def test_kiosk_that_hangs_while_it_writes_is_not_waited_for(self, writer, path, monkeypatch):
        monkeypatch.setattr(saving, "_PATIENCE_SECONDS", 0.1)
        seen, folder = writer.look(), os.open(path.parent, os.O_RDONLY)
        fcntl.flock(folder, fcntl.LOCK_EX)
        with pytest.raises(ConfigError, match="another kiosk"):
            writer.change({"threads": 5}, seen)
        os.close(folder)
        assert isinstance(writer.change({"threads": 5}, seen), Seen)


STEPS = ["open", "fsync", "fchmod", "replace", "mkdir", "unlink"]


class TestDisk:
    def test_fault_at_any_step_leaves_the_file_as_it_was(self, path, monkeypatch):
        writer, calls = ConfigWriter(path), 0
        for broken in range(1, 40):
            number = (errno.ENOSPC, errno.EROFS, errno.EIO)[broken % 3]
            path.write_text(CONTENT)
            seen, calls = writer.look(), 0

            def failing(real, broken=broken, number=number):
                def call(*args, **more):
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

    def test_full_disk_or_missing_right_says_what_to_do(self, writer, path, monkeypatch):
        def full(descriptor: int) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", full)
            told = fault_of(lambda: changed(writer, threads=4))
        assert "free space on its disk; nothing was changed" in told
        monkeypatch.setattr(os, "access", lambda file, mode: mode != os.W_OK)
        with pytest.raises(ConfigError, match=r"Permission denied.*permissions of the file"):
            changed(writer, threads=4)
        assert path.read_text() == CONTENT

    def test_folder_or_pipe_in_its_place_is_told(self, path):
        path.unlink()
        os.mkfifo(path)
        with pytest.raises(ConfigError, match="is not a file"):
            ConfigWriter(path).look()
        with pytest.raises(ConfigError, match="Is a directory"):
            ConfigWriter(path.parent).look()
        writer = ConfigWriter(path.parent / "none" / "config.yaml")
        with pytest.raises(ConfigError, match="No such file"):
            writer.change({"threads": 4}, writer.look())


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


@pytest.mark.slow
def test_kill_at_any_step_leaves_the_old_file_or_the_new_one(path):
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
