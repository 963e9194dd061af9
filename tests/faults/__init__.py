"""The fault suite: what was promised still holds after things broke (docs/reliability.md).

``invariants`` says what must hold, ``desk`` issues letters the way the product does, ``issuer`` is a
desk as a process of its own, ``running`` starts and kills such processes, ``table`` prints what was seen.
"""
