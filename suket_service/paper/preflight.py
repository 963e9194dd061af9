"""Whether letters can be printed on this machine: run as a process of its own, it exits 0 or says why not.

Importing the printer is part of the question, so nothing else may import this module.
"""

from suket_service.paper.engine import Engine


def main() -> None:
    """Lay out and write one line of text."""
    engine = Engine("@page { size: A4 }")
    engine.pdf(engine.lay_out('<html lang="id"><title>Uji</title><p>Surat</p></html>', {}, {}), b"preflight")


if __name__ == "__main__":
    main()
