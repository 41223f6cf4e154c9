"""Identities: which person a Cognito account, a phone or an e-mail belongs to."""
