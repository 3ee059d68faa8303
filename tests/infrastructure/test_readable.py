"""What makes a template readable changes nothing of what it says."""

import pytest
from assembly import Stack
from differences import differences
from jsonata_lines import WIDTH, broken
from normalised import normalised
from readable import from_yaml, to_yaml

EXPRESSION = (
    "{% ( $key := $states.input.detail.object.key; "
    r"$contains($key, /^video\/[^(]+\/[0-9]{8}_[0-9]{6}\/[^\/]+$/) ? "
    "$merge([$clip, {'notes': $append($plan.notes, 'text with ( [ { and ; or , in it')}, "
    '{"limit": "it\'s $" & $limits}]) '
    ": $error('a key that nobody can read, so that the clip is rejected and kept') ) %}"
)


def test_an_expression_is_broken_into_lines_that_fit_and_say_the_same():
    lines = broken(EXPRESSION)
    assert lines.count("\n") > 5
    assert max(len(line) for line in lines.splitlines()) <= WIDTH
    assert "'text with ( [ { and ; or , in it'" in lines
    assert "".join(lines.split()) == "".join(EXPRESSION.split())


@pytest.mark.parametrize("expression", ["{% $f(1] %}", "{% $f(1)) %}", "{% [$f(1) %}"])
def test_brackets_that_do_not_match_are_told(expression):
    with pytest.raises(ValueError, match=r"unmatched|stays open"):
        broken(expression)


@pytest.mark.parametrize(
    ("function", "short"),
    [
        ({"Ref": "Clips"}, "!Ref 'Clips'"),
        ({"Fn::GetAtt": ["Clips", "Arn"]}, "!GetAtt 'Clips.Arn'"),
        ({"Fn::ImportValue": "impp-dev:Clips"}, "!ImportValue 'impp-dev:Clips'"),
        (
            {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, ":s3:::", {"Fn::GetAtt": ["Raw", "Name"]}, "/*"]]},
            "!Join 'arn:${AWS::Partition}:s3:::${Raw.Name}/*'",
        ),
        ({"Fn::Join": ["", [{"Fn::ImportValue": "a:b"}, "/*"]]}, "!Join '${import a:b}/*'"),
    ],
)
def test_a_function_is_written_as_people_write_it_and_read_back(function, short):
    assert short in to_yaml({"Value": function})
    assert from_yaml(to_yaml({"Value": function})) == {"Value": function}


@pytest.mark.parametrize(
    "function",
    [
        {"Fn::Join": ["", ["literally ${Clips}", {"Ref": "Clips"}]]},
        {"Fn::Join": ["-", ["a", {"Ref": "Clips"}]]},
        {"Fn::Join": ["", ["a", "b", {"Ref": "Clips"}]]},
        {"Fn::Join": ["", ["a", {"Fn::Select": [0, {"Ref": "Clips"}]}]]},
        {"Ref": "Clips", "Other": 1},
    ],
)
def test_a_function_that_the_short_form_could_not_tell_from_another_is_written_out(function):
    assert from_yaml(to_yaml({"Value": function})) == {"Value": function}


def test_hashes_of_files_and_of_functions_versions_are_left_out():
    version = "AlertCurrentVersion1A2B3C4D" + "0123456789abcdef" * 2
    resources = {version: {"Properties": {"S3Key": "0123456789abcdef" * 4 + ".zip", "Version": {"Ref": version}}}}
    same = normalised(Stack({"Resources": resources}, {})).template["Resources"]
    named = "AlertCurrentVersion1A2B3C4D<version>"
    assert same == {named: {"Properties": {"S3Key": "<hash>.zip", "Version": {"Ref": named}}}}


@pytest.mark.parametrize(
    ("here", "there", "told"),
    [
        ({"a": {"b": 1}}, {"a": {"b": 1}}, {}),
        ({"a": {"b": 1}}, {"a": {"b": 2}}, {"a.b": {"dev": 1, "prod": 2}}),
        ({"a": 1}, {}, {"a": {"dev": 1}}),
        ({}, {"a": None}, {"a": {"prod": None}}),
        ({"a": [1, 2]}, {"a": [1, 3]}, {"a.1": {"dev": 2, "prod": 3}}),
        ({"a": [1, 2]}, {"a": [1]}, {"a": {"only dev": [2]}}),
        ({"a": [1]}, {"a": [1, 1]}, {"a": {"dev": [1], "prod": [1, 1]}}),
    ],
)
def test_differences_name_the_place_and_both_sides(here, there, told):
    assert dict(differences(here, there, names=("dev", "prod"))) == told
