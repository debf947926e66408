"""docs/openapi.json and the code say the same: addresses, parameters, every field of an answer."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from jsonschema import Draft202012Validator

from newsapp.api import answers, asked
from newsapp.api.views import DESCRIPTION
from newsapp.models import Article
from tests.api.conftest import Seeded
from tests.pages import CheckingClient

Json = dict[str, Any]
SPEC: Json = json.loads(DESCRIPTION.read_text(encoding="utf-8"))
OPERATIONS = {
    operation["operationId"]: (path, method, operation)
    for path, methods in SPEC["paths"].items()
    for method, operation in methods.items()
}
HEADERS = {"ETag", "Last-Modified", "Cache-Control"}


def resolved(part: Json) -> Json:
    """What a reference stands for; anything else as it is."""
    while "$ref" in part:
        target: Any = SPEC
        for step in part["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        part = target
    return part


def validator(schema: Json) -> Draft202012Validator:
    """For a schema of the file, with the file's components behind its references."""
    return Draft202012Validator({**schema, "components": SPEC["components"]})


def complaints(operation: Json, status: int, content: Any) -> list[str]:
    """Where ``content`` is not what the file says of an answer with that status."""
    described = resolved(
        operation["responses"].get(str(status)) or operation["responses"]["default"]
    )
    schema = described["content"]["application/json"]["schema"]
    return [f"{e.json_path}: {e.message}" for e in validator(schema).iter_errors(content)]


def schemas(part: Any) -> Iterator[Json]:
    """Every schema for an object under ``part``."""
    if isinstance(part, dict):
        if part.get("type") == "object":
            yield part
        for value in part.values():
            yield from schemas(value)
    elif isinstance(part, list):
        for value in part:
            yield from schemas(value)


def parameters(operation: Json, where: str) -> dict[str, Json]:
    found = [resolved(parameter) for parameter in operation.get("parameters", [])]
    return {parameter["name"]: parameter for parameter in found if parameter["in"] == where}


def test_each_route_is_described_and_nothing_else(app: Flask) -> None:
    routes = {
        rule.endpoint.removeprefix("api."): (
            re.sub(r"<(?:[^:<>]*:)?(\w+)>", r"{\1}", rule.rule).removeprefix(answers.PREFIX),
            {method.lower() for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}},
            rule.arguments,
        )
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith(answers.PREFIX)
    }
    assert routes == {
        name: (path, {method}, set(parameters(operation, "path")))
        for name, (path, method, operation) in OPERATIONS.items()
    }
    assert SPEC["servers"] == [{"url": answers.PREFIX}]


def test_each_parameter_is_described_and_nothing_else(client: CheckingClient) -> None:
    for name, (path, _method, operation) in OPERATIONS.items():
        described = parameters(operation, "query")
        assert tuple(described) == (asked.ARTICLES_PARAMETERS if name == "articles" else ())
        if "{" in path:
            continue
        # What the file describes is read: nonsense is refused by name. What it does not is none.
        for parameter in (*described, "views"):
            answer = client.get(f"/api/v1{path}?{parameter}=*", expect=400)
            assert answer.json is not None
            assert answer.json["error"]["message"].startswith(f"{parameter} is "), parameter
    limit = parameters(OPERATIONS["articles"][2], "query")["limit"]["schema"]
    assert (limit["minimum"], limit["maximum"]) == (1, asked.LIMIT_MAX)
    assert limit["default"] == asked.LIMIT_DEFAULT
    for number, fine in ((1, 200), (limit["maximum"], 200), (limit["maximum"] + 1, 400)):
        client.get(f"/api/v1/articles?limit={number}", expect=fine)


def test_every_object_is_closed_and_promises_all_of_its_fields() -> None:
    found = list(schemas(SPEC["components"]["schemas"]))
    assert len(found) >= 14
    for schema in found:
        Draft202012Validator.check_schema(schema)
        assert schema["additionalProperties"] is False, schema
        assert set(schema["required"]) == set(schema["properties"]), schema


