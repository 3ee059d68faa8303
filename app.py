"""The CDK app: one Stage per environment."""

from media_pipeline.checked_app import CheckedApp
from media_pipeline.environment import read_environments
from media_pipeline.stage import MediaPipeline

app = CheckedApp()
for environment in read_environments():
    MediaPipeline(app, environment=environment)
app.synth()
