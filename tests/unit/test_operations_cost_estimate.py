"""`impp cost estimate`: of a fleet, of a folder, of settings alone."""

import builtins
import json
import os
import shutil
from pathlib import Path
from xml.etree import ElementTree

import av
import numpy as np
import pytest

from media_pipeline.environment import read_environment
from operations import cost_commands, deployed
from operations.cli import main
from operations.cost_folder import probe
from operations.cost_settings import read_costed

HERE = Path(deployed.__file__).parents[1]
ENVIRONMENTS = HERE / "environments"


@pytest.fixture
def impp(tmp_path, monkeypatch, capsys):
    """Runs `impp cost estimate`; its lines, or the line it failed with. The environments are copies."""
    folder = shutil.copytree(ENVIRONMENTS, tmp_path / "environments")
    monkeypatch.setattr(deployed, "ENVIRONMENTS", folder)

    def run(*arguments):
        code = main(["cost", "estimate", *map(str, arguments)])
        output = capsys.readouterr()
        assert (code == 0) is (output.err == ""), output
        return output.err.removeprefix("impp: ").strip() if code else output.out.splitlines()

    return run


@pytest.fixture
def settings(impp, tmp_path):
    """Changes a line of the dev environment's file."""
    path = tmp_path / "environments" / "dev.toml"

    def change(before, after):
        text = path.read_text()
        assert text.count(before) >= 1
        path.write_text(text.replace(before, after, 1))

    return change


def silence(container, sound):
    quiet = av.AudioFrame.from_ndarray(np.zeros((1, 1024), dtype=np.float32), format="fltp", layout="mono")
    quiet.sample_rate = 8000
    container.mux(sound.encode(quiet))
    container.mux(sound.encode(None))