@pytest.fixture
def addresses(seeded: Seeded) -> list[tuple[str, str]]:
    """Operations with addresses that between them show every kind of answer."""
    return [
        ("articles", "/articles"),
        ("articles", "/articles?limit=1"),
        ("articles", "/articles?from=1990-01-01&to=1990-01-01"),
        ("article", f"/articles/{seeded.rich.id}"),
        ("article", f"/articles/{seeded.plain.id}"),
        ("sections", "/sections"),
        ("archive_years", "/archive"),
        ("archive_year", "/archive/2017"),
        ("archive_month", "/archive/2017/04"),
        ("openapi", "/openapi.json"),
    ]


def test_each_answer_is_as_described(
    client: CheckingClient, addresses: list[tuple[str, str]], hidden: list[Article]
) -> None:
    assert {name for name, _ in addresses} == OPERATIONS.keys()
    seen: dict[str, Any] = {}
    for name, address in addresses:
        operation = OPERATIONS[name][2]
        answer = client.get(f"/api/v1{address}")
        assert answer.mimetype == "application/json"
        assert complaints(operation, 200, answer.json) == [], address
        described = operation["responses"]["200"]["headers"]
        assert HEADERS & {key for key, _ in answer.headers} == described.keys(), address
        for header, reference in described.items():
            schema = resolved(reference)["schema"]
            assert validator(schema).is_valid(answer.headers[header])
        again = client.get(f"/api/v1{address}", headers={"If-None-Match": answer.headers["ETag"]})
        assert str(again.status_code) in operation["responses"], address
        assert again.status_code == 304
        seen[address] = answer.json
    # Each thing that may be null or empty was there once as something and once as nothing.
    items = seen["/articles"]["items"]
    assert {item["image"] is None for item in items} == {True, False}
    assert {seen[a]["next"] is None for a in ("/articles", "/articles?limit=1")} == {True, False}
    assert {section["parent"] is None for section in seen["/sections"]["items"]} == {True, False}
    rich, plain = (seen[address] for _, address in addresses[3:5])
    assert rich["attachments"]
    assert not plain["attachments"]


def test_each_error_is_as_described(client: CheckingClient, seeded: Seeded) -> None:
    for name, address, status in (
        ("articles", "/articles?limit=0", 400),
        ("article", "/articles/0", 404),
        ("article", "/articles/999999", 404),
        ("archive_year", "/archive/1999", 404),
        ("archive_month", "/archive/2017/13", 404),
        *(
            (name, f"{path}?x=1", 400)
            for name, (path, _, _) in OPERATIONS.items()
            if "{" not in path
        ),
    ):
        operation = OPERATIONS[name][2]
        assert str(status) in operation["responses"], name
        answer = client.get(f"/api/v1{address}", expect=status)
        assert complaints(operation, status, answer.json) == []
        assert answer.json is not None
        assert answer.json["error"]["code"] == status
    answer = client.post("/api/v1/articles", expect=405)
    assert complaints(OPERATIONS["articles"][2], 405, answer.json) == []


def test_drift_in_either_direction_is_seen(
    client: CheckingClient, addresses: list[tuple[str, str]]
) -> None:
    for name, address in addresses:
        operation = OPERATIONS[name][2]
        content: Any = client.get(f"/api/v1{address}").json
        for change in ("more", "fewer"):
            for place, path in enumerate(objects(content)):
                if name == "openapi" and place:
                    break  # what is inside of it is not described by itself
                drifted = copy.deepcopy(content)
                target = drifted
                for step in path:
                    target = target[step]
                if change == "more":
                    target["views"] = 1
                else:
                    target.popitem()
                assert complaints(operation, 200, drifted), (address, path, change)


def objects(content: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to each object in an answer, from the outside in."""
    if isinstance(content, dict):
        yield path
    inside = content.items() if isinstance(content, dict) else enumerate(content)
    for step, value in inside:
        if isinstance(value, dict | list):
            yield from objects(value, (*path, step))
