"""DynamoDB: reads, writes, the unit of work, pages, stream records."""
