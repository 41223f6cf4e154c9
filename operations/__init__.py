"""Commands for operators of a deployed environment. They use the AWS credentials of whoever runs them."""
