"""Every command line that the documentation gives is one that its program takes."""

import commands
import pytest
from commands import ROOT, faults, written_in

PAGES = ["docs/console.md", "docs/costs.md", "docs/deploy.md", "docs/runbook.md"]


@pytest.mark.parametrize("page", PAGES)
def test_the_page_s_commands_are_commands(page):
    lines = list(written_in(ROOT / page))
    assert lines, "no command at all: is it read?"
    assert [f"{line}: {fault}" for line in lines for fault in faults(line)] == []


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("impp deploy --env dev", "invalid choice: 'deploy'"),
        ("impp keys --force", "unrecognized arguments: --force"),
        ("impp-edge enroll --thing van", "impp-edge"),
        ("make tests", "no target tests"),
        ("cdk deplyo 'impp-dev/*'", "no command deplyo"),
        ("cdk deploy --approve never", "deploy has no option --approve"),
        ('cdk deploy --app "python boostrap.py" impp-dev-Bootstrap', "no file boostrap.py"),
        ("aws cloudfront list-distros", "cloudfront has no command list-distros"),
        ("aws iott list-things", "no service iott"),
        ("aws iot list-things --name van", "iot list-things has no option --name"),
        ('cdk bootstrap aws://1/eu "$(aws s3 ls)"', "s3 has no command ls"),
        ("impp keys --env dev && rm -rf /", "rm is a program that nothing here knows"),
        ("A=1 impp nothing | tee log", "invalid choice: 'nothing'"),
        (".venv/bin/python setup.py", "no file setup.py"),
        ("node_modules/.bin/cdl list", "node_modules/.bin/cdl is not there"),
    ],
)
def test_a_command_that_is_none_is_told(line, told):
    assert told in "; ".join(commands.faults(line))
