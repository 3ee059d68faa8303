"""The gate must serve what CloudFront serves and nothing else."""

import random
import xml.etree.ElementTree as ET
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlsplit

import pytest
from botocore.signers import CloudFrontSigner
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from clip_model.playback import rsa_signer, sign_link
from local_cloud import gate
from local_cloud.gate import Request, decide

DOMAIN = "d111111abcdef8.cloudfront.net"
BASE = f"https://{DOMAIN}"
NOW = datetime(2026, 11, 20, 12, 0, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
FOLDER = "video/car-7/event/20261120_101500/crash/"
OTHER = "video/car-7/event/20261120_101500/other/"


def pem_pair():
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return (
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode(),
        key.public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode(),
    )


OLD_PRIVATE, OLD_PUBLIC = pem_pair()
NEW_PRIVATE, NEW_PUBLIC = pem_pair()
GROUP = {"KOLD": OLD_PUBLIC, "KNEW": NEW_PUBLIC}
# botocore's signer is the oracle: it is AWS's own account of both kinds of policy.
AWS = CloudFrontSigner("KNEW", rsa_signer(NEW_PRIVATE))


def link_to(folder=FOLDER, *, key_id="KNEW", private=NEW_PRIVATE, expires_at=LATER):
    return sign_link(base_url=BASE, folder=folder, key_id=key_id, sign=rsa_signer(private), expires_at=expires_at)


def request_of(url, **fields):
    parts = urlsplit(url)
    return Request(domain=parts.netloc, path=parts.path, query=parts.query, **fields)


def open_link(url, *, now=NOW, group=GROUP, **fields):
    return decide(request_of(url, **fields), group, now)


def signed(policy, url=f"{BASE}/{FOLDER}clip.mp4"):
    return AWS.generate_presigned_url(url, policy=policy)


def policy_of(resource=f"{BASE}/{FOLDER}*", **conditions):
    return AWS.build_policy(resource, LATER, **conditions)


def cookies_of(url):
    values = dict(part.split("=", 1) for part in urlsplit(url).query.split("&"))
    return "; ".join(f"CloudFront-{name}={value}" for name, value in values.items())


def path_under(link, path):
    """The same link, asked for another path."""
    return f"{BASE}/{path}?{urlsplit(link).query}"


def test_a_signed_link_opens_its_page_and_everything_in_its_folder():
    link = link_to()
    assert open_link(link) is None
    for name in ("clip.mp4", "hls/clip.m3u8", "hls/720p_00001.ts", "thumbs/0.jpg"):
        assert open_link(path_under(link, FOLDER + name)) is None


def test_without_parameters_nothing_opens():
    assert open_link(f"{BASE}/{FOLDER}index.html") == gate.MISSING_KEY


def test_another_clip_stays_closed():
    assert open_link(path_under(link_to(), f"{OTHER}index.html")) == gate.ACCESS_DENIED


def test_another_distribution_stays_closed():
    link = link_to().replace(DOMAIN, "d222222abcdef8.cloudfront.net")
    assert open_link(link) == gate.ACCESS_DENIED


def test_another_clips_signature_does_not_fit():
    query = dict(part.split("=", 1) for part in urlsplit(link_to()).query.split("&"))
    query["Signature"] = dict(part.split("=", 1) for part in urlsplit(link_to(OTHER)).query.split("&"))["Signature"]
    url = f"{BASE}/{FOLDER}index.html?" + "&".join(f"{name}={value}" for name, value in query.items())
    assert open_link(url) == gate.ACCESS_DENIED


@pytest.mark.parametrize("name", ["Policy", "Signature"])
def test_no_character_of_a_link_can_be_changed(name):
    link = link_to()
    start = link.index(f"{name}=") + len(name) + 1
    end = link.index("&", start)
    dice = random.Random(20261120)
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-~_"
    # Every sixth character, and the last ones, where base64 has bits to spare.
    for position in {*range(start, end, 6), *range(end - 4, end)}:
        other = dice.choice([letter for letter in alphabet if letter != link[position]])
        tampered = link[:position] + other + link[position + 1 :]
        assert open_link(tampered) is not None, f"{name} opened with {other!r} at {position - start}"


def test_spare_bits_of_the_last_signature_character_are_not_ignored():
    link = link_to()
    end = link.index("__&Key-Pair-Id")
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-~"
    opened = [letter for letter in alphabet if open_link(link[: end - 1] + letter + link[end:]) is None]
    assert opened == [link[end - 1]]


@pytest.mark.parametrize(("seconds", "opens"), [(-1, True), (-0.001, True), (0, False), (1, False)])
def test_a_link_answers_until_its_expiry_and_not_at_it(seconds, opens):
    assert (open_link(link_to(), now=LATER + timedelta(seconds=seconds)) is None) == opens


@pytest.mark.parametrize(("seconds", "opens"), [(-1, False), (0, True), (1, True)])
def test_a_link_may_begin_later(seconds, opens):
    start = NOW + timedelta(minutes=10)
    link = signed(policy_of(date_greater_than=start))
    assert (open_link(link, now=start + timedelta(seconds=seconds)) is None) == opens


def test_while_keys_rotate_both_of_the_group_open():
    assert open_link(link_to(key_id="KOLD", private=OLD_PRIVATE)) is None
    assert open_link(link_to(key_id="KNEW", private=NEW_PRIVATE)) is None


def test_a_key_that_left_the_group_opens_nothing():
    link = link_to(key_id="KOLD", private=OLD_PRIVATE)
    assert open_link(link, group={"KNEW": NEW_PUBLIC}) == gate.UNKNOWN_KEY


def test_the_named_key_must_be_the_one_that_signed():
    assert open_link(link_to(key_id="KOLD", private=NEW_PRIVATE)) == gate.ACCESS_DENIED


@pytest.mark.parametrize(
    ("address", "opens"),
    [("192.0.2.17", True), ("192.0.2.255", True), ("192.0.3.17", False), ("2001:db8::1", False)],
)
def test_a_policy_may_name_the_viewers_network(address, opens):
    link = signed(policy_of(ip_address="192.0.2.0/24"))
    assert open_link(link, client_ip=address) == (None if opens else gate.ACCESS_DENIED)


@pytest.mark.parametrize(
    ("resource", "path", "opens"),
    [
        ("*", "a/b.mp4", True),
        (f"http*://{DOMAIN}/*", "a/b.mp4", True),
        (f"{BASE}/a/*.mp4", "a/b/c.mp4", True),
        (f"{BASE}/a/?.mp4", "a/b.mp4", True),
        (f"{BASE}/a/?.mp4", "a/bb.mp4", False),
        (f"{BASE}/a/?.mp4", "a/.mp4", False),
        (f"{BASE}/a/b.mp4", "a/bXmp4", False),
        (f"{BASE}/a/b", "a/b.mp4", False),
        (f"{BASE}/a/[b].mp4", "a/b.mp4", False),
        ("/a/*", "a/b.mp4", False),
        (f"{BASE}/A/*", "a/b.mp4", False),
    ],
)
def test_a_resource_is_the_whole_url_with_two_wildcards(resource, path, opens):
    link = signed(policy_of(resource), f"{BASE}/{path}")
    assert open_link(link) == (None if opens else gate.ACCESS_DENIED)


def test_a_query_of_the_viewers_own_belongs_to_the_url():
    exact = signed(policy_of(f"{BASE}/a.mp4?size=large"), f"{BASE}/a.mp4?size=large")
    assert open_link(exact) is None
    assert open_link(exact.replace("size=large", "size=small")) == gate.ACCESS_DENIED
    assert open_link(exact.replace("size=large&", "")) == gate.ACCESS_DENIED


def test_a_canned_policy_opens_its_one_url():
    for url in (f"{BASE}/a.mp4", f"{BASE}/a.mp4?size=large&colour=red"):
        link = AWS.generate_presigned_url(url, date_less_than=LATER)
        assert open_link(link) is None
        assert open_link(link, now=LATER) == gate.ACCESS_DENIED
        assert open_link(link.replace("a.mp4", "b.mp4")) == gate.ACCESS_DENIED


def test_a_canned_policys_expiry_cannot_be_moved():
    link = AWS.generate_presigned_url(f"{BASE}/a.mp4", date_less_than=LATER)
    moment = str(int(LATER.timestamp()))
    assert open_link(link.replace(moment, str(int(moment) + 3600))) == gate.ACCESS_DENIED


@pytest.mark.parametrize("expires", ["", "soon", "1e12", "-1", "9999999999}},{", "9" * 13])
def test_an_expiry_that_is_no_time_is_refused(expires):
    link = AWS.generate_presigned_url(f"{BASE}/a.mp4", date_less_than=LATER)
    url = link.replace(f"Expires={int(LATER.timestamp())}", f"Expires={expires}")
    assert open_link(url) == gate.MALFORMED_POLICY


def test_cookies_open_what_their_link_opens():
    cookies = "theme=dark; " + cookies_of(link_to())
    assert {name.split("=")[0] for name in cookies.split("; ")[1:]} == {
        "CloudFront-Policy",
        "CloudFront-Signature",
        "CloudFront-Key-Pair-Id",
    }
    assert open_link(f"{BASE}/{FOLDER}hls/clip.m3u8", cookies=cookies) is None
    assert open_link(f"{BASE}/{OTHER}hls/clip.m3u8", cookies=cookies) == gate.ACCESS_DENIED


def test_cookies_may_carry_a_canned_policy():
    url = f"{BASE}/a.mp4"
    cookies = cookies_of(AWS.generate_presigned_url(url, date_less_than=LATER))
    assert open_link(url, cookies=cookies) is None
    assert open_link(url, cookies=cookies, now=LATER) == gate.ACCESS_DENIED


def test_cookies_without_the_prefix_are_somebody_elses():
    cookies = cookies_of(link_to()).replace("CloudFront-", "")
    assert open_link(f"{BASE}/{FOLDER}clip.mp4", cookies=cookies) == gate.MISSING_KEY


def test_of_two_cookies_with_one_name_the_deepest_folders_counts():
    clip, elsewhere = cookies_of(link_to()), cookies_of(link_to(OTHER))
    url = f"{BASE}/{FOLDER}clip.mp4"
    assert open_link(url, cookies=f"{clip}; {elsewhere}") is None
    assert open_link(url, cookies=f"{elsewhere}; {clip}") == gate.ACCESS_DENIED


def test_a_link_takes_effect_before_cookies():
    good = cookies_of(link_to())
    expired = link_to(expires_at=NOW - timedelta(hours=1))
    assert open_link(expired, cookies=good) == gate.ACCESS_DENIED
    assert open_link(link_to(), cookies=cookies_of(expired)) is None


def without(link, name):
    parts = urlsplit(link)
    kept = [part for part in parts.query.split("&") if not part.startswith(f"{name}=")]
    return parts._replace(query="&".join(kept)).geturl()


@pytest.mark.parametrize(
    ("name", "refusal"),
    [
        ("Key-Pair-Id", gate.MISSING_KEY),
        ("Policy", gate.MALFORMED_POLICY),
        ("Signature", gate.MALFORMED_SIGNATURE),
    ],
)
def test_each_parameter_is_needed(name, refusal):
    link = link_to()
    assert open_link(without(link, name)) == refusal
    emptied = f"{without(link, name)}&{name}="
    # An empty custom policy is a policy that nobody signed.
    assert open_link(emptied) == (gate.ACCESS_DENIED if name == "Policy" else refusal)


@pytest.mark.parametrize("text", ["a", "ab_", "a___", "ab=c", "ab+/", "ab c", "абвг", "AAB_"])
def test_what_is_not_cloudfronts_base64_is_refused(text):
    link = link_to()
    assert open_link(f"{without(link, 'Policy')}&Policy={quote(text)}") == gate.MALFORMED_POLICY
    assert open_link(f"{without(link, 'Signature')}&Signature={quote(text)}") == gate.MALFORMED_SIGNATURE


STATEMENT = '{"Resource":"*","Condition":{"DateLessThan":{"AWS:EpochTime":99999999999}}}'


@pytest.mark.parametrize(
    "policy",
    [
        "not json",
        b"\xff\xfe",
        "[]",
        "{}",
        '{"Statement":[]}',
        f'{{"Statement":[{STATEMENT},{STATEMENT}]}}',
        '{"Statement":["all"]}',
        '{"Statement":[{"Resource":"*"}]}',
        '{"Statement":[{"Resource":"*","Condition":{}}]}',
        '{"Statement":[{"Condition":{"DateLessThan":{"AWS:EpochTime":99999999999}}}]}',
        '{"Statement":[{"Resource":["*"],"Condition":{"DateLessThan":{"AWS:EpochTime":99999999999}}}]}',
        '{"Statement":[{"Resource":"*","Condition":{"DateLessThan":{"AWS:EpochTime":"never"}}}]}',
        '{"Statement":[{"Resource":"*","Condition":{"DateLessThan":99999999999}}]}',
        '{"Statement":[{"Resource":"*","Condition":{"DateLessThan":{"AWS:EpochTime":99999999999},'
        '"Referer":{"is":"x"}}}]}',
        '{"Statement":[{"Resource":"*","Condition":{"DateLessThan":{"AWS:EpochTime":99999999999},'
        '"IpAddress":{"AWS:SourceIp":"here"}}}]}',
    ],
)
def test_a_signed_policy_of_another_shape_opens_nothing(policy):
    assert open_link(signed(policy)) == gate.MALFORMED_POLICY


def test_the_well_shaped_policy_beside_them_opens():
    assert open_link(signed(f'{{"Statement":[{STATEMENT}]}}')) is None


@pytest.mark.parametrize("name", ["день/клип 1/", "a b/", "50%/", "naïve+plus/", "q?uestion#hash/", "star*/"])
def test_paths_are_compared_as_they_are_encoded(name):
    folder = f"video/car/event/20261120_101500/{name}"
    link = link_to(folder)
    assert open_link(link) is None
    assert open_link(path_under(link, f"{quote(folder)}hls/клип.m3u8")) is None
    assert open_link(path_under(link, quote(folder[:-2] + "X/index.html"))) == gate.ACCESS_DENIED


TRICKS = [
    "../other/index.html",
    "%2e%2e/other/index.html",
    ".%2E/other/index.html",
    "%252e%252e/other/index.html",
    "%25252e%25252e/other/index.html",
    "..%2fother/index.html",
    "%2e%2e%2fother%2findex.html",
    "..%5cother/index.html",
    "..\\other\\index.html",
    "hls/../../other/index.html",
    "./index.html",
    "hls%2Fclip.m3u8",
    "..",
]


@pytest.mark.parametrize("trick", TRICKS)
def test_a_path_cannot_climb_out_of_its_folder(trick):
    link = link_to()
    assert decide(Request(DOMAIN, f"/{FOLDER}{trick}", urlsplit(link).query), GROUP, NOW) == gate.ACCESS_DENIED
    cookies = cookies_of(link)
    assert decide(Request(DOMAIN, f"/{FOLDER}{trick}", "", cookies), GROUP, NOW) == gate.ACCESS_DENIED


def test_dots_inside_a_name_are_only_dots():
    link = link_to()
    for name in ("a..b.mp4", "...mp4", ".hidden", "100%25.mp4"):
        assert open_link(path_under(link, FOLDER + name)) is None


@pytest.mark.parametrize(
    ("query", "rest"),
    [
        ("", ""),
        ("Policy=p&Signature=s&Key-Pair-Id=k", ""),
        ("size=large&Policy=p&Signature=s&b=%20+&Key-Pair-Id=k", "size=large&b=%20+"),
        ("Expires=1&a=Policy", "a=Policy"),
        ("%50olicy=p&a", "a"),
        ("policy=p&PolicyX=1", "policy=p&PolicyX=1"),
    ],
)
def test_cloudfronts_parameters_never_reach_the_origin(query, rest):
    assert gate.strip_parameters(query) == rest


def test_a_disguised_parameter_counts_as_one():
    link = link_to().replace("Policy=", "%50olicy=").replace("~", "%7E")
    assert open_link(link) is None


def test_a_refusal_reads_like_cloudfronts():
    document = ET.fromstring(gate.MISSING_KEY.body)
    assert document.tag == "Error"
    assert document.findtext("Code") == "MissingKey"
    assert document.findtext("Message") == "Missing Key-Pair-Id query parameter or cookie value"


def test_a_key_group_with_a_key_that_is_not_rsa_is_a_fault_of_the_deployment():
    public = ec.generate_private_key(ec.SECP256R1()).public_key()
    pem = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
    with pytest.raises(ValueError, match="'KNEW' must be an RSA public key"):
        open_link(link_to(), group={"KNEW": pem})
