"""The registry: the only package that speaks SQL. Rows never leave it; values do."""
