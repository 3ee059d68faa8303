import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import streamlit
from botocore import handlers
from campaign_table import CampaignTable
from streamlit.testing.v1 import AppTest

import console
from console.visitor import CLAIMS
from console.wording import plain
from operations.campaigns import read_book
from operations.deployed import Deployed, read_environment

PARAMETER = "/impp/dev/campaigns"


@pytest.fixture
def table(stacks):
    return CampaignTable(stacks)


@pytest.fixture
def open_page(stacks):
    def open_page():
        page = AppTest.from_file(Path(console.__file__).with_name("app.py"), default_timeout=30)
        page.switch_page("views/campaigns.py").run()
        assert not page.exception
        return page

    return open_page


@pytest.fixture
def book(stacks):
    """The book as it stands."""

    def book():
        return json.loads(stacks.client("ssm").get_parameter(Name=PARAMETER)["Parameter"]["Value"])

    return book


def write(stacks, value):
    """Somebody else writes the book."""
    stacks.client("ssm").put_parameter(Name=PARAMETER, Value=json.dumps(value), Overwrite=True)


def texts(page):
    return [text.value for text in page.text]


def errors(page):
    return [error.value for error in page.error]


def press(page, label):
    (button,) = [button for button in page.button if button.label == label]
    button.click().run()
    assert not page.exception


def edit(page, name):
    page.button(key=f"edit-{name}").click().run()
    assert not page.exception


def test_every_campaign_has_its_card(open_page):
    page = open_page()
    assert page.title[0].value == "Campaigns"
    assert [each.value for each in page.subheader] == ["nature", "travel"]
    assert "“waterfall”" in texts(page)
    assert "6 clips from wikimedia and pixabay" in texts(page)
    assert "4 clips from wikimedia" in texts(page)


def test_what_the_weekly_run_does_next_is_told(open_page, table, stacks, book):
    page = open_page()
    assert "Next: nature, 6 clips from wikimedia and pixabay" in texts(page)
    assert "Last choice: none yet" in texts(page)
    table.put_choice("nature", batch_size=2)
    page.run()
    assert "Next: nature, 2 clips from wikimedia" in texts(page)
    assert "Last choice: nature, 2 clips from wikimedia" in texts(page)
    changed = book()
    changed["campaigns"]["nature"]["schedule"] = "manual"
    write(stacks, changed)
    page.run()
    assert "Next: nothing, no campaign is weekly" in texts(page)


def test_rotation_is_switched_on_and_off(open_page, book, table):
    table.put_choice("nature", batch_size=2)
    page = open_page()
    assert not page.toggle[0].value
    page.toggle[0].set_value(True).run()
    assert book()["rotate"] is True
    assert page.toggle[0].value
    assert "Next: nature, 6 clips from wikimedia and pixabay" in texts(page)
    page.toggle[0].set_value(False).run()
    assert book()["rotate"] is False


def test_a_campaign_is_edited_field_by_field(open_page, book):
    page = open_page()
    before = book()
    edit(page, "travel")
    assert page.subheader[0].value == "travel"
    assert page.text_input[0].value == "city street"
    assert page.slider[0].value == 4
    page.text_input[0].set_value("old town ")
    page.slider[0].set_value(9)
    page.pills[0].set_value(["pixabay"])
    page.pills[1].set_value(["pixabay", "cc0"])
    page.button_group[2].set_value("weekly")
    press(page, "Save")
    assert errors(page) == []
    assert book()["campaigns"] == {
        "nature": before["campaigns"]["nature"],
        "travel": {
            "query": "old town",
            "sources": ["pixabay"],
            "batch_size": 9,
            "licences": ["pixabay", "cc0"],
            "schedule": "weekly",
        },
    }
    assert page.toast[0].value == "travel saved"
    # The form is gone, and the cards show what was saved.
    assert len(page.text_input) == 0
    assert "9 clips from pixabay" in texts(page)


def test_a_new_campaign_is_made(open_page, book):
    page = open_page()
    press(page, "New campaign")
    page.text_input[0].set_value("space")
    page.text_input[1].set_value("rocket")
    press(page, "Save")
    assert book()["campaigns"]["space"]["query"] == "rocket"
    assert [each.value for each in page.subheader] == ["nature", "space", "travel"]


def test_what_is_wrong_stands_below_its_field_and_what_was_typed_stays(open_page, book):
    page = open_page()
    before = book()
    press(page, "New campaign")
    page.text_input[0].set_value("Space!")
    page.pills[0].set_value([])
    press(page, "Save")
    name, query, sources = errors(page)
    assert name.startswith(plain("a campaign's name must be 2 to 32 of a-z"))
    assert query == plain("query must be 1 to 100 characters, got ''")
    assert sources == plain("sources must be a list of different words, got []")
    assert page.text_input[0].value == "Space!"
    assert book() == before
    page.text_input[0].set_value("space")
    page.text_input[1].set_value("rocket")
    page.pills[0].set_value(["wikimedia"])
    press(page, "Save")
    assert errors(page) == []
    assert book()["campaigns"]["space"]["sources"] == ["wikimedia"]


