import hashlib
import json
import shutil
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


def test_weights_are_listed_with_licence_figure_and_state(kiosk, offered, tmp_path):
    shown = kiosk("weights", "list")
    assert shown.code == 0
    (row,) = (line.split() for line in shown.out.splitlines() if line.split()[:2] == ["small", "encoder"])
    assert " ".join(row) == "small encoder 0.0 MB MIT not installed 99 % accuracy nobody"
    assert "default: Comes along." in shown.out
    assert "shipped, verified" in shown.out
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


def test_a_file_is_fetched_verified_found_altered_and_removed(kiosk, offered, tmp_path):
    path = tmp_path / "here" / "weights" / "small.onnx"
    assert "small" not in kiosk("weights", "verify").out
    (offered / "small.onnx").write_bytes(FILE[:-1] + b"!")
    failed = kiosk("weights", "fetch", "small")
    assert (failed.code, failed.out, failed.err.count("\n")) == (16, "", 1)
    assert "is another file: its SHA-256 is not the one expected" in failed.err
    assert not path.parent.exists()
    (offered / "small.onnx").write_bytes(FILE)
    fetched = kiosk("weights", "fetch", "small")
    assert (fetched.code, fetched.err) == (0, "")
    assert fetched.out == f"small is installed: {path}\nTo use it, write `encoder: small` in config.yaml.\n"
    assert path.read_bytes() == FILE
    assert states(kiosk) == {"default": "intact", "small": "intact"}
    assert "small is there already, verified" in kiosk("weights", "fetch", "small").out
    verified = kiosk("weights", "verify")
    assert (verified.code, verified.out.startswith("default: intact (")) == (0, True)
    assert "small: intact (" in verified.out
    path.write_bytes(FILE[:-1] + b"!")
    verified = kiosk("weights", "verify")
    assert (verified.code, verified.out.splitlines()[1]) == (1, f"small: altered ({path})")
    assert "altered!" in kiosk("weights", "list").out
    found = kiosk("weights", "verify", "--json")
    assert (found.code, [each["state"] for each in json.loads(found.out)["files"]]) == (1, ["intact", "altered"])
    removed = kiosk("weights", "remove", "small")
    assert (removed.code, removed.out, path.exists()) == (0, f"small is removed: {path}\n", False)
    again = kiosk("weights", "remove", "small")
    assert (again.code, "small: is not installed in" in again.err) == (16, True)
    for command in ("fetch", "remove"):
        unknown = kiosk("weights", command, "smal")
        assert (unknown.code, "did you mean 'small'?" in unknown.err) == (16, True)


def test_what_fetches_is_loaded_by_fetch_alone():
    code = "import sys, kiosk.cli; print('requests' in sys.modules)"
    root = Path(__file__).parents[2]
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, timeout=120, check=True
    )
    assert run.stdout == "False\n"


def test_a_spec_of_ones_own_is_verified_and_told_its_golden_vector(kiosk, tmp_path, ship_weights):
    folder, shipped = tmp_path / "here" / "weights", tmp_path / "shipped"
    for made in (folder, shipped):
        made.mkdir()
    (shipped / "manifest.yaml").write_text("{}\n")
    (shipped / "catalogue.yaml").write_text("fetch: []\nshipped: []\n")
    shutil.copy(shipped_weights("dlib_resnet.tflite"), folder)
    text = shipped_weights("dlib_resnet.yaml").read_text().partition("golden:")[0]
    ship_weights(shipped)
    (folder / "mine.yaml").write_text(text)
    (folder / "wrong.yaml").write_text(text.replace("dimension: 128", "dimension: 64"))
    shown = kiosk("weights", "verify")
    assert (shown.code, "encoder mine: works as its spec says" in shown.out) == (1, True)
    assert "  golden: {values: [-0.0407" in shown.out
    mine, wrong = json.loads(kiosk("weights", "verify", "--json").out)["specs"]
    assert (mine["name"], mine["fault"], wrong["name"]) == ("mine", None, "wrong")
    assert "dlib_resnet.tflite" in wrong["fault"]


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
