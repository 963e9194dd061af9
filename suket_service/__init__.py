"""Substitute ID letters (suket) whose QR proves itself.

The floor plan. Each floor may import only from floors below it; the tests hold the house to it.

    edge           web | cli                  parse, ask one use case, render (never each other)
    settings       settings                   read by the edges only
    use cases      issuing | verifying | printing | presenting | publishing | administering
                                              one function, one transaction, one audit entry
    outside world  registry | paper | sheets  SQL, PDF and pictures, rows of files
    core           core                       values and bytes in, values and bytes out
    ground         errors
"""

__version__ = "0.1.0"
