"""Old addresses from CSV: what is read, what is refused by line, and that twice is once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from newsapp.extensions import db
from newsapp.models import Article, Redirect
from newsapp.publishing.audit import COMMAND_LINE
from newsapp.transfer import redirects_csv
from newsapp.transfer.redirects_csv import CsvRefused, Line, LineReport

HOSTS = frozenset({"phuong.example.vn"})
TEXT = "địa chỉ cũ,địa chỉ mới\r\n/cu/1.aspx,/lien-ket\r\n/cu/2.aspx?a=1&b=2,/hinh-anh\r\n"


def load(data: bytes, *, dry_run: bool = False) -> list[LineReport]:
    lines = redirects_csv.read(data)
    return list(redirects_csv.load(lines, HOSTS, by=COMMAND_LINE, dry_run=dry_run))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("head", ["", "old|new", "địa chỉ cũ|địa chỉ mới", "Old address|target"])
def test_every_way_a_spreadsheet_saves(encoding: str, separator: str, head: str) -> None:
    texts = [head] * bool(head) + ["/a?x=1&y=2|/lien-ket", '"/b, c"|/hinh-anh']
    data = "\r\n".join(texts).replace("|", separator).encode(encoding)
    first = 2 if head else 1
    assert redirects_csv.read(data) == (
        Line(first, ("/a?x=1&y=2", "/lien-ket")),
        Line(first + 1, ("/b, c", "/hinh-anh")),
    )


def test_what_a_spreadsheet_saved_is_entered(app: Flask) -> None:
    reports = load('cũ;mới\r\n/a?x=1&y=2;/lien-ket\r\n"/b, c";/hinh-anh'.encode("utf-16"))
    assert [(r.line, r.change) for r in reports] == [(2, "added"), (3, "added")]
    kept = {row.address: row.target for row in db.session.query(Redirect)}
    assert kept == {"/a?x=1&y=2": "/lien-ket", "/b, c": "/hinh-anh"}


def test_twice_is_once_and_a_change_is_a_change(app: Flask) -> None:
    assert {r.change for r in load(TEXT.encode(), dry_run=True)} == {"added"}
    assert db.session.query(Redirect).count() == 0
    assert {r.change for r in load(TEXT.encode())} == {"added"}
    assert {r.change for r in load(TEXT.encode())} == {"unchanged"}
    other = load(TEXT.replace("/hinh-anh", "/so-do-trang").encode())
    assert [r.change for r in other] == ["unchanged", "changed"]
    assert db.session.query(Redirect).count() == 2


def test_targets_as_people_write_them(app: Flask, make_article: Callable[..., Article]) -> None:
    number = make_article().id
    targets = [
        str(number),
        f"/tin/{number}-ten-sai",
        f"https://phuong.example.vn/tin/{number}",
        f"http://phuong.example.vn/tin/{number}-x",
    ]
    load("\n".join(f"/cu/{n},{target}" for n, target in enumerate(targets)).encode())
    assert {row.article_id for row in db.session.query(Redirect)} == {number}


def test_bad_lines_are_named_and_the_rest_goes_on(app: Flask) -> None:
    bad = {
        "cu/1,/a": ("address", "malformed"),
        "/,/a": ("address", "live"),
        "/one": ("line", "columns"),
        "/a,/b,/c": ("line", "columns"),
        "/x,": ("target", "missing"),
        "/x,https://khac.example.vn/a": ("target", "elsewhere"),
        "/x,//khac.example.vn/a": ("target", "elsewhere"),
        "/x,javascript:alert(1)": ("target", "elsewhere"),
        "/x,http://[": ("target", "malformed"),
        "/x,a": ("target", "malformed"),
        "/x,/a b": ("target", "malformed"),
        "/x,/x": ("target", "loop"),
        "/x,999": ("article_id", "unknown"),
        "/x," + "9" * 400: ("article_id", "unknown"),
        "/x,/" + "a" * 1001: ("target", "too_long"),
        "/" + "x" * 1001 + ",/a": ("address", "too_long"),
        "/" + "x" * 6000 + ",/a": ("line", "too_long"),
        "/good,/b": ("address", "twice"),
        '"/open,/a': ("line", "columns"),
    }
    reports = load("\n".join(["/good,/a", *bad, "/last,/a"]).encode())
    assert [r.problem for r in reports[1:-1]] == list(bad.values())
    assert [r.line for r in reports] == list(range(1, len(bad) + 3))
    assert all("\n" not in r.words() for r in reports)
    assert {row.address for row in db.session.query(Redirect)} == {"/good", "/last"}


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"old,new\n", "empty"),
        (b"\xff\xfe", "empty"),
        (b"\xff\xfe\x00", "encoding"),
        (b"PK\x03\x04\x00\x00\xff", "encoding"),
        ("/cũ,/a".encode("utf-16-be"), "encoding"),
        ("/cũ,/a".encode("cp1258", "replace") + b"\xff", "encoding"),
        (b"/a,/b\n" * 20_002, "too_many"),
        (b"x" * 5_000_001, "too_large"),
    ],
)
def test_files_that_cannot_be_read(data: bytes, code: str) -> None:
    with pytest.raises(CsvRefused) as refused:
        redirects_csv.read(data)
    assert refused.value.code == code


def test_the_command_line(app: Flask, tmp_path: Path) -> None:
    run = app.test_cli_runner().invoke
    file = tmp_path / "cu.csv"
    file.write_bytes(TEXT.encode())
    dry = run(args=["import", "redirects", str(file), "--dry-run"])
    assert (dry.exit_code, db.session.query(Redirect).count()) == (0, 0)
    done = run(args=["import", "redirects", str(file)])
    assert done.exit_code == 0
    assert "2 added" in done.output
    file.write_bytes(b"/cu/1.aspx,/lien-ket\n/moi,khong\n")
    mixed = run(args=["import", "redirects", str(file)])
    assert mixed.exit_code == 1
    assert "line 2: refused: the target is no path of this site" in mixed.output
    for wrong in (tmp_path, tmp_path / "missing", Path("/dev/null")):
        assert run(args=["import", "redirects", str(wrong)]).exit_code == 1
