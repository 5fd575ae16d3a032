"""The table of encoders with their speed on this machine, and the check of every encoder and detector."""

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from itertools import combinations
from pathlib import Path
from statistics import median

from kiosk.config import EncoderChoice, MatchingSection
from kiosk.domain import Crop
from kiosk.door.build import HAAR
from kiosk.door.matching import matching_numbers
from kiosk.encoders import EXPORTED, Encoder, EncoderSpec, encoder_names, encoder_paths, encoder_spec, load_encoder
from kiosk.encoders.golden import golden_chips, golden_of, golden_vector
from kiosk.encoders.specs import exported_spec
from kiosk.errors import KioskError, WeightsError, in_one_line
from kiosk.files import is_file, shipped_weights
from kiosk.vision.yunet import DETECTOR, YuNetDetector, detector_content, detector_paths
from kiosk.weights.specs import spec_names

_MEASURED_FACES = 10


@dataclass(frozen=True, slots=True)
class EncoderRow:
    """One encoder; unknown values are None."""

    name: str
    in_use: bool
    installed: bool
    fault: str | None = None  # why it does not work
    spec: EncoderSpec | None = None
    threshold: float | None = None  # in force for this encoder
    milliseconds: float | None = None  # for the chips of one face, median of ten


def encoder_table(chosen: EncoderChoice, matching: MatchingSection, threads: int, own: Path) -> list[EncoderRow]:
    """Return every encoder with a spec, those that can be exported, and the chosen composite, if any.

    Args:
        chosen: the encoder in use.
        matching: what is set as threshold and margin.
        threads: processor cores for each encoder.
        own: the folder of the user's encoders.
    """
    if isinstance(chosen, list) and len(chosen) == 1:
        (chosen,) = chosen
    known = encoder_names(own)
    choices: list[EncoderChoice] = [*known, *(name for name in EXPORTED if name not in known)]
    if not isinstance(chosen, str):
        choices.append(chosen)
    return [_row(choice, matching, threads, own, known, in_use=choice == chosen) for choice in choices]


def _row(
    choice: EncoderChoice, matching: MatchingSection, threads: int, own: Path, known: Collection[str], *, in_use: bool
) -> EncoderRow:
    names = [choice] if isinstance(choice, str) else list(choice)
    row = EncoderRow("+".join(names), in_use, installed=False)
    try:
        if isinstance(choice, str):
            spec = encoder_spec(choice, own) if choice in known else exported_spec(choice)
            row = replace(row, spec=spec, threshold=matching_numbers(matching, spec, people=0)[0])
        there = all(name in known and is_file(encoder_paths(name, own)[1]) for name in names)
        row = replace(row, installed=there)
        if not (there or in_use):
            return row
        encoder = load_encoder(choice, threads, own)
        threshold, _ = matching_numbers(matching, encoder.spec, people=0)
        return EncoderRow(encoder.spec.name, in_use, True, None, encoder.spec, threshold, _milliseconds_a_face(encoder))
    except (KioskError, OSError) as error:
        return replace(row, fault=in_one_line(error))


def _milliseconds_a_face(encoder: Encoder) -> float:
    chips, taken = golden_chips(encoder.spec.crops), []
    for _ in range(1 + _MEASURED_FACES):
        started = time.perf_counter()
        encoder.embed(chips)
        taken.append((time.perf_counter() - started) * 1000)
    return median(taken[1:])  # the first also prepares the network


def crop_in_words(crop: Crop) -> str:
    """Return the chip that an encoder takes, such as "112 px arcface"."""
    margin = f" + {crop.margin:g}" if crop.margin else ""
    return f"{crop.size_px} px {crop.kind.value}{margin}"


def installed_encoders(own: Path) -> list[str | list[str]]:
    """Return the encoders whose files exist, and their pairs, which know people better than either alone."""
    names = [name for name in encoder_names(own) if _is_there(partial(encoder_paths, name, own))]
    return [*names, *map(list, combinations(names, 2))]


def installed_detectors(folders: Sequence[Path]) -> list[str]:
    """Return the detectors whose files exist, after the one that needs no file."""
    names = [name for name in spec_names(folders, DETECTOR) if name != HAAR]
    return [HAAR, *(name for name in names if _is_there(partial(detector_paths, name, folders)))]


def _is_there(paths: Callable[[], Iterable[Path]]) -> bool:
    with suppress(WeightsError, OSError):
        return all(path.is_file() for path in paths())
    return False


@dataclass(frozen=True, slots=True)
class CheckedSpec:
    """The check of one encoder or detector."""

    name: str
    kind: str
    file: Path | None  # None if the spec cannot be read
    fault: str | None = None
    golden: tuple[float, ...] = ()  # its result, if the spec has no golden vector yet


def check_specs(own: Path) -> Iterator[CheckedSpec]:
    """Check each spec of the folder `own`, and each shipped one whose file exists: hash, shapes, golden vector."""
    folders = [own, shipped_weights()]
    known = encoder_names(own)
    for name in [*known, *(name for name in spec_names(folders, DETECTOR) if name not in known)]:
        kind = "encoder" if name in known else DETECTOR  # a spec that cannot be read counts as both
        file: Path | None = None
        golden: tuple[float, ...] = ()
        try:
            spec, file = encoder_paths(name, own) if name in known else detector_paths(name, folders)
            # A file that can be fetched may be missing; the file of a user's own spec may not.
            if not is_file(file) and spec.parent.resolve() == shipped_weights().resolve():
                continue
            if name not in known:
                YuNetDetector(name, detector_content(name, folders))
            elif (encoder := load_encoder(name, 1, own)).spec.golden is None:
                golden = golden_of(golden_vector(encoder).vector).values
            yield CheckedSpec(name, kind, file, golden=golden)
        except (KioskError, OSError) as error:
            yield CheckedSpec(name, kind, file, in_one_line(error))
