"""Stand-ins for the AWS services the embedded cloud lacks: Rekognition, Transcribe, Comprehend, MediaConvert.

Each speaks the service's own wire protocol, read from botocore's model, and does the real work with
local tools: FFmpeg, OpenCV, an OCR model, a speech decoder, a sentiment lexicon. What a stand-in
can't know, its module says.
"""
