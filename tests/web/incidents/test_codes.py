"""The desk: whose code is it, may they come in, and is somebody forging messages?"""

from collections.abc import Callable

from flask.testing import FlaskClient

from tests.stories.test_is_it_real import at_the_desk, code_in, on_the_page
from tests.support.city import City


def test_the_desk_sees_whose_code_it_is_and_lets_them_in_once(
    city: City, cora: FlaskClient
) -> None:
    desk = f"/incidents/{city.activation_id}/codes"
    assert desk in cora.get(f"/incidents/{city.activation_id}").text
    code = code_in(city.phone("Paul").receives("Police liaison"))
    page = cora.post(desk, data={"code": code}).text
    for said in ("Paul Police", "Police liaison", "asked, no answer yet", "Let in"):
        assert said in page
    assert code not in page
    found = at_the_desk(city, code)
    assert found is not None
    done = cora.post(f"{desk}/{found[0]}/admit", follow_redirects=True)
    assert "Paul Police is let in." in done.text
    again = cora.post(desk, data={"code": code}).text
    assert "Somebody has been let in on this code already" in again
    assert "Let 1 person in again" in again
    assert cora.post(f"{desk}/{found[0]}/admit").status_code == 409
    assert cora.post(f"{desk}/{found[0]}/admit", data={"again": "yes"}).status_code == 303


def test_a_wrong_code_lets_nobody_in(city: City, cora: FlaskClient) -> None:
    desk = f"/incidents/{city.activation_id}/codes"
    page = cora.post(desk, data={"code": "000000"}).text
    assert "Let nobody in on it" in page
    assert 'value="000000"' in page
    assert "1 wrong code in the last hour." in page
    typo = cora.post(desk, data={"code": "12345"})
    assert typo.status_code == 422
    assert 'value="12345"' in typo.text


def test_the_board_turns_red_only_at_five_wrong_codes(city: City, cora: FlaskClient) -> None:
    board = f"/incidents/{city.activation_id}"
    assert "wrong code" not in cora.get(board).text
    for number in range(4):
        on_the_page(city, f"00000{number}")
    page = cora.get(board).text
    assert "4 wrong codes in the last hour." in page
    assert "forged" not in page
    on_the_page(city, "000004")
    page = cora.get(board).text
    assert "5 wrong codes in the last hour." in page
    assert "Somebody may be sending forged messages." in page
    assert "Write a correction" in cora.get(f"{board}/codes").text


def test_a_code_of_another_alert_leads_to_its_desk(city: City, cora: FlaskClient) -> None:
    first = city.activation_id
    code = code_in(city.phone("Paul").receives("Police liaison"))
    city.activate("full")
    page = cora.post(f"/incidents/{city.activation_id}/codes", data={"code": code}).text
    assert "another alert" in page
    assert f"/incidents/{first}/codes" in page
    assert "Let in</button>" not in page


def test_whoever_phones_reads_out_the_city_the_number_and_the_code(
    city: City, cora: FlaskClient, signed_in: Callable[..., FlaskClient]
) -> None:
    city.fast_forward(minutes=11)
    board = f"/incidents/{city.activation_id}?tab=doing"
    page = cora.get(board).text
    said = page[page.index("What to say") :][:1500]
    settings = city.wiring.settings
    assert settings.city_name in said
    assert settings.call_back_number in said
    assert "{" not in said
    assert on_the_page(city, code_in(said)).right
    assert "······" in signed_in("observer", name="Olga").get(board).text


def test_observers_see_the_desk_and_check_nothing(
    city: City, signed_in: Callable[..., FlaskClient]
) -> None:
    client = signed_in("observer", name="Olga")
    desk = f"/incidents/{city.activation_id}/codes"
    page = client.get(desk)
    assert page.status_code == 200
    assert "Check this code" not in page.text
    assert client.post(desk, data={"code": "000000"}).status_code == 403
