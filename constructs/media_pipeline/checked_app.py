"""The CDK app in which nothing unexplained can be synthesized."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from aws_cdk import App, CloudFormationValidatePlugin, Validations
from aws_cdk.cx_api import CloudAssembly
from cdk_nag import AwsSolutionsChecks, ServerlessChecks


class CheckedApp(App):
    """An app whose synthesis fails on any finding of cdk-nag, and on any error or warning of CDK's.

    The settings are here and not in `cdk.json`, so that `cdk synth`, `python app.py` and the tests
    make the same templates, byte for byte, and no option on a command line makes one of them lenient.

    Args:
        outdir: folder of the cloud assembly; by default the one the CDK CLI names.
    """

    def __init__(self, outdir: str | None = None) -> None:
        super().__init__(
            outdir=outdir,
            # They would write this machine's Python version into every template.
            analytics_reporting=False,
            post_cli_context={
                # What CloudFormation would refuse is an error, not a warning.
                "@aws-cdk/core:validateAgainstDefaultRules": True,
                # Constructs' own warnings count as well.
                "@aws-cdk/core:annotationsInValidationReport": True,
                # Left to `synth` below: the CDK CLI looks at no stack that it is not asked for by name.
                "@aws-cdk/core:failSynthOnValidationErrors": False,
                # A statement in the code is one in the template, with its own reason.
                "@aws-cdk/aws-iam:minimizePolicies": False,
                # No stack goes while another one still reads from it.
                "@aws-cdk/core:defaultCrossStackReferences": "strong",
                # Findings, snapshots and CloudFormation's console name a resource by its construct.
                "aws:cdk:enable-path-metadata": True,
                "aws:cdk:enable-asset-metadata": False,
            },
        )
        Validations.of(self).add_plugins(_cloudformation_check(), AwsSolutionsChecks(self), ServerlessChecks(self))

    def synth(self, **options: Any) -> CloudAssembly:
        """Write the cloud assembly and its `validation-report.json`.

        Raises:
            RuntimeError: something was found that nobody acknowledged; the message names each finding
                and its construct.
        """
        assembly = super().synth(**options)
        report = json.loads((Path(assembly.directory) / "validation-report.json").read_text(encoding="utf-8"))
        findings = [
            f"{place['constructPath']}: {finding['description']} ({finding['ruleName']})"
            for plugin in report["pluginReports"]
            for finding in plugin["violations"]
            for place in finding["violatingConstructs"]
        ]
        if findings:
            advice = "mend these, or acknowledge a finding where it is right as it is (media_pipeline/nag.py):"
            raise RuntimeError("\n".join([advice, *findings]))
        return assembly


@cache
def _cloudformation_check() -> CloudFormationValidatePlugin:
    """CDK's own check: on by default, and where it is named, `--no-validation` cannot switch it off.

    One for all apps, because its engine takes a second to load and memory that it never gives back.
    """
    return CloudFormationValidatePlugin()
