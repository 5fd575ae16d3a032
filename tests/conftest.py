"""What several tests need: the public test material, and folders of their own instead of the user's."""

import functools
import os
import runpy
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import numpy as np
import pytest
from PIL import Image
from ruamel.yaml import YAML

from kiosk import files, i18n, paths
from kiosk.config import ConfigFile, EncoderChoice
from kiosk.domain import ByteImage, Embedding, Frame, Rejection
from kiosk.door import build as build_module
from kiosk.door.build import Choices, build_station
from kiosk.door.services import StaffServices, open_services
from kiosk.door.station import Station
from kiosk.encoders import Encoder, load_encoder
from kiosk.files import asset, shipped_weights
from kiosk.vision.demo import RATE_HZ, draw
from kiosk.vision.pictures import read_picture
from kiosk.weights.catalogue import DEFAULT_ENCODER

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
hypothesis.settings.register_profile("kiosk", deadline=None)  # a busy machine is no fault
hypothesis.settings.load_profile("kiosk")


def pytest_configure() -> None:
    """A translation that was changed since the kiosk was installed is the one that is tested."""
    runpy.run_path(str(Path(__file__).parents[1] / ".ci" / "translations.py"))["compile_all"]()


@pytest.fixture(scope="session")
def data() -> Path:
    """The test material: $KIOSK_TEST_DATA or ../shared/data beside the checkout; without it the test is skipped."""
    folder = Path(os.environ.get("KIOSK_TEST_DATA") or Path(__file__).parents[2] / "shared" / "data")
    if not folder.is_dir():
        pytest.skip(f"no test material at {folder}; set KIOSK_TEST_DATA to the folder that holds it")
    return folder


