"""People who are patterns of colour, whom the path `pixels` tells apart; results of every protocol; a door."""

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import ArrayLike, NDArray
from PIL import Image

from kiosk.config import ConfigFile
from kiosk.domain import Embedding, Template
from kiosk.encoders import encoder_spec
from kiosk.encoders.statistics import Statistics
from kiosk.evaluation import rates, samples
from kiosk.evaluation.calibration.calibrating import DoorReport
from kiosk.evaluation.calibration.distances import confusable_pairs, gallery_distances, odd_pictures
from kiosk.evaluation.calibration.model import calibrated
from kiosk.evaluation.correlation import VisitRule
from kiosk.evaluation.extractors import Extracted, PathLabel
from kiosk.evaluation.lfw import LfwResult, ScoredPairs, verify_by_training
from kiosk.evaluation.open_set import OpenSetPoint, OpenSetResult, OpenSetRow
from kiosk.evaluation.rates import wilson
from kiosk.evaluation.recordings import DoorSettings
from kiosk.evaluation.running import EvaluationReport, Result, WorstPair
from kiosk.evaluation.samples import Acquisition, Picture, Sample
from kiosk.evaluation.visits import VisitsResult, VisitsRow
from kiosk.people.snapshot import GallerySnapshot
from kiosk.vision.opencv import cv2

OWN = PathLabel("dlib_resnet", "haar")
WORST = (
    WorstPair("Ada/Ada_0001.jpg", "Ada/Ada_0002.jpg", 0.71, same=True),
    WorstPair("Ada/Ada_0001.jpg", "Bob/gone.jpg", 0.42, same=False),
)


@pytest.fixture
def crowd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """crowd([3, 1], noise=20): a folder of people, the first with three pictures, named as LFW's are."""
    monkeypatch.setattr(samples, "FEW", 10**6)  # processes take seconds to start
    monkeypatch.setattr(rates, "RESAMPLES", 100)

    def make(pictures: list[int], noise: float = 20.0) -> Path:
        folder = tmp_path / "people"
        shutil.rmtree(folder, ignore_errors=True)
        for person, count in enumerate(pictures):
            name = f"Person_{person}"
            (folder / name).mkdir(parents=True)
            own = np.random.default_rng(person).integers(0, 256, (4, 4, 3))
            for number in range(1, count + 1):
                shown = own + np.random.default_rng([person, number]).normal(0, noise, own.shape)
                image = np.kron(shown.clip(0, 255).astype(np.uint8), np.ones((16, 16, 1), np.uint8))
                Image.fromarray(image).save(folder / name / f"{name}_{number:04d}.jpg", quality=95)
        return folder

    return make


@pytest.fixture
def sample() -> Callable[..., Sample]:
    """sample("Ada", 1, [1, 0]): what a picture gave; without numbers, no face was found."""

    def make(person: str, number: int, vector: list[float] | None = None, **changes) -> Sample:
        source = f"{person}/{number}.jpg"
        numbers = None if vector is None else np.array(vector, np.float32)
        return Sample(Picture(person, source, Path(source)), Extracted(numbers, **changes))

    return make


@pytest.fixture
def save_clip() -> Callable[..., Path]:
    """save_clip(path, frames): a small video of grey frames."""

    def save(path: Path, frames: int, rate_hz: float = 30) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), rate_hz, (64, 48))
        for number in range(frames):
            writer.write(np.full((48, 64, 3), number % 250, np.uint8))
        writer.release()
        return path

    return save


