"""The house has one direction: an import that goes back or round fails here.

Imports inside functions count; so do imports under ``TYPE_CHECKING``.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "newsapp"

# From the outside in; a room imports only rooms of its own line or of lines below.
LAYERS: tuple[tuple[str, ...], ...] = (
    ("newsapp.__main__",),
    ("newsapp", "newsapp.cli", "newsapp.commands"),
    (
        "newsapp.errors",
        "newsapp.templating",
        "newsapp.health",
        "newsapp.upgrading",
        "newsapp.warming",
    ),
    (
        "newsapp.news.views",
        "newsapp.archive.views",
        "newsapp.printing",
        "newsapp.search.views",
        "newsapp.feeds.views",
        "newsapp.appearance.views",
        "newsapp.api",
        "newsapp.accounts.views",
        "newsapp.newsroom",
    ),
    (
        "newsapp.pages",
        "newsapp.redirects",
        "newsapp.feeds",
        "newsapp.accounts.forms",
        "newsapp.static_files",
    ),
    ("newsapp.accounts", "newsapp.furniture", "newsapp.pagecache"),
    ("newsapp.transfer", "newsapp.archive", "newsapp.keeping"),
    ("newsapp.publishing", "newsapp.news", "newsapp.search"),
    ("newsapp.freshness", "newsapp.headers"),
    ("newsapp.database", "newsapp.models"),
    (
        "newsapp.text",
        "newsapp.appearance",
        "newsapp.media",
        "newsapp.visits",
        "newsapp.extensions",
        "newsapp.config",
        "newsapp.clock",
        "newsapp.logs",
        "newsapp.turns",
    ),
)
NO_FLASK = ("newsapp.text", "newsapp.media", "newsapp.visits")
# What a request, a form or a page would be known by.
NO_REQUEST = (
    "newsapp.publishing",
    "newsapp.transfer",
    "newsapp.keeping",
    "newsapp.models",
    "newsapp.search.queries",
)
BLUEPRINTS = ("news", "archive", "printing", "search", "feeds", "api", "accounts", "newsroom")


def modules() -> Iterator[tuple[str, Path]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        if "migrations" in path.parts:
            continue
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


ALL = dict(modules())


def imports(path: Path) -> Iterator[str]:
    """Full names of everything a file imports; ``from a import b`` is a.b where that is a file."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            module = node.module or ""
            for name in node.names:
                full = f"{module}.{name.name}"
                yield full if full in ALL else module


def graph() -> dict[str, set[str]]:
    return {name: {i for i in imports(path) if i in ALL} for name, path in ALL.items()}


def layer(module: str) -> int:
    """The line of the most specific entry that names the module or a package around it."""
    fits = [
        (len(entry), place)
        for place, entries in enumerate(LAYERS)
        for entry in entries
        if module == entry or (module.startswith(f"{entry}.") and entry != "newsapp")
    ]
    assert fits, f"{module} has no place in LAYERS"
    return max(fits)[1]


def backward(edges: dict[str, set[str]]) -> list[str]:
    return [
        f"{module} imports {other}"
        for module, others in edges.items()
        for other in sorted(others)
        if layer(other) < layer(module)
    ]


def circle(edges: dict[str, set[str]]) -> list[str]:
    """The first circle found, as the names along it; empty when there is none."""
    done: set[str] = set()

    def visit(module: str, path: list[str]) -> list[str]:
        if module in path:
            return [*path[path.index(module) :], module]
        if module in done:
            return []
        for other in sorted(edges[module]):
            if found := visit(other, [*path, module]):
                return found
        done.add(module)
        return []

    return next((found for module in edges if (found := visit(module, []))), [])


def test_no_import_goes_backward() -> None:
    assert backward(graph()) == []


def test_no_import_circle() -> None:
    assert circle(graph()) == []


def test_a_backward_and_a_circular_import_are_seen() -> None:
    edges = graph()
    edges["newsapp.text.vietnamese"].add("newsapp.news.queries")
    assert backward(edges) == ["newsapp.text.vietnamese imports newsapp.news.queries"]
    edges = graph()
    edges["newsapp.models.media"].add("newsapp.models.album")
    assert circle(edges) == ["newsapp.models.album", "newsapp.models.media", "newsapp.models.album"]


@pytest.mark.parametrize("room", NO_FLASK)
def test_room_knows_no_flask(room: str) -> None:
    for name, path in ALL.items():
        if name.startswith(room):
            for imported in imports(path):
                assert imported.split(".")[0] not in {"flask", "flask_babel", "flask_wtf"}, name


@pytest.mark.parametrize("room", NO_REQUEST)
def test_room_knows_no_request(room: str) -> None:
    for name, path in ALL.items():
        if name.startswith(room):
            for imported in imports(path):
                top = imported.split(".")[0]
                assert top not in {"flask", "flask_wtf", "wtforms", "werkzeug"}, name


def test_no_blueprint_imports_the_views_of_another() -> None:
    for name, others in graph().items():
        room = name.split(".")[1] if "." in name else ""
        for other in others:
            parts = other.split(".")
            if room in BLUEPRINTS and len(parts) > 2 and parts[2] == "views":
                assert parts[1] == room, f"{name} imports {other}"


def test_views_hold_no_sqlalchemy() -> None:
    for name, path in ALL.items():
        if ".views" in name:
            for imported in imports(path):
                assert imported.split(".")[0] != "sqlalchemy", name
                assert imported != "newsapp.extensions", name


def test_only_the_cleaner_imports_bleach_and_nh3() -> None:
    users = {
        name
        for name, path in ALL.items()
        if {"bleach", "nh3"} & {i.split(".")[0] for i in imports(path)}
    }
    assert users == {"newsapp.text.richtext"}


def test_no_group_is_repeated_possessively() -> None:
    """Python before 3.11.5 gets lost in ``(?:a|b)*+``; Debian 12 has 3.11.2."""
    for name, path in ALL.items():
        source = path.read_text(encoding="utf-8")
        patterns = re.findall(r're\.compile\(\s*rf?("""|"|\')(.*?)\1', source, re.DOTALL)
        for _quote, pattern in patterns:
            assert not re.search(r"(?<!\\)\)[*+?]\+", pattern), f"{name}: {pattern}"
