"""What unit tests take for the environment's tables are tables of the environment."""

from collections import Counter

from tables import TABLES


def test_the_tables_of_unit_tests_are_keyed_and_indexed_as_the_deployed_ones(every_template):
    deployed = Counter(
        shape(resource["Properties"])
        for template in every_template["dev"].values()
        for resource in template["Resources"].values()
        if resource["Type"] == "AWS::DynamoDB::GlobalTable"
    )
    assert not Counter(shape(table) for table in TABLES) - deployed


def shape(table):
    """Keys, and of each index its name, keys and attributes: what can be asked of a table."""
    indexes = {
        index["IndexName"]: (
            keys(index),
            index["Projection"]["ProjectionType"],
            frozenset(index["Projection"].get("NonKeyAttributes", [])),
        )
        for index in table.get("GlobalSecondaryIndexes", [])
    }
    return keys(table), frozenset(indexes.items())


def keys(holder):
    return tuple((key["AttributeName"], key["KeyType"]) for key in holder["KeySchema"])
