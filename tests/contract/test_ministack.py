"""What the adapter relies on inside MiniStack. A new version that moves any of it fails here, by name."""

import inspect
from importlib import import_module
from importlib.metadata import version

import pytest

INTERNALS = {
    "ministack.app": ["app", "AUTH"],
    "ministack.core.iam_actions": [
        "_safe_json_field(body, field)",
        "dynamodb_service_context(body)",
        "extract_resource_arn(service, method, path, headers, body, query_params, region, account_id)",
        "request_tag_context(service, iam_action, body, params)",
    ],
    "ministack.core.iam_evaluator": [
        "AuthError",
        "EvalContext",
        "_principal_keys(credential)",
        "caller_arn()",
        "check_credentials(access_key_id, service)",
        "enforce(access_key_id, iam_action, service, region, resource_arn, service_context)",
        "evaluate(ctx, policies, limits)",
        "parse_policy_document(doc)",
        "evaluate_resource_policy(doc, ctx, service, named_only, direct_only)",
        "pin_request_origin(source_ip, secure_transport)",
        "pin_signed_body(body)",
        "pin_signed_request(method, raw_path, query_params, raw_headers, handshake)",
    ],
    "ministack.core.responses": [
        "request_scope(account_id, region)",
        "set_request_account_id(access_key_id)",
        "set_request_region(region)",
    ],
    "ministack.core.router": ["extract_access_key_id(headers, query_params)"],
    "ministack.services.athena": [
        "_DUCKDB_TYPE_MAP",
        "_arn_workgroup(name)",
        "_create_named_query(data)",
        "_delete_named_query(data)",
        "_execute_query(query_id, query, database, ddl, catalog)",
        "_executions",
        "_get_query_results(data)",
        "_named_queries",
        "_parse_ddl(query)",
        "_run_ddl(ddl, database)",
        "_save_query_results(query_id)",
        "_start_query_execution(data)",
        "_workgroups",
    ],
    "ministack.services.budgets": ["_create_budget(data)", "_delete_budget(data)"],
    "ministack.services.cloudfront": [
        "find_distribution_for_label(label)",
        "_trusted_key_group_ids(dist)",
        "_public_keys",
        "_key_groups",
        "_pk_id()",
        "_kg_id()",
        "_now_iso()",
    ],
    "ministack.services.cloudformation.provisioners": [
        "_RESOURCE_HANDLERS",
        "_cw_metric_alarm_record(name, props)",
        "_physical_name(stack_name, logical_id, lowercase, max_len, seeded)",
    ],
    "ministack.services.cloudwatch": [
        "_dashboards",
        "_get_metric_data(params, cbor_data, is_cbor, is_json)",
        "_get_metric_statistics(params, cbor_data, is_cbor, is_json)",
        "_list_metrics(params, cbor_data, is_cbor, is_json)",
        "_put_metric_data(params, cbor_data, is_cbor, is_json)",
        "_alarms",
        "_calc_stats(points)",
        "_composite_alarms",
        "_delete_alarms(params, cbor_data, is_cbor, is_json)",
        "_describe_alarms(params, cbor_data, is_cbor, is_json)",
        "_dims_key(dims)",
        "_dispatch_alarm_actions(alarm, old_state, new_state, reason)",
        "_evaluate_alarm(alarm)",
        "_evaluate_all_alarms()",
        "_evaluate_parent_alarms(child, seen)",
        "_metrics",
        "_put_composite_alarm(params, cbor_data, is_cbor, is_json)",
        "_put_metric_alarm(params, cbor_data, is_cbor, is_json)",
        "_record_history(alarm_name, old_state, new_state, reason, alarm_type, reason_data)",
        "_stat_value(stats, stat_name, points)",
        "_store_datum(namespace, name, dims, ts, unit, value, values, counts, stat_values)",
        "record_metric(namespace, metric_name, value, unit, dimensions)",
    ],
    "ministack.services.cloudwatch_logs": ["_log_groups", "_put_log_events(data)"],
    "ministack.services.dynamodb": [
        "_batch_get_item(data)",
        "_batch_write_item(data)",
        "_delete_item(data)",
        "_extract_key_from_item(table, item)",
        "_get_item(data)",
        "_get_item_by_key(table, key)",
        "_index_write_view(table, idx, item)",
        "_item_size_bytes(item)",
        "_pitr_settings",
        "_put_item(data)",
        "_query(data)",
        "_scan(data)",
        "_tables",
        "_transact_write_items(data)",
        "_update_item(data)",
    ],
    "ministack.services.glue": ["_tables"],
    "ministack.services.iam": ["_oidc_providers", "_policies", "_roles"],
    "ministack.services.iot": [
        "_certificates",
        "_mqtt_policy_allows(account_id, region, certificate_id, context, action, resource, provisioning_template)",
        "_mqtt_policy_context(account_id, region, certificate_id, client_id)",
        "_thing_arn(name)",
    ],
    "ministack.services.kms": ["_keys"],
    "ministack.services.lambda_svc": [
        "_emit_lambda_logs(func, request_id, log_text, error, duration_ms, log_source)",
        "_resolve_layer_zip(attachment)",
    ],
    "ministack.services.eventbridge": ["_dispatch_event(event, view)", "_invoke_target(target, event, rule, view)"],
    "ministack.services.secretsmanager": ["_secrets"],
    "ministack.services.sns": [
        "_enforce_topic_policy(topic, iam_action)",
        "_error(code, message, status)",
        "_fanout",
        "_topic_by_arn_any_scope(topic_arn)",
        "_topics",
    ],
    "ministack.services.sts": ["_sessions", "register_session(access_key, session)"],
    "ministack.services.s3": [
        "_get_object(bucket_name, key, headers, query_params)",
        "_head_object(bucket_name, key, headers, query_params)",
        "_bucket_has_versions(name)",
        "_bucket_policies",
        "_buckets",
        "_cloudfront_origin_allows(owner, bucket_name, key, source_arn, oai_id)",
        "_dispatch(method, bucket, key, headers, body, query_params)",
        "_fire_s3_event",
        "_object_versions",
        "_put_object(bucket_name, key, body, headers)",
        "serve_cloudfront_origin_fetch(bucket_name, key, method, headers, source_arn, oai_id)",
    ],
    "ministack.services.stepfunctions": [
        "_ExecutionError(error, cause)",
        "_add_event(execution, event_type, details)",
        "_apply_jsonata_arguments(state_def, raw_input, ctx)",
        "_apply_jsonata_output(state_def, raw_input, ctx, result, error_output, default)",
        "_apply_jsonata_template(value, raw_input, ctx, result, error_output)",
        "_apply_output_path(state_def, data, ctx)",
        "_apply_state_assign(state_def, raw_input, ctx, result, error_output)",
        "_error_matches(error_equals, error)",
        "_evaluate_jsonata(expression, raw_input, ctx, result, error_output)",
        "_execute_choice(state_def, raw_input, ctx)",
        "_execute_map(state_def, raw_input, execution, ctx)",
        "_execute_parallel(state_def, raw_input, execution, ctx)",
        "_execute_pass(state_def, raw_input, ctx)",
        "_execute_task(state_def, raw_input, execution, ctx)",
        "_execute_wait(state_def, raw_input, ctx)",
        "_executions",
        "_fail_execution(execution, error, cause)",
        "_fail_state_error(state_def, raw_input, ctx)",
        "_find_matching_retrier(retriers, error, retry_counts)",
        "_invoke_resource(resource, input_data)",
        "_jsonata_state_field(state_def, field, expected, raw_input, ctx)",
        "_next_or_end(state_def)",
        "_run_execution(exec_arn)",
        "_state_machines",
        "_with_retry_and_catch(state_def, raw_input, ctx, attempt)",
        "get_region()",
        "jsonata",
        "now_iso()",
    ],
}


