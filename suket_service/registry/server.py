"""What a PostgreSQL server must be set to, or promises made elsewhere do not hold. Changes nothing.

SQLite has no such settings: what it needs is set with every connection (session.py).
"""

from collections.abc import Iterator

from sqlalchemy import Connection, text

from suket_service.errors import Text

#: Ubuntu 22.04's; older ones are mended by nobody.
OLDEST_VERSION = 140_000
_DURABLE = ("fsync", "full_page_writes")
_SETTINGS = text(
    "SELECT name, setting FROM pg_settings WHERE name IN ('server_version_num', 'server_encoding', 'fsync', "
    "'full_page_writes', 'log_error_verbosity', 'log_statement', 'log_min_duration_statement', "
    "'log_parameter_max_length')"
)


def problems(tx: Connection) -> Iterator[Text]:
    """One sentence for each setting that breaks a promise; none on SQLite."""
    if tx.dialect.name != "postgresql":
        return
    settings = {row.name: str(row.setting) for row in tx.execute(_SETTINGS)}
    if int(settings["server_version_num"]) < OLDEST_VERSION:
        yield Text(
            "Versi PostgreSQL ini terlalu lama; perlu 14 atau lebih baru.",
            "This PostgreSQL is too old; 14 or newer is needed.",
        )
    if settings["server_encoding"] != "UTF8":
        yield Text(
            f"Basis data ini memakai pengodean {settings['server_encoding']}; buat ulang dengan UTF8.",
            f"This database is encoded in {settings['server_encoding']}; make it anew with UTF8.",
        )
    for name in _DURABLE:
        if settings[name] != "on":
            yield Text(
                f"PostgreSQL berjalan dengan {name}=off: surat yang sudah terbit dapat hilang bila listrik padam.",
                f"PostgreSQL runs with {name}=off: letters already issued can be lost in a power cut.",
            )
    if settings["log_error_verbosity"] != "terse":
        yield Text(
            "Log PostgreSQL dapat memuat NIK dari baris yang ditolak. Jalankan di server: "
            "ALTER SYSTEM SET log_error_verbosity = 'terse'; SELECT pg_reload_conf();",
            "PostgreSQL's log can show the NIK of a row that was refused. Run on the server: "
            "ALTER SYSTEM SET log_error_verbosity = 'terse'; SELECT pg_reload_conf();",
        )
    if _logs_values(settings):
        yield Text(
            "PostgreSQL mencatat nilai setiap perintah ke lognya. Jalankan di server: "
            "ALTER SYSTEM SET log_parameter_max_length = 0; SELECT pg_reload_conf();",
            "PostgreSQL writes the values of statements to its log. Run on the server: "
            "ALTER SYSTEM SET log_parameter_max_length = 0; SELECT pg_reload_conf();",
        )


def _logs_values(settings: dict[str, str]) -> bool:
    logs_statements = (
        settings["log_statement"] in ("mod", "all") or settings["log_min_duration_statement"] != "-1"
    )
    return logs_statements and settings["log_parameter_max_length"] != "0"