def film(path, *, seconds=2, audio=False, codec="mpeg4"):
    """A film of grey pictures, ten a second."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w") as container:
        video = container.add_stream(codec, rate=10)
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        sound = container.add_stream("aac", rate=8000) if audio else None
        for _ in range(int(seconds * 10)):
            container.mux(video.encode(av.VideoFrame(64, 48, "yuv420p")))
        container.mux(video.encode(None))
        if sound:
            silence(container, sound)
    return path


def dollars(lines):
    return float(lines[1].partition(", ")[0].removeprefix("$").replace(",", ""))


def table(lines, heading):
    """One of the two tables: dollars by name."""
    start = next(number for number, line in enumerate(lines) if line.startswith(heading))
    rows = lines[start + 1 : lines.index("", start)]
    return {row[:16].strip(): float(row[16:30].replace(",", "")) for row in rows}


@pytest.mark.parametrize("path", sorted(ENVIRONMENTS.glob("*.toml")), ids=lambda path: path.stem)
def test_an_environment_is_read_as_its_deployment_reads_it(path):
    costed, environment = read_costed(path), read_environment(path.stem)
    fleet = environment.fleet
    assert (costed.fleet.devices, costed.fleet.months) == (fleet.devices, fleet.months)
    for lane, traffic in costed.fleet.lanes.items():
        assert vars(traffic) == getattr(fleet, lane).model_dump()
    assert vars(costed.fleet.campaigns) == fleet.campaigns.model_dump()
    settings, analysis = costed.settings, environment.analysis
    assert settings.depths == analysis.depths.model_dump()
    assert settings.full_seconds == analysis.full_minutes * 60
    assert settings.moderated == set(analysis.moderated_collections)
    assert (settings.clip_usd, settings.month_usd) == (environment.limits.clip_usd, environment.limits.month_usd)
    assert settings.zones == (len(environment.network.zones) if environment.network else 0)
    assert settings.audit is (environment.audit is not None)


def test_services_and_stages_are_two_ways_to_the_same_sum(impp):
    lines = impp("--env", "prod")
    assert lines[0] == "prod, a month of 25 devices, with what 12 months brought"
    for heading in ("SERVICE", "STAGE"):
        assert sum(table(lines, heading).values()) == pytest.approx(dollars(lines), abs=0.11)
    assert next(iter(table(lines, "SERVICE"))) == "Rekognition"
    assert "list prices of" in lines[-1]
    assert "no free tier, no discounts" in lines[-1]


def test_a_fleet_beyond_the_month_s_limit_is_told_when_the_gate_closes(impp):
    assert impp("--env", "dev", "--devices", "9")[-1].startswith("note: the money gate would reserve $")


def test_settings_alone_are_an_idle_environment(impp):
    lines = impp("--idle", "--env", "prod")
    services = table(lines, "SERVICE")
    assert services["VPC"] == 73  # 5 endpoints x 2 zones x 730 h x $0.01
    assert services["KMS"] == 3  # for topics here and in the bill's region, and for the trail
    assert set(table(lines, "STAGE")) == {"platform"}
    assert "Rekognition" not in services


def test_one_s_own_numbers_take_the_place_of_the_environment_s(impp, tmp_path, settings):
    settings("month_usd = 50.0", "month_usd = 50000.0")
    arguments = ["--devices", 3, "--hours", 2, "--months", 1, "--lane", "event=4:30:25", "--lane", "campaigns=0:1:1"]
    impp(*arguments, "--json", tmp_path / "a.json")
    settings("devices = 1", "devices = 3")
    settings("months = 12.0", "months = 1.0")
    settings("clips_a_day = 5.0", "clips_a_day = 40.0")  # 2 hours in clips of 180 seconds
    settings(
        "clips_a_day = 1.0\nseconds = 60.0\nmegabytes = 60.0", "clips_a_day = 4.0\nseconds = 30.0\nmegabytes = 25.0"
    )
    settings("clips_a_day = 1.5", "clips_a_day = 0.0")
    impp("--json", tmp_path / "b.json")
    own, environments = (json.loads((tmp_path / name).read_text()) for name in ("a.json", "b.json"))
    assert own["usd"] == pytest.approx(environments["usd"])
    # 3 devices x (4 + 2 + 40) clips a day x 365/12 days
    assert own["clips"] == pytest.approx(4197.5)
    assert sum(line["usd"] for line in own["lines"]) == pytest.approx(own["usd"])


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--devices", "-1"], "devices must be 0 or more, got -1"),
        (["--months", "0"], "months must be above 0 and at most 120, got 0"),
        (["--hours", "25"], "a day has 0 to 24 hours, got 25"),
        (
            ["--lane", "dash"],
            "a lane is given as NAME=CLIPS_A_DAY:SECONDS:MEGABYTES[:INCIDENTS[:IMPORTANT]], got 'dash'",
        ),
        (["--lane", "=1:2:3"], "a lane or collection is a name without '/', got ''"),
        (["--lane", "van-1/event=1:2:3"], "a lane or collection is a name without '/', got 'van-1/event'"),
        (["--lane", "ads=1:0:3"], "ads: seconds must be above 0, got 0"),
        (["--lane", "ads=1:1e308:3"], "dev cannot be estimated: cannot convert float infinity to integer"),
        (["--lane", "event=1:2"], "a lane is given as NAME=CLIPS_A_DAY:SECONDS:MEGABYTES[:INCIDENTS[:IMPORTANT]]"),
        (["--lane", "event=1:2:3:4:5:6"], "got 'event=1:2:3:4:5:6'"),
        (["--lane", "event=one:2:3"], "got 'event=one:2:3'"),
        (["--lane", "parking=1:2:3:0.6:0.6"], "parking: incidents and important are shares of the same clips"),
        (["--lane", "parking=1:2:3:1.5"], "parking: incidents is a share, 0 to 1, got 1.5"),
        (["--idle", "--folder", "x"], "not allowed with"),
        (["--idle", "--months", "3"], "--months is for a fleet, not for --idle"),
        (["--folder", "x", "--devices", "3"], "--devices is for a fleet, not for --folder"),
        (["--collection", "event"], "--collection event is for --folder"),
        (["--chart", "costs.png"], "a chart is a file .svg or .html, got 'costs.png'"),
        (["--json", "/nowhere/costs.json"], "'/nowhere/costs.json' can't be written: No such file"),
        (["--env", "qa"], "unknown environment 'qa'"),
    ],
)
def test_what_has_no_sense_is_told(impp, arguments, told):
    assert told in impp(*arguments)


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("[alerts]", "[alarms]", "dev.toml lacks 'alerts'"),
        ("devices = 1", "", "dev.toml lacks 'fleet.devices'"),
        ("incidents = 1.0", "", "dev.toml lacks 'fleet.event.incidents'"),
        ("incidents = 1.0", "incidents = 2.0", "dev.toml: fleet.event: incidents is a share, 0 to 1, got 2"),
        ("audio = 0.9", "audio = 9", "dev.toml: audio is a share, 0 to 1, got 9"),
        (
            'event = "full"',
            'event = "deep"',
            "dev.toml: analysis.depths.event is one of full, sampled, none, got 'deep'",
        ),
        ("frame_seconds = 2", "frame_seconds = 0", "dev.toml: analysis.frame_seconds must be above 0, got 0"),
        ("full_minutes = 10.0", "full_minutes = nan", "dev.toml: analysis.full_minutes must be above 0, got nan"),
        ("month_usd = 50.0", "month_usd = inf", "dev.toml: limits.month_usd must be above 0, got inf"),
        ("views = 2.0", 'views = "two"', "dev.toml: fleet.views must be a number, got 'two'"),
        ("log_days = 14", "log_days = true", "dev.toml: retention.log_days must be a number, got True"),
        ("devices = 1", "devices = 1.5", "dev.toml: fleet.devices must be a whole number, got 1.5"),
        ("emails = []", "emails = 5", "dev.toml: alerts.emails must be a list, got 5"),
        (
            'moderated_collections = ["travel", "tech", "nature"]',
            "moderated_collections = [[]]",
            "dev.toml: analysis.moderated_collections must be a list of texts, got [[]]",
        ),
        ('default = "full"', 'others = "full"', "dev.toml: analysis.depths must have a default, got event, parking"),
        ('name = "dev"', 'name = "dev"\nnetwork = 5', "dev.toml: network must be a section, got 5"),
    ],
)
def test_a_broken_environment_is_told(impp, settings, before, after, told):
    settings(before, after)
    assert told in impp()


def test_another_region_s_prices_are_said_to_be_so(impp, settings):
    settings('region = "us-east-1"', 'region = "eu-west-1"')
    for arguments in ([], ["--idle"]):
        assert "note: dev is in eu-west-1 and the prices are us-east-1's: there they may differ by a third" in impp(
            *arguments
        )


@pytest.mark.parametrize("name", ["costs.svg", "costs.html"])
def test_the_chart_is_a_bar_for_each_service_and_stage(impp, tmp_path, name):
    lines = impp("--idle", "--chart", tmp_path / name)
    text = (tmp_path / name).read_text()
    picture = ElementTree.fromstring(text[text.index("<svg") :])
    space = "{http://www.w3.org/2000/svg}"
    words = [element.text for element in picture.iter(f"{space}text")]
    services, stages = table(lines, "SERVICE"), table(lines, "STAGE")
    assert set(services) | set(stages) <= set(words)
    bars = [float(bar.get("width")) for bar in picture.iter(f"{space}rect") if bar.get("x") == "150"]
    assert len(bars) == len(services) + len(stages)
    assert bars[0] == max(bars)
    assert bars[1] / bars[0] == pytest.approx(list(services.values())[1] / max(services.values()), rel=0.01)


def test_a_folder_laid_out_as_it_would_arrive_is_estimated_by_lane(impp, tmp_path):
    clips = tmp_path / "clips"
    film(clips / "video/van-1/event/20261120_101400/a.mp4", audio=True)
    film(clips / "video/van-1/continuous/20261120_101400/b.mp4", seconds=4)
    (clips / "notes.txt").write_text("no clip")
    lines = impp("--folder", clips, "--json", tmp_path / "f.json")
    assert lines[0] == "2 clips of clips, 0.1 minutes, sent to dev and kept for 12 months"
    report = json.loads((tmp_path / "f.json").read_text())
    used = {(line["stage"], line["meter"]): line["quantity"] for line in report["lines"]}
    assert report["clips"] == 2
    # The event: two video APIs over its length, 15 seconds of speech; the other one: a picture in two seconds of it.
    seconds = probe(clips / "video/van-1/event/20261120_101400/a.mp4", "event").seconds
    assert used["analysis", "video_minute"] == pytest.approx(2 * seconds / 60)
    assert used["analysis", "speech_second"] == 15
    assert used["analysis", "image"] == 2
    assert used["publishing", "transcode_sd_minute"] == pytest.approx(4 / 6)


def test_a_flat_folder_takes_a_collection(impp, tmp_path):
    film(tmp_path / "clips" / "a.avi")
    assert "must be laid out as video/<source>/<collection>/… or be given a --collection, got 'a.avi'" in impp(
        "--folder", tmp_path / "clips"
    )
    lines = impp("--folder", tmp_path / "clips", "--collection", "parking", "--months", 1)
    assert lines[0].startswith("1 clip of clips")
    assert "Rekognition" in table(lines, "SERVICE")


def test_a_folder_that_takes_more_than_a_month_s_money_is_told(impp, tmp_path, settings):
    settings("month_usd = 50.0", "month_usd = 0.001")
    film(tmp_path / "clips" / "a.mp4")
    lines = impp("--folder", tmp_path / "clips", "--collection", "event")
    assert lines[-1].startswith("note: the money gate would reserve $")


def test_a_folder_without_clips_is_told(impp, tmp_path):
    assert impp("--folder", tmp_path / "none") == f"no folder {str(tmp_path / 'none')!r}"
    (tmp_path / "clips").mkdir()
    (tmp_path / "clips" / "notes.txt").write_text("no clip")
    assert "no clips under" in impp("--folder", tmp_path / "clips")


def test_a_folder_of_clips_that_cannot_be_read_is_told(impp, tmp_path):
    path = tmp_path / "clips" / "broken.mp4"
    path.parent.mkdir()
    path.write_bytes(b"\0" * 5000)
    told = impp("--folder", tmp_path / "clips", "--collection", "event")
    assert told.startswith(f"no clip under {str(path.parent)!r} can be read as video; the first: ")
    assert f"{str(path)!r} cannot be read as video: Invalid data" in told
    with av.open(str(path), "w") as container:
        silence(container, container.add_stream("aac", rate=8000))
    assert "broken.mp4' holds no video" in impp("--folder", tmp_path / "clips", "--collection", "event")


def test_a_clip_that_cannot_be_read_is_counted_as_a_rejected_one(impp, tmp_path):
    clips, report = tmp_path / "clips", tmp_path / "r.json"
    film(clips / "good.mp4")
    arguments = ("--folder", clips, "--collection", "event", "--months", 1, "--json", report)
    impp(*arguments)
    alone = json.loads(report.read_text())
    size = (2**30 - (clips / "good.mp4").stat().st_size) // 2
    (clips / "cut.mp4").write_bytes(b"")
    os.truncate(clips / "cut.mp4", size)
    (clips / "empty.mp4").write_bytes(b"")
    lines = impp(*arguments)
    assert lines[0].startswith("3 clips of clips, ")
    note = f"note: 2 clips would be rejected and kept; the first: {str(clips / 'cut.mp4')!r} cannot be read as video: "
    assert lines[-1].startswith(note)
    both = json.loads(report.read_text())
    assert (alone["clips"], both["clips"]) == (1, 3)
    assert both["gb"] - alone["gb"] == pytest.approx(size / 2**30)
    more = dict.fromkeys([(line["stage"], line["meter"]) for line in both["lines"]], 0.0)
    for sign, lines in ((1, both["lines"]), (-1, alone["lines"])):
        for line in lines:
            more[line["stage"], line["meter"]] += sign * line["quantity"]
    used = {key: quantity for key, quantity in more.items() if quantity > 1e-9}
    # Each: claimed in 3 states, planned and rejected in 5, copied and recorded in 4; it is kept in Standard.
    assert [used.pop((stage, "transition")) for stage in ("ingest", "analysis", "archive")] == pytest.approx([6, 10, 8])
    assert used.pop(("archive", "standard_gb_month")) == pytest.approx(size / 2**30)
    assert used.pop(("archive", "write_request")) == pytest.approx(2)
    assert {meter for stage, meter in used if stage == "analysis"} == {
        "table_write_unit",
        "log_gb",
        "table_gb_month",
        "table_backup_gb_month",
    }


def test_what_goes_while_a_folder_is_read_is_left_out(impp, tmp_path, monkeypatch):
    clips = tmp_path / "clips"
    for name in ("a", "b"):
        film(clips / f"{name}.mp4")
    (clips / "gone").mkdir()
    list_folder, open_film = os.scandir, av.open

    def listed(path):
        if str(path).endswith("gone"):
            (clips / "gone").rmdir()
        return list_folder(path)

    def opened(path, *arguments):
        if path.endswith("b.mp4"):
            (clips / "b.mp4").unlink()
        return open_film(path, *arguments)

    monkeypatch.setattr(os, "scandir", listed)
    monkeypatch.setattr(av, "open", opened)
    assert impp("--folder", clips, "--collection", "event")[0].startswith("1 clip of clips, ")
    assert not (clips / "gone").exists()


@pytest.mark.parametrize("closed", ["locked", "locked/a.mp4"])
def test_what_may_not_be_read_is_named(impp, tmp_path, monkeypatch, closed):
    path = film(tmp_path / "clips" / "locked" / "a.mp4").parents[1] / closed

    def refuse(real):
        def opened(name, *arguments):
            if str(name) == str(path):
                raise PermissionError(13, "Permission denied", str(path))
            return real(name, *arguments)

        return opened

    monkeypatch.setattr(os, "scandir", refuse(os.scandir))
    monkeypatch.setattr(av, "open", refuse(av.open))
    told = impp("--folder", tmp_path / "clips", "--collection", "event")
    assert told == f"{str(path)!r} can't be read: Permission denied"


def test_a_collection_is_all_that_is_sent_to_it_as_deep_as_its_settings_say(impp, tmp_path, settings):
    def added(*arguments):
        """What a lane adds, by meter."""
        found = []
        for lanes in ((), arguments):
            impp("--lane", "campaigns=0:1:1", "--devices", 3, *lanes, "--json", tmp_path / "c.json")
            lines = json.loads((tmp_path / "c.json").read_text())["lines"]
            found.append({(line["stage"], line["meter"]): line["quantity"] for line in lines})
        before, after = found
        return {key: quantity - before.get(key, 0) for key, quantity in after.items()}

    settings("month_usd = 50.0", "month_usd = 50000.0")
    # 2 clips a day of half a minute, whatever the number of devices: 365/12 minutes, labels and text of each.
    plain = added("--lane", "ads=2:30:40")
    assert plain["analysis", "video_minute"] == pytest.approx(2 * 365 / 12)
    assert plain["ingest", "trace"] == pytest.approx(2 * 365 / 12)
    assert not any(quantity for (stage, _), quantity in plain.items() if stage == "campaigns")
    assert added("--lane", "travel=2:30:40")["analysis", "video_minute"] == pytest.approx(3 * 365 / 12)
    settings('default = "full"', 'default = "none"')
    assert ("analysis", "video_minute") not in added(
        "--lane", "ads=2:30:40", "--lane", "event=0:1:1", "--lane", "parking=0:1:1"
    )
    note = "note: ads is no lane but a collection: what all send to it together, at depth none, without moderation"
    assert note in impp("--lane", "ads=2:30:40")


def test_months_are_said_to_be_how_long_clips_are_kept(capsys):
    with pytest.raises(SystemExit):
        main(["cost", "estimate", "--help"])
    assert "retention: for so many months clips are kept" in " ".join(capsys.readouterr().out.split())


def test_without_pyav_a_folder_cannot_be_read_and_a_fleet_can(impp, tmp_path, monkeypatch):
    film(tmp_path / "clips" / "a.mp4")
    real = builtins.__import__

    def refuse(name, *arguments, **keywords):
        if name == "av":
            raise ImportError(name)
        return real(name, *arguments, **keywords)

    monkeypatch.setattr(builtins, "__import__", refuse)
    assert impp("--folder", tmp_path / "clips", "--collection", "event").endswith(
        "takes the package av: pip install av"
    )
    assert impp()[0].startswith("dev, a month of 1 device,")


@pytest.mark.parametrize(
    ("name", "codec", "audio", "proxy"),
    [
        ("a.mp4", "libx264", True, False),
        ("a.mov", "libx264", False, False),
        ("a.mov", "libx264", True, True),  # Transcribe reads no QuickTime
        ("a.mkv", "libx264", False, True),
        ("a.mp4", "mpeg4", False, True),
    ],
)
def test_what_rekognition_or_transcribe_can_not_read_is_paid_a_proxy(tmp_path, name, codec, audio, proxy):
    footage = probe(film(tmp_path / name, codec=codec, audio=audio), "event")
    assert footage.proxy is proxy
    assert (footage.lines, footage.audio) == (48, audio)


def test_no_command_about_costs_to_come_needs_an_account(impp, monkeypatch):
    monkeypatch.setattr(cost_commands.boto3, "client", lambda *_, **__: pytest.fail("asks AWS"))
    assert impp("--idle")
