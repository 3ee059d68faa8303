import tomllib
from pathlib import Path

import pytest

ENVIRONMENT = {
    "RAW_BUCKET": "raw-media",
    "CAMPAIGNS_TABLE": "campaigns",
    "PIXABAY_SECRET": "impp/test/campaigns/pixabay",
    "CONTACT": "https://example.com/footage",
    "LARGEST_BYTES": "2000000000",
}


@pytest.fixture
def read(load):
    return load("campaign", "campaign_settings").CampaignSettings.read


def test_without_a_gateway_the_sources_are_the_internets(read):
    settings = read(ENVIRONMENT)
    assert (settings.gateway, settings.largest_bytes) == (None, 2_000_000_000)


@pytest.mark.parametrize("missing", sorted(ENVIRONMENT))
def test_every_variable_is_needed(read, missing):
    with pytest.raises(ValueError, match=f"environment variable {missing} must be set, got ''"):
        read(ENVIRONMENT | {missing: ""})


@pytest.mark.parametrize("size", ["0", "-1", "1.5", "much"])
def test_a_size_that_is_none_is_refused(read, size):
    with pytest.raises(ValueError, match=f"LARGEST_BYTES must be a whole number of bytes, got '{size}'"):
        read(ENVIRONMENT | {"LARGEST_BYTES": size})


@pytest.mark.parametrize("contact", ["me and you", "a@b.example\r\nHost: evil", "jörg@example.com", "a@b.example\n"])
def test_a_contact_that_fits_no_header_is_refused(read, contact):
    with pytest.raises(ValueError, match="CONTACT must be printable ASCII without spaces"):
        read(ENVIRONMENT | {"CONTACT": contact})


@pytest.mark.parametrize(
    "gateway",
    [
        "http://10.0.0.1:80",
        "https://127.0.0.1:1",
        "http://127.0.0.1.evil.example:1",
        "http://127.0.0.1:1/x",
        "http://127.0.0.1:1\n",
    ],
)
def test_a_gateway_is_on_this_machine_or_refused(read, gateway):
    with pytest.raises(ValueError, match=r"SOURCES_GATEWAY_URL must be http://127\.0\.0\.1:<port> or unset"):
        read(ENVIRONMENT | {"SOURCES_GATEWAY_URL": gateway})


def test_the_user_agent_names_the_version_of_the_project(load):
    project = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == load("campaign", "transport").VERSION
