"""The address and fake credentials of the AWS stand-in. The user's AWS account is never used."""

import os
import tomllib
from typing import Any

import boto3

from local.folder import SAM_CONFIG

FAKE_KEYS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}  # any pair is accepted
FOREIGN = ("AWS_", "SAM_CLI_", "MAKE", "MFLAGS")  # the user's own account, and the make that called us


def endpoint(port: int) -> str:
    """The one address at which every service of the stand-in listens."""
    return f"http://127.0.0.1:{port}"


def sam_settings() -> dict[str, Any]:
    """The `local` section of samconfig.toml, as far as it is about deploying."""
    section = tomllib.loads(SAM_CONFIG.read_text())["local"]
    return {**section.get("global", {}).get("parameters", {}), **section["deploy"]["parameters"]}


def region() -> str:
    """The region that the template is deployed to; the stand-in keeps regions apart as AWS does."""
    return str(sam_settings().get("region", "af-south-1"))


def environment(port: int) -> dict[str, str]:
    """Variables for a program that is to speak to the stand-in and never, by accident, to a real account."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
    return (
        own
        | FAKE_KEYS
        | {
            "AWS_ENDPOINT_URL": endpoint(port),
            "AWS_DEFAULT_REGION": region(),
            "AWS_REGION": region(),
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "NO_PROXY": "127.0.0.1,localhost",
            "no_proxy": "127.0.0.1,localhost",
        }
    )


def session(port: int) -> boto3.Session:
    """A boto3 session on the stand-in. Sets this process's variables, which boto3 reads for the endpoint."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ.update(environment(port))
    return boto3.Session(region_name=region())
