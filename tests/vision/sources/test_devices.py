from pathlib import Path

import pytest

from kiosk.vision.capture import (
    CameraDevice,
    cameras,
    first_camera,
    is_camera_number,
    is_capture_device,
    stable_name,
)


@pytest.fixture
def devices(tmp_path: Path) -> Path:
    """Two cameras, each with a second node for metadata; only the second camera has a serial number."""
    for number in (0, 1, 2, 10):
        tmp_path.joinpath(f"video{number}").touch()
    for folder, links in {
        "by-id": {"usb-Maker_Cam_42-video-index0": 2, "usb-Maker_Cam_42-video-index1": 10},
        "by-path": {"pci-0-usb-0:1:1.0-video-index0": 0, "pci-0-usb-0:2:1.0-video-index0": 2},
    }.items():
        tmp_path.joinpath("v4l", folder).mkdir(parents=True)
        for name, number in links.items():
            tmp_path.joinpath("v4l", folder, name).symlink_to(tmp_path / f"video{number}")
    return tmp_path


def camera_nodes(*numbers: int):
    return lambda path: path.resolve().name in {f"video{number}" for number in numbers}


def test_first_camera_prefers_the_name_that_carries_the_serial_number(devices: Path):
    found = first_camera(devices, is_camera=camera_nodes(0, 2))
    assert found == str(devices / "v4l/by-id/usb-Maker_Cam_42-video-index0")


def test_first_camera_passes_over_nodes_that_take_no_pictures(devices: Path):
    found = first_camera(devices, is_camera=camera_nodes(0))
    assert found == str(devices / "v4l/by-path/pci-0-usb-0:1:1.0-video-index0")


def test_first_camera_falls_back_to_the_lowest_number(devices: Path):
    assert first_camera(devices, is_camera=camera_nodes(1, 10)) == str(
        devices / "v4l/by-id/usb-Maker_Cam_42-video-index1"
    )
    devices.joinpath("v4l/by-id/usb-Maker_Cam_42-video-index1").unlink()
    assert first_camera(devices, is_camera=camera_nodes(1, 10)) == str(devices / "video1")


def test_first_camera_is_none_without_devices(tmp_path: Path):
    assert first_camera(tmp_path) is None
    assert first_camera(tmp_path / "missing") is None


def test_plain_files_named_like_cameras_are_none(devices: Path):
    assert first_camera(devices) is None


@pytest.mark.parametrize("path", ["/dev/null", "/dev", "/dev/video9999"])
def test_what_does_not_answer_like_a_camera_is_none(path: str):
    assert not is_capture_device(Path(path))


def test_number_and_path_of_a_camera_become_its_stable_name(devices: Path):
    by_id = str(devices / "v4l/by-id/usb-Maker_Cam_42-video-index0")
    assert stable_name("2", devices) == by_id
    assert stable_name(str(devices / "video2"), devices) == by_id
    assert stable_name(by_id, devices) == by_id


def test_a_camera_without_links_keeps_its_device_path(devices: Path):
    assert stable_name("1", devices) == str(devices / "video1")


def test_a_camera_that_is_not_plugged_in_keeps_its_name(devices: Path):
    assert stable_name("7", devices) == str(devices / "video7")
    gone = str(devices / "v4l/by-id/usb-Other-video-index0")
    assert stable_name(gone, devices) == gone


@pytest.mark.parametrize("spec", ["demo", "walk.mp4", "rtsp://host/1", "./0", ""])
def test_other_sources_keep_their_name(spec: str):
    assert stable_name(spec) == spec


@pytest.mark.parametrize(("spec", "number"), [("0", True), ("12", True), ("-1", False), ("٣", False), ("0.mp4", False)])
def test_only_short_plain_digits_are_a_camera_number(spec: str, number: bool):
    assert is_camera_number(spec) is number


@pytest.fixture
def names(tmp_path: Path) -> Path:
    for node, name in {"video0": b"Door Cam\n", "video2": "Caméra\x1b[2J \u202eécran".encode(), "video1": b""}.items():
        tmp_path.joinpath("class", node).mkdir(parents=True)
        tmp_path.joinpath("class", node, "name").write_bytes(name)
    return tmp_path / "class"


def test_every_camera_is_listed_once_by_stable_path_and_makers_name(devices: Path, names: Path):
    assert cameras(devices=devices, is_camera=camera_nodes(0, 1, 2), names=names) == (
        CameraDevice(str(devices / "v4l/by-id/usb-Maker_Cam_42-video-index0"), "Caméra [2J écran"),
        CameraDevice(str(devices / "v4l/by-path/pci-0-usb-0:1:1.0-video-index0"), "Door Cam"),
        CameraDevice(str(devices / "video1"), "video1"),
    )


def test_camera_in_use_is_not_opened_to_be_listed(devices: Path, names: Path):
    in_use, asked = str(devices / "v4l/by-id/usb-Maker_Cam_42-video-index0"), []

    def is_camera(path: Path) -> bool:
        asked.append(path.resolve().name)
        return False

    (found,) = cameras(in_use, devices, is_camera=is_camera, names=names)
    assert found.source == in_use
    assert "video2" not in asked


def test_no_camera_is_an_empty_list(tmp_path: Path):
    assert cameras(devices=tmp_path / "missing") == ()


def test_longest_name_is_cut(devices: Path, tmp_path: Path):
    tmp_path.joinpath("class", "video0").mkdir(parents=True)
    tmp_path.joinpath("class", "video0", "name").write_bytes(b"\xff" * 10_000)
    (found,) = cameras(devices=devices, is_camera=camera_nodes(0), names=tmp_path / "class")
    assert len(found.name) == 200
