"""Benchmarks: ratios against a named peer, measured in the same run, since machines are shared and noisy; or counts."""
