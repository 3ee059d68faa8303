"""The CloudFront distribution: origin access control, a trusted key group, strict response headers."""

from aws_cdk import Duration, Stack
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_ssm as ssm

from constructs import Construct
from media_pipeline.incident_page import content_security_policy
from media_pipeline.nag import acknowledge


class Playback(Construct):
    """A private distribution in front of the processed bucket.

    Public keys come from Parameter Store, where `impp keys` puts them before the first deploy. A
    key's name is part of its logical id, because CloudFront never changes a key's content: a new
    name is a new key, and the old one goes when it leaves the environment's list.

    Attributes:
        distribution: the distribution.
        domain: the distribution's host name.
        signing_key_id: id of the key whose private half signs links.
        signing_secret_name: name of the secret that holds that half.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        bucket: s3.IBucket,
        logs: s3.IBucket,
        environment_name: str,
        signing_keys: tuple[str, ...],
    ) -> None:
        super().__init__(scope, id)
        public_keys = [
            cloudfront.PublicKey(
                self,
                f"Key{name}",
                encoded_key=ssm.StringParameter.value_for_string_parameter(
                    self, f"/impp/{environment_name}/playback/{name}"
                ),
            )
            for name in signing_keys
        ]
        for key in public_keys:
            # Whichever key signs is another stack's import; every one stays exported while it is listed, or the
            # deploy that changes the order could not take the old one away.
            Stack.of(self).export_value(key.public_key_id)
        self.distribution = distribution = cloudfront.Distribution(
            self,
            "Distribution",
            comment=f"IMPP {environment_name}: incident pages and their media",
            default_behavior=cloudfront.BehaviorOptions(
                origin=origins.S3BucketOrigin.with_origin_access_control(bucket),
                viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
                trusted_key_groups=[cloudfront.KeyGroup(self, "Keys", items=public_keys)],
                cache_policy=cloudfront.CachePolicy.CACHING_OPTIMIZED,
                response_headers_policy=response_headers(self),
                compress=True,
            ),
            http_version=cloudfront.HttpVersion.HTTP2_AND_3,
            price_class=cloudfront.PriceClass.PRICE_CLASS_100,
            log_bucket=logs,
            log_file_prefix="cloudfront/",
            # Among them how much comes from the cache.
            publish_additional_metrics=True,
        )
        acknowledge(distribution, "CFR1", "responders travel; a link is secret and expires, so no country is shut out")
        acknowledge(distribution, "CFR2", "nothing here runs on input: signed GETs of static files from one bucket")
        acknowledge(
            distribution, "CFR4", "CloudFront's own certificate sets the TLS floor; a custom domain raises it to 1.2"
        )
        self.domain = distribution.distribution_domain_name
        self.signing_key_id = public_keys[0].public_key_id
        self.signing_secret_name = f"impp/{environment_name}/playback/{signing_keys[0]}"


def response_headers(scope: Construct) -> cloudfront.ResponseHeadersPolicy:
    """Headers on every answer; the content-security policy allows the incident page's own script by its hash."""
    return cloudfront.ResponseHeadersPolicy(
        scope,
        "Headers",
        security_headers_behavior=cloudfront.ResponseSecurityHeadersBehavior(
            content_security_policy=cloudfront.ResponseHeadersContentSecurityPolicy(
                content_security_policy=content_security_policy(), override=True
            ),
            content_type_options=cloudfront.ResponseHeadersContentTypeOptions(override=True),
            frame_options=cloudfront.ResponseHeadersFrameOptions(
                frame_option=cloudfront.HeadersFrameOption.DENY, override=True
            ),
            # The link is the credential: it must not leak to another site as a referrer.
            referrer_policy=cloudfront.ResponseHeadersReferrerPolicy(
                referrer_policy=cloudfront.HeadersReferrerPolicy.NO_REFERRER, override=True
            ),
            strict_transport_security=cloudfront.ResponseHeadersStrictTransportSecurity(
                access_control_max_age=Duration.days(365), include_subdomains=True, override=True
            ),
        ),
    )
