"""A disk that loses power: rebuilds files from a trace of system calls as they would be found afterwards.

What was synced is there. Of what was not, each 512-byte sector is there or not by chance, and now and
then only half of one. A name in a folder is there for sure only once the folder itself was synced, so
that a journal which was removed may be back: that is what ``synchronous=EXTRA`` is for. Kinder disks
exist; a promise must hold on this one.
"""

import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

SECTOR = 512
#: What strace has to be told; strings whole and in hexadecimal, descriptors with their paths.
STRACE = (
    *("strace", "-xx", "-y", "-s", "1000000"),
    "--trace=openat,close,write,writev,pwrite64,pwritev,pwritev2,ftruncate,fallocate,fsync,fdatasync,sync_file_range,unlink,unlinkat,rename,renameat,renameat2,link,linkat",
)
_CALL = re.compile(r"(?P<name>\w+)\((?P<arguments>.*)\)\s+= (?P<result>-?\d+)")
_HEX = re.compile(r"(?:\\x[0-9a-f]{2})*")
_SYNCS = ("fsync", "fdatasync")


@dataclass(frozen=True, slots=True)
class Call:
    """One system call that succeeded."""

    name: str
    arguments: tuple[str, ...]
    result: int

    @property
    def descriptor(self) -> int:
        """The file it is about."""
        return int(self.arguments[0].partition("<")[0])

    def text(self, place: int) -> bytes:
        """An argument that is a string."""
        return _unhex(self.arguments[place].strip('"'))


def read_trace(path: Path) -> list[Call]:
    """The calls of a trace, in order."""
    calls = []
    with path.open(encoding="ascii") as lines:
        for line in lines:
            match = _CALL.match(line)
            if match and int(match["result"]) >= 0:
                arguments = tuple(match["arguments"].split(", "))
                calls.append(Call(match["name"], arguments, int(match["result"])))
    return calls


@dataclass(frozen=True, slots=True)
class _Write:
    at: int
    data: bytes


@dataclass(frozen=True, slots=True)
class _Cut:
    """The file is made so long, or so short."""

    length: int


@dataclass(slots=True, eq=False)
class _File:
    safe: bytearray = field(default_factory=bytearray)
    unsafe: list[_Write | _Cut] = field(default_factory=list)

    def sync(self) -> None:
        for change in self.unsafe:
            _apply(self.safe, change)
        self.unsafe.clear()

    def after_power_cut(self, chance: random.Random) -> bytes:
        content = bytearray(self.safe)
        share = chance.choice((0.0, 1.0, chance.random()))
        for change in self.unsafe:
            if isinstance(change, _Cut):
                if chance.random() < share:
                    _apply(content, change)
                continue
            for sector in _sectors(change):
                if chance.random() < share:
                    half = chance.random() < 0.02
                    _apply(content, _Write(sector.at, sector.data[: SECTOR // 2]) if half else sector)
        return bytes(content)


class Disk:
    """One folder on such a disk. Files of other folders are nobody's concern."""

    def __init__(self, folder: Path) -> None:
        """``folder`` as it is now, all of it safe."""
        self._folder = folder
        self._safe = {path.name: _File(bytearray(path.read_bytes())) for path in folder.iterdir()}
        self._now = dict(self._safe)
        self._renamings: list[tuple[str, _File | None]] = []  # a name and what it stands for from then on
        self._open: dict[int, _File | None] = {}  # None: the folder itself

    def follow(self, call: Call) -> None:
        """What a call changes.

        Raises:
            NotImplementedError: a call that changes this folder in a way this model does not know.
        """
        if call.name == "openat":
            self._opened(call)
        elif call.name in ("unlink", "unlinkat"):
            self._unlinked(call)
        elif call.name == "close":
            self._open.pop(call.descriptor, None)
        elif call.descriptor in self._open:
            self._changed(call, self._open[call.descriptor])
        elif str(self._folder).encode() in _unhex_all(call.arguments):
            raise NotImplementedError(call.name)

    def _changed(self, call: Call, file: _File | None) -> None:
        if file is None and call.name in _SYNCS:
            _rename(self._safe, self._renamings)
            self._renamings.clear()
        elif file is not None and call.name in _SYNCS:
            file.sync()
        elif file is not None and call.name == "pwrite64":
            file.unsafe.append(_Write(int(call.arguments[3]), call.text(1)[: call.result]))
        elif file is not None and call.name == "ftruncate":
            file.unsafe.append(_Cut(int(call.arguments[1])))
        else:
            raise NotImplementedError(call.name)

    def _opened(self, call: Call) -> None:
        self._open.pop(call.result, None)
        path = Path(call.text(1).decode())
        if path == self._folder:
            self._open[call.result] = None
        elif path.parent == self._folder and path.name.endswith("-shm"):
            self._open[call.result] = _File()  # memory that is shared: gone with the power, made anew
        elif path.parent == self._folder:
            if path.name not in self._now:
                self._now[path.name] = _File()
                self._renamings.append((path.name, self._now[path.name]))
            file = self._now[path.name]
            if "O_TRUNC" in call.arguments[2]:
                file.unsafe.append(_Cut(0))
            self._open[call.result] = file

    def _unlinked(self, call: Call) -> None:
        path = Path(call.text(0 if call.name == "unlink" else 1).decode())
        if path.parent == self._folder and self._now.pop(path.name, None) is not None:
            self._renamings.append((path.name, None))

    def after_power_cut(self, chance: random.Random) -> Mapping[str, bytes]:
        """The folder's files as they may be found: one of the many ways."""
        names = dict(self._safe)
        share = chance.choice((0.0, 1.0, 0.5))
        _rename(names, [change for change in self._renamings if chance.random() < share])
        return {name: file.after_power_cut(chance) for name, file in names.items()}


def _rename(names: dict[str, _File], changes: list[tuple[str, _File | None]]) -> None:
    for name, file in changes:
        if file is None:
            names.pop(name, None)
        else:
            names[name] = file


def _apply(content: bytearray, change: _Write | _Cut) -> None:
    end = change.length if isinstance(change, _Cut) else change.at + len(change.data)
    content.extend(bytes(max(0, end - len(content))))
    if isinstance(change, _Cut):
        del content[end:]
    else:
        content[change.at : end] = change.data


def _sectors(write: _Write) -> Iterator[_Write]:
    at, data = write.at, write.data
    while data:
        room = SECTOR - at % SECTOR
        yield _Write(at, data[:room])
        at, data = at + room, data[room:]


def _unhex(text: str) -> bytes:
    assert _HEX.fullmatch(text), f"not a whole string: {text[:40]}"
    return bytes.fromhex(text.replace("\\x", ""))


def _unhex_all(arguments: tuple[str, ...]) -> bytes:
    return b" ".join(_unhex(part) for each in arguments for part in re.findall(r"(?:\\x[0-9a-f]{2})+", each))