def test_the_version_is_the_one_the_adapter_was_made_for():
    assert version("ministack") == "1.5.33"


@pytest.mark.parametrize(("module", "internal"), [(m, name) for m, names in INTERNALS.items() for name in names])
def test_internals_are_where_and_what_the_adapter_expects(module, internal):
    name, _, parameters = internal.partition("(")
    found = getattr(import_module(module), name)
    if parameters:
        assert ", ".join(inspect.signature(found).parameters) == parameters.rstrip(")")


def test_the_types_the_adapter_adds_are_still_missing():
    """Where MiniStack learns one, ours should go."""
    handlers = import_module("ministack.services.cloudformation.provisioners")._RESOURCE_HANDLERS
    added = {
        "AWS::Athena::NamedQuery",
        "AWS::BCMDataExports::Export",
        "AWS::Budgets::Budget",
        "AWS::CE::AnomalyMonitor",
        "AWS::CE::AnomalySubscription",
        "AWS::CloudFront::KeyGroup",
        "AWS::CloudFront::MonitoringSubscription",
        "AWS::CloudFront::PublicKey",
        "AWS::CloudWatch::CompositeAlarm",
        "AWS::IAM::OIDCProvider",
        "AWS::IoT::RoleAlias",
        "AWS::Logs::QueryDefinition",
        "AWS::MediaConvert::Queue",
    }
    assert added & set(handlers) == set()


def test_boto3_is_the_one_ministack_asks_for():
    assert version("boto3") == version("botocore") == "1.43.106"
