""" "An alert names people: contain them, wait, report", in Python."""

from componentize_py_types import Err
from wit_world.imports import containment, users
from wit_world.imports.containment import ChangeOptions, Outcome_Failed, Selector_Email, Selector_Id, Target, TargetReport
from wit_world.imports.types import UserState_Suspended

# Number of times that a user is read, until the change shows.
LOOKS = 5
OPTIONS = ChangeOptions(dry_run=False, max_changes=5, protect=[], concurrency=4, stop_on_error=False, deadline_ms=None)


def target(name: str) -> Target:
    return Target(who=Selector_Email(name) if "@" in name else Selector_Id(name), expect_email=None)


def is_suspended(id: str) -> bool:
    """Waits until a user is shown as suspended."""
    return any(isinstance(users.get_user(id).state, UserState_Suspended) for _ in range(LOOKS))


def words(name: str) -> str:
    """Returns a name of Python's bindings as the contract spells it."""
    return name.lower().replace("_", "-")


def line(name: str, report: TargetReport) -> str:
    if isinstance(report.outcome, Outcome_Failed):
        error = report.outcome.value
        return f"{name}: {words(error.code.name)}, {words(error.effect.name)}"
    state = "suspended" if report.user is not None and is_suspended(report.user.id) else "not suspended"
    return f"{name}: {words(type(report.outcome).__name__.removeprefix('Outcome_'))}, {state}"


class WitWorld:
    def handle(self, people: list[str]) -> list[str]:
        try:
            report = containment.suspend_users([target(name) for name in people], OPTIONS)
            if report.refused is not None:
                raise Err(f"refused: {report.refused.message}")
            lines = [line(name, it) for name, it in zip(people, report.targets)]
        except Err as error:
            if isinstance(error.value, str):
                raise
            raise Err(f"{words(error.value.code.name)}: {error.value.message}") from None
        left = [it for it in lines if not it.endswith(", suspended")]
        if left:
            raise Err("; ".join(left))
        return lines
