"""An accent of the office's own, from the form of the settings to a reader's page."""

from __future__ import annotations

from collections.abc import Callable

from newsapp.appearance import palette
from newsapp.furniture import site_settings
from newsapp.models import Role
from tests.pages import CheckingClient


def sheets(client: CheckingClient, address: str = "/") -> list[str]:
    links = client.page(address).iter("link")
    return [str(link.get("href")) for link in links if "giao-dien" in str(link.get("href"))]


def test_an_office_chooses_its_colour(
    client: CheckingClient,
    sign_in: Callable[..., CheckingClient],
    make_account: Callable[..., object],
) -> None:
    admin = sign_in(make_account(Role.ADMINISTRATOR))
    assert sheets(client) == []
    form = admin.form("/bien-tap/cai-dat") | {"accent": "FFD000"}
    admin.post("/bien-tap/cai-dat", data=form, expect=303)
    assert site_settings().accent == "#ffd000"
    [address] = sheets(client)
    assert sheets(admin, "/bien-tap/") == [address]
    answer = client.get(address)
    assert answer.mimetype == "text/css"
    assert "immutable" in answer.headers["Cache-Control"]
    assert palette.palette("#ffd000").light_accent in answer.text
    client.get("/giao-dien-000000000000.css", expect=404)
    form = admin.form("/bien-tap/cai-dat") | {"accent": ""}
    admin.post("/bien-tap/cai-dat", data=form, expect=303)
    assert sheets(client) == []


def test_what_is_no_colour_is_told_and_kept(
    sign_in: Callable[..., CheckingClient], make_account: Callable[..., object]
) -> None:
    admin = sign_in(make_account(Role.ADMINISTRATOR))
    form = admin.form("/bien-tap/cai-dat") | {"accent": "xanh lá", "tagline": "Gần dân"}
    answer = admin.post("/bien-tap/cai-dat", data=form)
    assert "Viết màu bằng sáu chữ số" in answer.text
    assert 'value="xanh lá"' in answer.text
    assert 'value="Gần dân"' in answer.text
    assert site_settings().accent == ""
