"""Sheets: rows of files in and out. Knows cells and headers, nothing of letters."""
