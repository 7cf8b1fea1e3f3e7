"""Addresses and texts that no browser sends by itself lead nowhere, and never to an error of ours."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient


@pytest.mark.parametrize("number", ["2147483648", "99999999999999999999999"])
@pytest.mark.parametrize("path", ["/incidents/{}", "/directory/people/{}", "/playbooks/harbour/{}"])
def test_an_id_larger_than_any_row_is_no_page(
    signed_in: Callable[..., FlaskClient], path: str, number: str
) -> None:
    assert signed_in("administrator").get(path.format(number)).status_code == 404


@pytest.mark.parametrize("path", ["/a/%00", "/playbooks/%00/1", "/directory/roles/%00"])
def test_a_nul_in_an_address_is_no_page(signed_in: Callable[..., FlaskClient], path: str) -> None:
    assert signed_in("administrator").get(path).status_code == 404


def test_a_nul_in_what_was_typed_is_refused(signed_in: Callable[..., FlaskClient]) -> None:
    client = signed_in("administrator")
    answer = client.post("/directory/organisations/new", data={"name": "Harbour\x00"})
    assert answer.status_code == 400
    assert client.get("/phones/?find=%00").status_code == 400


def test_the_largest_id_of_all_is_only_not_found(signed_in: Callable[..., FlaskClient]) -> None:
    assert signed_in("administrator").get("/incidents/2147483647").status_code == 404
