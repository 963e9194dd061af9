"""The image made without an engine: each step of the Dockerfile run for real, in layers over this machine's own root.

A stage is a folder that shows this machine's files with the stage's changes on top (overlayfs, in memory): steps run in
it verbatim, as root, and nothing of what they do reaches the machine. What stands in for the base images is this
machine's own Debian, Python and Node; the project's folder is hidden, so that what was not copied is missed.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.test_deployment.dockerfile import Stage, Step, is_ignored, read

ROOT = Path(__file__).parents[2]
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
#: What a build is told of the network it is in.
_OF_THE_NETWORK = ("PIP_", "npm_config_", "NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "HTTP_PROXY", "HTTPS_PROXY")
_STEP_SECONDS = 600
_STOP_SECONDS = 30
_NOBODY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")


class CannotReplay(Exception):
    """This machine does not let us put layers over its root."""


class Image:
    """The last stage of the Dockerfile, built; used as a context, after which nothing of it is left."""

    def __init__(self) -> None:
        if os.geteuid() != 0 or shutil.which("unshare") is None:
            raise CannotReplay("replaying the image takes root and unshare")
        self.stages = read((ROOT / "Dockerfile").read_text("utf-8"))
        self._ignored = (ROOT / ".dockerignore").read_text("utf-8").split()
        self._folder = Path(tempfile.mkdtemp(prefix="suket-image-"))
        # Whatever is mounted and whoever runs in there ends with this process.
        self._holder = subprocess.Popen(
            [
                "unshare",
                "--mount",
                "--propagation=private",
                "--pid",
                "--fork",
                "--kill-child",
                "sleep",
                "infinity",
            ]
        )
        self._pid = self._child_of(self._holder.pid)

    def __enter__(self) -> Self:
        try:
            self._do("mount", "-t", "tmpfs", "tmpfs", str(self._folder))
            for stage in self.stages:
                self._build(stage)
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End whoever runs in it, and with them the mounts."""
        os.kill(self._pid, signal.SIGKILL)
        self._holder.wait()
        self._folder.rmdir()

    @property
    def stage(self) -> Stage:
        """The last one."""
        return self.stages[-1]

    @property
    def env(self) -> dict[str, str]:
        """What every process of the image finds."""
        found = {"PATH": _PATH}
        for step in self.stage.steps:
            if step.word == "ENV":
                found.update(
                    {name: value.replace("$PATH", found["PATH"]) for name, value in step.pairs.items()}
                )
        return found

    def place(self, stage: str) -> Path:
        """A stage's root, as its own processes' neighbours see it."""
        return self._folder / stage / "root"

    def seen(self, path: Path) -> Path:
        """A path of theirs as this process can open it."""
        return Path(f"/proc/{self._pid}/root{path}")

    @contextmanager
    def service(
        self,
        name: str,
        command: Sequence[str],
        env: Mapping[str, str],
        *,
        binds: Mapping[Path, str],
        memory: Sequence[str] = (),
    ) -> Iterator["subprocess.Popen[bytes]"]:
        """A process of the image as a container runs it: its user, a root it cannot write, no privileges.

        ``binds``: folders of this machine's by their place in it. ``memory``: folders of its own to write in.
        """
        process = subprocess.Popen(
            self._inside(name, binds, memory, command),
            env={**self.env, **env},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        try:
            yield process
        finally:
            self._end(process)
            assert process.stdout is not None
            process.stdout.close()

    def _end(self, process: "subprocess.Popen[bytes]") -> None:
        """As an engine stops a container: its first process is told, and killed if it does not listen."""
        if process.poll() is None:
            first = self._child_of(self._child_of(process.pid))  # behind nsenter and unshare
            os.kill(first, signal.SIGTERM)
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                os.kill(first, signal.SIGKILL)
                process.wait()

    def _inside(
        self, name: str, binds: Mapping[Path, str], memory: Sequence[str], command: Sequence[str]
    ) -> list[str]:
        user = next(step.rest for step in reversed(self.stage.steps) if step.word == "USER")
        root = self._folder / f"service-{name}"
        lines = [
            f"mkdir -p {root} && mount --rbind {self.place(self.stage.name)} {root}",
            *(f"mkdir -p {root}{inside}" for inside in (*binds.values(), *memory)),
            f"mount -o remount,bind,ro {root}",
            *(f"mount --bind {outside} {root}{inside}" for outside, inside in binds.items()),
            *(f"mount -t tmpfs tmpfs {root}{folder}" for folder in ("/tmp", *memory)),
            *(f"chroot {root} chown {user}: {folder} && chmod 0700 {root}{folder}" for folder in memory),
            f"chmod 1777 {root}/tmp",
            # A container's own processes are all that a container sees.
            f"mount -t proc proc {root}/proc",
            (
                f"exec chroot {root} {self._as_user(user)} /bin/sh -c"
                f""" 'cd {self._workdir(self.stage)} && exec "$@"' sh "$@" """
            ),
        ]
        script = " && ".join(lines)
        return [
            *self._enter(),
            *("unshare", "--mount", "--propagation=private", "--pid", "--fork", "--kill-child", "--ipc"),
            *("sh", "-c", script, "sh", *command),
        ]

    @staticmethod
    def _as_user(user: str) -> str:
        return f"setpriv --reuid={user} --regid={user} --clear-groups --no-new-privs --bounding-set=-all"

    def _build(self, stage: Stage) -> None:
        root = self.place(stage.name)
        layer = root.parent
        self._do("mkdir", "-p", str(root), f"{layer}/changes", f"{layer}/work")
        options = f"lowerdir=/,upperdir={layer}/changes,workdir={layer}/work"
        if self._try("mount", "-t", "overlay", "overlay", "-o", options, str(root)) != 0:
            raise CannotReplay("this machine puts no layer over its root")
        self._do("mount", "--rbind", "/dev", f"{root}/dev")
        self._do("mount", "-t", "proc", "proc", f"{root}/proc")
        self._do("mount", "-t", "tmpfs", "tmpfs", f"{root}/tmp")
        self._do("mount", "-t", "tmpfs", "-o", "ro", "tmpfs", f"{root}{ROOT}")
        python = _python()
        self.seen(root / "usr/local/bin/python").unlink(missing_ok=True)
        self.seen(root / "usr/local/bin/python").symlink_to(python)
        env = {"PATH": _PATH, "HOME": "/root", "DEBIAN_FRONTEND": "noninteractive"}
        env.update({key: value for key, value in os.environ.items() if key.startswith(_OF_THE_NETWORK)})
        for step in stage.steps:
            if step.word == "COPY":
                self._copy(stage, step)
            elif step.word == "RUN":
                self._run(stage, step.command, env)

    def _copy(self, stage: Stage, step: Step) -> None:
        *sources, target = step.rest.split()
        source_root = self.seen(self.place(step.options["from"])) if "from" in step.options else ROOT
        place = self.seen(self.place(stage.name)) / str(Path(self._workdir(stage), target)).lstrip("/")
        for name in sources:
            source = source_root / name.lstrip("/")
            into = place / source.name if target.endswith("/") else place
            into.parent.mkdir(parents=True, exist_ok=True)
            if not source.is_dir():
                shutil.copy(source, into)
                continue

            def ignored(folder: str, names: list[str], *, top: Path = source_root) -> set[str]:
                if top is not ROOT:
                    return set()
                return {
                    each
                    for each in names
                    if is_ignored(str(Path(folder, each).relative_to(top)), self._ignored)
                }

            shutil.copytree(source, into, symlinks=True, dirs_exist_ok=True, ignore=ignored)

    def _run(self, stage: Stage, command: Sequence[str], env: Mapping[str, str]) -> None:
        words = ["chroot", str(self.place(stage.name)), "/bin/sh", "-c"]
        words += [f'mkdir -p {self._workdir(stage)} && cd {self._workdir(stage)} && "$@"', "sh", *command]
        done = subprocess.run(
            [*self._enter(), *words],
            env=dict(env),
            capture_output=True,
            text=True,
            check=False,
            timeout=_STEP_SECONDS,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"

    def _workdir(self, stage: Stage) -> str:
        step = stage.last("WORKDIR")
        return step.rest if step else "/"

    def _enter(self) -> list[str]:
        return ["nsenter", f"--target={self._pid}", "--mount", "--pid", "--"]

    def _try(self, *command: str) -> int:
        return subprocess.run([*self._enter(), *command], check=False, stderr=subprocess.DEVNULL).returncode

    def _do(self, *command: str) -> None:
        subprocess.run([*self._enter(), *command], check=True)

    @staticmethod
    def _child_of(pid: int) -> int:
        children = Path(f"/proc/{pid}/task/{pid}/children")
        while not (found := children.read_text().split()):
            if not Path(f"/proc/{pid}/ns").exists():
                raise CannotReplay("this machine makes no namespaces")
        return int(found[0])


def _python() -> Path:
    """A Python that every user of this machine may run: ours may lie in somebody's home."""
    for name in ("/usr/bin/python3", "/usr/local/bin/python3", sys.executable):
        said = subprocess.run(
            [
                *_NOBODY,
                name,
                "-c",
                "import json, sys, venv, ensurepip; print(json.dumps(sys.version_info[:2]))",
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        if said.returncode == 0 and json.loads(said.stdout) >= [3, 11]:
            return Path(name)
    raise CannotReplay("this machine has no Python of its own from 3.11 on, with venv")
