"""Who may reach which route, and the headers every answer carries. Denies what the table does not name."""

from dataclasses import dataclass, replace

from flask import Flask, Response, abort, request

from suket_service.registry.clients import ClientScope
from suket_service.registry.staff import OF_PEOPLE, Role
from suket_service.settings import Settings

MB = 1024 * 1024
#: No request needs more unless the table says so; a seal's text has at most about 600 characters.
MOST_REQUEST_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Guard:
    """Who may reach a route, and what it takes."""

    roles: frozenset[Role] | None  # None: anyone
    csrf: bool = True  # whether a write has to bring the page's token
    fresh: bool = False  # whether it takes a one-time code given in this sitting
    enrolling: bool = False  # whether it is also for whoever has not finished enrolling
    most_bytes: int = MOST_REQUEST_BYTES
    scope: ClientScope | None = None  # what an agency's program has to be allowed; ``web.calling`` lets it in
    keyless: bool = False  # whether who brings no program's key is let through too, and told less

    def admits(self, role: Role) -> bool:
        """Whether it lets a holder of that role through."""
        return self.roles is None or role in self.roles


def only(*roles: Role, fresh: bool = False, most_bytes: int = MOST_REQUEST_BYTES) -> Guard:
    """For holders of one of these roles."""
    return Guard(frozenset(roles), fresh=fresh, most_bytes=most_bytes)


def for_programs(scope: ClientScope, most_bytes: int = MOST_REQUEST_BYTES) -> Guard:
    """For agencies' programs that have this scope."""
    return Guard(None, csrf=False, scope=scope, most_bytes=most_bytes)


OPERATOR, APPROVER, ADMIN, AUDITOR = Role.OPERATOR, Role.APPROVER, Role.ADMIN, Role.AUDITOR
PUBLIC = Guard(None)
#: Needs no form token: it comes without a cookie, or changes nothing but the reader's language.
WITHOUT_TOKEN = Guard(None, csrf=False)
EVERYONE = only(*OF_PEOPLE)
OFFICERS = only(OPERATOR, APPROVER)
READERS = only(OPERATOR, APPROVER, AUDITOR)
PLANNERS = only(APPROVER, ADMIN)
OWN = replace(EVERYONE, enrolling=True)

