"""Deliveries: notifications sent by WhatsApp, SMS, e-mail and push, once by each channel."""
