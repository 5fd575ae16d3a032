"""Memory and temperature are told where the machine tells them, and never invented."""

import pytest

from kiosk.health.checks import State
from kiosk.health.health import memory_found, temperature_found


def save(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


@pytest.mark.parametrize(
    ("kilobytes", "state"), [(4_000_000, State.OK), (300_000, State.WARNING), (50_000, State.FAULT)]
)
def test_little_memory_is_told_with_a_remedy(tmp_path, kilobytes, state):
    save(tmp_path / "self" / "status", "Name:\tkiosk\nVmRSS:\t  250000 kB\n")
    save(tmp_path / "meminfo", f"MemTotal: 8000000 kB\nMemAvailable:   {kilobytes} kB\n")
    found = memory_found(tmp_path)
    assert (found.state, bool(found.remedy)) == (state, state is not State.OK)
    assert "256 MB" in found.message


def test_this_machine_tells_its_memory():
    assert memory_found() is not None


@pytest.mark.parametrize("text", ["", "VmRSS:\n", "VmRSS: much\n"])
def test_memory_that_is_not_told_is_no_finding(tmp_path, text):
    save(tmp_path / "self" / "status", text)
    save(tmp_path / "meminfo", "MemAvailable: 1 kB\n")
    assert memory_found(tmp_path) is None


@pytest.mark.parametrize(("hottest", "state"), [(52000, State.OK), (81000, State.WARNING), (97000, State.FAULT)])
def test_the_hottest_sensor_counts(tmp_path, hottest, state):
    save(tmp_path / "thermal_zone0" / "temp", "41000\n")
    save(tmp_path / "thermal_zone1" / "temp", f"{hottest}\n")
    found = temperature_found(tmp_path)
    assert (found.state, found.message) == (state, f"{hottest // 1000} °C")


@pytest.mark.parametrize("nonsense", ["", "hot", "-273000", "127000000"])
def test_a_sensor_that_talks_nonsense_is_not_heard(tmp_path, nonsense):
    save(tmp_path / "thermal_zone0" / "temp", nonsense)
    assert temperature_found(tmp_path) is None
    assert temperature_found(tmp_path / "nowhere") is None