def test_a_new_campaign_does_not_take_the_place_of_another(open_page, book):
    page = open_page()
    press(page, "New campaign")
    page.text_input[0].set_value("nature")
    page.text_input[1].set_value("rocket")
    press(page, "Save")
    assert errors(page) == [plain("there is a campaign 'nature' already")]
    assert book()["campaigns"]["nature"]["query"] == "waterfall"


def test_an_edit_that_is_given_up_changes_nothing(open_page, book):
    page = open_page()
    before = book()
    edit(page, "nature")
    page.text_input[0].set_value("sea")
    press(page, "Cancel")
    assert len(page.text_input) == 0
    assert book() == before
    # What was typed then is not there the next time.
    edit(page, "nature")
    assert page.text_input[0].value == "waterfall"


def test_what_somebody_else_changed_since_the_form_was_opened_is_not_written_over(open_page, stacks, book):
    page = open_page()
    edit(page, "travel")
    theirs = book()
    theirs["campaigns"]["travel"]["query"] = "harbour"
    write(stacks, theirs)
    # Another look at the page in between does not make the form newer.
    page.run()
    page.text_input[0].set_value("old town")
    press(page, "Save")
    assert plain("changed by somebody else (version 1 was read, now it is 2): nothing was written") in errors(page)[0]
    assert book() == theirs
    assert page.text_input[0].value == "old town"


def test_a_campaign_is_removed_once_that_is_confirmed(open_page, book):
    page = open_page()
    page.button(key="remove-travel").click().run()
    assert not page.exception
    assert list(book()["campaigns"]) == ["nature"]
    assert [each.value for each in page.subheader] == ["nature"]


def test_a_removal_and_a_switch_that_come_too_late_are_refused(open_page, stacks, book):
    page = open_page()
    theirs = {**book(), "rotate": True}
    write(stacks, theirs)
    page.button(key="remove-travel").click().run()
    assert "changed by somebody else" in errors(page)[0]
    assert book() == theirs
    write(stacks, {**theirs, "campaigns": {}})
    page.toggle[0].set_value(False).run()
    assert "changed by somebody else" in errors(page)[0]
    assert page.toggle[0].value
    page.run()
    assert errors(page) == []


def test_the_second_of_two_quick_clicks_accuses_nobody(stacks, book):
    """Its callback is called with what the page knew before the first."""
    deployed = Deployed(read_environment("dev"))
    stored = read_book(deployed)

    def script(deployed, stored):
        import streamlit as st

        from console.campaign_changes import remove, rotate, take_refusal

        for wanted in (True, False):
            st.session_state["switch"] = wanted
            rotate(deployed, stored, "switch")
        for _ in range(2):
            remove(deployed, stored, "travel")
        st.text(take_refusal() or "nothing was refused")

    page = AppTest.from_function(script, args=(deployed, stored)).run()
    assert page.text[0].value == "nothing was refused"
    assert book()["rotate"] is False
    assert list(book()["campaigns"]) == ["nature"]


def test_a_page_whose_session_is_over_changes_nothing(open_page, book, monkeypatch):
    page = open_page()
    before = book()
    monkeypatch.setattr(type(streamlit.context), "headers", {CLAIMS: "somebody"})
    page.session_state["since"] = datetime.now(UTC) - timedelta(hours=13)
    page.button(key="remove-travel").click().run()
    assert book() == before


@pytest.mark.parametrize(
    ("schedule", "said"),
    [
        ("cron(0 5 ? * MON *)", "When: every Monday at 05:00 UTC"),
        ("rate(7 days)", "When: rate(7 days) UTC"),
        ("cron(0 5 1 * ? *)", "When: cron(0 5 1 * ? *) UTC"),
    ],
)
def test_when_the_weekly_run_comes_is_told(open_page, environments, schedule, said):
    settings = environments / "dev.toml"
    settings.write_text(f'{settings.read_text()}\n[campaigns]\nschedule = "{schedule}"\n')
    assert said in texts(open_page())


def test_what_parameter_store_refuses_is_said(open_page, monkeypatch, book):
    error = {"Code": "AccessDeniedException", "Message": "not allowed"}
    refuse = (
        "before-call.ssm.PutParameter",
        lambda **_: (type("Answer", (), {"status_code": 400})(), {"Error": error}),
    )
    monkeypatch.setattr(handlers, "BUILTIN_HANDLERS", [refuse, *handlers.BUILTIN_HANDLERS])
    page = open_page()
    before = book()
    page.button(key="remove-travel").click().run()
    assert "AccessDeniedException" in errors(page)[0]
    edit(page, "travel")
    press(page, "Save")
    assert "AccessDeniedException" in errors(page)[0]
    assert book() == before


def test_a_broken_book_is_told_and_nothing_offers_to_write_over_it(open_page, stacks):
    stacks.client("ssm").put_parameter(Name=PARAMETER, Value="{", Overwrite=True)
    page = open_page()
    assert plain("parameter /impp/dev/campaigns cannot be read") in errors(page)[0]
    assert len(page.button) == 0


def test_without_campaigns_the_page_says_so(open_page, stacks):
    write(stacks, {"version": 1, "campaigns": {}})
    page = open_page()
    assert page.info[0].value == "There is no campaign yet."
    assert "Next: nothing, no campaign is weekly" in texts(page)
