"""The words IMPP's parts share: key layout, metadata names, verdicts, rules, prices and documents.

Pure Python on the standard library, so that it travels in the Lambda layer, in the edge agent's
wheel and in the console alike. It imports nothing else of ours. `playback` alone needs the
`cryptography` package, because it signs.
"""
