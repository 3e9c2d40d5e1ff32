"""起草、调研: the draft with its rules, its revisions, the research it rests on."""

from domain.errors import WrongOrder
from domain.kernel import Command
from domain.policy.action import Outcome, PolicyAction
from domain.policy.enacting import own_versions
from domain.policy.events import DraftRevised, PolicyDrafted, ResearchRecorded
from domain.policy.guards import PolicyFacts, answers_for, in_stage, reasoned, written
from domain.policy.parts import Method, Research
from domain.policy.refusals import PilotNotEvaluated
from domain.policy.state import PolicyState
from domain.rulebook.rules import RuleVersion


class DraftPolicy(Command):
    """``versions``: the rules, whole, as they would come into force."""

    title_zh: str
    title_en: str
    purpose: str
    versions: tuple[RuleVersion, ...]


class ReviseDraft(Command):
    """``versions`` take the place of all that the draft had."""

    versions: tuple[RuleVersion, ...]
    reason: str


class RecordResearch(Command):
    """``places``: divisions or organs visited."""

    method: Method
    findings: str
    places: tuple[str, ...] = ()


def draft(state: PolicyState, command: DraftPolicy, facts: PolicyFacts) -> Outcome:
    """Begin a policy for the division of the post."""
    if state.stage != "none":
        raise WrongOrder(f"draft_policy: {state.stage}")
    written(title_zh=command.title_zh, title_en=command.title_en, purpose=command.purpose)
    own_versions(command.versions, state, facts)
    return [
        PolicyDrafted(
            policy_id=facts.new_policy_id,
            title_zh=command.title_zh,
            title_en=command.title_en,
            division=facts.act.post.division,
            purpose=command.purpose,
            versions=command.versions,
        )
    ]


def revise(state: PolicyState, command: ReviseDraft, facts: PolicyFacts) -> Outcome:
    """Change the rules of the draft; review and decision are to be done again. Not while a pilot tries them out."""
    if state.versions == command.versions:
        return []
    answers_for(state, "revise_draft", facts)
    in_stage(state, "revise_draft", "draft", "consulting", "consulted", "reviewed", "decided")
    if state.running is not None and state.running.evaluation is None:
        raise PilotNotEvaluated(state.running.id)
    reasoned(command.reason)
    own_versions(command.versions, state, facts)
    return [DraftRevised(reason=command.reason, versions=command.versions)]


def record_research(state: PolicyState, command: RecordResearch, facts: PolicyFacts) -> Outcome:
    """Keep what was found out."""
    research = Research(method=command.method, places=command.places, findings=command.findings)
    if research in state.research:
        return []
    answers_for(state, "record_research", facts)
    in_stage(state, "record_research", "draft", "consulting", "consulted")
    written(findings=command.findings)
    return [ResearchRecorded(research=research)]


ACTIONS = (
    PolicyAction("draft_policy", DraftPolicy, draft, "起草政策", "Draft a policy", "policy_officer"),
    PolicyAction("revise_draft", ReviseDraft, revise, "修改草案", "Revise the draft", "policy_officer"),
    PolicyAction("record_research", RecordResearch, record_research, "记录调研", "Record research", "policy_officer"),
)
