import hashlib
import json
import subprocess
import sys
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from kiosk.encoders.openface import tensor_shapes
from kiosk.files import asset, shipped_weights

FILE = b"an encoder, as far as this test is concerned"
SHIPPED = b"what comes with the kiosk"


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture
def offered(tmp_path, monkeypatch, ship_weights):
    """A folder whose files a server on loopback offers; small.onnx is in it."""
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    folder = tmp_path / "offered"
    folder.mkdir()
    (folder / "small.onnx").write_bytes(FILE)
    with ThreadingHTTPServer(("127.0.0.1", 0), lambda *given: Quiet(*given, directory=folder)) as listening:
        thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        shipped = tmp_path / "shipped"
        shipped.mkdir()
        (shipped / "manifest.yaml").write_text(
            f"default.tflite: {{sha256: {hashlib.sha256(SHIPPED).hexdigest()}, size: {len(SHIPPED)},"
            " source: a test, licence: CC0-1.0, rebuild: make weights}\n"
        )
        (shipped / "default.tflite").write_bytes(SHIPPED)
        (shipped / "catalogue.yaml").write_text(
            f"fetch:\n- {{name: small, kind: encoder, file: small.onnx, size: {len(FILE)}, licence: MIT,"
            f" url: 'http://127.0.0.1:{listening.server_port}/small.onnx',"
            f" sha256: {hashlib.sha256(FILE).hexdigest()}, figure: 99 % accuracy, whose: nobody, note: Small.}}\n"
            "shipped:\n- {name: default, kind: encoder, file: default.tflite, note: Comes along.}\n"
        )
        ship_weights(shipped)
        yield folder
        listening.shutdown()
        thread.join()


def states(kiosk):
    return {each["name"]: each["state"] for each in json.loads(kiosk("weights", "list", "--json").out)}


def test_weights_are_listed_with_licence_figure_and_state(kiosk, offered):
    shown = kiosk("weights", "list")
    assert shown.code == 0
    (row,) = (line.split() for line in shown.out.splitlines() if line.split()[:2] == ["small", "encoder"])
    assert " ".join(row) == "small encoder 0.0 MB MIT not installed 99 % accuracy nobody"
    assert "default: Comes along." in shown.out
    assert "shipped, verified" in shown.out


def test_the_list_is_there_for_programs(kiosk, offered, tmp_path):
    default, small = json.loads(kiosk("weights", "list", "--json").out)
    assert (default["url"], default["sha256"]) == (None, hashlib.sha256(SHIPPED).hexdigest())
    assert small.pop("url").startswith("http://127.0.0.1:")
    assert small == {
        "name": "small",
        "kind": "encoder",
        "file": str(tmp_path / "here" / "weights" / "small.onnx"),
        "size_bytes": len(FILE),
        "sha256": hashlib.sha256(FILE).hexdigest(),
        "licence": "MIT",
        "shipped": False,
        "state": "missing",
        "fetched_bytes": 0,
        "lfw": "99 % accuracy",
        "measured_by": "nobody",
        "note": "Small.",
    }


def test_a_fetched_file_is_installed_and_the_next_step_told(kiosk, offered, tmp_path):
    shown = kiosk("weights", "fetch", "small")
    assert (shown.code, shown.err) == (0, "")
    path = tmp_path / "here" / "weights" / "small.onnx"
    assert shown.out == f"small is installed: {path}\nTo use it, write `encoder: small` in config.yaml.\n"
    assert path.read_bytes() == FILE
    assert states(kiosk) == {"default": "intact", "small": "intact"}
    assert "small is there already, verified" in kiosk("weights", "fetch", "small").out


def test_a_download_that_fails_is_told_in_one_line(kiosk, offered, tmp_path):
    (offered / "small.onnx").write_bytes(FILE[:-1] + b"!")
    shown = kiosk("weights", "fetch", "small")
    assert (shown.code, shown.out) == (16, "")
    assert "is another file: its SHA-256 is not the one expected" in shown.err
    assert shown.err.count("\n") == 1
    assert not (tmp_path / "here" / "weights").exists()


@pytest.mark.parametrize("command", ["fetch", "remove"])
def test_an_unknown_name_is_answered_with_the_nearest(kiosk, offered, command):
    shown = kiosk("weights", command, "smal")
    assert shown.code == 16
    assert "did you mean 'small'?" in shown.err


