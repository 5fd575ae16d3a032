import os
import subprocess
import sys

import pytest

from kiosk.encoders.runtimes import without_notices

NOTICES = """\
INFO: Created a delegate
WARNING: All log messages before absl::InitializeLog() is called are written to STDERR
I0000 00:00:1795331601.458934   25442 port.cc:153] some operations are on.
To enable the following instructions: AVX2 FMA, in other operations, rebuild it.
W0000 00:00:1795331689.489644   26131 helpers.cc:364] Ignored output_format.
E0000 00:00:1795331605.747398   25442 cuda_platform.cc:52] failed call to cuInit: UNKNOWN ERROR (303)
"""
FAULTS = """\
ERROR: a fault
E0000 00:00:1795331605.747398   25442 reader.cc:52] no such file
Indexing INFO: is no notice
WARNING: another one
half a line"""


def test_notices_are_dropped_and_all_else_is_passed_on(capfd: pytest.CaptureFixture[str]) -> None:
    with without_notices():
        os.write(2, (NOTICES + FAULTS).encode())
    os.write(2, b"\nINFO: afterwards\n")
    assert capfd.readouterr().err == f"{FAULTS}\nINFO: afterwards\n"


def test_a_fault_passes_and_what_was_written_before_it_too(capfd: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        os.write(2, b"INFO: a greeting\nwritten before\n")
        raise ValueError("a fault")

    with pytest.raises(ValueError, match="a fault"), without_notices():
        fail()
    assert capfd.readouterr().err == "written before\n"


def test_tensorflow_starts_and_computes_without_a_word() -> None:
    program = (
        "from kiosk.encoders.runtimes import start_tensorflow\n"
        "start_tensorflow()\n"
        "import keras\n"
        "print(float(keras.ops.sum(keras.ops.ones((2, 3)))))\n"
    )
    environment = {name: value for name, value in os.environ.items() if name != "TF_CPP_MIN_LOG_LEVEL"}
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment, check=True)
    assert (ended.stdout, ended.stderr) == ("6.0\n", "")
