"""The settings, read once by an edge and passed down as one frozen value. Nothing below reads the environment.

No secret has a default. The demo makes its own secrets in the data directory when it is initialised
(``suket init --demo``); a production service refuses a data directory that holds them.
"""

import json
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from suket_service.errors import SettingsError, Text

DEMO = "demo"
PRODUCTION = "production"
ROLES = ("all", "office", "public")
DEMO_BASE_URL = "http://localhost:8000"
#: Where the source tree stands: templates and examples are beside the package, not in it.
HOME = Path(__file__).resolve().parent.parent
LEAST_SECRET_CHARACTERS = 20
#: What is left of the 600 characters kept of a symbol's text beside "/s#" and the most digits.
MOST_BASE_URL_CHARACTERS = 117
_DEMO_SECRETS = "demo-secrets.json"
#: What may stand in a file of its own instead (a container's secrets, systemd's credentials): NAME_FILE names it.
_IN_FILES = ("SUKET_KEY_PASSPHRASE", "SUKET_SECRET_KEY", "SUKET_PADES_PASSPHRASE")
LOG_FORMS = ("auto", "json", "plain")
LOG_LEVELS = ("debug", "info", "warning", "error")
LOGGED_REQUESTS = ("errors", "all")
_BIND = re.compile(r"[A-Za-z0-9.\-\[\]:]+:([0-9]{1,5})")
_MOST_PORT = 65_535
_WORKER_REQUESTS = 500_000
_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(?::[0-9]{1,5})?")


@dataclass(frozen=True)
class LogSettings:
    """What is logged, and in which form."""

    form: str = "auto"  # "json", "plain", or by whether a person reads along at a terminal
    level: str = "info"
    requests: str = "errors"  # "errors": answers that failed or took long; "all": a line for each

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> "LogSettings":
        """Read ``SUKET_LOG``, ``SUKET_LOG_LEVEL`` and ``SUKET_LOG_REQUESTS``.

        Raises:
            SettingsError: one of them cannot be used.
        """
        env = os.environ if env is None else env
        return cls(
            _one_of(env, "SUKET_LOG", LOG_FORMS),
            _one_of(env, "SUKET_LOG_LEVEL", LOG_LEVELS, usual="info"),
            _one_of(env, "SUKET_LOG_REQUESTS", LOGGED_REQUESTS),
        )


