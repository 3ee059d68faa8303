"""Parameters that people edit are written by a deployment once, and by no later one.

CloudFormation leaves an edited value alone as long as the template says of the parameter what it said before. A change
to any of it, be it the description, writes the template's value over the edited one. So these hashes change only
where everybody's rules and campaigns are meant to be put back, which CHANGELOG.md then says.
"""

import hashlib
import json

import pytest

AS_FIRST_DEPLOYED = {
    ("Analysis", "/rules"): "46104e31e52f0c85",
    ("Campaigns", "/campaigns"): "c81b182cac789249",
}


@pytest.mark.parametrize(("stack", "name"), AS_FIRST_DEPLOYED)
def test_no_deployment_writes_over_what_people_have_edited(every_template, stack, name):
    resources = every_template["prod"][stack]["Resources"].values()
    (parameter,) = [
        each["Properties"]
        for each in resources
        if each["Type"] == "AWS::SSM::Parameter" and each["Properties"]["Name"].endswith(name)
    ]
    text = json.dumps(parameter, sort_keys=True)
    assert hashlib.sha256(text.encode()).hexdigest()[:16] == AS_FIRST_DEPLOYED[stack, name], text
