"""``python -m benchmarks [NAME …] [--quick] [--profile]``: the table of measurements."""

import argparse
import platform
import sqlite3
from importlib import import_module

from benchmarks.measure import print_table, processor

SUBJECTS = {
    "core": "core_verify",
    "http": "http_verify",
    "growth": "growth",
    "lists": "status_lists",
    "issue": "issue",
    "meanwhile": "meanwhile",
    "desk": "desk_queue",
    "letter": "letter_pdf",
    "batch": "print_batch",
    "batch-all": "print_all",
    "start": "start_up",
    "scan": "scan_to_verdict",
    "read-rate": "read_rate",
}
#: Only when asked for by name: minutes, and gigabytes of disk.
LONG = ("growth", "lists", "batch-all")


def main() -> None:
    """Measure what was asked for, one subject after the other."""
    parser = argparse.ArgumentParser(
        prog="benchmarks", description="Ours beside the baseline in the same run."
    )
    parser.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        help=f"of {', '.join(SUBJECTS)}; all but {', '.join(LONG)} when none",
    )
    parser.add_argument("--quick", action="store_true", help="short runs, to see that all works")
    parser.add_argument("--profile", action="store_true", help="where the time goes, instead of the table")
    asked = parser.parse_args()
    if unknown := set(asked.names) - set(SUBJECTS):
        parser.error(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(SUBJECTS)}")
    print(f"{processor()}; Python {platform.python_version()}; SQLite {sqlite3.sqlite_version}")
    print("ratio: our speed by the baseline's; above 1 ours is the quicker", flush=True)
    for name in asked.names or [each for each in SUBJECTS if each not in LONG]:
        module = import_module(f"benchmarks.{SUBJECTS[name]}")
        if not asked.profile:
            print(f"\n{name}", flush=True)
            print_table(module.run(quick=asked.quick))
        elif hasattr(module, "profiled"):
            module.profiled(quick=asked.quick)


if __name__ == "__main__":
    main()
