"""IMPP's device agent: it watches folders of footage and sends every clip to the raw bucket."""

__version__ = "0.1.0"
