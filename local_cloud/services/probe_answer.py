"""A media file's facts in the shape of MediaConvert's Probe."""

from fractions import Fraction
from typing import Any

from local_cloud.services.probe import Audio, Media, Video
from local_cloud.services.storage import StoredObject

#: FFmpeg's codec names, by what MediaConvert calls them. Any PCM flavour is PCM, and the rest UNKNOWN.
_CODECS = {
    "h264": "AVC",
    "hevc": "HEVC",
    "mpeg4": "MP4V",
    "mpeg2video": "MPEG2",
    "mpeg1video": "MPEG1",
    "mjpeg": "MJPEG",
    "vp8": "VP8",
    "vp9": "VP9",
    "av1": "AV1",
    "theora": "THEORA",
    "prores": "PRORES",
    "h263": "H263",
    "vc1": "VC1",
    "aac": "AAC",
    "ac3": "AC3",
    "eac3": "EAC3",
    "mp2": "MP2",
    "mp3": "MP3",
    "opus": "OPUS",
    "vorbis": "VORBIS",
    "flac": "FLAC",
    "amr_nb": "AMR",
    "wmav1": "WMA",
    "wmav2": "WMA2",
}


def probe_answer(media: Media, stored: StoredObject) -> dict[str, Any]:
    """One of Probe's `ProbeResults`."""
    tracks = [_video(media.video, media)] if media.video else []
    tracks += [_audio(audio, media) for audio in media.audio]
    mapping = {
        "VideoTrackIndexes": [track["Index"] for track in tracks if track["TrackType"] == "video"],
        "AudioTrackIndexes": [track["Index"] for track in tracks if track["TrackType"] == "audio"],
        "DataTrackIndexes": [],
    }
    return {
        "Container": {
            "Format": media.container,
            "Duration": media.duration,
            "BitRate": media.bit_rate,
            "Tracks": sorted(tracks, key=lambda track: int(track["Index"])),
        },
        "Metadata": {
            "ETag": stored.etag,
            "FileSize": stored.size,
            "LastModified": stored.modified_at,
            "MimeType": stored.content_type,
        },
        "TrackMappings": [mapping],
    }


def _video(video: Video, media: Media) -> dict[str, Any]:
    return {
        "Index": video.index,
        "TrackType": "video",
        "Codec": _codec(video.codec),
        "Duration": media.duration,
        "VideoProperties": {
            "Width": video.width,
            "Height": video.height,
            "FrameRate": _fraction(video.frame_rate),
            "BitRate": video.bit_rate,
            # FFmpeg counts rotation counter-clockwise, MediaConvert clockwise.
            "Rotation": -video.rotation % 360,
        },
    }


def _audio(audio: Audio, media: Media) -> dict[str, Any]:
    return {
        "Index": audio.index,
        "TrackType": "audio",
        "Codec": _codec(audio.codec),
        "Duration": media.duration,
        "AudioProperties": {"Channels": audio.channels, "SampleRate": audio.sample_rate, "BitRate": audio.bit_rate},
    }


def _codec(name: str) -> str:
    return "PCM" if name.startswith("pcm_") else _CODECS.get(name, "UNKNOWN")


def _fraction(rate: Fraction) -> dict[str, int]:
    return {"Numerator": rate.numerator, "Denominator": rate.denominator}
