"""The AWS side of IMPP: one stack or construct a file."""