@dataclass(frozen=True)
class Settings:
    """Everything that an edge may pass down."""

    environment: str
    data_dir: Path
    database_url: str
    base_url: str  # no trailing slash; the only source of the QR's host
    secret_key: str | None = field(repr=False)
    key_passphrase: str | None = field(repr=False)  # None: this process signs nothing
    language: str  # of messages for people: "id" or "en"
    role: str = "all"  # "all", "office" or "public"; a public process holds no secret
    pades_certificate: Path | None = None  # PKCS#12: where letters of some kind are signed electronically
    pades_passphrase: str | None = field(default=None, repr=False)
    metrics_bind: str | None = None  # a listener of its own, HOST:PORT, for the metrics alone
    metrics_token: str | None = field(default=None, repr=False)  # or a bearer's token, where all is served
    logs: LogSettings = LogSettings()

    @property
    def is_demo(self) -> bool:
        """Whether everything here is an example."""
        return self.environment == DEMO

    @property
    def own_secret_key(self) -> str:
        """The key that locks one-time secrets and signs form tokens.

        Raises:
            SettingsError: it is not set.
        """
        if self.secret_key is None:
            raise _bad(
                "SUKET_SECRET_KEY",
                "belum diisi; kode sekali pakai dan halaman kantor memerlukannya",
                "is missing; one-time codes and the office's pages need it",
            )
        return self.secret_key

    @property
    def host(self) -> str:
        """Host and port of the base URL, as a QR's text has them."""
        return urlsplit(self.base_url).netloc

    @property
    def metrics_port(self) -> int | None:
        """The port of the metrics' own listener."""
        return int(self.metrics_bind.rpartition(":")[2]) if self.metrics_bind else None

    @property
    def templates(self) -> Path:
        """The folder of page and letter templates."""
        return HOME / "templates"

    @property
    def examples(self) -> Path:
        """The folder of example data."""
        return HOME / "examples"

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> "Settings":
        """Read the ``SUKET_*`` variables (design.md section 8).

        Raises:
            SettingsError: one is missing or cannot be used.
        """
        env = os.environ if env is None else env
        data_dir = Path(env.get("SUKET_DATA_DIR") or "var").absolute()
        demo = _demo_secrets(data_dir)
        environment = env.get("SUKET_ENVIRONMENT") or (DEMO if demo else PRODUCTION)
        if environment not in (DEMO, PRODUCTION):
            raise _bad("SUKET_ENVIRONMENT", "harus demo atau production", "must be demo or production")
        if environment == PRODUCTION and demo:
            raise _bad(
                "SUKET_DATA_DIR",
                "memuat rahasia peragaan; layanan sungguhan memerlukan direktori baru",
                "holds demo secrets; a production service needs a fresh directory",
            )
        role = env.get("SUKET_ROLE") or "all"
        if role not in ROLES:
            raise _bad("SUKET_ROLE", "harus all, office atau public", "must be all, office or public")
        public = role == "public"
        files = _in_files(env, ("SUKET_DATABASE_URL", "SUKET_METRICS_TOKEN", *(() if public else _IN_FILES)))
        given = {**demo, **files, **{name: value for name, value in env.items() if value}}
        certificate = None if public else given.get("SUKET_PADES_CERTIFICATE")
        return cls(
            environment=environment,
            data_dir=data_dir,
            database_url=_database_url(given.get("SUKET_DATABASE_URL"), data_dir),
            base_url=_base_url(given.get("SUKET_BASE_URL"), environment),
            secret_key=None if public else _secret(given.get("SUKET_SECRET_KEY"), "SUKET_SECRET_KEY"),
            key_passphrase=None
            if public
            else _secret(given.get("SUKET_KEY_PASSPHRASE"), "SUKET_KEY_PASSPHRASE"),
            language="en" if given.get("SUKET_LANG") == "en" else "id",
            role=role,
            pades_certificate=Path(certificate).absolute() if certificate else None,
            pades_passphrase=None if public else given.get("SUKET_PADES_PASSPHRASE"),
            metrics_bind=_bind(given.get("SUKET_METRICS_BIND"), "SUKET_METRICS_BIND"),
            metrics_token=_secret(given.get("SUKET_METRICS_TOKEN"), "SUKET_METRICS_TOKEN"),
            logs=LogSettings.from_env(env),
        )


def prepare_demo(data_dir: Path, base_url: str | None = None) -> None:
    """Make the demo's own secrets in ``data_dir``, once; readable by the owner only.

    The base URL is kept with them, so that a command in another terminal names the same host.
    """
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = data_dir / _DEMO_SECRETS
    if path.exists():
        return
    made = {name: secrets.token_urlsafe(32) for name in ("SUKET_SECRET_KEY", "SUKET_KEY_PASSPHRASE")}
    if base_url:
        made["SUKET_BASE_URL"] = base_url
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(made, file)


def has_demo_secrets(data_dir: Path) -> bool:
    """Whether a demo was set up in ``data_dir``."""
    return (data_dir / _DEMO_SECRETS).exists()


def _demo_secrets(data_dir: Path) -> dict[str, str]:
    path = data_dir / _DEMO_SECRETS
    if not has_demo_secrets(data_dir):
        return {}
    try:
        return {str(name): str(value) for name, value in json.loads(path.read_text("utf-8")).items()}
    except (OSError, ValueError, AttributeError):
        raise _bad(
            "SUKET_DATA_DIR", f"berisi {_DEMO_SECRETS} yang rusak", f"holds a damaged {_DEMO_SECRETS}"
        ) from None


