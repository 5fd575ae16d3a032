"""Chips of people, checked and divided before anything is learnt."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kiosk.domain import ByteImage
from kiosk.errors import EncoderError
from kiosk.evaluation.rates.validation import PEOPLE_IN_A_FOLD
from kiosk.training.loop.settings import Settings

FEWEST_HELD_OUT = 2 * PEOPLE_IN_A_FOLD  # a threshold comes from one fold and is judged on another
# Of a huge folder some people say enough, and are validated in seconds.
MOST_HELD_OUT, _PICTURES_HELD_OUT = 500, 10
_NAMED = 5


@dataclass(frozen=True, slots=True, eq=False)
class PeopleChips:
    """Chips, and whose they are."""

    images: ByteImage  # (N, S, S, 3) RGB
    owners: NDArray[np.intp]  # (N,) index into people
    people: tuple[str, ...]

    def of(self, chosen: NDArray[np.bool_]) -> PeopleChips:
        """Only the people chosen (people,), numbered anew."""
        kept = np.flatnonzero(chosen)
        mine = chosen[self.owners]
        owners = np.searchsorted(kept, self.owners[mine])
        return PeopleChips(self.images[mine], owners, tuple(self.people[one] for one in kept))

    def at_most(self, pictures: int) -> PeopleChips:
        """The first chips of each person."""
        order = np.argsort(self.owners, kind="stable")
        rising = self.owners[order]
        kept = np.sort(order[np.arange(len(rising)) - np.searchsorted(rising, rising) < pictures])
        return PeopleChips(self.images[kept], self.owners[kept], self.people)


def usable(chips: PeopleChips) -> tuple[PeopleChips, tuple[str, ...]]:
    """The people with two chips and more, and the names of the others: one chip has nothing to be near to.

    Raises EncoderError where too few people are left to tell anybody apart.
    """
    enough = np.bincount(chips.owners, minlength=len(chips.people)) > 1
    kept = chips.of(enough)
    single = tuple(person for person, is_kept in zip(chips.people, enough, strict=True) if not is_kept)
    if len(chips.people) == 1:
        raise EncoderError(
            f"pictures of {chips.people[0]} alone",
            "a network learns from differences between people",
            "add more people",
        )
    if not kept.people:
        reason = "each has one usable picture: none shows what stays the same"
        raise EncoderError(f"{len(chips.people)} people ({_names(chips.people)})", reason, "add pictures of each")
    return kept, single


def split(chips: PeopleChips, settings: Settings) -> tuple[PeopleChips, PeopleChips]:
    """The people to learn from, and some pictures of those held out; raises EncoderError where people are too few."""
    everybody = len(chips.people)
    held_out = min(max(round(everybody * settings.held_out), FEWEST_HELD_OUT), MOST_HELD_OUT)
    if everybody - held_out < settings.people:
        raise EncoderError(
            f"{everybody} people with two pictures and more",
            f"{held_out} are held out, which leaves fewer than the {settings.people} of a batch",
            f"add people, or set --people to {max(everybody - held_out, 2)} or less"
            if everybody - held_out >= 2
            else f"add people: {FEWEST_HELD_OUT + 2} are the fewest",
        )
    chosen = np.zeros(everybody, bool)
    chosen[np.random.default_rng(settings.seed).permutation(everybody)[:held_out]] = True
    return chips.of(~chosen), chips.of(chosen).at_most(_PICTURES_HELD_OUT)


def _names(people: tuple[str, ...]) -> str:
    return ", ".join(people[:_NAMED]) + (", ..." if len(people) > _NAMED else "")
