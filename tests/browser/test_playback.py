"""A responder's phone opens the link of an alert."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from clip_model import keys
from clip_model.playback import rsa_signer, sign_link
from local_cloud.demo import fetch

pytestmark = [pytest.mark.cloud, pytest.mark.browser]

SECONDS_PLAYED = "document.querySelector('video').currentTime"
SOURCE_PLAYED = "document.querySelector('video').currentSrc"


@pytest.fixture(scope="module")
def incidents(journey):
    return journey.of("incident")


@pytest.fixture(scope="module")
def sign(cloud, outputs):
    """Links with the deployed key, for any folder and any time."""
    secret = cloud.client("secretsmanager").get_secret_value(SecretId="impp/dev/playback/2026a")["SecretString"]

    def sign(folder, expires_at):
        link = sign_link(
            base_url=f"https://{outputs['PlaybackDomain']}",
            folder=folder,
            key_id=outputs["SigningKeyId"],
            sign=rsa_signer(secret),
            expires_at=expires_at,
        )
        return cloud.viewer_url(link)

    return sign


def until(page, true, seconds=30):
    """Wait for the playing time to be as asked; from outside, since the page's policy forbids evaluating text."""
    for _ in range(seconds * 10):
        if true(page.evaluate(SECONDS_PLAYED)):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"the player stands at {page.evaluate(SECONDS_PLAYED)} s of {page.evaluate(SOURCE_PLAYED)!r}")


def play(page):
    page.evaluate("() => { const video = document.querySelector('video'); video.muted = true; return video.play(); }")
    start = page.evaluate(SECONDS_PLAYED)
    until(page, lambda seconds: seconds > max(1, start + 1))


def test_the_link_plays_hls(page, cloud, incidents):
    for clip in incidents:
        page.goto(cloud.viewer_url(clip.record["link"]))
        play(page)
        assert page.evaluate(SOURCE_PLAYED).endswith(keys.PLAYLIST)


def test_the_link_plays_mp4_where_hls_does_not(page, cloud, incidents):
    page.route(re.compile(r"\.m3u8"), lambda route: route.abort())
    page.goto(cloud.viewer_url(incidents[0].record["link"]))
    play(page)
    assert page.evaluate(SOURCE_PLAYED).endswith(keys.MP4)


def test_the_page_runs_clean_under_its_content_security_policy(page, cloud, incidents):
    trouble = []
    page.on("console", lambda message: trouble.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.goto(cloud.viewer_url(incidents[0].record["link"]))
    play(page)
    assert [text for text in trouble if "favicon" not in text and "403" not in text] == []
    assert page.locator("video").is_visible()
    assert incidents[0].record["reasons"][0].split(" (")[0] in page.inner_text("body")


def test_a_moments_button_seeks_to_it(page, cloud, incidents):
    spoken = next(clip for clip in incidents if len(clip.record["reasons"]) > 1)
    page.goto(cloud.viewer_url(spoken.record["link"]))
    play(page)
    page.locator("button").first.click()
    moment = float(spoken.record["moments"][0]["start"])
    until(page, lambda seconds: abs(seconds - moment) < 2)


def products(clip):
    return [keys.PAGE, keys.PLAYLIST, keys.MP4, keys.POSTER, "hls/clip_360p.m3u8", "hls/clip_360p_00001.ts"]


def status(cloud, outputs, clip, product, query=""):
    url = f"https://{outputs['PlaybackDomain']}/{clip.record['folder']}{product}"
    return fetch(cloud.viewer_url(url) + (f"?{query}" if query else ""))


def query_of(link):
    return link.partition("?")[2]


def test_the_signature_opens_the_whole_folder(cloud, outputs, incidents):
    clip = incidents[0]
    for product in products(clip):
        assert status(cloud, outputs, clip, product, query_of(clip.record["link"])) == 200, product


def test_without_a_signature_nothing_opens(cloud, outputs, incidents):
    for product in products(incidents[0]):
        assert status(cloud, outputs, incidents[0], product) == 403, product


def test_another_clips_signature_opens_nothing(cloud, outputs, incidents):
    one, other = incidents
    for product in products(one):
        assert status(cloud, outputs, one, product, query_of(other.record["link"])) == 403, product


def test_after_expiry_nothing_opens(cloud, outputs, incidents, sign):
    clip = incidents[0]
    for expires_at, expected in ((timedelta(minutes=1), 200), (timedelta(seconds=-1), 403)):
        query = query_of(sign(clip.record["folder"], datetime.now(UTC) + expires_at))
        for product in products(clip):
            assert status(cloud, outputs, clip, product, query) == expected, product


def test_cookies_of_one_clip_do_not_open_another(page, cloud, outputs, incidents):
    one, other = incidents
    page.goto(cloud.viewer_url(one.record["link"]))
    play(page)
    answer = page.goto(cloud.viewer_url(f"https://{outputs['PlaybackDomain']}/{other.record['folder']}{keys.PAGE}"))
    assert answer.status == 403


def test_an_expired_link_shows_403_in_the_browser(page, incidents, sign):
    answer = page.goto(sign(incidents[0].record["folder"], datetime.now(UTC) - timedelta(hours=1)))
    assert answer.status == 403


def test_the_second_signing_key_opens_too(cloud, outputs, incidents):
    """Rotation: while both keys are in the group, links of either work."""
    secret = cloud.client("secretsmanager").get_secret_value(SecretId="impp/dev/playback/2026b")["SecretString"]
    listed = cloud.client("cloudfront").list_public_keys()["PublicKeyList"]["Items"]
    (second,) = [item["Id"] for item in listed if item["Id"] != outputs["SigningKeyId"]]
    link = sign_link(
        base_url=f"https://{outputs['PlaybackDomain']}",
        folder=incidents[0].record["folder"],
        key_id=second,
        sign=rsa_signer(secret),
        expires_at=datetime.now(UTC) + timedelta(minutes=5),
    )
    assert fetch(cloud.viewer_url(link)) == 200
