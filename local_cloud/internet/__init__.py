"""The part of the internet that campaigns meet: Wikimedia Commons and Pixabay, as recordings of their shapes.

These are not the real sites and know no more footage than the repository's samples. What they hold to is what the
real ones publish: paths, parameters, fields, paging, headers, ranges and errors. Every search finds the same few
pieces, marked with what was searched for, so that another search finds other footage; no search finds nothing.
"""
