"""Small clips for the demo and the tests, made by `python -m samples.make_samples`."""
