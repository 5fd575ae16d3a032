from datetime import UTC, date, datetime, timedelta

import pytest

from kiosk.gui.reception.people.rows import Quality, gather
from kiosk.people.register import PersonRecord, Standing

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
DAY = date(2026, 3, 2)


def test_everybody_is_gathered_with_what_is_known(services, crowd, granted):
    crowd(Ada=[0.0, 0.1, 0.2])
    services.people.save(PersonRecord("Ada", shown="Ada L", group="Lab", former=("Byron",), valid_until=DAY))
    services.people.save(PersonRecord("Only_Data", suspended=True))
    granted("Byron", NOW)
    granted("Ada", NOW - timedelta(days=1))
    rows = {row.person: row for row in gather(services, day=lambda: DAY).rows}
    assert set(rows) == {"Ada", "Grace_Hopper", "Only_Data"}
    assert (rows["Ada"].shown, rows["Ada"].quality, rows["Ada"].last_seen) == ("Ada L", Quality.GOOD, NOW)
    assert rows["Grace_Hopper"].record == PersonRecord("Grace_Hopper")
    assert (rows["Only_Data"].sources, rows["Only_Data"].quality) == ((), Quality.NONE)
    assert rows["Only_Data"].standing is Standing.SUSPENDED


@pytest.mark.parametrize(
    ("apart", "quality"),
    [
        ([0.0], Quality.FEW),
        ([0.0, 0.1], Quality.FEW),
        ([0.0, 0.1, 0.2], Quality.GOOD),
        ([0.0, 0.1, 0.2, 0.9], Quality.DIFFER),
    ],
)
def test_quality_comes_from_number_and_likeness(services, crowd, apart, quality):
    crowd(Ada=apart)
    assert next(row for row in gather(services).rows if row.person == "Ada").quality is quality


def test_nothing_is_made_anew_while_nothing_changes(services, crowd, granted):
    crowd()
    before = gather(services, day=lambda: DAY)
    assert gather(services, before, lambda: DAY) is before
    for change in (
        lambda: services.people.save(PersonRecord("Grace_Hopper", group="Navy")),
        lambda: granted("Grace_Hopper", NOW),
        lambda: crowd(Ada=[0.0]),
    ):
        change()
        after = gather(services, before, lambda: DAY)
        assert after is not before
        before = after
    assert gather(services, before, lambda: DAY + timedelta(days=1)) is not before


def test_while_the_station_is_being_built_the_register_is_shown(services):
    services.people.save(PersonRecord("Ada"))
    assert [row.person for row in gather(services).rows] == ["Ada"]