def test_intact_files_are_verified(kiosk, offered):
    shown = kiosk("weights", "verify")
    assert shown.code == 0
    assert shown.out.startswith("default: intact (")
    assert "small" not in shown.out
    kiosk("weights", "fetch", "small")
    assert "small: intact (" in kiosk("weights", "verify").out


def test_each_altered_file_is_named(kiosk, offered, tmp_path):
    kiosk("weights", "fetch", "small")
    path = tmp_path / "here" / "weights" / "small.onnx"
    path.write_bytes(FILE[:-1] + b"!")
    shown = kiosk("weights", "verify")
    assert shown.code == 1
    assert shown.out.splitlines()[1] == f"small: altered ({path})"
    assert "altered!" in kiosk("weights", "list").out
    found = kiosk("weights", "verify", "--json")
    assert found.code == 1
    assert [each["state"] for each in json.loads(found.out)["files"]] == ["intact", "altered"]


def test_a_fetched_file_is_removed(kiosk, offered, tmp_path):
    kiosk("weights", "fetch", "small")
    shown = kiosk("weights", "remove", "small")
    path = tmp_path / "here" / "weights" / "small.onnx"
    assert (shown.code, shown.out) == (0, f"small is removed: {path}\n")
    assert not path.exists()
    again = kiosk("weights", "remove", "small")
    assert again.code == 16
    assert "small: is not installed in" in again.err


def test_what_fetches_is_loaded_by_fetch_alone():
    code = "import sys, kiosk.cli; print('requests' in sys.modules)"
    root = Path(__file__).parents[2]
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, timeout=120, check=True
    )
    assert run.stdout == "False\n"


def test_a_spec_of_ones_own_is_verified_and_told_its_golden_vector(kiosk, tmp_path):
    folder = tmp_path / "here" / "weights"
    folder.mkdir()
    text = shipped_weights("dlib_resnet.yaml").read_text().partition("golden:")[0]
    (folder / "mine.yaml").write_text(text)
    shown = kiosk("weights", "verify")
    assert (shown.code, "encoder mine: works as its spec says" in shown.out) == (0, True)
    assert "  golden: {values: [-0.0407" in shown.out
    (folder / "mine.yaml").write_text(text.replace("dimension: 128", "dimension: 64"))
    shown = kiosk("weights", "verify", "--json")
    (mine,) = (each for each in json.loads(shown.out)["specs"] if each["name"] == "mine")
    assert shown.code == 1
    assert "dlib_resnet.tflite" in mine["fault"]


@pytest.mark.slow
def test_published_weights_become_an_encoder(kiosk, tmp_path):
    shapes = tensor_shapes()
    random = np.random.default_rng(7)
    csv = tmp_path / "csv"
    csv.mkdir()
    for name, shape in shapes.items():
        # Kernels so large that a picture gets through; factors and variances above 0.
        kernel = len(shape) > 1
        numbers = (
            random.normal(0, np.sqrt(2 / np.prod(shape[1:])), shape) if kernel else random.uniform(0.5, 1.5, shape)
        )
        np.savetxt(csv / f"{name}.csv", numbers.reshape(len(numbers), -1), "%.5g", delimiter=",")
    made = kiosk("weights", "export", "openface", "--weights", csv, "--half")
    assert (made.code, "`encoder: openface`" in made.out) == (0, True)
    verified = kiosk("weights", "verify")
    assert (verified.code, "encoder openface: works as its spec says" in verified.out) == (0, True)
    next(csv.glob("*.csv")).unlink()
    refused = kiosk("weights", "export", "openface", "--weights", csv, "--out", tmp_path / "other")
    assert (refused.code, refused.out) == (16, "")
    assert "missing" in refused.err
    assert not (tmp_path / "other").exists()


def test_a_cohort_of_too_few_people_is_not_made(kiosk, tmp_path):
    folder = tmp_path / "people" / "Grace"
    folder.mkdir(parents=True)
    (folder / "1.jpg").write_bytes(asset("demo", "gallery", "Grace_Hopper.jpg").read_bytes())
    made = kiosk("weights", "cohort", str(tmp_path / "people"), "--out", str(tmp_path / "out"))
    assert made.code == 28
    assert "people: 100 people are needed, 1 were given; name a folder of more people" in made.err
    assert not (tmp_path / "out").exists()
