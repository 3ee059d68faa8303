"""`impp cost change`: two folders of environments, side by side."""

import shutil
from pathlib import Path

import pytest

from operations import deployed
from operations.cli import main

ENVIRONMENTS = Path(deployed.__file__).parents[1] / "environments"


@pytest.fixture
def before(tmp_path):
    return Path(shutil.copytree(ENVIRONMENTS, tmp_path / "before"))


@pytest.fixture
def after(tmp_path, monkeypatch):
    folder = shutil.copytree(ENVIRONMENTS, tmp_path / "after")
    monkeypatch.setattr(deployed, "ENVIRONMENTS", folder)
    return Path(folder)


@pytest.fixture
def impp(before, after, capsys):
    """Runs `impp cost change`; its lines, or the line it failed with."""

    def run(*arguments):
        code = main(["cost", "change", "--before", str(before), *arguments])
        output = capsys.readouterr()
        return output.err.removeprefix("impp: ").strip() if code else output.out.splitlines()

    return run


def edit(path, before, after):
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after, 1))


def test_where_nothing_changes_nothing_is_told(impp):
    *lines, prices = impp()
    assert [line.partition(":")[0] for line in lines] == ["dev", "prod", "staging"]
    assert all(line.endswith("a month, as before") for line in lines)
    assert prices.startswith("list prices of")


def test_a_setting_s_price_is_told_by_service(impp, after):
    edit(after / "staging.toml", 'zones = ["us-east-1a"]', 'zones = ["us-east-1a", "us-east-1b"]')
    lines = impp()
    # Five endpoints in one more zone, 730 hours at $0.01; nothing else.
    (told,) = (line for line in lines if line.startswith("staging: "))
    assert told.endswith("a month, +$36.50")
    assert "  VPC                    36.50 →      73.00      +36.50" in lines
    assert "  network.zones: ['us-east-1a'] → ['us-east-1a', 'us-east-1b']" in lines
    assert sum("→" in line for line in lines) == 3


def test_a_setting_that_costs_nothing_is_told_all_the_same(impp, after):
    edit(after / "dev.toml", "link_hours = 72", "link_hours = 24")
    lines = impp()
    assert lines[0].endswith("a month, as before")
    assert lines[1] == "  playback.link_hours: 72 → 24"


def test_what_is_saved_is_told_with_its_sign(impp, after):
    edit(after / "prod.toml", "[audit]", "[audited]")
    (told,) = (line for line in impp() if line.startswith("prod: "))
    assert "−$" in told


def test_an_environment_that_is_new_or_gone_is_told(impp, before, after):
    (before / "prod.toml").unlink()
    (after / "staging.toml").unlink()
    lines = impp()
    assert any(line.startswith("prod: new, $") and line.endswith("a month") for line in lines)
    assert any(line.startswith("staging: gone, it was $") for line in lines)
    table = [line for line in impp("--markdown") if line.startswith("| ")]
    assert any(line.startswith("| prod | – | $") for line in table)
    assert any(line.startswith("| staging | $") and "| – | −$" in line for line in table)


def test_markdown_is_a_table_and_what_is_behind_it(impp, after):
    edit(after / "dev.toml", 'signing_keys = ["2026a", "2026b"]', 'signing_keys = ["2026a"]')
    lines = impp("--markdown")
    assert lines[:4] == [
        "### Monthly cost",
        "",
        "| environment | before | after | difference |",
        "| --- | ---: | ---: | ---: |",
    ]
    # A secret less.
    assert lines[4].startswith("| dev | $")
    assert lines[4].endswith(" | −$0.40 |")
    assert all(line.endswith("| – |") for line in lines[5:7])
    assert "- playback.signing_keys: ['2026a', '2026b'] → ['2026a']" in lines
    assert any(line.startswith("| Secrets Manager | $1.20 | $0.80 | −$0.40 |") for line in lines)
    assert lines[-1].startswith("_list prices of")


def test_a_file_from_before_there_were_fleets_is_estimated_with_today_s(impp, before):
    path = before / "dev.toml"
    text = path.read_text()
    path.write_text(text[: text.index("[fleet]")])
    lines = impp()
    assert lines[0].endswith("a month, as before")
    assert lines[1] == "  before, the file had no [fleet]: estimated with the one it has now"


def test_a_file_without_a_fleet_now_is_refused(impp, after):
    text = (after / "dev.toml").read_text()
    (after / "dev.toml").write_text(text[: text.index("[fleet]")])
    assert impp() == "dev.toml lacks 'fleet'"


def test_a_folder_without_environments_is_named(impp, before, tmp_path):
    for path in before.glob("*"):
        path.unlink()
    assert impp() == f"no environments in {str(before)!r}: no file ends in .toml"


def test_a_file_that_is_no_toml_is_named(impp, before):
    (before / "prod.toml").write_text("name = ")
    assert impp().startswith("prod.toml cannot be read: ")


def test_a_setting_without_sense_is_named(impp, before):
    edit(before / "dev.toml", "frame_seconds = 2", "frame_seconds = 0")
    assert impp() == "dev.toml: analysis.frame_seconds must be above 0, got 0"


def test_a_number_beyond_all_reckoning_is_told(impp, before):
    edit(
        before / "prod.toml",
        "[fleet.event]\nclips_a_day = 1.0\nseconds = 60.0",
        "[fleet.event]\nclips_a_day = 1.0\nseconds = 1e308",
    )
    assert impp() == "prod cannot be estimated: cannot convert float infinity to integer"


def test_no_environment_need_be_called_dev(impp, before, after):
    for folder in (before, after):
        (folder / "dev.toml").unlink()
    assert impp()[0].startswith("prod: ")
