"""Pictures of every page, on a telephone and at a desk, out of a demo office with months of work behind it."""
