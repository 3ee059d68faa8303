"""FFmpeg's command for a MediaConvert job: the input decoded once, every output made from it."""

import subprocess
from fractions import Fraction
from pathlib import Path

from imageio_ffmpeg import get_ffmpeg_exe

from local_cloud.services.jobs import JobError
from local_cloud.services.plan import H264, Captures, Output, Plan, Size, Sound
from local_cloud.services.probe import Media, Video

#: MediaConvert's codes for an input it can't use, and for what it can't explain.
BAD_INPUT, UNWRITABLE, UNKNOWN = 1010, 1404, 1999

_AWAY_FROM_ROUNDING = 0.001


def span(plan: Plan, media: Media) -> tuple[float, float]:
    """Where the clip starts and how long it is, in seconds; the end's own frame belongs to it.

    Raises JobError where the input has no video, or no such part.
    """
    frame_rate = _picture_track(media).frame_rate
    try:
        start = plan.start.at(frame_rate) if plan.start else 0.0
        end = plan.end.at(frame_rate) + float(1 / frame_rate) if plan.end else media.duration
    except ValueError as error:
        raise JobError(str(error), BAD_INPUT) from None
    if start >= media.duration:
        raise JobError(f"the clip starts at {start:g} s, past the input's {media.duration:g} s", BAD_INPUT)
    return start, min(end, media.duration) - start


def _refuse(media: Media) -> None:
    """What FFmpeg reads and MediaConvert does not.

    https://docs.aws.amazon.com/mediaconvert/latest/ug/reference-codecs-containers-input.html
    """
    codec = media.video.codec if media.video else ""
    if media.container == "ogg" or codec == "theora" or (codec == "av1" and media.container != "mp4"):
        raise JobError(f"MediaConvert reads no {codec} from {media.container}", BAD_INPUT)


def transcode(source: Path, plan: Plan, media: Media, folder: Path) -> None:
    """Make every output in `folder`, each under its own `stem`. Raises JobError with FFmpeg's reason."""
    _refuse(media)
    start, length = span(plan, media)
    command = [get_ffmpeg_exe(), "-nostdin", "-v", "error", "-y", "-threads", "1"]
    if not plan.turns_upright:
        command += ["-display_rotation:v", "0"]
    if start > 0:  # a seek to 0 drops every picture of an AVI with B-frames
        command += ["-ss", f"{start:.6f}"]
    command += ["-t", f"{length:.6f}", "-i", str(source)]
    names = []
    for group_index, group in enumerate(plan.groups):
        for index, output in enumerate(group.outputs):
            names.append(stem(group_index, index))
            command += _output(output, group.segment_seconds, media, folder / names[-1])
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    if done.returncode:
        reason = done.stderr.strip().replace(str(source), "the input").splitlines()[-3:]
        raise JobError(f"FFmpeg could not transcode: {' / '.join(reason)}", UNKNOWN)
    for name in names:
        if not any(folder.glob(f"{name}.*")):
            raise JobError(f"the input has no picture from {start:g} s on for {length:g} s", BAD_INPUT)


def stem(group: int, output: int) -> str:
    """What an output's files are called until they are stored: nothing of the user's, so FFmpeg reads no patterns."""
    return f"{group}-{output}"


def _output(output: Output, segment_seconds: int | None, media: Media, path: Path) -> list[str]:
    video = _picture_track(media)
    chosen = ["-map", f"0:{video.index}", "-map_metadata", "-1", "-threads", "1"]
    if isinstance(output.picture, Captures):
        return [*chosen, *_captures(output.picture), f"{path}.%07d.jpg"]
    chosen += _h264(output.picture, video.frame_rate, segment_seconds)
    if output.sound and media.audio:
        chosen += ["-map", f"0:{media.audio[0].index}", *_aac(output.sound)]
    if segment_seconds is None:
        return [*chosen, "-movflags", "+faststart", f"{path}.mp4"]
    return [*chosen, *_segments(segment_seconds, path), f"{path}.m3u8"]


def _picture_track(media: Media) -> Video:
    if media.video is None:
        raise JobError("the input has no video track", BAD_INPUT)
    return media.video


def _h264(picture: H264, frame_rate: Fraction, segment_seconds: int | None) -> list[str]:
    gop = picture.gop if picture.gop_in_frames else picture.gop * frame_rate
    command = ["-vf", f"{_scale(picture.size)},format=yuv420p", "-c:v", "libx264", "-preset", "veryfast"]
    command += ["-r", str(frame_rate.limit_denominator(1001)), "-profile:v", picture.profile]
    # QVBR's levels, 1 to 10, laid over the useful part of x264's scale, where less is better.
    command += ["-crf", str(37 - 2 * picture.quality)]
    command += ["-maxrate", str(picture.max_bitrate), "-bufsize", str(2 * picture.max_bitrate)]
    command += ["-g", str(max(1, round(gop))), "-sc_threshold", "40" if picture.finds_scenes else "0"]
    if segment_seconds:
        command += ["-force_key_frames", f"expr:gte(t,n_forced*{segment_seconds})"]
    return command


def _captures(captures: Captures) -> list[str]:
    due = f"selected_n*{captures.interval.numerator}/{captures.interval.denominator}-{_AWAY_FROM_ROUNDING}"
    command = ["-vf", f"select='gte(t,{due})',{_scale(captures.size)},format=yuvj420p", "-fps_mode", "passthrough"]
    if captures.most:
        command += ["-frames:v", str(captures.most)]
    # JPEG's quantiser runs from 2, the best, to 31.
    return [*command, "-q:v", str(round(2 + (100 - captures.quality) * 29 / 99)), "-start_number", "0"]


def _aac(sound: Sound) -> list[str]:
    return ["-c:a", "aac", "-b:a", str(sound.bitrate), "-ar", str(sound.sample_rate), "-ac", str(sound.channels)]


def _segments(seconds: int, path: Path) -> list[str]:
    command = ["-f", "hls", "-hls_time", str(seconds), "-hls_playlist_type", "vod", "-hls_list_size", "0"]
    return [*command, "-start_number", "1", "-hls_segment_filename", f"{path}_%05d.ts"]


def _scale(size: Size) -> str:
    """Square pixels and even sides first; then the size asked for, with bars where both sides are given."""
    square = "scale=trunc(iw*sar/2)*2:trunc(ih/2)*2,setsar=1"
    if size.width and size.height:
        fit = f"scale={size.width}:{size.height}:force_original_aspect_ratio=decrease:force_divisible_by=2"
        return f"{square},{fit},pad={size.width}:{size.height}:-1:-1"
    if size.width or size.height:
        return f"{square},scale={size.width or -2}:{size.height or -2}"
    return square
