"""The CDK app: one Stage per environment."""

from aws_cdk import App, Validations
from cdk_nag import AwsSolutionsChecks

from media_pipeline.environment import read_environment
from media_pipeline.stage import MediaPipeline

app = App()
Validations.of(app).add_plugins(AwsSolutionsChecks(app))
for name in ("dev", "staging", "prod"):
    MediaPipeline(app, environment=read_environment(name))
app.synth()
