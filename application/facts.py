"""What a decision needs from other streams: rule, powers, calendar, subjects, kin (DESIGN §3)."""

from msgspec.structs import replace

from application.asking import CaseHouse, Request
from application.bureau import Bureau
from application.hot_cases import Loaded
from domain.authority.check import Asked
from domain.authority.posts import covers
from domain.authority.powers import Power
from domain.calendar import civil_day
from domain.cases.acceptance import deemed_day
from domain.cases.actions.accept_case import AcceptCase
from domain.cases.actions.identify_subject import IdentifySubject
from domain.cases.actions.open_case import OpenCase
from domain.cases.actions.start_grant import StartGrant
from domain.cases.facts import Facts
from domain.cases.guards import DECIDING
from domain.cases.registry import ACTIONS
from domain.cases.state import CaseState
from domain.divisions import settlement
from domain.errors import NoRule
from domain.kernel import CaseId, Command, Fen, PostId, SubjectId
from domain.rulebook.rules import RuleVersion


def facts_of(house: CaseHouse, request: Request, bureau: Bureau, loaded: Loaded, case_id: CaseId) -> Facts:
    """Return what the decision may know: rule, powers, calendar, the persons' subjects, kin posts. Raises NoRule."""
    state, command = loaded.state, request.command
    subjects = house.subjects.subjects_for(numbers) if (numbers := _numbers(command)) else {}
    division = state.division or getattr(command, "division", "")
    concerned = _concerned(state, ACTIONS[request.action].power) if state.household else subjects.values()
    kin = tuple(post for post in bureau.kin_posts(concerned) if _answers_for(bureau, post, division))
    rule = _rule(bureau, request, loaded)
    return Facts(
        act=request.act,
        rule=rule,
        calendar=house.calendar,
        register=bureau.register,
        asked=Asked(
            item=f"{rule.matter}.{ACTIONS[request.action].power}",
            day=civil_day(request.act.occurred_at),
            division=division,
            accepted_on=state.accepted_on,
            amount=_amount(command, state),
        ),
        new_case_id=case_id,
        version=loaded.version,
        subjects=subjects,
        kin_posts=kin,
        posts=bureau.posts,
        urban=_urban(division),
    )


def _concerned(state: CaseState, power: Power) -> list[SubjectId]:
    """Return whose kin keep out: the household's, and of decisions and money also those of whoever applied for it.

    A village director may apply for others 代办, and goes on with the case; only to decide it is another's.
    """
    subjects = [member.subject for member in state.household.members] if state.household else []
    if state.mandate and power in DECIDING:
        subjects.append(state.mandate.agent_subject)
    return subjects


def _amount(command: Command, state: CaseState) -> Fen:
    """Return the fen that the act is about. What is started is as much as was confirmed, or as was suspended."""
    if isinstance(command, StartGrant):
        started = state.grant or state.decision
        return started.amount if started else Fen(0)
    return getattr(command, "amount", None) or Fen(0)


def _answers_for(bureau: Bureau, post: PostId, division: str) -> bool:
    known = bureau.posts.get(post)
    return known is not None and covers(known, division)


def for_action(facts: Facts, power: str) -> Facts:
    """Return the facts as asked for an act that exercises another power on the same case."""
    return replace(facts, asked=replace(facts.asked, item=f"{facts.rule.matter}.{power}"))


def _numbers(command: Command) -> list[str]:
    """Return the ID numbers of the persons that a command names: each has a subject, over all cases."""
    if isinstance(command, IdentifySubject):
        return [command.person.id_number]
    if not isinstance(command, OpenCase):
        return []
    persons = [*command.members, *([command.mandate.agent] if command.mandate else [])]
    return [person.id_number for person in persons if person.id_number]


def _rule(bureau: Bureau, request: Request, loaded: Loaded) -> RuleVersion:
    """A case keeps the rule version it was accepted under; before that, the one in force on the day of the act.

    What counts as accepted on the day it was received is accepted under the version of that day.
    """
    pinned = bureau.rulebook.by_id.get(loaded.state.rule)
    if pinned:
        return pinned
    command = request.command
    matter = command.matter if isinstance(command, OpenCase) else loaded.state.matter
    division = command.division if isinstance(command, OpenCase) else loaded.state.division
    day = civil_day(request.act.occurred_at)
    if isinstance(command, AcceptCase):
        day = deemed_day(loaded.state, request.act) or day
    rule = bureau.rulebook.in_force(matter, division, day)
    if rule is None:
        raise NoRule  # the matter is what the caller wrote: it is not repeated
    return rule


def _urban(division: str) -> bool | None:
    found = settlement(division)
    return None if found is None else found == "urban"
