"""All pages, as one router under ``/ui``."""

from collections.abc import Callable

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from adapters.house import House
from adapters.operating.background import Rebuilds
from adapters.web import assets
from adapters.web.acting import ActPages
from adapters.web.audit_questions import AuditPages
from adapters.web.authority import AuthorityPages
from adapters.web.case_file import CasePages
from adapters.web.coverage import CoveragePages
from adapters.web.dashboard import DashboardPages
from adapters.web.duties import DutyPages
from adapters.web.erasures import ErasurePages
from adapters.web.errors import PageRoute, error_page
from adapters.web.feeds import FeedPages
from adapters.web.log import LogPages
from adapters.web.opening import OpenPages
from adapters.web.operations import OperationsPages
from adapters.web.parity import ParityPages
from adapters.web.people import PersonPages
from adapters.web.policy import PolicyPages
from adapters.web.reads import ReadsPages
from adapters.web.rulebook import RulebookPages
from adapters.web.sign_in import SignInPages
from adapters.web.signal_lists import SignalListPages
from adapters.web.signals import SignalPages
from adapters.web.worklist import WorklistPages

Routes = dict[str, Callable[..., Response]]


def router(house: House, rebuilds: Rebuilds) -> APIRouter:
    """Return the pages of a house. Include this router last: it answers every other address under ``/ui``."""
    made = APIRouter(route_class=PageRoute, include_in_schema=False, default_response_class=Response)
    case, act, opening, sign = CasePages(house), ActPages(house), OpenPages(house), SignInPages(house)
    worklist = WorklistPages(house)
    shown: Routes = {
        "/": _home,
        "/ui": _home,
        "/ui/static/{name}": assets.serve,
        "/ui/cases": worklist.show,
        "/ui/cases/{case_id}": case.show,
        "/ui/cases/{case_id}/at/{version}": case.at,
        "/ui/cases/{case_id}/act/{action}": act.show,
        "/ui/open": opening.show,
        "/ui/sign-in": sign.show,
        **_overviews(house, OperationsPages(house, rebuilds)),
    }
    sent: Routes = {
        "/ui/cases/find": worklist.find,
        "/ui/cases/{case_id}/act/{action}": act.act,
        "/ui/open": opening.open,
        "/ui/sign-in": sign.sign_in,
        "/ui/sign-out": sign.sign_out,
        **_operating(OperationsPages(house, rebuilds)),
        "/ui/signals/{source}/{signal_id}/{act}": SignalPages(house).act,
    }
    for methods, routes in ((["GET", "HEAD"], shown), (["POST"], sent)):
        for path, answer in routes.items():
            made.add_api_route(path, answer, methods=methods)
    made.add_api_route("/ui/{rest:path}", _nowhere, methods=["GET", "HEAD"])
    return made


def _operating(operations: OperationsPages) -> Routes:
    """Return the forms of the operator."""
    return {
        "/ui/operations/views/{name}/{act}": operations.act,
        "/ui/operations/parked/replay": operations.replay,
    }


def _overviews(house: House, operations: OperationsPages) -> Routes:
    """Return the pages that look over the bureau as a whole."""
    rules, policy, audit = RulebookPages(house), PolicyPages(house), AuditPages(house)
    signals, feeds = SignalListPages(house), FeedPages(house)
    return {
        "/ui/audit": audit.show,
        "/ui/audit/log": LogPages(house).show,
        "/ui/audit/erasures": ErasurePages(house).show,
        "/ui/audit/reads": ReadsPages(house).show,
        "/ui/audit/{number}": audit.question,
        "/ui/audit/{number}/{finding}": audit.finding,
        "/ui/duties": DutyPages(house).show,
        "/ui/leads": signals.leads,
        "/ui/warnings": signals.warnings,
        "/ui/feeds": feeds.show,
        "/ui/feeds/{department}": feeds.one,
        "/ui/signals/{source}/{signal_id}": SignalPages(house).show,
        "/ui/rulebook": rules.show,
        "/ui/rulebook/diff": rules.diff,
        "/ui/rulebook/{rule_id}": rules.version,
        "/ui/authority": AuthorityPages(house).show,
        "/ui/policy": policy.show,
        "/ui/policy/{policy_id}": policy.one,
        "/ui/parity": ParityPages(house).show,
        "/ui/coverage": CoveragePages(house).show,
        "/ui/persons/{subject}": PersonPages(house).show,
        "/ui/dashboard": DashboardPages(house).show,
        "/ui/operations": operations.show,
        "/ui/operations/now": operations.now,
    }


def _home() -> Response:
    return RedirectResponse("/ui/cases")


def _nowhere(request: Request) -> Response:
    return error_page(request, 404)
