"""Paper: symbols, portraits, letters as PDF, and seals read back out of them. Speaks no SQL."""
