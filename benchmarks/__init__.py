"""Measurements: ours beside a baseline in the same run. Asserts no time; stops at a wrong answer."""
