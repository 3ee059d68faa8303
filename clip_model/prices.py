"""AWS list prices that the money gate uses, us-east-1, dollars. One table, dated and sourced.

Read from the public price pages; a region's real prices differ by up to a third, which the
estimate says nothing about.
"""

from dataclasses import dataclass

AS_OF = "2026-11-01"
SOURCE = "https://aws.amazon.com/{rekognition,transcribe,mediaconvert,step-functions,s3,dynamodb}/pricing/"


@dataclass(frozen=True)
class Prices:
    """Unit prices in dollars; each name carries its unit."""

    video_api_minute: float = 0.10
    image: float = 0.001
    speech_second: float = 0.0004
    speech_min_seconds: int = 15
    transcode_sd_minute: float = 0.0075
    transcode_hd_minute: float = 0.015
    transition: float = 0.000025
    request: float = 0.000005
    table_write_kb: float = 0.000000625


PRICES = Prices()
