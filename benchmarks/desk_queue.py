"""The approver's desk with 10,000 drafts waiting beside one with 20: what a long queue costs its reader."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace

from flask.testing import FlaskClient

from benchmarks.measure import Line, WrongAnswer, alternate, goal, milliseconds, profile, seconds
from benchmarks.office import CODE, DemoOffice, demo_office, now, photo_of
from suket_service import administering, issuing
from suket_service.administering.proving import Proof
from suket_service.issuing import RowStatus, Settled, TwoPeople
from suket_service.registry import letters, staff
from suket_service.registry.letters import Narrowed
from suket_service.web.app import create_app
from suket_service.web.signed_in import cookie_name
from suket_service.web.staff.desk.queue import A_PAGE

APPROVER = "kepala"
GOAL_SECONDS = 1.0


def run(*, quick: bool) -> Iterator[Line]:
    """The first page, the last one, and a page approved."""
    many, rounds = (1_000, 3) if quick else (10_000, 15)
    with ExitStack() as stack:
        full, short = (stack.enter_context(demo_office()) for _ in range(2))
        _draft(full, many)
        _draft(short, A_PAGE)
        for what, page in (("the queue opens", 1), ("its last page", many // A_PAGE)):
            ours, theirs = alternate(rounds, _opens(full, many, page), _opens(short, A_PAGE, 1))
            yield Line(
                f"{what}, {many:,} drafts waiting / {A_PAGE} waiting",
                milliseconds(ours),
                milliseconds(theirs),
                theirs / ours,
                goal("≤ 1 s", met=ours <= GOAL_SECONDS),
            )
        _draft(short, (rounds - 1) * A_PAGE)
        ours, theirs = alternate(rounds, lambda: _approve(full), lambda: _approve(short))
        yield Line(
            f"approve and issue {A_PAGE}, {many:,} waiting / {rounds * A_PAGE} waiting",
            milliseconds(ours),
            milliseconds(theirs),
            theirs / ours,
        )
        yield Line(
            "count all that waits, by village, file and kind", milliseconds(seconds(lambda: _count(full)))
        )


def _draft(office: DemoOffice, number: int) -> None:
    outcomes = issuing.issue_rows(
        office.registry,
        CODE,
        office.registered(number),
        people=TwoPeople("operator", None),
        sealing=None,
        open_photo=photo_of,
        file_digest=f"{next(office.serials):064x}",
        now=now,
    )
    if any(each.status is not RowStatus.DRAFTED for each in outcomes):
        raise WrongAnswer("a draft was not made")


def _opens(office: DemoOffice, waiting: int, page: int) -> Callable[[], None]:
    browser = _signed_in(office)
    words = f"{waiting:,} konsep menunggu".replace(",", ".")

    def open_page() -> None:
        answer = browser.get("/desk", query_string={"page": page})
        if (
            answer.status_code != 200
            or words not in answer.text
            or answer.text.count('<li class="card') != A_PAGE
        ):
            raise WrongAnswer("that was not the queue")

    open_page()  # templates are compiled once a process
    return open_page


def _signed_in(office: DemoOffice) -> FlaskClient:
    """A browser in which the approver is signed in: requests go through everything but a socket."""
    with office.registry.reading() as tx:
        member = staff.find(tx, APPROVER)
    if member is None:
        raise WrongAnswer("there is no approver")
    proof = Proof(member, with_code=True, complete=True)
    token = administering.begin_session(office.registry, proof, "benchmark", now())
    browser = create_app(replace(office.settings, role="office")).test_client()
    browser.set_cookie(cookie_name(office.settings), token)
    return browser


def _approve(office: DemoOffice) -> None:
    with office.registry.reading() as tx:
        chosen = [(each.id, each.revision) for each in letters.queue(tx, CODE, Narrowed(), A_PAGE)]
    outcomes = issuing.approve_and_issue(office.registry, CODE, chosen, APPROVER, office.sealing, now())
    if [each.settled for each in outcomes] != [Settled.ISSUED] * A_PAGE:
        raise WrongAnswer("a letter was not issued")


def _count(office: DemoOffice) -> None:
    with office.registry.reading() as tx:
        if not letters.queue_groups(tx, CODE):
            raise WrongAnswer("nothing waits")


def profiled(*, quick: bool) -> None:
    """Where the time of a page goes."""
    with demo_office() as office:
        many = 1_000 if quick else 10_000
        _draft(office, many)
        open_page = _opens(office, many, 1)
        profile(f"the queue with {many:,} drafts, five times", lambda: [open_page() for _ in range(5)], 45)