#: Every endpoint by name. A route that is missing here answers 404; a test walks the map both ways.
ROUTES: dict[str, Guard] = {
    # For anyone
    "static": PUBLIC,
    "openapi.spec": PUBLIC,
    # Masked for anyone; whole for a program or a polling station's phone
    "api.verifications": replace(for_programs(ClientScope.VERIFY), keyless=True),
    "api.verification_batch": for_programs(ClientScope.VERIFY, most_bytes=5 * MB),
    # Letters for other agencies' programs, where the office's own pages are
    "api.letters": for_programs(ClientScope.READ),
    "api.letter": for_programs(ClientScope.READ),
    "api.letter_pdf": for_programs(ClientScope.READ),
    "api.letter_symbol": for_programs(ClientScope.READ),
    "api.create_letter": for_programs(ClientScope.ISSUE, most_bytes=14 * MB),  # a photograph in base64
    "api.revoke_letter": for_programs(ClientScope.MANAGE),
    "api.suspend_letter": for_programs(ClientScope.MANAGE),
    "api.supersede_letter": for_programs(ClientScope.MANAGE),
    "api.extend_letter": for_programs(ClientScope.MANAGE),
    "states.letter_states": WITHOUT_TOKEN,
    "states.check_codes": WITHOUT_TOKEN,
    "station.enrol": WITHOUT_TOKEN,
    "station.trust_bundle": WITHOUT_TOKEN,  # with the device's own proof, as is the next
    "station.presentations": replace(WITHOUT_TOKEN, most_bytes=MB // 2),
    "api.docs": PUBLIC,
    "published.jwks": PUBLIC,
    "published.status_list": PUBLIC,
    "published.trust_bundle": PUBLIC,
    "front.home": PUBLIC,
    "public.check": PUBLIC,
    "public.check_typed_code": WITHOUT_TOKEN,
    "public.healthz": PUBLIC,
    "public.readyz": PUBLIC,
    "metrics.page": PUBLIC,  # to who bears its token; to others it is not there
    "scan.page": PUBLIC,
    "scan.service_worker": PUBLIC,
    "scan.asset": PUBLIC,
    "demo.pdf": PUBLIC,
    "demo.letter_symbol": PUBLIC,
    "demo.trial_symbol": PUBLIC,
    # Signing in, and one's own account
    "account.sign_in": PUBLIC,
    "account.language": WITHOUT_TOKEN,
    "account.codes": PUBLIC,  # in the demo alone
    "account.sign_out": PUBLIC,  # also of a session that is over: nobody is asked to sign in for it
    "account.enrol": OWN,
    "account.set_password": OWN,
    "account.set_code": OWN,
    "account.account": EVERYONE,
    "account.recovery_codes": replace(EVERYONE, fresh=True),
    "account.end_session": EVERYONE,
    "account.end_others": EVERYONE,
    # Overview and audit
    "audit.entries": only(AUDITOR),
    "audit.search": only(AUDITOR),
    "audit.export": only(AUDITOR),
    "audit.checks": only(AUDITOR),
    "audit.check": only(AUDITOR, most_bytes=10 * MB),
    "audit.unusual": only(AUDITOR),
    # The counter and drafts
    "counter.search": only(OPERATOR),
    "counter.form": only(OPERATOR, most_bytes=25 * MB),
    "counter.unlisted": only(OPERATOR, most_bytes=25 * MB),
    "counter.hints": only(OPERATOR),
    "drafts.mine": only(OPERATOR),
    "drafts.draft": READERS,
    "drafts.preview_picture": READERS,
    "drafts.preview_pdf": READERS,
    "drafts.edit": only(OPERATOR, most_bytes=25 * MB),
    "drafts.submit": only(OPERATOR),
    "drafts.withdraw": only(OPERATOR),
    # The desk
    "desk.queue": only(APPROVER, AUDITOR),
    "desk.approve": only(APPROVER, fresh=True),
    "desk.issued": only(APPROVER),
    "desk.letter": only(APPROVER, AUDITOR),
    "desk.send_back": only(APPROVER),
    "desk.proposals": READERS,
    "desk.proposal": READERS,
    "desk.agree": only(APPROVER, fresh=True),
    "desk.decline": only(APPROVER),
    "desk.withdraw": OFFICERS,
    # Letters
    "letters.find": READERS,
    "letters.find_by_picture": replace(READERS, most_bytes=4 * MB + 64 * 1024),
    "letters.find_by_file": replace(READERS, most_bytes=26 * MB),
    "letters.waiting": READERS,
    "letters.letter": READERS,
    "letters.portrait": READERS,
    "letters.hand_over": OFFICERS,
    "letters.card": OFFICERS,
    "letters.extend": OFFICERS,
    "letters.resume": OFFICERS,
    "letters.suspend": OFFICERS,
    "letters.revoke": OFFICERS,
    "letters.revoke_many": replace(OFFICERS, most_bytes=MB // 2),
    "letters.withdraw": OFFICERS,
    # Printing
    "printing.runs": READERS,
    "printing.start": replace(OFFICERS, most_bytes=MB),
    "printing.run": READERS,
    "printing.next_part": OFFICERS,
    "printing.part": OFFICERS,
    "printing.whole": OFFICERS,
    "printing.letter": OFFICERS,
    "printing.copy": OFFICERS,
    "printing.test_page": EVERYONE,
    "printing.test_pdf": EVERYONE,
    "printing.check_print": replace(EVERYONE, most_bytes=26 * MB),
    # Batches and the register
    "batches.start": READERS,
    "batches.template": only(OPERATOR),
    "batches.upload": only(OPERATOR, most_bytes=25 * MB),
    "batches.batch": READERS,
    "batches.add_photos": only(OPERATOR, most_bytes=25 * MB),
    "batches.confirm": only(OPERATOR),
    "batches.discard": only(OPERATOR),
    "batches.refused": only(OPERATOR),
    "register.start": only(OPERATOR, ADMIN),
    "register.template": only(OPERATOR, ADMIN),
    "register.upload": only(OPERATOR, ADMIN, most_bytes=25 * MB),
    "register.incoming": only(OPERATOR, ADMIN),
    "register.confirm": only(OPERATOR, ADMIN),
    "register.discard": only(OPERATOR, ADMIN),
    "register.refused": only(OPERATOR, ADMIN),
    # Reports
    "reports.index": EVERYONE,
    "reports.counts_file": EVERYONE,
    "reports.register": READERS,
    "reports.export_register": READERS,
    "reports.expiring": READERS,
    "reports.export_expiring": READERS,
    "reports.cards_ready": READERS,
    "reports.export_cards_ready": READERS,
    "reports.closing": EVERYONE,
    "reports.close": OFFICERS,
    "reports.closed_day": EVERYONE,
    "reports.closing_pdf": EVERYONE,
    "reports.checkpoint": EVERYONE,
    "reports.lists": READERS,
    "reports.make_list": OFFICERS,
    "reports.one_list": READERS,
    "reports.list_file": OFFICERS,
    "reports.stations": READERS,
    "reports.template": OFFICERS,
    "reports.upload": replace(OFFICERS, most_bytes=5 * MB),
    "reports.preview": OFFICERS,
    "reports.confirm": OFFICERS,
    "reports.papers": OFFICERS,
    # Elections
    "elections.index": EVERYONE,
    "elections.new_form": PLANNERS,
    "elections.new": PLANNERS,
    "elections.change_form": PLANNERS,
    "elections.change": PLANNERS,
    "elections.cancel_form": PLANNERS,
    "elections.cancel": PLANNERS,
    "elections.election": EVERYONE,
    "elections.sheets": OFFICERS,
    "elections.make_sheets": OFFICERS,
    "elections.phone": READERS,
    "elections.confirm": OFFICERS,
    "elections.revoke": OFFICERS,
    "elections.twice": READERS,
    "elections.reports": READERS,
    "elections.make_report": OFFICERS,
    "elections.report_table": READERS,
    "elections.report_paper": READERS,
    "elections.report_token": READERS,
    "figures.page": PUBLIC,  # the day's counts; also of a public process
    "figures.as_json": PUBLIC,
    # Administration and service points
    "service_points.page": PUBLIC,
    "administration.index": only(ADMIN, AUDITOR),
    "administration.letterhead": only(ADMIN, AUDITOR),
    "administration.letterhead_logo": only(ADMIN, AUDITOR),
    "administration.change_letterhead": only(ADMIN, most_bytes=3 * MB),
    "administration.letterhead_preview": only(ADMIN, most_bytes=3 * MB),
    "administration.numbering": only(ADMIN, AUDITOR),
    "administration.change_numbering": only(ADMIN),
    "administration.hours": only(ADMIN, AUDITOR),
    "administration.change_hours": only(ADMIN),
    "administration.stock": only(ADMIN, OPERATOR, AUDITOR),
    "administration.change_stock": only(ADMIN, OPERATOR),
    "administration.kinds": only(ADMIN, AUDITOR),
    "administration.new_kind": only(ADMIN),
    "administration.change_kind": only(ADMIN),
    "administration.usual_kind": only(ADMIN),
    "administration.add_window": only(ADMIN),
    "administration.close_window": only(ADMIN),
    "administration.regions": only(ADMIN, AUDITOR),
    "administration.check_regions": only(ADMIN, most_bytes=1 * MB),
    "administration.import_regions": only(ADMIN, most_bytes=1 * MB),
    "administration.points": only(ADMIN, OPERATOR, AUDITOR),
    "administration.say_today": only(ADMIN, OPERATOR),
    "administration.new_point": only(ADMIN),
    "administration.change_point": only(ADMIN),
    "administration.remove_point": only(ADMIN),
    "administration.restore_point": only(ADMIN),
    "administration.staff": only(ADMIN, AUDITOR),
    "administration.new_member": only(ADMIN),
    "administration.add_member": only(ADMIN, fresh=True),
    "administration.reset_member": only(ADMIN, fresh=True),
    "administration.set_active": only(ADMIN, fresh=True),
    "administration.set_role": only(ADMIN, fresh=True),
    "administration.keys": only(ADMIN, AUDITOR),
    "administration.key_step": only(ADMIN),
    "administration.new_key": only(ADMIN, fresh=True),
    "administration.change_key": only(ADMIN, fresh=True),
    "administration.clients": only(ADMIN, AUDITOR),
    "administration.new_client": only(ADMIN),
    "administration.add_client": only(ADMIN, fresh=True),
    "administration.renew_client": only(ADMIN, fresh=True),
    "administration.revoke_client": only(ADMIN, fresh=True),
    "administration.limit_client": only(ADMIN, fresh=True),
    "administration.confirm_client": only(ADMIN, fresh=True),
    "administration.client_usage": only(ADMIN, AUDITOR),
    "administration.client_usage_file": only(ADMIN, AUDITOR),  # counts that name nobody
}
_CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Robots-Tag": "noindex",
}
#: The staff's own pages may use the desk's camera, and forms there name the page they come from.
_STAFF_HEADERS = {
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=()",
}
#: The scanner's decoder is WebAssembly in a worker; a worker's script answers for its own policy.
_SCANNER_HEADERS = {
    "Permissions-Policy": _STAFF_HEADERS["Permissions-Policy"],
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; manifest-src 'self'; "
        "style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
}


def guard_of(endpoint: str) -> Guard:
    """The table's word on an endpoint; what it does not name is not there."""
    guard = ROUTES.get(endpoint)
    if guard is None:
        abort(404)
    return guard


def deny_by_default(app: Flask, settings: Settings) -> None:
    """Put the table and the headers in force."""

    @app.before_request
    def look_up() -> None:
        if request.endpoint is not None:
            request.max_content_length = guard_of(request.endpoint).most_bytes

    @app.after_request
    def set_headers(response: Response) -> Response:
        for name, value in headers_of(request.endpoint or "", settings).items():
            response.headers.setdefault(name, value)
        return response


def headers_of(endpoint: str, settings: Settings) -> dict[str, str]:
    """What a route's answers carry, unless the route itself says otherwise."""
    headers = {**_HEADERS, **_own_headers(endpoint)}
    if settings.base_url.startswith("https:"):
        headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    return {**headers, "Cache-Control": "no-store"}


_SIGN_IN = ("account.sign_in",)


def _own_headers(endpoint: str) -> dict[str, str]:
    """What a route's answers carry in place of what all carry."""
    if endpoint.startswith("scan."):
        return _SCANNER_HEADERS
    guard = ROUTES.get(endpoint)
    for_staff = guard is not None and (guard.roles is not None or endpoint in _SIGN_IN)
    return _STAFF_HEADERS if for_staff else {}
