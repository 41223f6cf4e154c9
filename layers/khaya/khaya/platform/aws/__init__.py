"""Calls of AWS services other than DynamoDB."""