@pytest.fixture(autouse=True)
def own_user_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cache, data and configuration of a test never touch the user's."""
    for name in ("XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "user" / name))
    monkeypatch.delenv("KIOSK_CONFIG", raising=False)


_shared_encoder = functools.cache(load_encoder)


@pytest.fixture(autouse=True)
def default_encoder_is_loaded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Loading it takes as long as everything else of a station together."""

    def load(choice: EncoderChoice, threads: int, folder: Path) -> Encoder:
        shared = choice == DEFAULT_ENCODER and not folder.exists()
        return _shared_encoder(choice, threads) if shared else load_encoder(choice, threads, folder)

    monkeypatch.setattr(build_module, "load_encoder", load)


@pytest.fixture(scope="session")
def known_templates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The cache of a kiosk with the default encoder that has read the demo's pictures."""
    folder = tmp_path_factory.mktemp("known")
    for names in (("gallery", "Grace_Hopper.jpg"), ("grace_hopper.jpg",), ("eileen_collins.jpg",)):
        shutil.copy(asset("demo", *names), folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        config = ConfigFile(None)
        encoder = _shared_encoder(DEFAULT_ENCODER, config.current.threads)
        build_module.make_gallery(config, folder, encoder, build_module.make_landmarks()).load()
        return paths.cache_folder()


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """No test leaves the language of its window to the next one."""
    yield
    i18n.install(None)


class Sticks:
    """USB sticks that are plugged in and out: folders, and a mount table as Linux writes it."""

    def __init__(self, folder: Path) -> None:
        self.root, self.table = folder / "media", folder / "mounts"
        self.root.mkdir()
        self._mounted: list[Path] = []
        self._write()

    def plug(self, name: str = "KINGSTON") -> Path:
        """Mount a stick; its folder, to be filled."""
        folder = self.root / name
        folder.mkdir()
        self._mounted.append(folder)
        self._write()
        return folder

    def pull(self, folder: Path) -> None:
        """Pull a stick out: what was on it is gone."""
        shutil.rmtree(folder)
        self._mounted.remove(folder)
        self._write()

    def _write(self) -> None:
        lines = [b"proc /proc proc rw 0 0", b"/dev/sda2 / ext4 rw 0 0"]
        for number, folder in enumerate(self._mounted):
            escaped = os.fsencode(folder).replace(b" ", b"\\040").replace(b"\n", b"\\012")
            lines.append(b"/dev/sdb%d %s vfat rw,nosuid 0 0" % (number, escaped))
        self.table.write_bytes(b"\n".join(lines) + b"\n")


@pytest.fixture
def sticks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sticks:
    found = Sticks(tmp_path)
    monkeypatch.setattr(paths, "_MOUNTS", found.table)
    monkeypatch.setattr(paths, "_STICK_ROOTS", (found.root,))
    return found


# Without golden vector; its file is found among what is shipped.
SPEC = YAML(typ="safe").load(shipped_weights("dlib_resnet.yaml"))
del SPEC["golden"], SPEC["statistics"]  # those of the shipped file
CONFIG = """\
gallery: {folder: images}
journal: {file: journal.sqlite3}
voice: {enabled: false}
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder with a config.yaml and an image folder in which Grace Hopper is enrolled."""
    folder = tmp_path / "home"
    (folder / "images").mkdir(parents=True)
    (folder / "config.yaml").write_text(CONFIG)
    portrait = asset("demo", "gallery", "Grace_Hopper.jpg")
    (folder / "images" / portrait.name).write_bytes(portrait.read_bytes())
    return folder


@pytest.fixture
def save_spec(home: Path) -> Callable[..., Path]:
    """save_spec("other", key=value): an encoder below home on the shipped network, one that takes few changes."""

    def save(name: str, **changes: object) -> Path:
        path = home / "weights" / f"{name}.yaml"
        path.parent.mkdir(exist_ok=True)
        with path.open("wb") as opened:
            YAML(typ="safe").dump({**SPEC, **changes}, opened)
        return path

    return save


@pytest.fixture
def build(home: Path) -> Iterator[Callable[[], Station]]:
    """build(): a station on home's configuration, with video time as the clock."""
    built: list[Station] = []

    def make() -> Station:
        config = ConfigFile(home / "config.yaml")
        choices = Choices(config, home / "images", "demo", fast=True)
        built.append(build_station(choices, lambda what, done, total: None))
        return built[-1]

    yield make
    for station in built:
        station.close()


@pytest.fixture
def services(home: Path) -> Iterator[StaffServices]:
    """The staff's services on home's configuration, without a station beside it."""
    config = ConfigFile(home / "config.yaml")
    opened = open_services(Choices(config, home / "images", "demo", fast=True))
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def scene() -> Callable[[float, float], list[Frame]]:
    """scene(from, to): the demo's frames between two moments of its cycle, in s, every third as a live kiosk has it."""

    def frames(first: float, last: float) -> list[Frame]:
        return [
            Frame(draw(index), index / RATE_HZ, index)
            for index in range(round(first * RATE_HZ), round(last * RATE_HZ), 3)
        ]

    return frames


@pytest.fixture
def save_portrait() -> Callable[..., Path]:
    """save_portrait(path, person, shot): the same person number gives similar pictures, another one a different."""

    def save(path: Path, person: int, shot: int = 0) -> Path:
        pattern = np.random.default_rng(person).integers(30, 226, (8, 8, 3))
        noise = np.random.default_rng([person, shot]).integers(-12, 13, (8, 8, 3))
        path.parent.mkdir(parents=True, exist_ok=True)
        picture = Image.fromarray((pattern + noise).astype(np.uint8)).resize((64, 64), Image.Resampling.NEAREST)
        picture.save(path, **({"quality": 95, "subsampling": 0} if path.suffix.lower() in {".jpg", ".jpeg"} else {}))
        return path

    return save


@pytest.fixture
def encode_pixels() -> Callable[[ByteImage], Embedding | Rejection]:
    """Block means as a unit vector; a picture of one colour has no face, a wide one has several."""

    def encode(image: ByteImage) -> Embedding | Rejection:
        if image.std() < 1:
            return Rejection.NO_FACE
        if image.shape[1] > image.shape[0]:
            return Rejection.SEVERAL_FACES
        blocks = image.reshape(8, image.shape[0] // 8, 8, image.shape[1] // 8, 3).mean((1, 3)) - 128
        return Embedding((blocks.ravel() / np.linalg.norm(blocks)).astype(np.float32), "pixels")

    return encode


@pytest.fixture
def ship_weights(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], None]:
    """ship_weights(folder): the weights that the product ships lie in that folder."""
    shipped = files._shipped

    def use(folder: Path) -> None:
        monkeypatch.setattr(
            files,
            "_shipped",
            lambda kind, *parts: folder.joinpath(*parts) if kind == "weights" else shipped(kind, *parts),
        )

    return use


@pytest.fixture(scope="session")
def hopper() -> ByteImage:
    """The demo's portrait of Grace Hopper; not to be changed."""
    return _unchangeable(read_picture(asset("demo", "grace_hopper.jpg")))


@pytest.fixture(scope="session")
def collins() -> ByteImage:
    """The demo's portrait of Eileen Collins; not to be changed."""
    return _unchangeable(read_picture(asset("demo", "eileen_collins.jpg")))


def _unchangeable(image: ByteImage) -> ByteImage:
    image.flags.writeable = False
    return image
