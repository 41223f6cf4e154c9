"""Lines that grow with the users and stand apart: sign-in, web firewall and messages."""

from __future__ import annotations

from bench.costs.assumptions import Assumptions
from bench.costs.bill import Bill, Group
from bench.costs.inventory import Inventory
from bench.costs.usage import Usage


def add(bill: Bill, usage: Usage, inventory: Inventory, assumed: Assumptions) -> None:
    """Add the lines of Cognito, the web firewall and messages."""
    for tier in inventory.user_pool_tiers:
        bill.add(Group.SIGN_IN, f"active users, {tier.capitalize()}", usage.users, f"cognito.{tier.lower()}")
    acls = inventory.web_acls
    bill.add(Group.FIREWALL, "web ACLs", acls, "waf.acl")
    bill.add(Group.FIREWALL, "rules", inventory.web_acl_rules, "waf.rule")
    bill.add(Group.FIREWALL, "requests inspected", usage.total if acls else 0.0, "waf.requests")
    bill.add(Group.MESSAGES, "text messages", usage.users * assumed["smsPerUser"], "message.sms")
    bill.add(Group.MESSAGES, "WhatsApp messages", usage.users * assumed["whatsappPerUser"], "message.whatsapp")
    bill.add(Group.MESSAGES, "e-mails", usage.users * assumed["emailsPerUser"], "ses.email")
