"""cfn-lint over every environment's templates, with what `.cfnlintrc.yaml` says."""

import copy
import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from assembly import ROOT

CFN_LINT = Path(sys.executable).parent / "cfn-lint"
RULES = yaml.safe_load((ROOT / ".cfnlintrc.yaml").read_text())


def lint(*templates, folder):
    """Everything cfn-lint says, with no rule ignored; the folder has no settings of its own."""
    options = ["--format", "json", "--regions", *RULES["regions"], "--include-checks", *RULES["include_checks"]]
    result = subprocess.run(
        [CFN_LINT, *options, "--template", *map(str, templates)],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert not result.stderr, result.stderr
    return json.loads(result.stdout)


@pytest.fixture(scope="module")
def found(synthesis, bootstrap_synthesis, tmp_path_factory):
    folders = (synthesis.folder, bootstrap_synthesis.folder)
    templates = [path for folder in folders for path in sorted(folder.rglob("*.template.json"))]
    assert len(templates) >= 12
    return lint(*templates, folder=tmp_path_factory.mktemp("lint"))


def test_nothing_is_found_but_what_is_ignored_for_a_reason(found):
    problems = [
        f"{Path(item['Filename']).name}: {'/'.join(map(str, item['Location']['Path']))}: {item['Message']} ({rule})"
        for item in found
        if (rule := item["Rule"]["Id"]) not in RULES["ignore_checks"]
    ]
    assert not problems, "\n".join(["mend the construct, or name the rule and why in .cfnlintrc.yaml:", *problems])


def test_every_ignored_rule_still_finds_something(found):
    assert sorted(RULES["ignore_checks"]) == sorted({item["Rule"]["Id"] for item in found})


def test_it_has_teeth(templates, tmp_path):
    template = copy.deepcopy(templates["Analysis"])
    functions = [item for item in template["Resources"].values() if item["Type"] == "AWS::Lambda::Function"]
    functions[0]["Properties"] |= {"MemorySiz": 512, "Timeout": "long"}
    functions[1]["Properties"] |= {"MemorySize": 64, "Role": {"Ref": "Nobody"}}
    file = tmp_path / "spoilt.template.json"
    file.write_text(json.dumps(template))
    assert {"E1020", "E3002", "E3012", "E3034"} <= {item["Rule"]["Id"] for item in lint(file, folder=tmp_path)}