def acquisition(pictures: int = 1000, **failures: int) -> Acquisition:
    took = {"detect": 5.0, "encode": 8.5}
    return Acquisition(pictures, failures, wilson(sum(failures.values()), pictures), took)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with pictures of one person."""
    for number in (1, 2):
        path = tmp_path / "pictures" / "Ada" / f"Ada_000{number}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(path), np.full((120, 90, 3), 60 * number, np.uint8))
    return tmp_path / "pictures"


@pytest.fixture
def lfw_result(monkeypatch: pytest.MonkeyPatch) -> Callable[..., LfwResult]:
    """lfw_result(path, mean=0.4): 400 pairs that lie around 0.4 and 0.84."""
    monkeypatch.setattr(rates, "RESAMPLES", 100)

    def make(path: PathLabel = OWN, mean: float = 0.4) -> LfwResult:
        random = np.random.default_rng(3)
        genuine, impostor = random.normal(mean, 0.09, 200), random.normal(0.84, 0.08, 200)
        people = [("a", "a"), *((f"a{n}", f"a{n}") for n in range(199)), *((f"b{n}", f"c{n}") for n in range(200))]
        pairs = ScoredPairs.of(np.concatenate([genuine, impostor]), [True] * 200 + [False] * 200, people)
        return LfwResult(
            path=path,
            acquisition=acquisition(no_face=3, unreadable=1),
            people=600,
            folds="one threshold",
            verification=verify_by_training(pairs, pairs, np.arange(400) % 10),
            genuine=genuine,
            impostor=impostor,
            worst=WORST,
        )

    return make


def open_set_row(people: int, fpir: float = 0.01, missed: int = 38) -> OpenSetRow:
    point = OpenSetPoint(fpir, 0.5, wilson(10, 1000), wilson(missed, 100), wilson(1, 100))
    return OpenSetRow(people, 1, 5, point, rank_one_errors=wilson(4, 100), strangers=800, members=people)


@pytest.fixture
def open_set_result() -> OpenSetResult:
    rows = (open_set_row(10, missed=5), open_set_row(1000), open_set_row(1000, fpir=0.001, missed=70))
    left_out = ("1,000 people with five pictures each",)
    return OpenSetResult(path=OWN, acquisition=acquisition(), rows=rows, worst=WORST, left_out=left_out)


def visits_row(people: int = 100, granted: int = 0, kind: str = "pictures") -> VisitsRow:
    return VisitsRow(
        kind=kind,
        people=people,
        templates=5,
        frames=5,
        seeds=2,
        door=DoorSettings(0.52, 0.03),
        strangers_granted=wilson(granted, 10000),
        wrong_person_granted=wilson(0, 500),
        members_refused=wilson(9, 500),
        members_undecided=wilson(2, 500),
        frames_needed={"median": 3, "p90": 4},
        strangers=800,
        members=98,
    )


@pytest.fixture
def visits_result() -> VisitsResult:
    rows = (visits_row(10), visits_row(100), visits_row(100, granted=4, kind="clips"))
    facts = {
        "at 0.4000": {"strangers_granted": 0.0, "members_not_granted": 0.2},
        "at 0.6000": {"strangers_granted": 0.01, "members_not_granted": 0.05},
        "at 0.5000": {"strangers_granted": 0.001, "members_not_granted": 0.1},
        "at 0.7000": {"strangers_granted": None, "members_not_granted": 0.1},
        "frames": {"correlation": 0.61},
        "visits": {"frame_rate": 0.002, "foretold": 0.0011, "counted": 0.0},
    }
    return VisitsResult(path=OWN, acquisition=acquisition(too_dark=2), rows=rows, facts={"pictures, N = 100": facts})


@pytest.fixture
def report(folder: Path) -> Callable[..., EvaluationReport]:
    """report("lfw", result): a report on the pictures of `folder`."""

    def make(protocol: str, *results: Result) -> EvaluationReport:
        settings = {"pairs": Path("/somewhere/pairs.txt"), "training": None, "set": ["path.mirror=false"]}
        return EvaluationReport(protocol, folder, 7, 75.0, settings, results)

    return make


# A door ---------------------------------------------------------------------------------------------------------------


class World:
    """People as random directions, whose distances can be counted by the million."""

    def __init__(self, seed: int) -> None:
        self.random = np.random.default_rng(seed)

    def people(self, number: int) -> NDArray[np.float64]:
        return self.random.normal(size=(number, 24))

    def faces(self, people: NDArray[np.float64], number: int) -> NDArray[np.float32]:
        made = people[:, None] + 0.55 * self.random.normal(size=(len(people), number, 24))
        return (made / np.linalg.norm(made, axis=2, keepdims=True)).astype(np.float32)

    def gallery(self, people: int, pictures: int) -> GallerySnapshot:
        shown = self.faces(self.people(people), pictures)
        return gallery_of({f"Person_{number}": list(each) for number, each in enumerate(shown)})


def gallery_of(people: Mapping[str, Sequence[ArrayLike]]) -> GallerySnapshot:
    templates = (
        Template(person, Embedding(np.asarray(vector, np.float32), "dlib_resnet"), f"{person}/{number}.jpg")
        for person, vectors in people.items()
        for number, vector in enumerate(vectors)
    )
    return GallerySnapshot("dlib_resnet", tuple(templates))


@pytest.fixture
def world() -> World:
    return World(0)


@pytest.fixture
def as_gallery() -> Callable[[Mapping[str, Sequence[ArrayLike]]], GallerySnapshot]:
    """as_gallery({"Ada": [vector, vector]}): a gallery of these embeddings."""
    return gallery_of


@pytest.fixture(scope="session")
def measured() -> Statistics:
    """Statistics of that world, from 1,500 other people."""
    world = World(1)
    faces = world.faces(world.people(1500), 2)
    genuine = np.linalg.norm(faces[:, 0] - faces[:, 1], axis=1)
    impostor = np.sqrt(2 - 2 * (faces[:, 0] @ faces[:, 0].T)[np.triu_indices(1500, 1)])
    return Statistics.of(genuine, impostor, "made by rule", 1500)


@pytest.fixture
def make_report(measured: Statistics) -> Callable[..., DoorReport]:
    """make_report(12, 2): the report of a door with so many people and pictures; wrong={3: 5}: one of 3 shows 5."""

    def make(people: int, pictures: int, *, wrong: Mapping[int, int] | None = None, **changes) -> DoorReport:
        world = World(0)
        faces = world.faces(world.people(people), pictures)
        for number, other in (wrong or {}).items():
            faces[number, 0] = faces[other, 0]
        gallery = gallery_of({f"Person_{number}": list(each) for number, each in enumerate(faces)})
        odd = odd_pictures(gallery, alike=0.4, margin=0.04, apart=0.95)
        left_out, rule = {each.number for each in odd}, VisitRule(3, 5, 0.9)
        found = gallery_distances(gallery, left_out)
        report = DoorReport(
            config=ConfigFile(None),
            folder=Path("images"),
            encoder=encoder_spec("dlib_resnet"),
            gallery=gallery,
            rule=rule,
            threshold=0.7,
            margin=0.04,
            asked=1e-2,
            statistics=measured,
            calibration=calibrated(found, measured, rule, in_force=0.7, margin=0.04, asked=1e-2) if people else None,
            journal=None,
            confusable=confusable_pairs(gallery, 5, left_out),
            odd=odd,
            poor=(),
            all_checked=True,
        )
        return replace(report, **changes)

    return make
