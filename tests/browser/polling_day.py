"""The office's side of an election day: sheets for phones, the desk that confirms them, letters to be shown."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import delete, func, select, update

from suket_service import presenting
from suket_service.core.keyring import KeyState, Purpose
from suket_service.registry import keys, polling_stations
from suket_service.registry.polling_stations import PollingStation
from suket_service.registry.schema import DeviceRow, PresentationRow, StatusListRow
from tests.browser.phones import ENROL, Phone
from tests.browser.polls import Polls, an_election_day
from tests.builders import OFFICE
from tests.registry.builders import tampering

_DESK, _SECOND = "operator", "kepala"
_LETTERS = 80


@dataclass
class PollingDay:
    """A served election day, and what its office does."""

    polls: Polls
    stations: list[PollingStation]  # two of one village, then one of another
    seals: list[str]  # texts of the symbols of letters in force that nobody has shown

    @property
    def url(self) -> str:
        """Where it is served."""
        return self.polls.url

    @property
    def kid(self) -> str:
        """The thumbprint on the sheets."""
        with self.polls.registry.reading() as tx:
            [found] = [
                each.kid
                for each in keys.ring(tx)
                if each.purpose is Purpose.PUBLICATION and each.state is KeyState.ACTIVE
            ]
        return found

    def sheet(self, station: int = 0) -> dict[str, str]:
        """What the fresh sheet of a station says."""
        polls, chosen = self.polls, [self.stations[station].id]
        made = presenting.make_sheets(
            polls.registry, OFFICE.code, polls.election, chosen, _DESK, datetime.now(UTC)
        )
        return {"code": made[0].code.replace("-", ""), "kid": self.kid}

    def confirm(self, device: str) -> None:
        """The desk has compared the codes."""
        presenting.confirm_device(self.polls.registry, OFFICE.code, device, _SECOND, datetime.now(UTC))

    def revoke(self, device: str) -> None:
        """The desk has been told that the phone is lost."""
        now = datetime.now(UTC)
        presenting.revoke_device(self.polls.registry, OFFICE.code, device, "hilang", _DESK, now)

    def devices(self) -> int:
        """How many phones were ever enrolled."""
        with self.polls.registry.reading() as tx:
            return tx.execute(select(func.count()).select_from(DeviceRow)).scalar_one()

    def forget(self, device: str, *, enrolled: bool) -> None:
        """A backup has been restored: what the device sent since is gone, and so may be the device itself."""
        with tampering(self.polls.registry) as connection:
            connection.execute("DELETE FROM presentation WHERE device = ?", [device])
        with self.polls.registry.writing() as tx:
            if not enrolled:
                tx.execute(delete(DeviceRow).where(DeviceRow.id == device))
            tx.execute(update(StatusListRow).values(closed_at=datetime.now(UTC)))

    def kept(self, device: str) -> int:
        """How many events of a device the service keeps."""
        query = select(func.count()).select_from(PresentationRow).where(PresentationRow.device == device)
        with self.polls.registry.reading() as tx:
            return tx.execute(query).scalar_one()


def enrolled(phone: Phone, day: PollingDay, station: int = 0, *, confirmed: bool = True) -> dict[str, Any]:
    """The device of that station that a phone has become."""
    device: dict[str, Any] = phone.run(ENROL, day.sheet(station))
    if confirmed:
        day.confirm(device["id"])
    return device


@contextmanager
def a_polling_day(folder: Path) -> Iterator[PollingDay]:
    """The day, for as long as the block lasts."""
    with an_election_day(folder) as polls:
        polls.office.clock = datetime.now(UTC) - timedelta(hours=1)  # each act takes an hour
        seals = [each.seal_text for each in polls.office.issue(_LETTERS)]
        polls.publish()
        with polls.registry.reading() as tx:
            stations = polling_stations.of_office(tx, OFFICE.code)
        with polls.served():
            yield PollingDay(polls, stations, seals)