def _in_files(env: Mapping[str, str], names: tuple[str, ...]) -> dict[str, str]:
    """The settings whose files are named; what is set itself needs none."""
    found = {}
    for name in names:
        file = env.get(f"{name}_FILE")
        if not file or env.get(name):
            continue
        try:
            found[name] = Path(file).read_text("utf-8").rstrip("\r\n")
        except (OSError, ValueError) as error:
            why = type(error).__name__
            raise _bad(f"{name}_FILE", f"tidak dapat dibaca ({why})", f"cannot be read ({why})") from None
        if not found[name]:
            raise _bad(f"{name}_FILE", "kosong", "is empty")
    return found


def _database_url(given: str | None, data_dir: Path) -> str:
    if not given:
        return f"sqlite:///{data_dir / 'suket.sqlite3'}"
    file = given.removeprefix("sqlite:///")
    # A relative path must not move with whoever changes directory.
    return given if file == given or not file else f"sqlite:///{Path(file).absolute()}"


def _base_url(given: str | None, environment: str) -> str:
    if given is None:
        if environment == DEMO:
            return DEMO_BASE_URL
        raise _bad(
            "SUKET_BASE_URL",
            "belum diisi, misalnya https://suket.contoh.go.id",
            "is missing, for example https://suket.example.go.id",
        )
    url = given.rstrip("/")
    schemes = ("https", "http") if environment == DEMO else ("https",)
    # The same form that a symbol's text must have (core/seal.py), or no letter would ever verify.
    fits = _ORIGIN.fullmatch(url) and len(url) <= MOST_BASE_URL_CHARACTERS
    if not fits or url.partition("://")[0] not in schemes:
        raise _bad(
            "SUKET_BASE_URL",
            f"harus {' atau '.join(schemes)}://host huruf kecil tanpa jalur, paling panjang {MOST_BASE_URL_CHARACTERS} karakter",
            f"must be {' or '.join(schemes)}://host in lower case without a path, {MOST_BASE_URL_CHARACTERS} characters at most",
        )
    return url


def requests_of_a_worker(env: Mapping[str, str] | None = None) -> int:
    """After how many requests a serving process is relieved (``SUKET_WORKER_REQUESTS``).

    Raises:
        SettingsError: that is no number of requests.
    """
    given = (os.environ if env is None else env).get("SUKET_WORKER_REQUESTS") or str(_WORKER_REQUESTS)
    if not given.isdecimal() or not given.isascii() or int(given) == 0:
        raise _bad("SUKET_WORKER_REQUESTS", "harus bilangan bulat positif", "must be a positive whole number")
    return int(given)


def is_bind(text: str) -> bool:
    """Whether that is HOST:PORT."""
    found = _BIND.fullmatch(text)
    return found is not None and 0 < int(found[1]) <= _MOST_PORT


def _bind(given: str | None, name: str) -> str | None:
    if given is not None and not is_bind(given):
        raise _bad(
            name, "harus HOST:PORT, misalnya 127.0.0.1:9100", "must be HOST:PORT, such as 127.0.0.1:9100"
        )
    return given


def _one_of(env: Mapping[str, str], name: str, choices: tuple[str, ...], usual: str | None = None) -> str:
    given = env.get(name) or usual or choices[0]
    if given not in choices:
        raise _bad(name, f"harus {', '.join(choices)}", f"must be one of {', '.join(choices)}")
    return given


def _secret(given: str | None, name: str) -> str | None:
    if given is not None and len(given) < LEAST_SECRET_CHARACTERS:
        raise _bad(
            name,
            f"terlalu pendek; paling sedikit {LEAST_SECRET_CHARACTERS} karakter",
            f"is too short; at least {LEAST_SECRET_CHARACTERS} characters",
        )
    return given


def _bad(name: str, id: str, en: str) -> SettingsError:
    return SettingsError("setting_unusable", Text(f"Pengaturan {name} {id}.", f"The setting {name} {en}."))
