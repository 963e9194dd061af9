"""One request for every endpoint of the reports."""

from tests.web.staff.examples import Example

EXAMPLES: dict[str, Example] = {}
