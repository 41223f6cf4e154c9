"""The web client on one machine: its build, and a server in CloudFront's place with the API on the same origin."""
