"""What the process for the public may do on PostgreSQL, where it has a role of its own. Makes no role.

The tables' owner grants it anew whenever the tables are brought up to date, in the same transaction: a table that
a later version adds is closed until this list names it. On SQLite, and where nobody made that role, nothing is done.
"""

from sqlalchemy import Connection, text

PUBLIC_ROLE = "suket_public"
#: What a check, the published files and the pages for everyone rest on. Not here: passwords and their tries, sessions,
#: recovery codes, uploads, disclosures, printing, proposals, and the private halves of keys.
_READ = (
    "alembic_version",
    "audit",
    "call_count",
    "call_window",
    "check_code_failure",
    "client",
    "device",
    "election",
    "enrolment",
    "issuing_window",
    "kind",
    "letter",
    "letter_event",
    "letterhead",
    "logo",
    "lost_position",
    "number_series",
    "office",
    "polling_station",
    "portrait",
    "presentation",
    "presentation_report",
    "publication",
    "region",
    "registry",
    "service_point",
    "staff",
    "status_list",
)
#: Columns alone, of tables that hold more.
_READ_PARTS = {
    "signing_key": (
        [
            "kid",
            "key_id",
            "purpose",
            "office",
            "environment",
            "x",
            "y",
            "state",
            "villages",
            "signs_from",
            "signs_until",
            "created_at",
        ]
    ),
    "idempotent_call": ["account", "claimed_at"],
}
#: What it notes: how much programs ask, wrong codes, phones and what they were shown, and all of it in the audit.
_WRITE = {
    "audit": "INSERT",
    "call_count": "INSERT, UPDATE",
    "call_window": "INSERT, UPDATE",
    "check_code_failure": "INSERT, DELETE",
    "client": "UPDATE (used_at)",
    "device": "INSERT, UPDATE (synced_at, bundle_version, unsent, app)",  # confirming and revoking are the office's
    "enrolment": "UPDATE (used_at)",
    "idempotent_call": "DELETE",
    "presentation": "INSERT",
    "registry": "UPDATE (created_at)",  # to lock its row, which is the writers' queue, takes a right to change something
}
#: Where numbers come from for what it inserts.
_COUNTED = "SEQUENCE presentation_id_seq, check_code_failure_id_seq"


def grant_to_public(tx: Connection) -> None:
    """Give the role its rights and no others."""
    if tx.dialect.name != "postgresql" or not _is_there(tx):
        return
    tx.exec_driver_sql(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {PUBLIC_ROLE}")
    tx.exec_driver_sql(f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {PUBLIC_ROLE}")
    database = tx.dialect.identifier_preparer.quote(str(tx.engine.url.database))
    tx.exec_driver_sql(f"GRANT CONNECT ON DATABASE {database} TO {PUBLIC_ROLE}")
    tx.exec_driver_sql(f"GRANT USAGE ON SCHEMA public TO {PUBLIC_ROLE}")
    tx.exec_driver_sql(f"GRANT SELECT ON {', '.join(_READ)} TO {PUBLIC_ROLE}")
    for table, columns in _READ_PARTS.items():
        tx.exec_driver_sql(f"GRANT SELECT ({', '.join(columns)}) ON {table} TO {PUBLIC_ROLE}")
    tx.exec_driver_sql(f"GRANT USAGE ON {_COUNTED} TO {PUBLIC_ROLE}")
    for table, rights in _WRITE.items():
        tx.exec_driver_sql(f"GRANT {rights} ON {table} TO {PUBLIC_ROLE}")


def _is_there(tx: Connection) -> bool:
    found = tx.execute(text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": PUBLIC_ROLE})
    return found.first() is not None
