"""The web: parse, ask one use case, render. Speaks no SQL."""
