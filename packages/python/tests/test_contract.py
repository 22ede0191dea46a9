"""Compares the types, words and parameters of the package with the schema of the messages, which a test in `protocol/` holds
together with the contract in `wit/`: both ways, so that a field that is added on either side fails.
"""

from __future__ import annotations

import dataclasses
import enum
import importlib.resources
import inspect
import json
import re
import typing
from typing import Any, Optional, Union

import pytest
from servers import ROOT

from onepassword_users import (
    Client,
    Effect,
    ErrorCode,
    Finding,
    OtherState,
    Outcome,
    Report,
    Settled,
    State,
    StateFilter,
    Target,
    TargetReport,
    User,
    UserList,
    UserPage,
    UsersError,
    UserState,
    Verdict,
    _arguments,
    _errors,
    _results,
    _settings,
    _types,
)

Json = dict[str, Any]
DEFINITIONS: Json = json.loads((ROOT / "protocol/schema.json").read_text(encoding="utf-8"))["$defs"]

WORDS: dict[str, type[enum.Enum]] = {
    "Effect": Effect,
    "ErrorCode": ErrorCode,
    "OutcomeName": Outcome,
    "StateFilter": StateFilter,
    "Verdict": Verdict,
}
RECORDS: dict[str, type] = {
    "Error": UsersError,
    "Finding": Finding,
    "Report": Report,
    "Settled": Settled,
    "Target": Target,
    "TargetReport": TargetReport,
    "User": User,
    "UserList": UserList,
    "UserPage": UserPage,
}
# Members of the messages that the package keeps to itself, or names in another way.
KEPT = {"Settled": {"call"}}
RENAMED = {"Target": {"who": "user"}}
# Definitions that the other tests of this file compare with parameters and readers.
PARAMETERS = {"ApiVersion", "BaseUrl", "ChangeOptions", "ChangeUsers", "ClientCredentials", "Credentials", "FindUser"}
PARAMETERS |= {"ListAllUsers", "ListUsers", "NoArguments", "OneUser", "Operation", "Selector", "Settings"}
RESULTS = {"CallResult", "UserState"}
# Definitions of the conversation between the package and the module.
PRIVATE = {"Actions", "Answer", "BodyPiece", "Cancel", "Configure", "Done", "Event", "Fail", "FailureKind", "Purpose"}
PRIVATE |= {"SendRequest", "SettingsSource", "Start", "Stop", "Tick"}
METHODS = {
    "check": "check",
    "find-user": "find",
    "get-user": "get",
    "list-all-users": "list_up_to",
    "list-users": "list",
    "reactivate-user": "reactivate",
    "reactivate-users": "restore",
    "revoke-token": "revoke",
    "suspend-user": "suspend",
    "suspend-users": "contain",
}


def snake(name: str) -> str:
    return re.sub("[A-Z]", lambda capital: "_" + capital[0].lower(), name)


def words(definition: str) -> set[str]:
    """Returns the words of an enumeration, and the names of the cases that have a content."""
    schema = DEFINITIONS[definition]
    found = set(schema.get("enum", ()))
    for case in schema.get("oneOf", ()):
        found |= {case["const"]} if "const" in case else set(case.get("enum", ())) or set(case["properties"])
    return found


