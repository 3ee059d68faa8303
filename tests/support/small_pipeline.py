"""What `impp smoke` is tested against: a small pipeline behind a distribution that checks signatures."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from botocore.exceptions import ClientError
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from clip_model import keys
from clip_model.playback import rsa_signer, sign_link
from local_cloud.gate import Request, decide
from operations.cli import main

DOMAIN = "d111111abcdef8.cloudfront.net"
SEGMENT = "hls/clip_360p_00001.ts"
PRODUCTS = {
    keys.PAGE: b"<!doctype html>",
    keys.PLAYLIST: b"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=700000\nclip_360p.m3u8\n",
    "hls/clip_360p.m3u8": b"#EXTM3U\n#EXTINF:4,\nclip_360p_00001.ts\n#EXT-X-ENDLIST\n",
    SEGMENT: b"G" * 188,
    keys.MP4: b"mp4" * 99,
    keys.HIGHLIGHT: b"mp4",
    keys.POSTER: b"jpg",
    keys.TRANSCRIPT: b'{"results": {"transcripts": [{"transcript": "an engine"}]}}',
}


class Pipeline:
    """Claims what lies in the raw bucket at its first step, finishes at its second; `spoil` is given each clip then."""

    def __init__(self, aws, key):
        self.s3, self.sfn = aws.client("s3"), aws.client("stepfunctions")
        self.table = aws.resource("dynamodb").Table("clips")
        self.machine = self.sfn.list_state_machines()["stateMachines"][0]["stateMachineArn"]
        self.sign = rsa_signer(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode())
        self.claimed, self.sent = [], []
        self.stopped = self.stuck = False
        self.spoil = lambda pipeline, clip: None

    def step(self):
        """Go on by one step."""
        for clip in self.claimed if not self.stuck else ():
            (self._publish if clip["collection"] == "event" else self._archive)(clip)
            self.table.put_item(Item=clip)
            self.spoil(self, clip)
        self.claimed = [] if not self.stuck else self.claimed
        listed = [item for item in self.s3.list_objects_v2(Bucket="raw").get("Contents", []) if not self.stopped]
        for item in listed:
            if item["Key"] not in self.sent:
                self.sent.append(item["Key"])
                self.claimed.append(self._claim(item["Key"], item["ETag"].strip('"')))

    def _claim(self, key, etag):
        identity = keys.clip_id(key, etag)
        run = self.sfn.start_execution(stateMachineArn=self.machine, input="{}")["executionArn"]
        clip = {"clip_id": identity, "key": key, "collection": key.split("/")[2], "status": "processing"}
        clip |= {"execution": run, "folder": keys.products_folder(key, identity)}
        self.s3.put_object(Bucket="processed", Key=f"work/{identity}/frame.0.jpg", Body=b"jpg")
        self.table.put_item(Item=clip)
        return clip

    def _publish(self, clip):
        labels = json.dumps({"clip_id": clip["clip_id"], "labels": [], "words": []}).encode()
        for name, body in {**PRODUCTS, keys.LABELS: labels}.items():
            self.s3.put_object(Bucket="processed", Key=clip["folder"] + name, Body=body)
        self._judge(clip, "incident", "STANDARD", f"s3://raw/{clip['key']}", moments=[{"start": 0, "end": 4}])
        clip["link"] = sign_link(
            base_url=f"https://{DOMAIN}",
            folder=clip["folder"],
            key_id="K2JCJMDEHXQW5F",
            sign=self.sign,
            expires_at=datetime.now(UTC) + timedelta(hours=1),
        )

    def _archive(self, clip):
        (version,) = self.s3.list_object_versions(Bucket="raw", Prefix=clip["key"])["Versions"]
        body = self.s3.get_object(Bucket="raw", Key=clip["key"])["Body"].read()
        self.s3.put_object(Bucket="archive", Key=clip["key"], Body=body, StorageClass="DEEP_ARCHIVE")
        self.s3.delete_object(Bucket="raw", Key=clip["key"], VersionId=version["VersionId"])
        self._judge(clip, "routine", "DEEP_ARCHIVE", f"s3://archive/{clip['key']}")

    @staticmethod
    def _judge(clip, verdict, storage_class, location, **more):
        clip |= {"status": "done", "verdict": verdict, "reasons": ["a reason"], "moments": [], "notes": [], **more}
        clip |= {"storage_class": storage_class, "location": location, "depth": "full"}
        clip |= {"estimated_cost_usd": Decimal("0.05")}


class Distribution(ThreadingHTTPServer):
    """Serves the processed bucket by the gate's decision. `open`: to anybody; `elsewhere`: redirects there."""

    open = elsewhere = False

    def __init__(self, aws, key):
        super().__init__(("127.0.0.1", 0), Viewer)
        self.s3 = aws.client("s3")
        public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        self.keys = {"K2JCJMDEHXQW5F": public.decode()}
        self.asked = []


class Viewer(BaseHTTPRequestHandler):
    """A request of a viewer's."""

    def do_GET(self):
        path, _, query = self.path.partition("?")
        self.server.asked.append(path)
        if self.server.elsewhere:
            self.send_response(302)
            self.send_header("Location", f"http://127.0.0.1:{self.server.server_port}/elsewhere")
            self.end_headers()
            return
        request = Request(DOMAIN, path, query, self.headers.get("Cookie", ""))
        allowed = self.server.open or decide(request, self.server.keys, datetime.now(UTC)) is None
        host = f"{DOMAIN.partition('.')[0]}.cloudfront.localhost:{self.server.server_port}"
        try:
            body = self.server.s3.get_object(Bucket="processed", Key=path[1:])["Body"].read() if allowed else b"no"
        except ClientError:
            allowed, body = False, b""  # S3 says no more to an origin that may not list
        self.send_response(200 if allowed and self.headers["Host"] == host else 403)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def leftovers(pipeline):
    """Keys of all versions and markers in any bucket, and ids of all records."""
    pages = [pipeline.s3.list_object_versions(Bucket=bucket) for bucket in ("raw", "archive", "processed")]
    found = [item["Key"] for page in pages for item in (*page.get("Versions", []), *page.get("DeleteMarkers", []))]
    return found + [item["clip_id"] for item in pipeline.table.scan()["Items"]]


def product(name, body=None):
    """Lets an incident's product be missing, or be something else."""

    def spoil(pipeline, clip):
        where = {"Bucket": "processed", "Key": clip["folder"] + name}
        if "link" in clip:
            pipeline.s3.delete_object(**where) if body is None else pipeline.s3.put_object(**where, Body=body)

    return spoil


def record(about, **changes):
    """Lets a record say something else."""

    def spoil(pipeline, clip):
        if clip["verdict"] == about:
            pipeline.table.put_item(Item=clip | changes)

    return spoil


def run(capsys, *arguments, code):
    """Run the command to that exit code; what it said."""
    capsys.readouterr()
    assert main(["smoke", *arguments]) == code
    return capsys.readouterr()


def wrong(captured):
    """The wrong checks' lines, without the clip's name where it is the incident's."""
    lines = [line.removeprefix("wrong  ") for line in captured.out.splitlines() if line.startswith("wrong")]
    return [line.removeprefix("incident clip: ") for line in lines]
