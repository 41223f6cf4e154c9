"""Which parts of a template differ from an earlier one."""

from __future__ import annotations

from local.template_changes import differences

BEFORE = {
    "Parameters": {"Limit": {"Type": "Number", "Default": 1}},
    "Resources": {
        "Kept": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "kept"}},
        "Gone": {"Type": "AWS::SQS::Queue"},
        "Other": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "a", "Tags": []}, "DeletionPolicy": "Retain"},
        "Fn::ForEach::Several": ["Name", ["a"], {"Queue${Name}": {"Type": "AWS::SQS::Queue"}}],
    },
}
AFTER = {
    "Parameters": {"Limit": {"Type": "Number", "Default": 2}},
    "Resources": {
        "Kept": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "kept"}},
        "New": {"Type": "AWS::S3::Bucket"},
        "Other": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "b", "Tags": []}},
        "Fn::ForEach::Several": ["Name", ["a", "b"], {"Queue${Name}": {"Type": "AWS::SQS::Queue"}}],
    },
    "Outputs": {"Url": {"Value": "x"}},
}


def test_given_two_templates_then_each_difference_has_a_line_that_names_what_differs() -> None:
    assert [*differences(BEFORE, AFTER)] == [
        "~ parameter Limit (Default)",
        "~ resource Fn::ForEach::Several (value)",
        "- resource Gone AWS::SQS::Queue",
        "+ resource New AWS::S3::Bucket",
        "~ resource Other AWS::SNS::Topic (DeletionPolicy, TopicName)",
        "+ output Url",
    ]


def test_given_the_same_template_then_there_is_no_line() -> None:
    assert [*differences(BEFORE, BEFORE)] == []
