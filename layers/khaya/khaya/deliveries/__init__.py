"""Deliveries: notifications on their way to phones, mailboxes and devices, once each by each channel."""
