"""How a case ends early, and what comes after an end: the next layer, the archive. And notes, at any time."""

from application.runs.demo import words
from application.runs.demo.story import Course, Moment, Story
from domain.cases.actions.add_note import AddNote
from domain.cases.actions.archive_case import ArchiveCase
from domain.cases.actions.screen_next_layer import ScreenNextLayer
from domain.cases.actions.terminate_case import TerminateCase
from domain.cases.actions.withdraw_case import WithdrawCase
from domain.cases.state import Stage

_IN_TIME, _LATE = 0.84, 0.92
"""Of a hundred screenings, so many are done in time, and so many at all."""


def leave(story: Story, course: Course, moment: Moment) -> None:
    """End the case here, if its course says so."""
    if story.over or course.leaves != moment or course.ending not in {"withdrawn", "terminated"}:
        return
    story.over = True
    story.pace.wait(2)
    if course.ending == "withdrawn":
        withdrawn = WithdrawCase(story.one_of(words.withdrawn(story.rule)))
        story.do(story.who("withdraw_case"), "withdraw_case", withdrawn)
        archive(story, 0.5, "withdrawn")
    else:
        terminate(story, story.one_of(words.terminated(story.rule)))


def terminate(story: Story, reason: str) -> None:
    """End the inquiry, or a stay at the station."""
    story.do(story.who("terminate_case", "town_lead"), "terminate_case", TerminateCase(reason))
    screen(story, "terminated")
    archive(story, 0.5, "terminated")


def screen(story: Story, stage: Stage) -> None:
    """Somebody looks whether the next lower support fits, mostly in time; now and then it is forgotten."""
    rule = story.rule
    lower = list(rule.next_layers)
    if not lower or not story.can("screen_next_layer") or stage not in rule.steps["screen_next_layer"].stages:
        return
    drawn = story.rng.random()
    if drawn >= _LATE:
        return
    if drawn >= _IN_TIME:
        story.pace.pass_limit(rule.limits["screen"])
    applies = (story.one_of(tuple(lower)),) if story.chance(0.4) else ()
    others = tuple(matter for matter in lower if matter not in applies)
    declined = others if story.chance(0.2) else ()
    found = ScreenNextLayer(
        applies=applies,
        not_eligible=() if declined else others,
        declined=declined,
        reason=story.one_of(words.DECLINED if declined else words.NOT_ELIGIBLE) if others else "",
    )
    story.pace.wait(1.5, 4)
    story.do(story.who("screen_next_layer"), "screen_next_layer", found)


def archive(story: Story, share: float, stage: Stage) -> None:
    """Some ended cases are archived within weeks."""
    if stage in story.rule.steps["archive_case"].stages and story.chance(share):
        story.later(8, story.who("archive_case"), "archive_case", ArchiveCase())


def note(story: Story, share: float) -> None:
    """Somebody writes a note."""
    if story.chance(share):
        story.then(story.who("add_note"), "add_note", AddNote(story.one_of(words.NOTES)))
