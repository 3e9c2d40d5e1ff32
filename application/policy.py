"""Acts on policies: read the policy, decide, append to it and to the rulebook at once. Rare, so always read fresh."""

from typing import cast

from application.asking import CaseHouse
from application.bureau import Bureau
from application.denials import denials_recorded
from application.fingerprint import fingerprint
from application.handle import MOST_TRIES
from application.ports import Append, Appended, Conflict, EventLog, Write
from application.runs.change_authority import meta_of
from domain.bureau_events import RULEBOOK, RuleVersionPublished
from domain.cases.facts import Act
from domain.cases.vocabulary import VOCABULARY
from domain.errors import Unavailable
from domain.kernel import CaseId, Command, Fact, Value
from domain.policy.action import Outcome
from domain.policy.events import PolicyEvent, policy_stream
from domain.policy.guards import PolicyFacts
from domain.policy.parts import PolicyId
from domain.policy.refusals import UnknownPolicy
from domain.policy.registry import POLICY_ACTIONS, decide
from domain.policy.state import PolicyState, fold


class PolicyRequest(Value):
    """One wish: the act, its command, who and when. ``policy_id``: None for a new one."""

    action: str
    command: Command
    act: Act
    policy_id: PolicyId | None = None


class PolicyAnswer(Value):
    """What came of it. ``position`` is the last one written (0: nothing was, the wish was true already)."""

    policy_id: PolicyId
    version: int
    position: int
    events: tuple[str, ...] = ()
    repeated: bool = False


class Loaded(Value):
    """A policy at a version."""

    state: PolicyState
    version: int


def handle_policy(house: CaseHouse, request: PolicyRequest) -> PolicyAnswer:
    """Do it. Raises Refused (also UnknownPolicy, KeyReused) with nothing written but the denial, or Unavailable."""
    policy_id = request.policy_id or PolicyId(house.new_id())
    target = CaseId(policy_stream(request.policy_id)) if request.policy_id else None
    mark = fingerprint(house.key, request.action, target, request.act.post.id, request.command)
    for _ in range(MOST_TRIES):
        done = house.log.outcome(request.act.command_id, mark)
        if done is not None:
            return _answer(done, ())
        try:
            return _once(house, request, policy_id, mark)
        except Conflict:
            continue
    raise Unavailable("too many concurrent changes")


def read_policy(log: EventLog, policy_id: PolicyId) -> Loaded:
    """Return the policy as it stands. Raises UnknownPolicy."""
    events = cast("list[PolicyEvent]", log.events(policy_stream(policy_id)))
    if not events:
        raise UnknownPolicy
    return Loaded(fold(events), len(events))


def _once(house: CaseHouse, request: PolicyRequest, policy_id: PolicyId, mark: str) -> PolicyAnswer:
    bureau, action = house.bureau.refresh(), POLICY_ACTIONS[request.action]
    loaded = read_policy(house.log, policy_id) if request.policy_id else Loaded(PolicyState(), 0)
    facts = PolicyFacts(
        act=request.act,
        rulebook=bureau.rulebook,
        powers=tuple(bureau.register.items.values()),
        words=VOCABULARY,
        new_policy_id=policy_id,
    )
    with denials_recorded(house, request.act, request.action):
        events = decide(action, loaded.state, request.command, facts)
    if not events:
        return PolicyAnswer(policy_id, loaded.version, 0)
    done = house.log.append(_append(request, mark, bureau, _writes(request, policy_id, loaded, events, bureau)))
    house.bureau.refresh()
    return _answer(done, tuple(event.TYPE for event in events))


def _writes(
    request: PolicyRequest, policy_id: PolicyId, loaded: Loaded, events: Outcome, bureau: Bureau
) -> tuple[Write, ...]:
    """The policy's own events first, then those of the rulebook, if any."""
    own: list[Fact] = []
    rules: list[Fact] = []
    for number, event in enumerate(events, 1):
        place = rules if isinstance(event, RuleVersionPublished) else own
        place.append(Fact(event, meta_of(request.act, f"policy.{request.action}", number)))
    writes = [Write(policy_stream(policy_id), loaded.version, tuple(own))]
    if rules:
        (version,) = (guard.version for guard in bureau.guards if guard.stream == RULEBOOK)
        writes.append(Write(RULEBOOK, version, tuple(rules)))
    return tuple(writes)


def _append(request: PolicyRequest, mark: str, bureau: Bureau, writes: tuple[Write, ...]) -> Append:
    written = {write.stream for write in writes}
    guards = tuple(guard for guard in bureau.guards if guard.stream not in written)
    return Append(command_id=request.act.command_id, fingerprint=mark, writes=writes, guards=guards)


def _answer(done: Appended, events: tuple[str, ...]) -> PolicyAnswer:
    return PolicyAnswer(
        policy_id=PolicyId(done.stream.removeprefix("policy-")),
        version=done.version,
        position=done.last,
        events=() if done.repeated else events,
        repeated=done.repeated,
    )
