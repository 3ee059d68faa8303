"""The allow-list: what a stand-in does not honour is named."""

from local_cloud.services.allow import ANY, unsupported

ALLOWED = {"Name": ANY, "Mode": ("A", "B"), "Parts": [{"Size": ANY}], "Tracks": {"*": {"Offset": (0,)}}}


def test_what_is_allowed_passes():
    settings = {"Name": {"x": 1}, "Mode": "B", "Parts": [{"Size": 1}, {}], "Tracks": {"first": {"Offset": 0}}}
    assert list(unsupported(settings, ALLOWED)) == []


def test_everything_else_is_named_with_its_place():
    settings = {"Mode": "C", "Parts": [{}, {"Colour": 1}], "Tracks": {"first": {"Offset": 2, "Gain": 1}}, "Extra": 0}
    assert list(unsupported(settings, ALLOWED)) == [
        "Mode='C'",
        "Parts[1].Colour",
        "Tracks.first.Offset=2",
        "Tracks.first.Gain",
        "Extra",
    ]
