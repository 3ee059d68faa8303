"""The CDK app that an administrator deploys by hand, once an account: docs/deploy.md."""

from media_pipeline.bootstrap import BootstrapStack
from media_pipeline.checked_app import CheckedApp
from media_pipeline.environment import read_environments

app = CheckedApp()
for environment in read_environments():
    BootstrapStack(app, environment=environment)
app.synth()