def kind(schema: Json) -> str:
    """Returns the type of a member, without the possibility that it is absent."""
    several = [case for case in schema.get("anyOf", ()) if case != {"type": "null"}]
    if several:
        [schema] = several
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    types = [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
    [type_] = [each for each in types if each != "null"]
    return f"list of {kind(schema['items'])}" if type_ == "array" else str(type_)


NAMES: dict[Any, str] = {
    str: "string",
    int: "integer",
    bool: "boolean",
    UserState: "UserState",
    **{type_: name for name, type_ in WORDS.items()},
    **{type_: name for name, type_ in RECORDS.items()},
}


def python_kind(hint: Any) -> tuple[str, bool]:
    """Returns the type of a field in the words of the schema, and True if the field is optional."""
    if hint in NAMES:
        return NAMES[hint], False
    arguments = typing.get_args(hint)
    if typing.get_origin(hint) is Union:
        some = tuple(each for each in arguments if each is not type(None))
        return python_kind(Union[some])[0], len(some) < len(arguments)
    assert typing.get_origin(hint) in (list, tuple), hint
    return f"list of {python_kind(arguments[0])[0]}", False


def fields_of(type_: type) -> dict[str, tuple[str, bool]]:
    """Returns the fields of a type of the package."""
    hints = typing.get_type_hints(type_, {**vars(_types), **vars(_errors)})
    names = [field.name for field in dataclasses.fields(type_)] if dataclasses.is_dataclass(type_) else list(hints)
    return {name: python_kind(hints[name]) for name in names}


def fields_in_schema(definition: str) -> dict[str, tuple[str, bool]]:
    """Returns the members of a definition as fields of Python."""
    schema = DEFINITIONS[definition]
    renamed = RENAMED.get(definition, {})
    members = {name: member for name, member in schema["properties"].items() if name not in KEPT.get(definition, ())}
    return {
        renamed.get(name) or snake(name): (kind(member), name not in schema["required"]) for name, member in members.items()
    }


def test_the_schema_of_the_messages_is_in_the_package() -> None:
    shipped = importlib.resources.files("onepassword_users").joinpath("schema.json")
    assert shipped.read_bytes() == (ROOT / "protocol/schema.json").read_bytes()


def test_every_definition_is_compared() -> None:
    assert {*WORDS, *RECORDS, *PARAMETERS, *RESULTS, *PRIVATE} == set(DEFINITIONS)


def test_every_type_of_the_package_is_compared() -> None:
    own = {each for each in vars(_types).values() if inspect.isclass(each) and each.__module__ == _types.__name__}
    assert own - {_types._Word, OtherState, State} == {*WORDS.values(), *RECORDS.values()} - {UsersError}


@pytest.mark.parametrize("name", WORDS)
def test_words_are_those_of_the_schema(name: str) -> None:
    assert {member.value for member in WORDS[name]} == words(name)
    assert all(member.name == member.value.upper().replace("-", "_") for member in WORDS[name])


def test_states_are_those_of_the_schema() -> None:
    assert {state.value for state in State} | {"other"} == words("UserState")


@pytest.mark.parametrize("name", RECORDS)
def test_fields_are_those_of_the_schema(name: str) -> None:
    expected = fields_in_schema(name)
    if name == "Target":
        # An id or an address: the package tells them apart.
        assert expected["user"] == ("Selector", False)
        expected["user"] = ("string", False)
    if name == "TargetReport":
        expected["outcome"] = ("OutcomeName", expected["outcome"][1])
    assert fields_of(RECORDS[name]) == expected


def sample(schema: Json, path: str = "") -> Any:
    """Returns a value with every member, each of which can be told from all others."""
    of = kind(schema)
    if of.startswith("list of "):
        item = schema["items"] if "items" in schema else schema["anyOf"][0]["items"]
        return [sample(item, f"{path}.0"), sample(item, f"{path}.1")]
    if of in DEFINITIONS:
        definition = DEFINITIONS[of]
        if "properties" in definition:
            return {name: sample(member, f"{path}.{name}") for name, member in definition["properties"].items()}
        return {"other": path} if of == "UserState" else sorted(words(of))[len(path) % len(words(of))]
    return {"string": path, "integer": 1 + sum(map(ord, path)), "boolean": True}[of]


def as_json(value: Any) -> Any:
    """Returns a value of the package as JSON."""
    if isinstance(value, OtherState):
        return {"other": value.text}
    if isinstance(value, (list, tuple)):
        return [as_json(item) for item in value]
    if dataclasses.is_dataclass(value) or isinstance(value, UsersError):
        return {name: as_json(getattr(value, name)) for name in fields_of(type(value))}
    return value.value if isinstance(value, enum.Enum) else value


def snaked(value: Any) -> Any:
    if isinstance(value, list):
        return [snaked(item) for item in value]
    return {snake(name): snaked(member) for name, member in value.items()} if isinstance(value, dict) else value


READERS: dict[str, tuple[str, str]] = {
    "user": ("User", "user"),
    "page": ("UserPage", "page"),
    "list": ("UserList", "list"),
    "report": ("Report", "report"),
    "error": ("Error", "error"),
}


def test_every_result_has_a_reader() -> None:
    assert {*_results._READERS, "error"} == {*READERS, "findings", "revoked"} == words("CallResult")


@pytest.mark.parametrize("result", READERS)
def test_every_field_of_a_result_is_read(result: str) -> None:
    value = sample({"$ref": f"/{READERS[result][0]}"})
    read = _results.error(value) if result == "error" else _results.value({result: value})
    assert as_json(read) == snaked(value)


def test_every_field_of_the_other_results_is_read() -> None:
    findings = [sample({"$ref": "/Finding"}, "first"), sample({"$ref": "/Finding"}, "second")]
    assert as_json(_results.value({"findings": findings})) == findings
    settled = sample({"$ref": "/Settled"})
    assert as_json(_results.settled(settled)) == {"target": settled["target"], "report": snaked(settled["report"])}


def properties(definition: str) -> set[str]:
    return set(DEFINITIONS[definition].get("properties", ()))


def parameters(method: Any) -> set[str]:
    """Returns the names of a method's parameters that the module hears of."""
    return set(inspect.signature(method).parameters) - {"self", "stop", "on_settled"}


def test_every_operation_has_a_method() -> None:
    assert set(METHODS) == words("Operation")
    public = {name for name, _ in inspect.getmembers(Client, callable) if not name.startswith("_")}
    assert public - {"from_env", "close", "drain", "cancel", "list_all"} == set(METHODS.values())


def test_operations_have_every_member() -> None:
    change = _arguments.change_users(
        "suspend-users",
        [Target("A", expect_email="a@acme.example"), "b@acme.example"],
        dry_run=True,
        max_changes=1,
        protect=["B"],
        concurrency=2,
        stop_on_error=True,
        deadline_ms=3,
    )["suspend-users"]
    assert set(change) == properties("ChangeUsers")
    assert set(change["options"]) == properties("ChangeOptions")
    assert parameters(Client.contain) == {"targets", *map(snake, properties("ChangeOptions"))}
    assert set(change["targets"][0]) == properties("Target")
    assert {name for target in change["targets"] for name in target["who"]} == words("Selector")
    pages = _arguments.list_users("active", 1, "token")["list-users"]
    assert set(pages) == properties("ListUsers")
    assert len(parameters(Client.list)) == len(pages)
    whole = _arguments.list_all_users("active", 1, 2)["list-all-users"]
    assert set(whole) == properties("ListAllUsers")
    assert len(parameters(Client.list_up_to)) == len(whole)
    assert set(_arguments.find_user("a@acme.example", 1)["find-user"]) == properties("FindUser")
    assert parameters(Client.find) == {*map(snake, properties("FindUser"))}
    assert set(_arguments.one_user("get-user", "A")["get-user"]) == properties("OneUser")
    assert parameters(Client.get) == parameters(Client.suspend) == parameters(Client.reactivate) == properties("OneUser")
    assert _arguments.no_arguments("check") == {"check": {}}
    assert properties("NoArguments") == parameters(Client.check) == parameters(Client.revoke) == set()


def settings(**changes: Optional[str]) -> Json:
    names = set(inspect.signature(_settings.source).parameters)
    given: dict[str, Any] = {**dict.fromkeys(names, "x"), "api_version": "auto", "deadline_ms": 5, **changes}
    return dict(_settings.source(**given)["settings"])


def test_settings_have_every_member() -> None:
    with_client = settings(basic=None, region=None)
    with_basic = settings(client_id=None, client_secret=None, region="eu", base_url=None)
    assert set(with_client) == set(with_basic) == properties("Settings")
    assert set(with_client["credentials"]["client"]) == properties("ClientCredentials")
    assert {*with_client["credentials"], *with_basic["credentials"]} == words("Credentials")
    assert {*_settings._REGIONS, *with_client["baseUrl"]} == words("BaseUrl")
    assert set(_settings._API_VERSIONS) == words("ApiVersion")
    own = {"verify", "http_client", "keep_compiled", "region"}
    grouped = {"client_id", "client_secret", "basic"}
    assert parameters(Client) - own - grouped == {*map(snake, properties("Settings"))} - {"credentials"}
