"""Benchmarks: each a ratio against a named peer, measured in the same run, since machines are shared and noisy."""
