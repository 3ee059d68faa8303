"""Where the bill is asked: a table over its files, a workgroup with a limit, and the named queries."""

from aws_cdk import aws_athena as athena
from aws_cdk import aws_glue as glue

from clip_model import bill
from constructs import Construct
from media_pipeline.bill_columns import COLUMNS, FIRST_MONTH, PARTITION
from media_pipeline.bill_export import BillExport
from media_pipeline.environment import Environment
from media_pipeline.named_queries import named_queries

_BYTES_A_GB = 10**9


class BillQueries(Construct):
    """A database, its one table, a workgroup and its queries.

    The table reckons its partitions instead of keeping a list of them: no crawler, and a month is there as soon as
    AWS has delivered it.
    """

    def __init__(self, scope: Construct, id: str, *, environment: Environment, export: BillExport) -> None:
        super().__init__(scope, id)
        database = glue.CfnDatabase(
            self,
            "Database",
            catalog_id=environment.account,
            database_input=glue.CfnDatabase.DatabaseInputProperty(
                name=bill.database_name(environment.name), description="IMPP: what AWS billed"
            ),
        )
        data = f"s3://{export.bucket.bucket_name}/{bill.data_folder(environment.name)}"
        table = self._table(environment, data)
        table.node.add_dependency(database)
        workgroup = athena.CfnWorkGroup(
            self,
            "Workgroup",
            name=bill.workgroup_name(environment.name),
            description="IMPP: questions to the bill",
            # Else a workgroup that was ever used could not be deleted; its answers expire by themselves.
            recursive_delete_option=True,
            work_group_configuration=athena.CfnWorkGroup.WorkGroupConfigurationProperty(
                bytes_scanned_cutoff_per_query=int(environment.costs.scan_gb * _BYTES_A_GB),
                enforce_work_group_configuration=True,
                engine_version=athena.CfnWorkGroup.EngineVersionProperty(
                    selected_engine_version="Athena engine version 3"
                ),
                publish_cloud_watch_metrics_enabled=True,
                requester_pays_enabled=False,
                result_configuration=athena.CfnWorkGroup.ResultConfigurationProperty(
                    output_location=f"s3://{export.bucket.bucket_name}/{bill.ANSWERS}/",
                    encryption_configuration=athena.CfnWorkGroup.EncryptionConfigurationProperty(
                        encryption_option="SSE_S3"
                    ),
                    expected_bucket_owner=environment.account,
                ),
            ),
        )
        for query in named_queries(account=environment.account, environment=environment.name):
            athena.CfnNamedQuery(
                self,
                query.name.capitalize(),
                name=query.name,
                description=query.description,
                database=bill.database_name(environment.name),
                query_string=query.text,
                work_group=bill.workgroup_name(environment.name),
            ).node.add_dependency(workgroup)

    def _table(self, environment: Environment, data: str) -> glue.CfnTable:
        return glue.CfnTable(
            self,
            "Table",
            catalog_id=environment.account,
            database_name=bill.database_name(environment.name),
            table_input=glue.CfnTable.TableInputProperty(
                name=bill.TABLE,
                description="IMPP: AWS cost and usage, a line an item of the bill",
                table_type="EXTERNAL_TABLE",
                parameters={
                    "classification": "parquet",
                    "projection.enabled": "true",
                    f"projection.{PARTITION}.type": "date",
                    f"projection.{PARTITION}.format": "yyyy-MM",
                    f"projection.{PARTITION}.range": f"{FIRST_MONTH},NOW",
                    f"projection.{PARTITION}.interval": "1",
                    f"projection.{PARTITION}.interval.unit": "MONTHS",
                    "storage.location.template": f"{data}{PARTITION.upper()}=${{{PARTITION}}}/",
                },
                partition_keys=[glue.CfnTable.ColumnProperty(name=PARTITION, type="string")],
                storage_descriptor=glue.CfnTable.StorageDescriptorProperty(
                    location=data,
                    columns=[glue.CfnTable.ColumnProperty(name=name, type=kind) for name, kind in COLUMNS.items()],
                    input_format="org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
                    output_format="org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
                    serde_info=glue.CfnTable.SerdeInfoProperty(
                        serialization_library="org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"
                    ),
                ),
            ),
        )
