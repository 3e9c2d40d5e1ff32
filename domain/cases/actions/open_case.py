"""Open a case 申请登记: by the household itself, by mandate, or found by the village (主动发现)."""

from domain.cases.action import Action
from domain.cases.events import CaseEvent
from domain.cases.events.intake import CaseOpened
from domain.cases.facts import Facts
from domain.cases.guards import authorised, due, full_division, not_negative, today
from domain.cases.parts import Channel, Household, Mandate, Organisation, Person
from domain.cases.persons import PersonNamed, checked_person
from domain.cases.state import CaseState
from domain.errors import CaseExists, InvalidValue
from domain.identity import check_uscc
from domain.kernel import CaseId, Command, Fen, SubjectId, Value
from domain.rulebook.rules import SubjectKind

_ALONE = frozenset({"person", "station"})


class MandateGiven(Value, forbid_unknown_fields=True):
    """Who applies for the household, by which paper (SHA-256 of the document, if kept)."""

    agent: PersonNamed
    document: str = ""


class OpenCase(Command):
    """The first of ``members`` is the applicant; of an organisation, its founders or head.

    ``monthly_income``: fen, of the whole household, as declared; 0 where the matter does not ask for it.
    ``organisation``: its name, for an organisation's case; ``uscc``: its code, once it has one.
    """

    matter: str
    division: str
    members: tuple[PersonNamed, ...]
    monthly_income: Fen = Fen(0)
    channel: Channel = "self"
    mandate: MandateGiven | None = None
    organisation: str = ""
    uscc: str = ""


def decide(case: CaseState, command: OpenCase, facts: Facts) -> list[CaseEvent]:
    """Register the application on the day it was received. A mandate is needed exactly when somebody else applies."""
    if case.stage != "none":
        raise CaseExists
    authorised(command.division, "open_case", facts)
    _check(command, facts)
    received_on = today(facts.act)
    return [
        CaseOpened(
            case_id=facts.new_case_id,
            number=case_number(command.division, facts),
            matter=command.matter,
            division=command.division,
            channel=command.channel,
            household=Household(
                members=tuple(_person(member, facts, number) for number, member in enumerate(command.members, 1)),
                monthly_income=command.monthly_income,
            ),
            received_on=received_on,
            due=due("accept", "accept", received_on, facts),
            mandate=_mandate(command, facts),
            organisation=_organisation(command, facts),
        )
    ]


def case_number(division: str, facts: Facts) -> str:
    """Return the number people quote: county, day of receipt, last eight characters of the case id."""
    return f"{division[:6]}-{today(facts.act):%Y%m%d}-{_tail(facts.new_case_id)}"


def _tail(case_id: CaseId) -> str:
    return case_id.replace("-", "")[-8:].upper()


def _check(command: OpenCase, facts: Facts) -> None:
    kind = facts.rule.subject
    _check_members(command, kind)
    not_negative("monthly_income", command.monthly_income)
    full_division("division", command.division)
    if (command.channel == "mandate") != (command.mandate is not None):
        raise InvalidValue("mandate", basis="民发〔2021〕57号")
    if (kind == "organisation") != bool(command.organisation.strip()):
        raise InvalidValue("organisation")
    if command.uscc and (kind != "organisation" or check_uscc(command.uscc) is not None):
        raise InvalidValue("uscc", basis="GB 32100-2015")
    for index, member in enumerate(command.members):
        if kind == "station" and not member.id_number:  # nobody knows yet who it is
            continue
        checked_person(f"members[{index}]", member)
    if command.mandate:
        checked_person("mandate.agent", command.mandate.agent)


def _check_members(command: OpenCase, kind: SubjectKind) -> None:
    numbers = [member.id_number for member in command.members]
    if not numbers or len(set(numbers)) < len(numbers) or (kind in _ALONE and len(numbers) > 1):
        raise InvalidValue("members")


def _person(named: PersonNamed, facts: Facts, number: int) -> Person:
    subject = facts.subjects[named.id_number] if named.id_number else SubjectId(f"temp-{facts.new_case_id}-{number}")
    return Person(
        subject=subject, name=named.name, id_number=named.id_number, relation=named.relation, phone=named.phone
    )


def _organisation(command: OpenCase, facts: Facts) -> Organisation | None:
    """An organisation that is not registered yet is known by its case alone."""
    if not command.organisation:
        return None
    subject = SubjectId(f"org-{command.uscc or facts.new_case_id}")
    return Organisation(subject=subject, name=command.organisation.strip(), uscc=command.uscc)


def _mandate(command: OpenCase, facts: Facts) -> Mandate | None:
    if command.mandate is None:
        return None
    agent = command.mandate.agent
    return Mandate(
        agent_subject=facts.subjects[agent.id_number],
        agent_name=agent.name,
        relation=agent.relation,
        document=command.mandate.document,
    )


ACTION = Action(name="open_case", command=OpenCase, decide=decide, zh="申请登记", en="Open case", power="accept")
