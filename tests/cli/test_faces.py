"""kiosk identify and kiosk verify."""

import json
import os
import subprocess
import sys

import numpy as np
from PIL import Image

from kiosk.cli.faces import open_gallery


def test_people_are_identified_for_programs_and_in_words(kiosk, images, grace, eileen):
    answer = kiosk("identify", grace, "--gallery", images, "--json")
    (face,) = json.loads(answer.out)["faces"]
    assert (answer.code, face["person"], face["name"], face["accepted"]) == (0, "Grace_Hopper", "Grace Hopper", True)
    assert face["distance"] < 0.2
    assert face["second"] is None
    assert "it is Grace Hopper at distance" in kiosk("identify", grace, "--gallery", images).out
    answer = kiosk("identify", eileen, "--gallery", images, "--json")
    (face,) = json.loads(answer.out)["faces"]
    assert (answer.code, face["person"], face["accepted"]) == (1, "Grace_Hopper", False)
    assert "not recognised; closest: Grace Hopper" in kiosk("identify", eileen, "--gallery", images).out


def test_a_picture_without_a_face_is_nobody(kiosk, images, tmp_path):
    grey = tmp_path / "grey.png"
    Image.fromarray(np.full((200, 200, 3), 128, np.uint8)).save(grey)
    answer = kiosk("identify", grey, "--gallery", images, "--json")
    assert (answer.code, json.loads(answer.out)["faces"]) == (1, [])


def test_verify_says_yes_and_no(kiosk, images, grace, eileen):
    yes = kiosk("verify", grace, "grace hopper", "--gallery", images, "--json")
    assert (yes.code, json.loads(yes.out)["accepted"]) == (0, True)
    no = kiosk("verify", eileen, "Grace_Hopper", "--gallery", images)
    assert (no.code, "it is not Grace Hopper" in no.out) == (1, True)
    unknown = kiosk("verify", grace, "Nobody", "--gallery", images)
    assert (unknown.code, unknown.err.count("\n")) == (18, 1)


def test_a_file_that_is_no_picture_is_a_fault_named_in_one_line(kiosk, images, tmp_path):
    path = tmp_path / "odd.jpg"
    for content in (None, b"", b"no picture"):
        if content is not None:
            path.write_bytes(content)
        for command in (["identify", path], ["verify", path, "Grace Hopper"]):
            answer = kiosk(*command, "--gallery", images)
            assert (answer.code, answer.err.count("\n"), "odd.jpg" in answer.err) == (13, 1, True)
    os.mkfifo(tmp_path / "pipe.jpg")  # nobody writes into it, and nothing hangs
    assert kiosk("identify", tmp_path / "pipe.jpg", "--gallery", images).code == 13


def test_the_numbers_of_the_configuration_count_for_their_encoder(images, tmp_path):
    config = tmp_path / "config.yaml"
    config.write_text("matching: {threshold: {sface_fp16: 0.9, sface: 0.8}, margin: {sface: 0.2}}\n")
    known = open_gallery(config, images)
    assert (known.threshold, known.margin) == (0.9, 0.05)


def test_the_default_path_never_imports_tensorflow(images, grace):
    command = [sys.executable, "-X", "importtime", "-m", "kiosk", "identify", str(grace), "--gallery", str(images)]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    imported = {line.rsplit("|", 1)[-1].strip() for line in ran.stderr.splitlines() if line.startswith("import time:")}
    assert "ai_edge_litert" in {name.split(".")[0] for name in imported}
    assert {name.split(".")[0] for name in imported} & {"tensorflow", "keras", "PyQt6"} == set()
